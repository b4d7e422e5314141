"""What a clone lacks: what to type to get it, and the same done where the user asks for that.

The commands name both ends of what is fetched: a clone of one branch, as CI makes them, would fetch
a bare `git fetch origin main` into no name that lasts.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from auditor.dataset.revisions.git import Repository

_WHOLE_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PART_OF_HASH = re.compile(r"[0-9a-f]{4,63}")
_RELATIVE = re.compile(r"[~^@:]")  # HEAD~1, main^2, main@{yesterday}
_OF_REMOTES = ("refs/remotes/", "remotes/")
_OWN = ("refs/heads/", "heads/", "refs/tags/", "tags/")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchStep:
    """What gets a revision."""

    words: tuple[str, ...]  # after `git`
    name: str  # what the revision is called then


def step_to(repository: Repository, revision: str) -> FetchStep | None:
    """What gets a revision that the repository lacks; None where there is no remote."""
    remotes = repository.remotes()
    if not remotes:
        return None
    shallow = repository.shallow()
    first = "origin" if "origin" in remotes else remotes[0]
    if not _WHOLE_HASH.fullmatch(revision) and (
        _RELATIVE.search(revision) or _PART_OF_HASH.fullmatch(revision)
    ):
        words = ("fetch", *(["--unshallow"] if shallow else []), first)
        return FetchStep(words=words, name=revision)
    remote, wanted, name = _wanted(revision, remotes, first)
    # In a whole clone --depth would cut history off.
    words = ("fetch", *(["--depth=1"] if shallow else []), remote, wanted)
    return FetchStep(words=words, name=name)


def advice_on_revision(repository: Repository, revision: str) -> str:
    """How to get a revision that the repository lacks, as the end of a sentence."""
    step = step_to(repository, revision)
    if step is None:
        return "see `git branch --all` for what there is"
    again = f", then give --base-ref {shlex.quote(step.name)}" if step.name != revision else ""
    clone = "this clone is shallow" if repository.shallow() else "this clone lacks it"
    return f"{clone}: get it with {_typed(repository, step.words)} or --fetch{again}"


def words_for_content(commit: str, *names: str) -> tuple[str, ...]:
    """What makes git get the content of files and folders that a partial clone left out.

    `-l` shows how long each file is, which git does not know of one that it has not got.
    """
    return ("ls-tree", "--full-tree", "-r", "-l", commit, "--", *filter(None, names))


def advice_on_content(repository: Repository, commit: str, name: str) -> str:
    """How to get the content that a partial clone left out, as the end of a sentence."""
    command = _typed(repository, words_for_content(commit, name))
    return f"this clone is partial, and lacks its content: get it with {command} or --fetch"


def _wanted(revision: str, remotes: list[str], first: str) -> tuple[str, str, str]:
    """The remote, what to fetch of it, and the name that the revision has then."""
    if _WHOLE_HASH.fullmatch(revision):
        return first, revision, revision
    for prefix in _OWN:
        if revision.startswith(prefix):
            ref = f"refs/{revision.removeprefix('refs/')}"
            return first, f"+{ref}:{ref}", revision
    short = revision
    for prefix in _OF_REMOTES:
        short = short.removeprefix(prefix)
    for remote in sorted(remotes, key=len, reverse=True):
        if short.startswith(f"{remote}/"):
            return remote, _branch(remote, short.removeprefix(f"{remote}/")), revision
    return first, _branch(first, short), f"{first}/{short}"


def _branch(remote: str, branch: str) -> str:
    return f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"


def _typed(repository: Repository, words: tuple[str, ...]) -> str:
    """The command as it is typed here; it names the repository if this folder is not in it."""
    inside = Path.cwd().resolve().is_relative_to(repository.top.resolve())
    there = () if inside else ("-C", str(repository.top))
    return f"`{shlex.join(['git', *there, *words])}`"
