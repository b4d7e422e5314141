"""JSON Lines: one object a line."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from auditor.dataset.decoding import open_text
from auditor.dataset.json_objects import DECODER, fault, row_fields
from auditor.errors import DataError
from auditor.records.dataset import Reject
from auditor.records.reading import Fields, ReadOptions, Rows, Table


class JsonLines:
    """One JSON object a line; blank lines are no rows."""

    name = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")

    def open(self, path: Path, options: ReadOptions) -> Table:  # noqa: ARG002 - has no options
        """Raises DataError for bad bytes, or an array of objects."""
        return Table(rows=partial(_rows, path))


def _rows(path: Path) -> Rows:
    row = 0
    with open_text(path) as text:
        for line, written in enumerate(text, start=1):
            if not written.strip():
                continue
            if row == 0 and written.lstrip().startswith("["):
                raise DataError(
                    f"line {line}: found an array, expected one object a line;"
                    " read an array of objects with --input-format json"
                )
            yield line, _fields(written, row, line)
            row += 1


def _fields(written: str, row: int, line: int) -> Fields | Reject:
    try:
        item = DECODER.decode(written)
    except (ValueError, RecursionError) as error:
        return Reject(row=row, line=line, reason=f"not valid JSON ({fault(error)})")
    return row_fields(item, row, line)


JSONL = JsonLines()
