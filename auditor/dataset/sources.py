"""Where a dataset comes from: a file, a folder, standard input or a DataFrame."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from auditor.dataset.dataframe import frame_rows
from auditor.dataset.values import Rows, printable
from auditor.errors import AuditorError, DataError, MachineError, UsageError
from auditor.folders import as_text
from auditor.interfaces import Reader

if TYPE_CHECKING:
    import pandas as pd

    Source = str | os.PathLike[str] | pd.DataFrame

STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """The rows of one source, which can be read again and again, each time from the first."""

    name: str
    read: Callable[[], Rows]


@contextmanager
def open_table(
    source: Source, input_format: str | None, readers: Sequence[Reader]
) -> Iterator[SourceTable]:
    """The source as a table; an error on the way is raised with the name of the source before it.

    Raises UsageError for an unknown format, DataError for a missing or unreadable file.
    """
    if not isinstance(source, str | os.PathLike):
        if not hasattr(source, "iloc"):
            raise UsageError(f"expected a path or a DataFrame, found {type(source).__name__}")
        with _named_in_errors("dataframe"):
            yield SourceTable(name="dataframe", read=partial(frame_rows, source))
        return
    path = Path(source)
    if str(source) == STDIN:
        with _named_in_errors("stdin"), _spooled(sys.stdin.buffer) as copy:
            yield SourceTable(
                name="stdin", read=partial(_by_name(input_format, readers).read, copy)
            )
        return
    with _named_in_errors(str(path)):
        reader = _reader_for(path, input_format, readers)
        name = as_text(path.resolve().name if path.is_dir() else path.stem)
        if path.is_fifo():  # it can be read but once
            with path.open("rb") as pipe, _spooled(pipe) as copy:
                yield SourceTable(name=name, read=partial(reader.read, copy))
        else:
            yield SourceTable(name=name, read=partial(reader.read, path))


@contextmanager
def _named_in_errors(place: str) -> Iterator[None]:
    try:
        yield
    except AuditorError as error:
        raise type(error)(printable(f"{place}: {error}")) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise MachineError(printable(f"{place}: cannot be read ({reason})")) from error


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[Path]:
    """A copy of the stream that only this user can read, deleted in the end."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        copy = Path(folder) / "stdin"
        with copy.open("wb") as file:
            shutil.copyfileobj(stream, file)
        yield copy


def _reader_for(path: Path, input_format: str | None, readers: Sequence[Reader]) -> Reader:
    """The reader of the format that the user named, else of the suffix."""
    if not path.exists():
        remote = re.match(r"\w{2,}:/", str(path))  # a Path folds the two strokes of a URL into one
        step = "only local files are read: download it first" if remote else "check the path"
        raise DataError(f"no such file or folder; {step}")
    if not (path.is_file() or path.is_dir() or path.is_fifo()):
        raise DataError("neither a file nor a folder; give a file to read")
    if input_format is not None:
        reader = _by_name(input_format, readers)
        if path.is_dir() and reader.suffixes:
            raise DataError(f"a folder, expected a {reader.name} file; drop --input-format")
        return reader
    if path.is_dir():
        return next(reader for reader in readers if not reader.suffixes)
    suffix = path.suffix.lower()
    for reader in readers:
        if suffix in reader.suffixes:
            return reader
    known = ", ".join(suffix for reader in readers for suffix in reader.suffixes)
    raise UsageError(
        f"unknown file type {suffix!r}; known are {known};"
        f" name the format with --input-format ({_names(readers)})"
    )


def _by_name(input_format: str | None, readers: Sequence[Reader]) -> Reader:
    if input_format is None:
        raise UsageError(f"name the format with --input-format ({_names(readers)})")
    for reader in readers:
        if reader.name == input_format.lower():
            return reader
    near = difflib.get_close_matches(input_format, [reader.name for reader in readers], 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"unknown --input-format {input_format!r}{hint}; known: {_names(readers)}")


def _names(readers: Sequence[Reader]) -> str:
    return ", ".join(reader.name for reader in readers)
