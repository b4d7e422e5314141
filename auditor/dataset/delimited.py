"""CSV and TSV: every field is the string that the file holds."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from auditor.dataset.decoding import open_text
from auditor.dataset.values import quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Reject
from auditor.records.reading import ReadOptions, Rows, Table

LONGEST_FIELD = 2**31 - 1  # the csv module stops at 131,072 characters unless it is set otherwise


class Delimited:
    """A table whose first line names the columns; fields are quoted with `"` where need be."""

    def __init__(self, name: str, suffixes: tuple[str, ...], delimiter: str) -> None:
        self.name = name
        self.suffixes = suffixes
        self.delimiter = delimiter

    def open(self, path: Path, options: ReadOptions) -> Table:  # noqa: ARG002
        """Rows with the line that each begins on. Raises DataError for a broken file."""
        return Table(rows=partial(self._rows, path))

    def _rows(self, path: Path) -> Rows:
        csv.field_size_limit(LONGEST_FIELD)
        with open_text(path) as text:
            records = _records(csv.reader(text, delimiter=self.delimiter, strict=True))
            names = _header(next(records, None))
            for row, (line, values) in enumerate(records):
                if isinstance(values, str):
                    yield line, Reject(row=row, line=line, reason=values)
                elif len(values) != len(names):
                    reason = f"{len(values)} fields where the header has {len(names)}"
                    yield line, Reject(row=row, line=line, reason=reason)
                else:
                    fields = dict(zip(names, values, strict=True))
                    fields.pop("", None)  # a column without a name, as spreadsheets leave behind
                    yield line, fields


def _records(parsed: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | str]]:
    """Each record that is not a blank line, or why it has none, with the line it begins on."""
    while True:
        line = parsed.line_num + 1  # type: ignore[attr-defined]  # a csv.reader, whose type is hidden
        try:
            values = next(parsed)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _broken(error, line, parsed.line_num)  # type: ignore[attr-defined]
            continue
        if "\0" in "".join(values):
            yield line, "the row holds a NUL character"
        elif values:
            yield line, values


def _broken(error: csv.Error, first: int, last: int) -> str:
    """The reason to reject one broken line; a quote that took further lines ends the reading.

    Which of those lines are rows is a guess, and a guess could lose half the file.
    """
    if str(error) == "unexpected end of data":
        raise DataError(
            f"line {first}: a quote is opened in this row and never closed;"
            ' close it, or write a quote inside a quoted field twice ("")'
        ) from error
    if last > first:
        raise DataError(
            f"line {first}: a quote is opened in this row, and on line {last} text follows the"
            ' quote that closes it; write a quote inside a quoted field twice ("")'
        ) from error
    return "text follows the quote that closes a field"


def _header(first: tuple[int, list[str] | str] | None) -> list[str]:
    if first is None:
        raise DataError("the file is empty; expected a header line with column names")
    line, names = first
    if isinstance(names, str):
        raise DataError(f"line {line}: no header of column names ({names}); save it as UTF-8 text")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataError(
            f"line {line}: two columns are named {quoted_names(twice)}; rename one of them"
        )
    other = next((d for d in ";\t|," if d in names[0]), None) if len(names) == 1 else None
    if other is not None:
        raise DataError(
            f"line {line}: found one column; its name holds {other!r}, which may be what separates"
            " the fields; export it separated by commas (csv) or tabs (tsv)"
        )
    return names


CSV = Delimited("csv", (".csv",), ",")
TSV = Delimited("tsv", (".tsv", ".tab"), "\t")
