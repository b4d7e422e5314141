"""What the cells of the label say: one label, several in a list or in one cell, numbers and names.

A file may write a label as 1, "1" and 1.0, where a program between made the difference: these are
one. `01`, `true` and `one` are others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.dataset.literals import literal
from auditor.dataset.values import Listed
from auditor.errors import DataError
from auditor.label_spelling import is_blank
from auditor.records.dataset import Decision
from auditor.settings import JOINED

NO_LABEL = "(no label)"  # the category of rows that have none, where a row may have several
DELIMITERS = (";", "|", ",", "#", "/", "+")  # of several labels in one cell
FEW = 0.1  # of the rows, which are rejected where they have several labels and the others one
# What pandas, SQL, R, Excel and people write where nothing is; a label may be called so as well.
NULL_WORDS = frozenset(("nan", "null", "none", "n/a", "na", "<na>", "#n/a", "nil", "-", "?"))
SHOWN = 3  # labels that a decision quotes

_WITH_ZEROS = re.compile(r"(-?(?:0|[1-9]\d*))\.0+")
_FRACTION = re.compile(r"-?\d*\.\d*[1-9]\d*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What each row is labelled with, and what was decided.

    of: cell -> its labels; none, where the row has none; None for a cell that is the label itself.
    """

    of: Mapping[str, tuple[str, ...]]
    several: bool  # whether a row may have more than one
    decisions: tuple[Decision, ...] = ()

    def __getitem__(self, cell: str) -> tuple[str, ...]:
        return self.of.get(key_of(cell), (str(cell),))


def key_of(cell: str) -> str:
    """What tells a cell from others: a list is another than the string that it is written as."""
    return "\0".join(("", *cell.items)) if isinstance(cell, Listed) else str(cell)


def read_labels(cells: Iterable[str], column: str, *, several: bool | None) -> Labels:
    """The labels of all `cells` of the column; several: whether a row may have more than one, None:
    the user did not say.

    Raises DataError where more than a few rows have several and the user did not say that they may.
    """
    kinds: dict[str, set[type[str]]] = {}
    lists: dict[str, tuple[str, ...]] = {}
    rows: Counter[str] = Counter()
    for cell in cells:
        key = key_of(cell)
        rows[key] += 1
        if isinstance(cell, Listed):
            lists[key] = cell.items
        else:
            kinds.setdefault(key, set()).add(type(cell))
    of: dict[str, tuple[str, ...]] = {**lists, **_written_lists(kinds), **_choices(kinds)}
    decisions = _of_null_words(rows, column)
    if of:
        said = _of_lists(of, rows, column, several=several)
        # Of columns of 0 and 1 it is said already, and of empty lists there is nothing to say.
        decisions += [said] if JOINED not in column and any(of.values()) else []
    delimiter = None if several is False else _delimiter([k for k in kinds if k not in of])
    if delimiter and not several:
        raise DataError(
            f"column {column!r} holds labels that {delimiter!r} separates, and that stand alone"
            " elsewhere; add --multi-label, or --no-multi-label where each is one label"
        )
    if delimiter:
        what = f"{delimiter!r} separates the labels in column {column!r}"
        decisions.append(Decision(what=what, otherwise="--no-multi-label"))
        split = {k: tuple(map(str.strip, k.split(delimiter))) for k in kinds if delimiter in k}
        of |= {key: items for key, items in split.items() if key not in of}
    of = {k: tuple(dict.fromkeys(i for i in items if not is_blank(i))) for k, items in of.items()}
    whole = _whole_numbers({i for k in rows for i in of.get(k, (k,))})
    if whole or any(len(kind) > 1 for kind in kinds.values()):
        decisions.append(_of_numbers(whole, kinds))
    named = {k: tuple(dict.fromkeys(whole.get(i, i) for i in of.get(k, (k,)))) for k in rows}
    made = {key: items for key, items in named.items() if items != (key,)}
    if several:
        nothing = NO_LABEL
        while any(nothing in items for items in named.values()):
            nothing = f"({nothing})"
        made = {key: items or (nothing,) for key, items in made.items()}
        decisions += _of_none(sum(rows[key] for key, items in named.items() if not items), nothing)
    return Labels(of=made, several=bool(several), decisions=tuple(decisions))


