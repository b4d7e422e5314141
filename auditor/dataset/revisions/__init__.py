"""A file or dataset folder as it is in git at a revision, or in LFS or DVC where git has a pointer.

    git.py        a repository that is found, opened and read without trusting what is checked out
    place.py      where a path is in which repository, and what a revision has there
    fetching.py   what to type to get what a clone lacks
    base.py       what the revision has of a dataset: under its name, under another, or not at all
    lfs.py        what Git LFS keeps, from its store
    dvc.py        what DVC keeps, from its cache
    files.py      the files next to a dataset, such as its settings

Content is read as git stores it: no filter runs, and nothing in the working tree is touched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec

from auditor.dataset.revisions.base import BaseAtRevision, find_base
from auditor.dataset.revisions.dvc import keep_of
from auditor.dataset.revisions.files import FilesAtRevision
from auditor.dataset.revisions.git import TreeEntry
from auditor.dataset.revisions.lfs import fill_in
from auditor.dataset.revisions.place import PlaceAtRevision, absolute, fetched, locate
from auditor.errors import DataError, MachineError

__all__ = ["BaseAtRevision", "FilesAtRevision", "at_revision", "fetched", "find_base"]


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[Path]:
    """`path` as it is at `revision`, under the same name in a temporary folder, gone afterwards.

    Raises UsageError outside git and for an unknown revision, DataError where the revision has no
    such file, MachineError without git, or where git, LFS or DVC lack the content.
    """
    asked = locate(path, revision)
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        copy = Path(folder) / absolute(path).name
        entry = asked.entry()
        if entry is None:
            _read_from_dvc(asked, copy)
        elif entry.kind == "tree":
            _write_folder(asked, copy)
        else:
            _write_file(asked, entry, copy)
        yield copy


def _write_folder(asked: PlaceAtRevision, copy: Path) -> None:
    copy.mkdir(exist_ok=True)
    for entry in asked.files():
        inside = PurePosixPath(entry.name).relative_to(asked.name)
        if ".." in inside.parts:
            raise DataError(f"{asked}: holds a file named {entry.name}, which leads out of it")
        path = copy / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_file(asked, entry, path)


def _write_file(asked: PlaceAtRevision, entry: TreeEntry, copy: Path) -> None:
    with copy.open("wb") as file:
        asked.content(entry, stdout=file.fileno())
    fill_in(asked, entry, copy)


def _read_from_dvc(asked: PlaceAtRevision, copy: Path) -> None:
    keep = keep_of(asked.repository, asked.commit, asked.name)
    try:
        if keep.copy(asked.name, copy):
            return
    except (LookupError, ValueError, OSError, msgspec.MsgspecError) as error:
        raise MachineError(
            f"{asked}: {error}; where you trust the configuration that is checked out get it "
            f"with `dvc fetch --all-commits`, else `git worktree add ../base {asked.revision}`, "
            f"`dvc pull` there, and give --base ../base/{asked.name}"
        ) from error
    raise DataError(
        f"{asked} is not there, neither in git nor in DVC; name the path that it had with "
        "--base-path PATH, or give another dataset with --base BASE"
    )
