"""Folders of a machine: which can be written, and where a user's caches go, if anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def can_be_written(folder: Path) -> bool:
    """Whether files can be made in `folder`, which is made first where it is not there."""
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def user_cache(name: str) -> Path | None:
    """The user's cache folder of the program `name`; None for a user without a home.

    So is a number without an account where HOME is not set, as in many containers.
    """
    try:
        folder = Path(platformdirs.user_cache_dir(name, appauthor=False))
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None  # earlier versions leave the "~" of no one


def as_text(path: str | os.PathLike[str]) -> str:
    """A path as text that any file may hold: bytes that are not UTF-8 are escaped."""
    try:
        held = os.fspath(path).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # of Windows, whose names are any 16-bit numbers
        held = os.fspath(path).encode("utf-8", "backslashreplace")
    return held.decode("utf-8", "backslashreplace")


def as_path(text: str) -> Path:
    """The reverse, for a name that is text: where the locale is C, Python takes bytes alone."""
    return Path(os.fsdecode(text.encode("utf-8", "surrogateescape")))
