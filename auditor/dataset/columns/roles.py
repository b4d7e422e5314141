"""Which column is the text, which the label, and which serve the optional roles.

What the user named comes first; then names and content decide together (`text_choice.py`,
`label_choice.py`; `names.py` knows the names, `profile.py` what columns hold). Where that leaves a
choice, nothing is guessed: the message shows the candidates with their values, and the options that
name them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.dataset.chat import ANSWER
from auditor.dataset.columns import names
from auditor.dataset.columns.label_choice import choose_label
from auditor.dataset.columns.profile import LABEL_REPEATED, Column, survey
from auditor.dataset.columns.text_choice import Choice, choose_text
from auditor.dataset.json.values import in_a_list
from auditor.dataset.values import flags, quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import Rows

NEEDED = ("text", "label")
HEADER_WORDS = 6  # a longer column name is a sentence: the file has no header
LISTED = 5  # candidates that a message shows with their values
SHOWN = {"text": 2, "label": 3}  # values of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Role -> the columns that make it up: several of the text are one text, several of the label
    are columns of 0 and 1, a label each."""

    columns: Mapping[str, tuple[str, ...]]
    decisions: tuple[Decision, ...] = ()


def find_roles(
    read: Callable[[], Rows],
    named: Mapping[str, tuple[str, ...]],
    needed: Sequence[str] = NEEDED,
    declared: Sequence[str] = (),
    *,
    strict: bool = True,
    several: bool = False,
    no_text: bool = False,
) -> Roles:
    """The columns of each role; those of `needed` roles are always there, the optional ones where a
    name tells.

    Reads the rows once, and once more where columns are to be held against each other. `named` are
    the user's, as are the columns `declared` to be neither text nor label; one that does not exist
    raises UsageError, or is set aside when not `strict`. several: a row may have several labels.
    no_text: a message quotes no values. Raises DataError where a needed role has no column, or more
    than one.
    """
    columns = column_names(read())
    if strict:
        _expect_declared(declared, columns, named)
    wanted = {role: of for role, of in named.items() if role in (*needed, *names.OTHER_ROLES)}
    roles = _named(wanted, columns, strict)
    _add_optional(roles, columns)
    open_roles = [role for role in needed if role not in roles]
    if not open_roles and not any(map(names.may_split, columns)):
        return Roles(columns=_in_order(roles))
    every = survey(read())
    known = _choosable(every)
    decisions: list[Decision] = []
    left: dict[str, Choice] = {}
    for role in open_roles:
        taken = {*(c for of in roles.values() for c in of), *declared}
        taken |= {c for text in left.values() for c in _first_names(text.candidates)}
        free = {c: of for c, of in known.items() if c not in taken and not in_a_list(c)}
        choice = choose_text(free) if role == "text" else choose_label(free, read, several=several)
        if not choice.columns and len(columns) == 1 and open_roles == ["text"]:
            choice = Choice(columns=tuple(free))  # a file of one column holds nothing else
        if choice.columns:
            _expect_header(known[choice.columns[0]], role)
            roles[role] = choice.columns
            decisions += [choice.decision] if choice.decision else []
        else:
            left[role] = choice if choice.candidates else _in_lists(role, every, taken)
    if left:
        raise DataError(_open(left, columns, no_text=no_text))
    decisions += _split_by_values(roles, known)
    return Roles(columns=_in_order(roles), decisions=tuple(decisions))


def _expect_declared(
    declared: Iterable[str], columns: Sequence[str], named: Mapping[str, tuple[str, ...]]
) -> None:
    for column in declared:
        expect_column(column, columns, "--column")
        if any(column in named.get(role, ()) for role in NEEDED):
            raise UsageError(f"column {column!r} is named for --column and as text or label")


