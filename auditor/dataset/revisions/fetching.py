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
_PART_OF_HASH = re.compile(r"[0-9a-f]{4,39}")
_RELATIVE = re.compile(r"[~^@:]")  # HEAD~1, main^2, main@{yesterday}
_OF_REMOTES = ("refs/remotes/", "remotes/")
_OWN = ("refs/heads/", "heads/", "refs/tags/", "tags/")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchStep:
    """What gets a revision."""

    words: tuple[str, ...]  # after `git`
    name: str  # what the revision is called then
    of_tag: tuple[str, ...] = ()  # the words where it is a tag, which keeps its name; else empty


def step_to(repository: Repository, revision: str) -> FetchStep | None:
    """What gets a revision that the repository lacks; None where no remote can have it."""
    remotes = repository.remotes()
    if not remotes:
        return None
    shallow = repository.shallow()
    first = "origin" if "origin" in remotes else remotes[0]
    begin, rest = _split(revision)
    if _PART_OF_HASH.fullmatch(revision) or (rest and _has(repository, begin)):
        if rest and not shallow:
            return None  # all of its history is here
        words = ("fetch", *(["--unshallow"] if shallow else []), first)
        return FetchStep(words=words, name=revision)
    remote, wanted, name = _wanted(begin, remotes, first)
    # In a whole clone --depth would cut history off.
    depth = "--unshallow" if rest else "--depth=1"
    words = ("fetch", *([depth] if shallow else []), remote)
    tag = (*words, f"+refs/tags/{begin}:refs/tags/{begin}") if name != begin else ()
    return FetchStep(words=(*words, wanted), name=f"{name}{rest}", of_tag=tag)


def _split(revision: str) -> tuple[str, str]:
    """The name that a revision begins with, and what leads from there: main~2 -> main, ~2."""
    found = _RELATIVE.search(revision)
    at = found.start() if found else len(revision)
    return revision[:at], revision[at:]


def _has(repository: Repository, name: str) -> bool:
    try:
        return bool(repository.commit(name))
    except LookupError:
        return False


def advice_on_revision(repository: Repository, revision: str) -> str:
    """How to get a revision that the repository lacks, as the end of a sentence."""
    step = step_to(repository, revision)
    if step is None:
        return "see `git branch --all` for what there is"
    clone = "this clone is shallow" if repository.shallow() else "this clone lacks it"
    said = f"{clone}: get it with {_typed(repository, step.words)} or --fetch"
    if step.name != revision:
        said += f", then give --base-ref {shlex.quote(step.name)}"
    return f"{said} (a tag: {_typed(repository, step.of_tag)})" if step.of_tag else said


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
