"""Several columns as one: a premise and its hypothesis are a text, columns of 0 and 1 labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from auditor.dataset.columns.label_choice import is_plain, is_set
from auditor.dataset.values import Listed, Unusable
from auditor.records.dataset import Reject
from auditor.records.reading import Fields, Rows
from auditor.settings import JOINED


def one_column(read: Callable[[], Rows], role: str, columns: Sequence[str]) -> Callable[[], Rows]:
    """The rows with one column in place of the `columns` of a role, named for all of them.

    Of the text their values are one text, and a row that lacks one of them is rejected. Of the
    label, which has columns of 0 and 1, it is the list of those that are set.
    """
    if len(columns) < 2:
        return read
    name = JOINED.join(columns)

    def rows() -> Rows:
        for row, (line, fields) in enumerate(read()):
            if isinstance(fields, Reject):
                yield line, fields
                continue
            of = _one_text if role == "text" else _labels
            made = of(fields, columns)
            if isinstance(made, str):
                others = {c: value for c, value in fields.items() if c not in columns}
                yield line, {name: made, **others}
            else:
                yield line, Reject(row=row, line=line, reason=made.reason)

    return rows


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: str


def _one_text(fields: Fields, columns: Sequence[str]) -> str | _Fault:
    reason = next((r for c in columns if (r := _fault(fields, c)) is not None), None)
    return one_text([fields[c] for c in columns]) if reason is None else _Fault(reason)


def _labels(fields: Fields, columns: Sequence[str]) -> Listed | _Fault:
    for column in columns:
        value = fields.get(column)
        if value is not None and value.strip() and not is_plain(value):
            return _Fault(f"label is neither 0 nor 1 in column {column!r}")
    return Listed(c for c in columns if is_set(fields.get(c)))


def one_text(parts: Sequence[str]) -> str:
    """The parts on lines of their own; where one has line breaks itself, with empty lines between.

    So different parts never make the same text.
    """
    breaks = [len(run) for part in parts for run in re.findall(r"\n+", part)]
    return ("\n" * (1 + max(breaks, default=0))).join(parts)


def _fault(fields: Fields, column: str) -> str | None:
    value = fields.get(column)
    if value is None:
        return f"text is missing in column {column!r}"
    if isinstance(value, Unusable):
        return f"text is {value} in column {column!r}, expected a string"
    return f"text is blank in column {column!r}" if not value or value.isspace() else None
