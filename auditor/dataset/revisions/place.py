"""Where a path is in which repository, and what a revision has there."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from auditor.dataset.revisions.fetching import (
    FetchStep,
    advice_on_content,
    advice_on_revision,
    step_to,
    words_for_content,
)
from auditor.dataset.revisions.git import (
    LINK,
    MissingObjectError,
    Repository,
    TreeEntry,
    find_repository,
    superproject,
)
from auditor.errors import DataError, MachineError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAtRevision:
    """What was asked for, as git names it."""

    repository: Repository
    revision: str
    commit: str
    name: str  # from the top of the repository; empty: the whole of it

    def __str__(self) -> str:
        return f"--base-ref {self.revision}: {self.name or self.repository.top}"

    def entry(self) -> TreeEntry | None:
        """The file or folder itself; None where the revision has neither."""
        if not self.name:
            return TreeEntry(mode="040000", kind="tree", object=self.commit, name="")
        return next(iter(self._listed(self.name, below=False)), None)

    def files(self) -> list[TreeEntry]:
        """All that is in the folder."""
        return self._listed(self.name, below=True)

    def all_files(self) -> list[TreeEntry]:
        """All that the repository has at the revision."""
        return self._listed("", below=True)

    def content(self, entry: TreeEntry, stdout: int = subprocess.PIPE) -> bytes:
        """That of one file, or into the file `stdout`.

        Raises DataError for what is no file of its own, MachineError where git lacks the content.
        """
        if entry.mode in (LINK, "160000"):
            what = "a symbolic link" if entry.mode == LINK else "a submodule"
            raise DataError(
                f"{self}: {entry.name} is {what} there; give the file that it leads to, or the "
                "other dataset with --base BASE"
            )
        try:
            return self.repository.blob(entry.object, stdout)
        except MissingObjectError as error:
            raise self._missing(error) from error

    def _listed(self, name: str, *, below: bool) -> list[TreeEntry]:
        try:
            return self.repository.listed(self.commit, name, below=below)
        except MissingObjectError as error:
            raise self._missing(error) from error

    def _missing(self, error: MissingObjectError) -> MachineError:
        """What to do about content that git lacks; auditor fetches nothing by itself."""
        if not self.repository.partial():
            return MachineError(f"{self}: {error}; see `git fsck` for what else is missing")
        return MachineError(f"{self}: {advice_on_content(self.repository, self.commit, self.name)}")


def locate(path: Path, revision: str) -> PlaceAtRevision:
    """Where in which repository, and at which commit.

    Raises UsageError outside git and for a revision that is unknown or no revision.
    """
    place = absolute(path)
    return _inside(_repository_of(place, revision), place, revision)


def fetched(path: Path, revision: str, *others: Path) -> str:
    """The revision's name, once what a clone lacks of it was fetched: the commit, and of a partial
    clone the content of `path` and of `others`.

    Raises UsageError outside git, MachineError where git cannot fetch; what cannot be had is not
    told here.
    """
    place = absolute(path)
    repository = _repository_of(place, revision)
    while above := superproject(repository):
        repository = above
    name = revision
    try:
        commit = repository.commit(revision)
    except LookupError:
        if (step := step_to(repository, revision)) is None:
            return revision
        name = _fetch(repository, step, revision)
        commit = name
    if repository.partial():
        wanted = (p for p in map(absolute, (path, *others)) if p.is_relative_to(repository.top))
        repository.fetch(words_for_content(commit, *(named(repository, p) for p in wanted)))
    return name


def _fetch(repository: Repository, step: FetchStep, revision: str) -> str:
    """What the revision is called then: a bare name may be a branch's or a tag's."""
    try:
        repository.fetch(step.words)
    except MachineError:
        if not step.of_tag:
            raise
        repository.fetch(step.of_tag)
        return revision
    return step.name


def _repository_of(place: Path, revision: str) -> Repository:
    """The repository of a path, to look for a revision in."""
    if not revision or revision.startswith("-"):
        raise UsageError(f"--base-ref {revision}: not a revision; give one such as origin/main")
    if revision.endswith("/"):
        raise UsageError(
            f"--base-ref {revision}: the branch name after {revision} is empty; give one such as "
            "origin/main (in GitHub Actions github.base_ref is set only for pull requests)"
        )
    repository = find_repository(folder_of(place))
    if repository is None:
        raise UsageError(
            f"--base-ref {revision}: {folder_of(place)} is in no git repository; give the other "
            "dataset with --base BASE"
        )
    return repository


def absolute(path: Path) -> Path:
    """The path from the top of the file system.

    Lexically, which `Path.resolve` is not: DVC may link a file out of the repository.
    """
    return Path(os.path.abspath(path))  # noqa: PTH100 - see above


def folder_of(place: Path) -> Path:
    """The folder that a file is in, or the folder itself."""
    return place if place.is_dir() else place.parent


def project(folder: Path) -> Path | None:
    """The top of the repository that a folder is in, or of the one that has it as a submodule."""
    repository = find_repository(folder)
    while repository and (above := superproject(repository)):
        repository = above
    return repository.top if repository else None


def named(repository: Repository, place: Path) -> str:
    """What git calls a path of the work tree; empty: the whole of it."""
    return "" if place == repository.top else place.relative_to(repository.top).as_posix()


def _inside(repository: Repository, place: Path, revision: str) -> PlaceAtRevision:
    """The place at the revision.

    Where a submodule is now, the revision is the superproject's: it decides at what commit the
    submodule is read, or what else it had there. So no branch brings a history of its own.
    """
    name = named(repository, place)
    above = superproject(repository)
    if above is None:
        commit = _commit(repository, revision)
        return PlaceAtRevision(repository=repository, revision=revision, commit=commit, name=name)
    around = _inside(above, repository.top, revision)
    entry = around.entry()
    if entry is None or entry.kind != "commit":
        return dataclasses.replace(around, name=named(around.repository, place))
    commit = _commit(repository, entry.object)
    return PlaceAtRevision(repository=repository, revision=revision, commit=commit, name=name)


def _commit(repository: Repository, revision: str) -> str:
    try:
        return repository.commit(revision)
    except LookupError as error:
        step = advice_on_revision(repository, revision)
        raise UsageError(f"--base-ref {revision}: no such revision; {step}") from error
