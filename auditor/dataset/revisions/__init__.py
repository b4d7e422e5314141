"""A file or dataset folder as it is in git at a revision, or in DVC where git has but its pointer.

    git.py   a repository that is found, opened and read without trusting what is checked out
    dvc.py   what DVC keeps, from its cache

Content is read as git stores it: no filter runs, and nothing in the working tree is touched.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec

from auditor.dataset.revisions.dvc import keep_of
from auditor.dataset.revisions.git import LINK, Repository, TreeEntry, find_repository, superproject
from auditor.errors import DataError, MachineError, UsageError

POINTER = b"version https://git-lfs.github.com/spec/"  # how a Git LFS pointer begins


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[Path]:
    """`path` as it is at `revision`, under the same name in a temporary folder, gone afterwards.

    Raises UsageError outside git and for an unknown revision, DataError where the revision has no
    such file, MachineError without git, or where git or DVC lack the content.
    """
    place = _absolute(path)
    if not _folder(place).is_dir():
        raise DataError(f"{place}: no such file or folder; check the path")
    asked = _locate(place, _checked(revision))
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        copy = Path(folder) / place.name
        entry = asked.entry()
        if entry is None:
            _read_from_dvc(asked, copy)
        elif entry.kind == "tree":
            _write_folder(asked, copy)
        else:
            _write_file(asked, entry, copy)
        yield copy


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
        _plain(asked, entry)
        return asked.repository.blob(entry.object)

    def called(self, path: Path) -> str:
        """What a message calls the file."""
        return f"{path} at {self.revision}" if self.hold(path) else str(path)

    def hold(self, path: Path) -> bool:
        """Whether the path is in the dataset's repository, or in a submodule of it."""
        place = _absolute(path)
        own = _project(_folder(_absolute(self.dataset)))
        return own is not None and own == _project(_folder(place))

    def differ(self, path: Path) -> bool:
        """Whether a file or folder of the repository is another now than at the revision."""
        if not self.hold(path):
            return False
        asked, place = self._asked(path), _absolute(path)
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
        place = _absolute(path)
        repository = find_repository(_folder(place))
        if repository is None or not self.hold(path):
            return False
        linked = any(p.is_symlink() for p in _way(repository, place))
        return linked or bool(repository.tracked(_named(repository, place)))

    def lead_out(self) -> Path | None:
        """A link of the branch at, above or in the dataset that leads out of the work tree.

        It could bring any file of the machine into a report. DVC's links are none of git's.
        """
        place = _absolute(self.dataset)
        repository = find_repository(_folder(place))
        if repository is None:
            return None
        own = repository.tracked(_named(repository, place))
        above = [p for p in _way(repository, place)[1:] if p.is_symlink()]
        links = [repository.top / name for name, mode in own.items() if mode == LINK]
        links += [p for p in above if repository.tracked(_named(repository, p))]
        return next((link for link in links if not _stays(repository, link)), None)

    def _asked(self, path: Path) -> _Asked:
        return _locate(_absolute(path), _checked(self.revision))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for, as git names it."""

    repository: Repository
    revision: str
    commit: str
    name: str  # from the top of the repository; empty: the whole of it

    @property
    def place(self) -> str:
        return f"--base-ref {self.revision}: {self.name or self.repository.top}"

    def entry(self) -> TreeEntry | None:
        """The file or folder itself; None where the revision has neither."""
        if not self.name:
            return TreeEntry(mode="040000", kind="tree", object=self.commit, name="")
        return next(iter(self.repository.listed(self.commit, self.name)), None)

    def files(self) -> list[TreeEntry]:
        """All that is in the folder."""
        return self.repository.listed(self.commit, self.name, below=True)


def _checked(revision: str) -> str:
    if not revision or revision.startswith("-"):
        raise UsageError(f"--base-ref {revision}: not a revision; give one such as origin/main")
    return revision


def _absolute(path: Path) -> Path:
    # Lexically, which `Path.resolve` is not: DVC may link a file out of the repository.
    return Path(os.path.abspath(path))  # noqa: PTH100 - see above


def _folder(place: Path) -> Path:
    return place if place.is_dir() else place.parent


def _project(folder: Path) -> Path | None:
    """The top of the repository that a folder is in, or of the one that has it as a submodule."""
    repository = find_repository(folder)
    while repository and (above := superproject(repository)):
        repository = above
    return repository.top if repository else None


def _locate(place: Path, revision: str) -> _Asked:
    """Where in which repository, and at which commit."""
    repository = find_repository(_folder(place))
    if repository is None:
        raise UsageError(
            f"--base-ref {revision}: {_folder(place)} is in no git repository; give the other "
            "dataset with --base BASE"
        )
    return _inside(repository, place, revision)


def _inside(repository: Repository, place: Path, revision: str) -> _Asked:
    """The place at the revision.

    Where a submodule is now, the revision is the superproject's: it decides at what commit the
    submodule is read, or what else it had there. So no branch brings a history of its own.
    """
    name = _named(repository, place)
    above = superproject(repository)
    if above is None:
        commit = repository.commit(revision)
        return _Asked(repository=repository, revision=revision, commit=commit, name=name)
    around = _inside(above, repository.top, revision)
    entry = around.entry()
    if entry is None or entry.kind != "commit":
        return dataclasses.replace(around, name=_named(around.repository, place))
    commit = repository.commit(entry.object)
    return _Asked(repository=repository, revision=revision, commit=commit, name=name)


def _named(repository: Repository, place: Path) -> str:
    return "" if place == repository.top else place.relative_to(repository.top).as_posix()


def _way(repository: Repository, place: Path) -> list[Path]:
    """The place, and the folders of the work tree that lead to it."""
    return [p for p in (place, *place.parents) if repository.top in p.parents]


def _stays(repository: Repository, link: Path) -> bool:
    """Whether a link leads to a file of the work tree, and to none of git's own."""
    end, top = link.resolve(), repository.top.resolve()
    return end.is_relative_to(top) and ".git" not in end.relative_to(top).parts