def _in_order(roles: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {role: roles[role] for role in (*NEEDED, *names.OTHER_ROLES) if role in roles}


def _choosable(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns but those of one item in a list, and the objects whose values are columns."""
    outer = {c[:at] for c in columns for at, mark in enumerate(c) if mark == "."}
    objects = {c for c, column in columns.items() if c in outer and not column.filled}
    return {c: column for c, column in columns.items() if c not in objects and not in_a_list(c)}


def _in_lists(role: str, columns: Mapping[str, Column], taken: Container[str]) -> Choice:
    """What is nobody's choice but the user's, where nothing else could be of the role: an answer
    that is written like no label, or one item of each list, as of the first annotator."""
    answers = columns.get(ANSWER)
    if role == "label" and answers and 2 <= answers.distinct <= answers.filled / LABEL_REPEATED:
        return Choice(candidates=(answers,))
    items = [c for name, c in columns.items() if in_a_list(name) and name not in taken]
    fit = [c for c in items if (c.labelly if role == "label" else c.texty)]
    strength = names.as_label if role == "label" else names.as_text
    return Choice(candidates=tuple(sorted(fit, key=lambda c: (-strength(c.name), c.name))))


def column_names(rows: Rows) -> list[str]:
    """The columns of all rows, in the order they first appear."""
    columns: dict[str, None] = {}
    known: object = None
    first: Reject | None = None
    for _, fields in rows:
        if isinstance(fields, Reject):
            first = first or fields
        elif fields.keys() != known:
            columns.update(dict.fromkeys(fields))
            known = fields.keys()
    if columns:
        return list(columns)
    if first is None:
        raise DataError("holds no rows; expected rows of text and label")
    where = "" if first.line is None else f"line {first.line}: "
    raise DataError(f"{where}{first.reason}; no row can be read: check the format of the file")


def expect_column(column: str, columns: Sequence[str], flag: str) -> None:
    """Raises UsageError, with the nearest column, where there is no such one."""
    if column not in columns:
        near = difflib.get_close_matches(column, columns, 1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(
            f"no column {column!r} for {flag}{hint}; the columns are {quoted_names(columns)}"
        )


def _named(
    named: Mapping[str, tuple[str, ...]], columns: Sequence[str], strict: bool
) -> dict[str, tuple[str, ...]]:
    roles: dict[str, tuple[str, ...]] = {}
    for role, of in named.items():
        flag = f"--{role}" if role in NEEDED else f"--role {role}="
        if not strict and not set(of) <= set(columns):
            continue
        for column in of:
            expect_column(column, columns, flag)
            if any(column in other for other in roles.values()):
                raise UsageError(
                    f"column {column!r} is named for two roles; {flag} needs another one"
                )
        roles[role] = of
    return roles


def _add_optional(roles: dict[str, tuple[str, ...]], columns: Sequence[str]) -> None:
    for role in names.OTHER_ROLES:
        taken = {c for of in roles.values() for c in of}
        found = names.for_role(role, (c for c in columns if c not in taken))
        if found and role not in roles:
            roles[role] = (found[0],)


def _split_by_values(
    roles: dict[str, tuple[str, ...]], known: Mapping[str, Column]
) -> Iterator[Decision]:
    """A column such as `partition` says which split a row is of, where its values do."""
    taken = {c for of in roles.values() for c in of}
    for name, column in known.items():
        free = "split" not in roles and name not in taken
        if free and names.may_split(name) and column.split:
            roles["split"] = (name,)
            yield Decision(what=f"the split is column {name!r}", otherwise="--role split=COL")


def _expect_header(column: Column, role: str) -> None:
    sentence = len(column.name.split()) > HEADER_WORDS and names.as_text(column.name) < names.ALIKE
    if sentence or (column.named_itself and _by_content(column, role)):
        raise DataError(
            "line 1: looks like data, expected a header with the names of the columns;"
            " add one such as: text,label"
        )


def _by_content(column: Column, role: str) -> bool:
    return (names.as_text if role == "text" else names.as_label)(column.name) < names.WEAK


def _open(left: Mapping[str, Choice], columns: Sequence[str], *, no_text: bool) -> str:
    """What is open, with the options that settle it."""
    parts, typed = [], []
    for role, choice in left.items():
        if choice.several:
            lists = all(column.lists for column in choice.candidates)
            held = "a column holds lists" if lists else "several columns are 0 or 1, or yes or no"
            parts.append(f"{held}, as where a row has several {role}s")
            typed.append(f"--multi-label {flags('--label', _first_names(choice.candidates, 1000))}")
        elif choice.candidates:
            shown = _shown(role, choice.candidates, no_text=no_text)
            several = len(choice.candidates) > 1
            what = "several columns could be" if several else "one column may be"
            empty = f", and {choice.blank!r} is blank" if choice.blank else ""
            parts.append(f"{what} the {role}: {shown}{empty}")
            typed.append(flags(f"--{role}", _first_names(choice.candidates)))
        else:
            parts.append(f"found no column that is the {role}")
            typed.append(f"--{role} COL")
    found = all(choice.candidates for choice in left.values())
    step = "say which, as with" if found else "name it with"
    texts = left["text"].candidates if "text" in left else ()
    rest = ""
    if len(texts) > 1:
        both = [c for c in columns if c in _first_names(texts, 2)]
        rest = f", or several as one text ({flags('--text', both)})"
    if len(columns) == 1 and names.UNNAMED.fullmatch(columns[0]):
        return (
            f"found one column, {columns[0]!r}: if something separates fields in it, name that with"
            " --delimiter CHAR, else convert the file to CSV, JSONL or Parquet"
        )
    return (
        f"{'; '.join(parts)}; {step} {' '.join(typed)}{rest};"
        f" the columns are {quoted_names(columns)}"
    )


def _first_names(candidates: Iterable[Column], limit: int = 1) -> list[str]:
    return [column.name for column in candidates][:limit]


def _shown(role: str, candidates: Sequence[Column], *, no_text: bool) -> str:
    """The candidates, the likeliest first, each with some of what it holds."""
    listed = []
    for column in candidates[:LISTED]:
        about = [f"{column.distinct} different"] if role == "label" else []
        about += [] if no_text else [f"such as {quoted_names(column.values[: SHOWN[role]], 3)}"]
        listed.append(f"{column.name!r}" + (f" ({', '.join(about)})" if about else ""))
    more = f" and {len(candidates) - LISTED} more" if len(candidates) > LISTED else ""
    return "; ".join(listed) + more
