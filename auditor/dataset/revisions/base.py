"""What a revision has of a dataset: a file of that name, of the name that it had, or none.

A rename is told as git tells it: of the files that are there no longer, one that shares at least
half of its content, line by line. Here what lies in the work tree counts, committed or not.
"""

from __future__ import annotations

import hashlib
import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec

from auditor.dataset.revisions.dvc import keep_of
from auditor.dataset.revisions.git import LINK, TreeEntry
from auditor.dataset.revisions.place import PlaceAtRevision, absolute, locate
from auditor.errors import DataError, MachineError

RENAMED = 0.5  # share of the content that a renamed file keeps; the default of `git diff -M`
MAX_COMPARED = 50  # files that are gone; of more, only one that is the same to the byte is seen
MAX_BYTES = 1 << 28  # of files that are compared line by line


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseAtRevision:
    """Where the base of a dataset is at a revision."""

    path: Path | None  # as `at_revision` takes it; None: there is none
    remark: str = ""  # what is to be said where it is not the dataset's own path; no full stop


def find_base(dataset: Path, revision: str, base_path: Path | None = None) -> BaseAtRevision:
    """The base of a dataset at a revision; base_path: the one that the user says it had there.

    `base_path` is of the working folder, or else of the repository's top. Raises DataError where
    the revision has no such file or the dataset is nowhere; else as `at_revision`.
    """
    if base_path is not None:
        return _named(dataset, revision, base_path)
    asked = locate(dataset, revision)
    if _has(asked):
        return BaseAtRevision(path=dataset)
    if not dataset.exists():
        raise DataError(f"{dataset}: no such file or folder; check the path")
    former = _former_names(asked, absolute(dataset))
    new = f"{asked.name or dataset} is not in git or DVC at {revision}"
    if len(former) == 1:
        return BaseAtRevision(
            path=asked.repository.top / former[0],
            remark=f"{new}; the base is {former[0]} there, which was renamed (--base-path names "
            "another)",
        )
    likely = f"it may have been {' or '.join(former[:3])}" if former else "if it had another name"
    return BaseAtRevision(
        path=None,
        remark=f"{new}, so there is no base: the set was judged by itself ({likely}, give "
        "--base-path PATH)",
    )


def _named(dataset: Path, revision: str, path: Path) -> BaseAtRevision:
    """The file that the user names."""
    asked = locate(dataset, revision)
    for place in (absolute(path), absolute(asked.repository.top / path)):
        if place.is_relative_to(asked.repository.top) and _has(locate(place, revision)):
            return BaseAtRevision(path=place)
    raise DataError(
        f"--base-path {path}: not in git or DVC at {revision}; see "
        f"`git ls-tree -r --name-only {shlex.quote(revision)}` for what is there"
    )


def _has(asked: PlaceAtRevision) -> bool:
    """Whether git or DVC has the file or folder at the revision, be its content here or not."""
    if asked.entry() is not None:
        return True
    try:
        return keep_of(asked.repository, asked.commit, asked.name).has(asked.name)
    except (LookupError, ValueError, OSError, msgspec.MsgspecError):
        return True  # what is wrong with it is said when it is read


def _former_names(asked: PlaceAtRevision, dataset: Path) -> list[str]:
    """The files that a new one may have been, the most like it first."""
    if not dataset.is_file():
        return []
    content = dataset.read_bytes()
    gone = [entry for entry in asked.all_files() if _is_gone(asked, entry, dataset.suffix)]
    if same := [entry.name for entry in gone if entry.object == _object(content, entry)]:
        return same
    if len(gone) > MAX_COMPARED or len(content) > MAX_BYTES:
        return []
    lines = Counter(content.splitlines(keepends=True))
    likeness = {entry.name: _likeness(asked, entry, lines, len(content)) for entry in gone}
    found = [name for name, share in likeness.items() if share >= RENAMED]
    return sorted(found, key=lambda name: (-likeness[name], name))


def _is_gone(asked: PlaceAtRevision, entry: TreeEntry, suffix: str) -> bool:
    """Whether a file of the same format is there no longer."""
    path = asked.repository.top / entry.name
    alike = PurePosixPath(entry.name).suffix.lower() == suffix.lower()
    return alike and entry.kind == "blob" and entry.mode != LINK and not path.exists()


def _object(content: bytes, entry: TreeEntry) -> str:
    """What git would call the content, by the kind of hash that the repository uses."""
    kind = hashlib.sha1 if len(entry.object) == 40 else hashlib.sha256
    return kind(b"blob %d\0" % len(content) + content).hexdigest()


def _likeness(asked: PlaceAtRevision, entry: TreeEntry, lines: Counter[bytes], size: int) -> float:
    """The share of the longer of two files that stands in both; 0 for content that is not here."""
    try:
        other = asked.content(entry)
    except MachineError:
        return 0.0
    if not RENAMED * size <= len(other) <= size / RENAMED:
        return 0.0
    shared = lines & Counter(other.splitlines(keepends=True))
    return sum(len(line) * n for line, n in shared.items()) / max(size, len(other), 1)
