"""The git work tree that a file is in, found without asking git."""

from __future__ import annotations

import os
from pathlib import Path

OF_TOOLS = {".git", ".dvc"}  # folders in which a work tree has content that is no file of its own


def top_of(folder: Path) -> Path | None:
    """The nearest folder from the absolute `folder` upwards that has a `.git`; None without one."""
    return next((p for p in (folder, *folder.parents) if is_top(p)), None)


def is_top(folder: Path) -> bool:
    """Whether a work tree, or a submodule of one, begins at the folder."""
    return os.path.lexists(folder / ".git")


def name_in_repository(path: Path) -> str:
    """What the repository calls a file, with forward strokes; outside of one the path as given.

    Links are followed, as CI knows a file by where it lies: but one that leads out of the work
    tree, or to what git or DVC keep there, is itself the file's name.
    """
    try:
        folder = path.parent.resolve()
        places = (path.resolve(), folder / path.name)
    except (OSError, RuntimeError):  # links that lead in a circle
        return path.as_posix()
    if (top := top_of(folder)) is None:
        return path.as_posix()
    for place in places:
        if top in place.parents and not OF_TOOLS & {*place.relative_to(top).parts}:
            return place.relative_to(top).as_posix()
    return path.as_posix()