# --- several in one cell -----------------------------------------------------------------------


def _written_lists(kinds: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The items of cells that hold a list as JSON or Python write it, where all cells do."""
    found: dict[str, tuple[str, ...]] = {}
    for cell in kinds:
        if not cell.lstrip().startswith("["):
            return {}
        items = literal(cell)
        if not isinstance(items, list) or any(isinstance(i, list | dict | tuple) for i in items):
            return {}
        found[cell] = tuple(str(i) for i in items if i is not None)
    return found


def _choices(kinds: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The labels of cells such as {"choices": ["late", "lost"]}, as Label Studio writes several."""
    held = {cell: literal(cell) for cell in kinds if cell.startswith('{"choices":')}
    return {
        cell: tuple(map(str, found["choices"]))
        for cell, found in held.items()
        if isinstance(found, dict) and isinstance(found.get("choices"), list)
    }


def _of_null_words(rows: Mapping[str, int], column: str) -> list[Decision]:
    """That what some programs write for a missing label is read as a label, as it stands there."""
    found = {key: n for key, n in rows.items() if key.strip().lower() in NULL_WORDS}
    if not found or len(found) == len(rows):
        return []
    said = " and ".join(f"{key!r} ({n} rows)" for key, n in sorted(found.items())[:SHOWN])
    what = f"{said} in column {column!r} count as labels; leave such rows out if they have none"
    return [Decision(what=what)]


def _of_lists(
    of: Mapping[str, tuple[str, ...]], rows: Mapping[str, int], column: str, *, several: bool | None
) -> Decision:
    """What lists of labels are taken for. Raises DataError where more than a few hold several."""
    many = sum(rows[key] for key, items in of.items() if len(items) > 1)
    few = 0 if JOINED in column else max(1, FEW * sum(rows.values()))
    if many > few and not several:
        raise DataError(
            f"{many} of {sum(rows.values())} rows have several labels in column {column!r};"
            " add --multi-label, and each is audited"
        )
    if several:
        return Decision(what=f"each label in the lists of column {column!r} is one of its row")
    return Decision(what=f"lists in column {column!r} hold one label a row")


def _delimiter(cells: Sequence[str]) -> str | None:
    """What separates several labels in one cell, beyond doubt: what it separates stands alone, or
    in other company, in other cells."""
    for delimiter in DELIMITERS:
        joined = {c: [p.strip() for p in c.split(delimiter)] for c in cells if delimiter in c}
        if not joined:
            continue
        alone = {c.strip() for c in cells} - {c.strip() for c in joined}
        company = Counter(part for parts in joined.values() for part in parts)
        plain = all(p and len(set(parts)) == len(parts) for parts in joined.values() for p in parts)
        again = all(part in alone or n > 1 for part, n in company.items())
        if plain and again and len(alone & set(company)) * 2 >= len(company):
            return delimiter
    return None


def _of_none(rows: int, name: str) -> list[Decision]:
    if not rows:
        return []
    return [Decision(what=f"{rows} rows without a label are audited as the category {name!r}")]


# --- numbers -----------------------------------------------------------------------------------


def _whole_numbers(labels: Iterable[str]) -> dict[str, str]:
    """1.0 -> 1, where no label is a fraction: so programs write whole numbers beside a missing
    one."""
    listed = list(labels)
    if any(_FRACTION.fullmatch(label) for label in listed):
        return {}
    return {label: match[1] for label in listed if (match := _WITH_ZEROS.fullmatch(label))}


def _of_numbers(whole: Mapping[str, str], kinds: Mapping[str, set[type[str]]]) -> Decision:
    mixed = sorted(key for key, of in kinds.items() if len(of) > 1)
    values = tuple(dict.fromkeys((*sorted(whole), *mixed)))[:SHOWN]
    if not whole:
        what = "labels that are numbers in some rows and strings in others are read as one"
    elif mixed or any(key in kinds for key in whole.values()):
        what = "labels that differ only as whole numbers with and without '.0' are read as one"
    else:
        what = "labels that are whole numbers written with '.0' are read without it"
    return Decision(what=what, values=values)


def plain_number(label: str) -> str:
    """A whole number without its zeros, and any other label as it is."""
    match = _WITH_ZEROS.fullmatch(label)
    return match[1] if match else label
