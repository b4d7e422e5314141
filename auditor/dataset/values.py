"""What a field holds: always a string, marked where the format says it was something else.

A file may distinguish 1, "1" and true. Each becomes the string it is written as, and its class
keeps the kind, so that three labels are never merged into one without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


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
    """What the user says in a conversation; `system` is its system prompt, or ""."""

    __slots__ = ("system",)

    system: str

    @classmethod
    def of(cls, user: Iterable[str], system: Iterable[str]) -> Conversation:
        """The turns of both, each joined by newlines."""
        made = cls("\n".join(user))
        made.system = "\n".join(system)
        return made


KINDS: dict[type[str], str] = {str: "string", Number: "number", Boolean: "boolean"}


def json_value(value: Any) -> str | None:
    """One value of a JSON object whose numbers are Numbers already; None where it is missing."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return Boolean("true" if value else "false")
    return Unusable("a list" if isinstance(value, list) else "an object")


def printable(text: str) -> str:
    """Text as a message may hold it: control characters, line ends among them, are escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def quoted_names(names: Iterable[str], limit: int = 20) -> str:
    """Names as a message lists them: quoted, on one line, and not too many."""
    listed = [name if len(name) <= 60 else f"{name[:57]}..." for name in names]
    more = f" and {len(listed) - limit} more" if len(listed) > limit else ""
    return ", ".join(repr(name) for name in listed[:limit]) + more
