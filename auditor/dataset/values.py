"""What a field holds: always a string, marked where the format says it was something else.

A file may distinguish 1, "1" and true. Each becomes the string it is written as, and its class
keeps the kind, so that three labels are never merged into one without a word.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence


class Number(str):
    """A number, in its literal form."""

    __slots__ = ()


class Boolean(str):
    """`true` or `false`."""

    __slots__ = ()


class Unusable(str):
    """Something that is no text; the string says what, such as `a list`."""

    __slots__ = ()

    wanted = "a string"


class NoUser(Unusable):
    """A conversation in which nobody is a user; `roles` are those that it has, as messages show
    them."""

    __slots__ = ("roles",)

    wanted = "a role such as user, human or customer"
    roles: str

    def __new__(cls, roles: Iterable[str]) -> NoUser:
        made = super().__new__(cls, "a conversation without a user")
        made.roles = quoted_names(roles, 5)
        return made


class Listed(Unusable):
    """Several plain values where one is wanted, such as the labels of one text; `items` are they,
    as the file holds them, in its order."""

    __slots__ = ("items",)

    wanted = "one; a list of labels is read with --multi-label"
    items: tuple[str, ...]

    def __new__(cls, items: Iterable[str]) -> Listed:
        made = super().__new__(cls, "a list of several")
        made.items = tuple(items)
        return made


class Conversation(str):
    """What the user says in a conversation; `system` is its system prompt, or "", and `answer` what
    the assistant says, None where it says nothing."""

    __slots__ = ("answer", "system")

    system: str
    answer: str | None

    @classmethod
    def of(
        cls, user: Iterable[str], system: Iterable[str], answers: Sequence[str] = ()
    ) -> Conversation:
        """The turns of user and system, each joined by newlines; several answers are no label."""
        made = cls("\n".join(user))
        made.system = "\n".join(system)
        made.answer = Unusable("several answers") if len(answers) > 1 else (*answers, None)[0]
        return made


KINDS: dict[type[str], str] = {str: "string", Number: "number", Boolean: "boolean"}


def printable(text: str) -> str:
    """Text as a message may hold it: control characters, line ends among them, are escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def quoted_names(names: Iterable[str], limit: int = 20) -> str:
    """Names as a message lists them: quoted, on one line, and not too many."""
    listed = [name if len(name) <= 60 else f"{name[:57]}..." for name in names]
    more = f" and {len(listed) - limit} more" if len(listed) > limit else ""
    return ", ".join(repr(name) for name in listed[:limit]) + more


def flags(option: str, columns: Iterable[str]) -> str:
    """The option with each of the columns, as it is typed in a shell."""
    return " ".join(f"{option} {shlex.quote(column)}" for column in columns)
