"""A file -> its table: unpacked where it is packed, and read as what it is, whatever its name
says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from auditor.dataset.opening.contents import PACKED, content_of
from auditor.dataset.opening.packed import SUFFIXES, Unpacked, unpacked
from auditor.errors import DataError, UsageError
from auditor.interfaces import Reader
from auditor.records.dataset import Decision
from auditor.records.reading import ReadOptions, Rows, Table

FLAG = "--input-format"
JSONS = ("json", "jsonl")  # whose readers tell for themselves which of the two a file is
BINARY = ("parquet", "arrow", "excel", "sqlite")  # formats that text is none of


def open_file(
    path: Path, named: Reader | None, readers: Sequence[Reader], options: ReadOptions
) -> Table:
    """The table of one file.

    named: the reader of the format that the user names. Raises UsageError for a type that is not
    known, and what the readers do.
    """
    content = content_of(path) if path.stat().st_size else None
    if content in PACKED and content is not None:
        return _inside(path, content, named, readers, options)
    if named is not None:
        return named.open(path, options)
    by_name = by_suffix(path, readers)
    reader = _by_content(content, by_name, readers)
    if reader is None:
        known = ", ".join((*(s for reader in readers for s in reader.suffixes), *SUFFIXES))
        names = ", ".join(reader.name for reader in readers)
        raise UsageError(
            f"unknown file type {path.suffix.lower()!r}; known are {known};"
            f" name the format with {FLAG} ({names})"
        )
    table = reader.open(path, options)
    if by_name == reader or not path.suffix:
        return table
    what = f"the file is {reader.name}, whatever its name says"
    return replace(table, decisions=(Decision(what=what, otherwise=FLAG), *table.decisions))


def _by_content(
    content: str | None, by_name: Reader | None, readers: Sequence[Reader]
) -> Reader | None:
    """The reader of what the file is; the one that its name promises where that may be so."""
    told = next((reader for reader in readers if reader.name == content), None)
    if told is None:
        return by_name
    if content == "txt" and by_name is not None and by_name.name not in BINARY:
        return by_name
    if content in JSONS and by_name is not None and by_name.name in JSONS:
        return by_name
    return told


def by_suffix(path: Path, readers: Sequence[Reader]) -> Reader | None:
    """The reader that the file's name promises."""
    suffix = path.suffix.lower()
    return next((reader for reader in readers if suffix in reader.suffixes), None)


def _inside(
    path: Path, packing: str, named: Reader | None, readers: Sequence[Reader], options: ReadOptions
) -> Table:
    """The table of what a packed file holds, with which the copy of it goes."""
    known = [suffix for reader in readers for suffix in reader.suffixes]
    copy = unpacked(path, packing, known, options.table if packing == "zip" else None)
    if copy.file.stat().st_size and content_of(copy.file) in PACKED:
        raise DataError(f"holds a packed file, {copy.file.name!r}; unpack it first")
    table = open_file(copy.file, named, readers, options)
    decisions = table.decisions
    if SUFFIXES.get(path.suffix.lower()) != packing:
        what = f"the file is packed as {packing}, whatever its name says"
        decisions = (Decision(what=what), *decisions)
    elif packing == "zip" and options.table is None:
        decisions = (
            Decision(what=f"the file {copy.file.name!r} is read", otherwise="--table"),
            *decisions,
        )
    return Table(rows=partial(_rows_of, copy, table.rows), decisions=decisions)


def _rows_of(copy: Unpacked, rows: Callable[[], Rows]) -> Rows:  # noqa: ARG001 - held alone
    """The rows, with the copy that they are read of: it is deleted when nobody holds it."""
    yield from rows()