def _write_folder(asked: _Asked, copy: Path) -> None:
    copy.mkdir(exist_ok=True)
    for entry in asked.files():
        inside = PurePosixPath(entry.name).relative_to(asked.name)
        if ".." in inside.parts:
            raise DataError(
                f"{asked.place}: holds a file named {entry.name}, which leads out of it"
            )
        path = copy / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_file(asked, entry, path)


def _write_file(asked: _Asked, entry: TreeEntry, copy: Path) -> None:
    _plain(asked, entry)
    with copy.open("wb") as file:
        try:
            asked.repository.blob(entry.object, stdout=file.fileno())
        except MachineError as error:
            raise MachineError(f"{asked.place}: {error}") from error
    with copy.open("rb") as file:
        if file.read(len(POINTER)) == POINTER:
            raise DataError(
                f"{asked.place}: {entry.name} is kept by Git LFS, git has but a pointer to it; "
                f"check it out with `git worktree add ../base {asked.revision}` and give "
                f"--base ../base/{asked.name}"
            )


def _plain(asked: _Asked, entry: TreeEntry) -> None:
    """Raises DataError for what is no file of its own."""
    if entry.mode in (LINK, "160000"):
        what = "a symbolic link" if entry.mode == LINK else "a submodule"
        raise DataError(
            f"{asked.place}: {entry.name} is {what} there; give the file that it leads to, or the "
            "other dataset with --base BASE"
        )


def _same(repository: Repository, entry: TreeEntry, path: Path) -> bool:
    """Whether a file holds what git kept, or what the pointer of Git LFS names that it kept."""
    content = path.read_bytes()
    kind = hashlib.sha1 if len(entry.object) == 40 else hashlib.sha256
    if kind(b"blob %d\0" % len(content) + content).hexdigest() == entry.object:
        return True
    kept = repository.blob(entry.object) if entry.kind == "blob" else b""
    return kept.startswith(POINTER) and hashlib.sha256(content).hexdigest().encode() in kept


def _read_from_dvc(asked: _Asked, copy: Path) -> None:
    keep = keep_of(asked.repository, asked.commit, asked.name)
    if keep is None:
        raise DataError(
            f"{asked.place} is not there; it may have had another name, give that dataset with "
            "--base BASE, or leave --base-ref out where the dataset is new"
        )
    try:
        if keep.copy(asked.name, copy):
            return
    except (LookupError, ValueError, OSError, msgspec.MsgspecError) as error:
        raise MachineError(
            f"{asked.place}: {error}; where you trust the configuration that is checked out get it "
            f"with `dvc fetch --all-commits`, else `git worktree add ../base {asked.revision}`, "
            f"`dvc pull` there, and give --base ../base/{asked.name}"
        ) from error
    raise DataError(
        f"{asked.place} is neither in git nor in DVC there; give the other dataset with --base BASE"
    )
