"""Files of settings: where they are looked for, and how one is read.

The file of `--config`; else the nearest `auditor.toml`, or `pyproject.toml` with `[tool.auditor]`,
from the data's folder upwards; else the nearest from the working folder upwards. A search ends
with the top of a git repository, the user's home and the file system, and never looks into a folder
where anybody may write, such as /tmp.
"""

from __future__ import annotations

import codecs
import os
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from auditor.errors import UsageError
from auditor.work_tree import is_top

NAMES = ("auditor.toml", "pyproject.toml")  # in one folder the first wins
_ANYBODY = stat.S_ISVTX | stat.S_IWOTH  # the modes of a folder that all users share
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Files(Protocol):
    """Where settings are read from."""

    def read(self, path: Path) -> bytes | None:
        """The content of a file; None where there is none."""
        ...

    def called(self, path: Path) -> str:
        """What a message calls the file."""
        ...


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Files as they lie there."""

    def read(self, path: Path) -> bytes | None:
        return path.read_bytes() if path.exists() else None

    def called(self, path: Path) -> str:
        return str(path)


ON_DISK = OnDisk()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """A file with a table of ours."""

    path: Path
    called: str
    table: dict[str, Any]


def read_table(
    config: Path | None, *data: Path, files: Files = ON_DISK
) -> tuple[dict[str, Any], str]:
    """The user's table, and what a message calls its file: of `config`, or of what is found.

    data: the files or folders that are to be audited. Raises UsageError for a file that cannot be
    read.
    """
    found = _table(config, files, named=True) if config else find(*data, files=files)
    return (found.table, found.called) if found else ({}, "defaults")


def find(*data: Path, files: Files = ON_DISK) -> SettingsFile | None:
    """The file of settings that counts for `data`, without `--config`; None without any."""
    starts = (place if place.is_dir() else place.parent for place in data)
    found = (_nearest(start, files) for start in (*starts, Path()))
    return next(filter(None, found), None)


def passed_over(used: SettingsFile, files: Files = ON_DISK) -> str:
    """What a message calls the file that would count if the data lay in the working folder.

    Empty where it is the one that is used, and where there is none.
    """
    try:
        other = _nearest(Path(), files)
    except UsageError:  # it is not used, so it may be anything
        return ""
    same = other is None or os.path.abspath(other.path) == os.path.abspath(used.path)  # noqa: PTH100
    return "" if other is None or same else other.called


def places_near(data: Path) -> list[Path]:
    """Where the settings for `data` may stand, the nearest first."""
    starts = (data if data.is_dir() else data.parent, Path())
    folders = (f for start in starts for f in _upwards(Path(os.path.abspath(start))))  # noqa: PTH100
    return [folder / name for folder in dict.fromkeys(folders) for name in NAMES]


def _nearest(start: Path, files: Files) -> SettingsFile | None:
    for folder in _upwards(Path(os.path.abspath(start))):  # noqa: PTH100 - as the user named it
        for name in NAMES:
            if found := _table(_short(folder / name), files, named=False):
                return found
    return None


def _upwards(start: Path) -> Iterator[Path]:
    """A folder and those above it, as far as they are the user's."""
    here = Path(os.path.abspath(os.curdir))  # noqa: PTH100 - see above
    for folder in (start, *start.parents):
        if _is_shared(folder) and folder != here:
            return
        yield folder
        if is_top(folder) or folder == _home() or _device(folder) != _device(folder.parent):
            return


def _is_shared(folder: Path) -> bool:
    try:
        return folder.stat().st_mode & _ANYBODY == _ANYBODY
    except OSError:
        return False


def _device(folder: Path) -> int | None:
    """The file system that a folder is in; of a link, the link's own."""
    try:
        return folder.lstat().st_dev
    except OSError:
        return None


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a user without an account
        return None


def _short(path: Path) -> Path:
    """The path as a reader would type it here."""
    try:
        return Path(min(os.path.relpath(path), str(path), key=len))
    except ValueError:  # of another drive
        return path


def _table(path: Path, files: Files, *, named: bool) -> SettingsFile | None:
    """Our table in a file; None where there is none."""
    table = read_toml(path, files, named=named)
    called = files.called(path)
    if table is not None and path.name == "pyproject.toml":
        tool = table.get("tool", {})
        table = tool.get("auditor") if isinstance(tool, dict) else None
        if not isinstance(table, dict | None):
            raise UsageError(f"{called}: [tool.auditor] must be a table, not {table!r}")
    return None if table is None else SettingsFile(path=path, called=called, table=table)


def read_toml(path: Path, files: Files, *, named: bool) -> dict[str, Any] | None:
    """A file of TOML; None where there is none. Raises UsageError for what cannot be read.

    named: the user named the file, so that it must be somewhere, if not in `files`.
    """
    where = files.called(path)
    if named and not path.exists():
        raise UsageError(f"{path}: cannot be read: no such file; check the path")
    try:
        content = files.read(path)
        if content is None:
            return None
        if content.startswith(_UTF16):
            raise UsageError(f"{where}: is UTF-16, and TOML is UTF-8; save it as UTF-8")
        return tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: of TOML, text and numbers
        raise UsageError(f"{where}: cannot be read as TOML ({error})") from error
