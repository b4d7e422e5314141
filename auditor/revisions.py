"""A file or dataset folder as it is in git at a revision, or in DVC where git has but its pointer.

Content is read as git stores it: no filter runs, and nothing in the working tree is touched.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from auditor.errors import DataError, SurroundingsError, UsageError

POINTER = b"version https://git-lfs.github.com/spec/"  # how a Git LFS pointer begins
# A hook of git's is told of the commit in the making; which repository a file is in, the file says.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[Path]:
    """`path` as it is at `revision`, under the same name in a temporary folder, gone afterwards.

    Raises UsageError outside git and for an unknown revision, DataError where the revision has no
    such file, SurroundingsError without git, or without DVC where that keeps the file.
    """
    if not revision or revision.startswith("-"):
        raise UsageError(f"--base-ref {revision}: not a revision; give one such as origin/main")
    place = Path(os.path.abspath(path))  # lexically: DVC may link a file out of the repository
    asked = _locate(place, revision)
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
class _Entry:
    """One line of `git ls-tree`."""

    mode: str
    kind: str  # blob, tree or commit
    object: str
    name: str  # from the top of the repository


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for, as git names it."""

    root: Path
    revision: str
    commit: str
    name: str  # from the top of the repository; empty: the whole of it

    @property
    def told(self) -> str:
        return f"--base-ref {self.revision}: {self.name or self.root}"

    def entry(self) -> _Entry | None:
        """The file or folder itself; None where the revision has neither."""
        if not self.name:
            return _Entry(mode="040000", kind="tree", object=self.commit, name="")
        return next(iter(self._listed(self.name)), None)

    def files(self) -> list[_Entry]:
        """All that is in the folder."""
        return self._listed("-r", self.name) if self.name else self._listed("-r")

    def has(self, name: str) -> bool:
        return bool(self._listed(name))

    def _listed(self, *words: str) -> list[_Entry]:
        flags, names = [w for w in words if w == "-r"], [w for w in words if w != "-r"]
        listed = _git(self.root, "ls-tree", "-z", "--full-tree", *flags, self.commit, "--", *names)
        return [_entry(line) for line in os.fsdecode(listed.stdout).split("\0") if line]


def _entry(line: str) -> _Entry:
    head, _, name = line.partition("\t")
    mode, kind, object_ = head.split()
    return _Entry(mode=mode, kind=kind, object=object_, name=name)


def _locate(place: Path, revision: str) -> _Asked:
    """Where in which repository, and at which commit."""
    here = place if place.is_dir() else place.parent
    if not here.is_dir():
        raise DataError(f"{place}: no such file or folder; check the path")
    found = _git(here, "rev-parse", "--show-toplevel")
    if found.returncode:
        raise UsageError(
            f"--base-ref {revision}: {here} is in no git repository ({_last(found)}); give the "
            "other dataset with --base BASE"
        )
    root = Path(os.fsdecode(found.stdout).removesuffix("\n"))
    prefix = os.fsdecode(_git(here, "rev-parse", "--show-prefix").stdout).removesuffix("\n")
    name = prefix.rstrip("/") if here == place else prefix + place.name
    return _Asked(root=root, revision=revision, commit=_commit(root, revision), name=name)


def _commit(root: Path, revision: str) -> str:
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.decode().strip()
    remote, _, branch = revision.partition("/")
    fetch = f"`git fetch {remote} {branch}`" if branch else "`git fetch`"
    shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    step = (
        f"this clone is shallow: fetch it with {fetch}, or clone all of the history (`fetch-depth: "
        "0` of actions/checkout, GIT_DEPTH 0 in GitLab)"
        if shallow
        else f"fetch it with {fetch}, or see `git branch --all` for what there is"
    )
    raise UsageError(f"--base-ref {revision}: no such revision; {step}")


def _write_folder(asked: _Asked, copy: Path) -> None:
    copy.mkdir(exist_ok=True)
    for entry in asked.files():
        inside = PurePosixPath(entry.name).relative_to(asked.name)
        if ".." in inside.parts:
            raise DataError(f"{asked.told}: holds a file named {entry.name}, which leads out of it")
        path = copy / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_file(asked, entry, path)


def _write_file(asked: _Asked, entry: _Entry, copy: Path) -> None:
    if entry.mode in ("120000", "160000"):
        what = "a symbolic link" if entry.mode == "120000" else "a submodule"
        raise DataError(
            f"{asked.told}: {entry.name} is {what} there; give the file that it leads to, or the "
            "other dataset with --base BASE"
        )
    with copy.open("wb") as file:
        done = _git(asked.root, "cat-file", "blob", entry.object, stdout=file.fileno())
    if done.returncode:
        raise SurroundingsError(f"{asked.told}: git cannot read it ({_last(done)})")
    with copy.open("rb") as file:
        if file.read(len(POINTER)) == POINTER:
            raise DataError(
                f"{asked.told}: {entry.name} is kept by Git LFS, git has but a pointer to it; "
                f"check it out with `git worktree add ../base {asked.revision}` and give "
                f"--base ../base/{asked.name}"
            )


def _read_from_dvc(asked: _Asked, copy: Path) -> None:
    """Copies what DVC keeps at that revision, from its cache, else its remote."""
    if not asked.has(".dvc"):
        raise DataError(
            f"{asked.told} is not there; it may have had another name, give that dataset with "
            "--base BASE, or leave --base-ref out where the dataset is new"
        )
    try:
        from dvc.api import DVCFileSystem
    except ImportError as error:
        raise SurroundingsError(
            f"{asked.told} is not in git, and to read what DVC keeps the package dvc is needed: "
            "pip install 'auditor[dvc]'"
        ) from error
    try:
        kept = DVCFileSystem(asked.root, rev=asked.commit)
        if not kept.exists(asked.name):
            raise DataError(
                f"{asked.told} is neither in git nor in DVC there; give the other dataset with "
                "--base BASE"
            )
        kept.get(asked.name, str(copy), recursive=kept.isdir(asked.name))
    except DataError:
        raise
    except Exception as error:  # of DVC, its storages or their libraries: there is no one class
        raise SurroundingsError(
            f"{asked.told}: DVC cannot read it ({error}); get it with `dvc fetch --all-commits`"
        ) from error


def _git(
    folder: Path, *words: str, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    """Runs git in the folder; raises SurroundingsError where there is none."""
    surroundings = {k: v for k, v in os.environ.items() if k not in _OF_A_HOOK}
    try:
        return subprocess.run(  # noqa: S603 - a list of words, none of which git takes for an option
            ["git", "--literal-pathspecs", *words],  # noqa: S607 - the git that the user has
            cwd=folder,
            stdout=stdout,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=surroundings | {"LC_ALL": "C"},
            check=False,
        )
    except FileNotFoundError as error:
        raise SurroundingsError(
            "--base-ref: the program git is not there; install it, or give the other dataset with "
            "--base BASE"
        ) from error


def _last(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"git ended with {done.returncode}"
