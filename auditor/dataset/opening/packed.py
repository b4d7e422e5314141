"""Compressed files and archives of one file: unpacked into a copy that only this user can read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shlex
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from auditor.dataset.typed.columnar import allowed_bytes
from auditor.dataset.values import printable, quoted_names
from auditor.errors import DataError, UsageError

SUFFIXES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd", ".zip": "zip"}
SUFFIXES |= {".gzip": "gzip", ".zstd": "zstd", ".bz": "bzip2"}
PIECE = 1 << 20  # bytes copied at a time
NO_DATA = ("readme", "license", "licence", "copying", "notice", "changelog", "citation", "metadata")
FAULTS = (  # what a damaged file ends in
    *(EOFError, OSError, RuntimeError, ValueError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)


@dataclass(frozen=True, kw_only=True)  # without slots: it can be referred to weakly
class Unpacked:
    """The copy; it is deleted when nobody holds this any more, at the latest when Python ends."""

    file: Path


def unpacked(path: Path, packing: str, known: Sequence[str], table: str | None) -> Unpacked:
    """The file that `path` holds, as a copy that keeps its name.

    known: the suffixes that can be read; table: which file of an archive is meant. Raises DataError
    where the archive holds no such file or several, where it is damaged, and where it unpacks to
    far too much.
    """
    folder = Path(tempfile.mkdtemp(prefix="auditor-"))
    try:
        made = Unpacked(file=_unpack(path, packing, known, table, folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(made, shutil.rmtree, folder, ignore_errors=True)
    return made


def _unpack(
    path: Path, packing: str, known: Sequence[str], table: str | None, folder: Path
) -> Path:
    """The file of data, unpacked into the folder."""
    try:
        if packing != "zip":
            file = folder / _inner_name(path)
            with OPENERS[packing](path) as stream:
                _copy(stream, file, allowed_bytes(path))
            return file
        with zipfile.ZipFile(path) as archive:
            member = _member(archive, known, table)
            file = folder / PurePosixPath(member.filename).name
            with archive.open(member) as stream:
                _copy(stream, file, allowed_bytes(path))
            return file
    except PermissionError:
        raise
    except FAULTS as error:
        raise DataError(
            f"cannot be unpacked as {packing} ({str(error)[:120] or type(error).__name__});"
            " it may be cut short: copy it again"
        ) from error


def stem(path: Path) -> str:
    """The file's name without the suffixes of packing and format."""
    return Path(_inner_name(path)).stem


def _inner_name(path: Path) -> str:
    return path.stem if path.suffix.lower() in SUFFIXES else path.name


def _zstd(path: Path) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")


OPENERS: dict[str, Callable[[Path], Any]] = {
    "gzip": gzip.open,
    "bzip2": bz2.open,
    "xz": lzma.open,
    "zstd": _zstd,
}


def _copy(stream: IO[bytes], to: Path, allowed: int) -> None:
    size = 0
    with to.open("wb") as file:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > allowed:
                raise DataError(
                    f"unpacks to more than {allowed / 1024**3:.0f} GiB, out of all proportion to"
                    " its size; if that is right, unpack it yourself"
                )
            file.write(piece)


def _member(archive: zipfile.ZipFile, known: Sequence[str], table: str | None) -> zipfile.ZipInfo:
    """The one file of data, or the one that the user names."""
    found = {m.filename: m for m in archive.infolist() if _is_data(m, known)}
    if table is not None:
        named = [n for n in found if table in (n, PurePosixPath(n).name, PurePosixPath(n).stem)]
        if len(named) != 1:
            raise UsageError(f"no file {table!r} for --table; it holds {quoted_names(found)}")
        found = {named[0]: found[named[0]]}
    if len(found) != 1:
        if not found:
            raise DataError("the archive holds no file of data")
        first = shlex.quote(printable(min(found)))
        raise DataError(
            f"the archive holds several files, {quoted_names(sorted(found))}; name one of them, as"
            f" with --table {first}, or unpack it and read the folder"
        )
    [member] = found.values()
    if member.flag_bits & 1:
        raise DataError("the archive is encrypted; unpack it first")
    return member


def _is_data(member: zipfile.ZipInfo, known: Sequence[str]) -> bool:
    place = PurePosixPath(member.filename)
    if member.is_dir() or "__MACOSX" in place.parts or place.name.startswith("."):
        return False
    if place.stem.lower().startswith(NO_DATA):
        return False
    return place.suffix.lower() in (*known, *SUFFIXES, "")
