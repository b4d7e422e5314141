"""Which line names the columns, if any, and what the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.dataset.columns.names import SURE, as_label, is_known
from auditor.dataset.columns.roles import HEADER_WORDS
from auditor.dataset.values import quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision

NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
SENTENCE_WORDS = 4  # from which a field may be a sentence; names of columns have fewer
REPEATED = 2  # lines for each distinct value, from which a column holds labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of the columns; `line`: whether they stand in the first line."""

    names: tuple[str, ...]
    line: bool
    decisions: tuple[Decision, ...] = ()


def header_of(first: Sequence[str], others: Sequence[Sequence[str]], said: bool | None) -> Header:
    """Reads the names in the first record, or numbers the columns where it is a row.

    others: records after it, as many as are sampled. Raises DataError where it may be either.
    """
    named = said if said is not None else _names_columns(first, others)
    if named:
        return _named(first)
    names = tuple(f"column_{i}" for i in range(1, len(first) + 1))  # each works as typed in a flag
    if said is False:
        return Header(names=names, line=False)
    what = f"the first line is a row: columns are called {quoted_names(names[:3])}"
    what += " and so on" if len(names) > 3 else ""
    return Header(names=names, line=False, decisions=(Decision(what=what, otherwise="--header"),))


def _named(first: Sequence[str]) -> Header:
    """Names of which each is one column's: those that several have get the column's number."""
    times = Counter(name for name in first if name)
    names, taken = [], set(times)
    for number, name in enumerate(first, start=1):
        own = name
        while times[name] > 1 and own in taken:
            own = f"{own}_{number}"
        taken.add(own)
        names.append(own)
    twice = sorted(name for name, n in times.items() if n > 1)
    decisions: tuple[Decision, ...] = ()
    if twice:
        given = [own for own, name in zip(names, first, strict=True) if times[name] > 1]
        what = f"several columns are named {quoted_names(twice, 3)}: they are called"
        decisions = (Decision(what=f"{what} {quoted_names(given, 4)}"),)
    return Header(names=tuple(names), line=True, decisions=decisions)


def _names_columns(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names the columns: it does, unless it is a row beyond doubt."""
    columns = [
        (value, [record[i] for record in others if i < len(record)])
        for i, value in enumerate(first)
    ]
    row = [sign for value, below in columns for sign in [_of_a_row(value, below)] if sign]
    header = [value for value, below in columns if _of_a_header(value, below)]
    if not row and any(_names_labels(value, below) for value, below in columns):
        return True
    sentences = any(_sentence(value, below) for value, below in columns)
    if "numbers" in row and not header:
        return False
    if "label" in row and not header and (sentences or len(first) == 1):
        return False
    if not row and not sentences:
        return True
    if header and not sentences and "label" not in row:
        return True
    if header and not row and not any(len(v.split()) > HEADER_WORDS for v in first):
        return True
    raise DataError(
        "line 1 may be a row, or name the columns: read it with --no-header, or with --header"
    )


def _of_a_row(value: str, below: Sequence[str]) -> str:
    """What shows that the field of the first record is a value as those below it."""
    if not value.strip() or len(below) < 2:
        return ""
    if NUMBER.fullmatch(value.strip()) and all(NUMBER.fullmatch(v.strip()) for v in below if v):
        return "numbers"
    repeats = len(set(below)) * REPEATED <= len(below)
    return "label" if repeats and value in below else ""


def _of_a_header(value: str, below: Sequence[str]) -> bool:
    """What shows that it names its column: a name that is known, or words above numbers."""
    if value in below:
        return False
    if is_known(value):
        return True
    filled = [v.strip() for v in below if v.strip()]
    numbers = len(filled) > 1 and all(NUMBER.fullmatch(v) for v in filled)
    return numbers and bool(value.strip()) and not NUMBER.fullmatch(value.strip())


def _names_labels(value: str, below: Sequence[str]) -> bool:
    """Whether it is what a column of labels is called, above values that repeat."""
    return (
        as_label(value) >= SURE and value not in below and len(set(below)) * REPEATED <= len(below)
    )


def _sentence(value: str, below: Sequence[str]) -> bool:
    """Whether it reads as the texts below it do."""
    lengths = [len(v.split()) for v in below if v.strip()]
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    words = len(value.split())
    return (words >= SENTENCE_WORDS and 2 * words >= mean) or (
        words >= 2 and value.rstrip()[-1:] in ".!?"
    )
