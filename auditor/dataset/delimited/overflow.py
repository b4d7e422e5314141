"""Rows with more separators than columns, since the text holds some and nothing encloses it.

The columns beside the text must hold labels, whose values repeat; a row can then be cut in one way
only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.dataset.delimited.splitting import Record

REPEATED = 2  # rows for each distinct value, from which a column holds labels
LEAST = 4  # rows, below which values cannot be seen to repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """The column that takes what a row has too much."""

    column: int
    columns: int
    rows: int  # that have too much
    delimiter: str

    def fitted(self, fields: list[str]) -> list[str]:
        """As many fields as there are columns; the rest of them is the text's."""
        extra = len(fields) - self.columns
        if extra <= 0:
            return fields
        end = self.column + extra + 1
        text = self.delimiter.join(fields[self.column : end])
        return [*fields[: self.column], text, *fields[end:]]


def overflow_of(
    records: Iterable[Record], columns: int, delimiter: str, quote: str
) -> Overflow | None:
    """The first or the last column, where the values of all others show that it is the one; none
    where a field begins with a quote that does not enclose it."""
    rows = [fields for _, fields in records if isinstance(fields, list)]
    long = [f for f in rows if len(f) > columns and any(v.strip() for v in f[columns:])]
    if not long or any(len(f) < columns for f in rows):
        return None
    if quote and any(field.lstrip().startswith(quote) for f in long for field in f):
        return None
    if quote and any(delimiter in field for f in rows for field in f):
        return None  # it is enclosed where it is text: what is not is a field too much
    if columns == 1:
        return Overflow(column=0, columns=1, rows=len(long), delimiter=delimiter)
    found = [
        Overflow(column=at, columns=columns, rows=len(long), delimiter=delimiter)
        for at in (0, columns - 1)
    ]
    fitting = [one for one in found if _fits(one, rows, long)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(one: Overflow, rows: Sequence[list[str]], long: Sequence[list[str]]) -> bool:
    """Whether each row that is too long has, beside its text, labels that other rows have too.

    What a blank follows on its separator is text, unless labels stand so in other rows.
    """
    exact = [f for f in rows if len(f) == one.columns]
    cut = [one.fitted(f) for f in long]
    others = [c for c in range(one.columns) if c != one.column]
    values = {c: Counter(f[c] for f in (*exact, *cut)) for c in others}
    labels = [c for c in others if _repeats(values[c])]
    if not labels or _repeats(Counter(f[one.column] for f in (*exact, *cut))):
        return False
    known = {c: {f[c] for f in exact} for c in labels}
    if len(exact) >= LEAST and any(f[c] not in known[c] for c in labels for f in cut):
        return False  # what no other row is labelled with is a field too much
    spaced = {c: any(f[c].startswith(" ") for f in exact) for c in labels}
    return all(
        values[c][f[c]] > 1 and f[c].strip() and (spaced[c] or not f[c].startswith(" "))
        for c in labels
        for f in cut
    )


def _repeats(values: Counter[str]) -> bool:
    return values.total() >= LEAST and len(values) * REPEATED <= values.total()
