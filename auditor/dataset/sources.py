"""Where a dataset comes from: a file, a folder, standard input or a table in memory."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from auditor.dataset.memory.tables import is_data, name_of, open_in_memory
from auditor.dataset.opening.file import open_file
from auditor.dataset.opening.packed import stem
from auditor.dataset.opening.pointers import expect_content, expect_no_pointer
from auditor.dataset.values import printable
from auditor.errors import AuditorError, DataError, MachineError, UsageError
from auditor.folders import as_text
from auditor.interfaces import FolderReader, Reader
from auditor.records.reading import ReadOptions, Table

if TYPE_CHECKING:
    from auditor.dataset.memory.tables import InMemory

    Source = str | os.PathLike[str] | InMemory

STDIN = "-"
AS_TOLD = ReadOptions()


@contextmanager
def open_table(
    source: Source,
    input_format: str | None,
    readers: Sequence[Reader],
    options: ReadOptions = AS_TOLD,
) -> Iterator[tuple[str, Table]]:
    """The source's name and its table; an error on the way has the name of the source before it.

    Raises UsageError for an unknown format, DataError for a missing or unreadable file.
    """
    if not isinstance(source, str | os.PathLike):
        name = name_of(source)
        with _named_in_errors(name):
            yield name, open_in_memory(source, options)
        return
    if isinstance(source, str) and is_data(source) and not os.path.exists(source):  # noqa: PTH110
        raise UsageError(
            "the data itself was given as a string, expected the path of a file;"
            " write it into one, or parse it and give the rows as a list of dicts"
        )
    path = Path(source)
    files = [reader for reader in readers if reader.suffixes]
    if str(source) == STDIN:
        with _named_in_errors("stdin"), _spooled(sys.stdin.buffer) as copy:
            yield "stdin", open_file(copy, _by_name(input_format, readers), files, options)
        return
    with _named_in_errors(str(path)):
        found = _matching(path)
        for file in found or [path]:
            expect_content(file, {suffix for reader in readers for suffix in reader.suffixes})
        if found:
            yield as_text(_pattern_name(path)), _folder_reader(readers).open_files(found, options)
            return
        reader = _named_reader(path, input_format, readers)
        if path.is_dir():
            folder = reader or _folder_reader(readers)
            yield as_text(path.resolve().name), folder.open(path, options)
        elif path.is_fifo():  # it can be read but once
            with path.open("rb") as pipe, _spooled(pipe, path.name) as copy:
                yield as_text(stem(path)), open_file(copy, reader, files, options)
        elif reader is not None and not reader.suffixes:
            yield as_text(stem(path)), reader.open(path, options)
        else:
            yield as_text(stem(path)), open_file(path, reader, files, options)


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
def _spooled(stream: BinaryIO, name: str = "stdin") -> Iterator[Path]:
    """A copy of the stream that only this user can read, deleted in the end."""
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        copy = Path(folder) / name
        with copy.open("wb") as file:
            shutil.copyfileobj(stream, file)
        expect_no_pointer(copy)
        yield copy


def expect_exists(path: Path) -> None:
    """Raises DataError where there is nothing to read."""
    if not path.exists():
        remote = re.match(r"\w{2,}:/", str(path))  # a Path folds the two strokes of a URL into one
        step = "only local files are read: download it first" if remote else "check the path"
        raise DataError(f"no such file or folder; {step}")


def _named_reader(path: Path, input_format: str | None, readers: Sequence[Reader]) -> Reader | None:
    """The reader of the format that the user named, if any, where there is something to read."""
    expect_exists(path)
    if not (path.is_file() or path.is_dir() or path.is_fifo()):
        raise DataError("neither a file nor a folder; give a file to read")
    if input_format is None:
        return None
    reader = _by_name(input_format, readers)
    if path.is_dir() and reader.suffixes:
        raise DataError(f"a folder, expected a {reader.name} file; drop --input-format")
    return reader


def _folder_reader(readers: Sequence[Reader]) -> FolderReader:
    """The one that takes no file."""
    return next(reader for reader in readers if isinstance(reader, FolderReader))


def _matching(pattern: Path) -> list[Path]:
    """The files that a pattern such as data/train-*.csv finds, where no file is called so."""
    if not re.search(r"[*?\[]", str(pattern)) or pattern.exists():
        return []
    found = glob(str(pattern), recursive=True)  # noqa: PTH207 - of a pattern that may be absolute
    return [path for path in map(Path, sorted(found)) if path.is_file()]


def _pattern_name(pattern: Path) -> str:
    """What its files have in common, or the folder that they are in."""
    common = re.sub(r"[*?]+|\[[^]]*\]", "", stem(pattern)).strip("-_. ")
    return common or pattern.parent.resolve().name


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
