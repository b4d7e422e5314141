"""The files next to a dataset, such as its settings, as they are at a revision."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from auditor.dataset.opening.pointers import LFS
from auditor.dataset.revisions.git import LINK, Repository, TreeEntry, find_repository
from auditor.dataset.revisions.place import (
    PlaceAtRevision,
    absolute,
    folder_of,
    locate,
    named,
    project,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesAtRevision:
    """The files next to a dataset: those of its repository at `revision`, others as they lie there.

    dataset, revision: as in `at_revision`, whose errors its methods raise.
    """

    dataset: Path
    revision: str

    def read(self, path: Path) -> bytes | None:
        """The content of a file; None where there is none."""
        if not self.hold(path):
            return path.read_bytes() if path.exists() else None
        asked = self._asked(path)
        entry = asked.entry()
        if entry is None:
            return None
        return asked.content(entry)

    def called(self, path: Path) -> str:
        """What a message calls the file."""
        return f"{path} at {self.revision}" if self.hold(path) else str(path)

    def hold(self, path: Path) -> bool:
        """Whether the path is in the dataset's repository, or in a submodule of it."""
        place = absolute(path)
        own = project(folder_of(absolute(self.dataset)))
        return own is not None and own == project(folder_of(place))

    def differ(self, path: Path) -> bool:
        """Whether a file or folder of the repository is another now than at the revision."""
        if not self.hold(path):
            return False
        asked, place = self._asked(path), absolute(path)
        entry = asked.entry()
        files = asked.files() if entry and entry.kind == "tree" else [entry] if entry else []
        then = {PurePosixPath(e.name).relative_to(asked.name): e for e in files}
        found = place.rglob("*") if place.is_dir() else [place]
        now = {PurePosixPath(p.relative_to(place)): p for p in found if p.is_file()}
        return then.keys() != now.keys() or any(
            not _same(asked.repository, then[name], now[name]) for name in now
        )

    def track(self, path: Path) -> bool:
        """Whether the branch brings files at the path, or a link on the way to it."""
        place = absolute(path)
        repository = find_repository(folder_of(place))
        if repository is None or not self.hold(path):
            return False
        linked = any(p.is_symlink() for p in _way(repository, place))
        return linked or bool(repository.tracked(named(repository, place)))

    def lead_out(self) -> Path | None:
        """A link of the branch at, above or in the dataset that leads out of the work tree.

        It could bring any file of the machine into a report. DVC's links are none of git's.
        """
        place = absolute(self.dataset)
        repository = find_repository(folder_of(place))
        if repository is None:
            return None
        own = repository.tracked(named(repository, place))
        above = [p for p in _way(repository, place)[1:] if p.is_symlink()]
        links = [repository.top / name for name, mode in own.items() if mode == LINK]
        links += [p for p in above if repository.tracked(named(repository, p))]
        return next((link for link in links if not _stays(repository, link)), None)

    def _asked(self, path: Path) -> PlaceAtRevision:
        return locate(path, self.revision)


def _same(repository: Repository, entry: TreeEntry, path: Path) -> bool:
    """Whether a file holds what git kept, or what the pointer of Git LFS names that it kept."""
    content = path.read_bytes()
    kind = hashlib.sha1 if len(entry.object) == 40 else hashlib.sha256
    if kind(b"blob %d\0" % len(content) + content).hexdigest() == entry.object:
        return True
    kept = repository.blob(entry.object) if entry.kind == "blob" else b""
    return kept.startswith(LFS) and hashlib.sha256(content).hexdigest().encode() in kept


def _way(repository: Repository, place: Path) -> list[Path]:
    """The place, and the folders of the work tree that lead to it."""
    return [p for p in (place, *place.parents) if repository.top in p.parents]


def _stays(repository: Repository, link: Path) -> bool:
    """Whether a link leads to a file of the work tree, and to none of git's own."""
    end, top = link.resolve(), repository.top.resolve()
    return end.is_relative_to(top) and ".git" not in end.relative_to(top).parts
