"""Tasks of two texts: a premise and its hypothesis, a question and its passage, as one column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from auditor.dataset.roles import column_names, expect_column
from auditor.dataset.values import Unusable
from auditor.records.dataset import Reject
from auditor.records.reading import Fields, Rows
from auditor.settings import JOINED


def joined(
    read: Callable[[], Rows], columns: Sequence[str], *, strict: bool = True
) -> Callable[[], Rows]:
    """The rows with one column in place of the `columns`, named for all of them.

    A row that lacks one of them is rejected. Raises UsageError for a column that does not exist;
    when not `strict`, the rows then stay as they are.
    """
    names = column_names(read())
    for column in columns if strict else ():
        expect_column(column, names, "--text")
    if not set(columns) <= set(names):
        return read

    def rows() -> Rows:
        for row, (line, fields) in enumerate(read()):
            if isinstance(fields, Reject):
                yield line, fields
                continue
            reason = next((r for c in columns if (r := _fault(fields, c)) is not None), None)
            if reason is not None:
                yield line, Reject(row=row, line=line, reason=reason)
                continue
            others = {c: value for c, value in fields.items() if c not in columns}
            yield line, {JOINED.join(columns): one_text([fields[c] for c in columns]), **others}

    return rows


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
