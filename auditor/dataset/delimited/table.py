"""CSV, TSV and their kin: every field is the string that the file holds.

How the lines are to be read is told by the lines themselves (`layout.py`), and said where it is not
what the file's name promises.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, islice
from pathlib import Path

from auditor.dataset.delimited.layout import Layout, laid_out, text_lines
from auditor.dataset.opening.decoding import encoding_of
from auditor.errors import DataError
from auditor.records.dataset import Reject
from auditor.records.reading import Fields, ReadOptions, Rows, Table

DESCRIBED = "it describes the columns, as Qualtrics writes it"


class Delimited:
    """A table as lines of text. `delimiter` is what the file's name promises."""

    def __init__(self, name: str, suffixes: tuple[str, ...], delimiter: str) -> None:
        self.name = name
        self.suffixes = suffixes
        self.delimiter = delimiter

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows with the line that each begins on. Raises DataError for a file that cannot be read
        in one way alone."""
        return open_delimited(path, options, self.delimiter)


def open_delimited(path: Path, options: ReadOptions, usual: str | None) -> Table:
    """The table of a text file; `usual` is the separator that its name promises, if any."""
    encoding = encoding_of(path, options.encoding)
    layout, decisions = laid_out(path, encoding.name, options, usual)
    return Table(rows=partial(_rows, path, layout), decisions=(*encoding.decisions, *decisions))


def _rows(path: Path, layout: Layout) -> Rows:
    lines = text_lines(path, layout.encoding, layout.skipped)
    records = layout.dialect.records(lines, layout.skipped + 1, layout.alone)
    if layout.header.line:
        line, names = next(records)
        if "\0" in "".join(names):
            raise DataError(
                f"line {line}: no header of column names (the row holds a NUL character);"
                " save it as UTF-8 text"
            )
    first = list(islice(records, 2))
    described = len(first) == 2 and _are_import_ids(first[1][1])
    for row, (line, values) in enumerate(chain(first, records)):
        fields = DESCRIBED if described and row < 2 else _fields(values, layout)
        yield line, Reject(row=row, line=line, reason=fields) if isinstance(fields, str) else fields


def _are_import_ids(values: list[str] | str) -> bool:
    """Whether a record is the last of the three that head a survey of Qualtrics."""
    return isinstance(values, list) and all(v.startswith('{"ImportId":') for v in values)


def _fields(values: list[str] | str, layout: Layout) -> Fields | str:
    """The fields of one record, or why it has none."""
    if isinstance(values, str):
        return values
    if "\0" in "".join(values):
        return "the row holds a NUL character"
    names = layout.header.names
    if len(values) != len(names):
        values = _fitted(values, layout)
    if len(values) != len(names):
        return f"{len(values)} fields where the header has {len(names)}"
    fields = dict(zip(names, values, strict=True))
    fields.pop("", None)  # a column without a name, as spreadsheets leave behind
    return fields


def _fitted(values: list[str], layout: Layout) -> list[str]:
    """As many values as there are columns, where those too many, or missing, are nobody's."""
    names = layout.header.names
    if layout.overflow is not None and len(values) > len(names):
        return layout.overflow.fitted(values)
    if not any(value.strip() for value in values[len(names) :]) and len(values) > len(names):
        return values[: len(names)]
    if not any(names[len(values) :]):
        return [*values, *[""] * (len(names) - len(values))]
    return values


CSV = Delimited("csv", (".csv",), ",")
TSV = Delimited("tsv", (".tsv", ".tab"), "\t")
