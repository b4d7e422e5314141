"""What to type to get what a clone lacks: a revision, or the content of its files.

The commands name both ends of what is fetched: a clone of one branch, as CI makes them, would fetch
a bare `git fetch origin main` into no name that lasts.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from auditor.dataset.revisions.git import Repository

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_WHOLE_NAMES = ("refs/remotes/", "remotes/")
_OWN_NAMES = ("refs/heads/", "heads/", "refs/tags/", "tags/")
_RELATIVE = re.compile(r"[~^@:]")  # HEAD~1, main^2, main@{yesterday}
SHORT_HASH = re.compile(r"[0-9a-f]{4,39}")


def fetch_step(repository: Repository, revision: str) -> str:
    """How to get a revision that the repository lacks, as the end of a sentence."""
    remotes = repository.remotes()
    if not remotes:
        return "see `git branch --all` for what there is"
    git, shallow = _git(repository), repository.shallow()
    depth = " --depth=1" if shallow else ""
    clone = "this clone is shallow" if shallow else "this clone lacks it"
    if _RELATIVE.search(revision) or SHORT_HASH.fullmatch(revision):
        deepen = " --unshallow" if shallow else ""
        remote = "origin" if "origin" in remotes else remotes[0]
        return f"{clone}: get its history with `{git} fetch{deepen} {shlex.quote(remote)}`"
    remote, wanted, name = _wanted(revision, remotes)
    words = f"`{git} fetch{depth} {shlex.quote(remote)} {shlex.quote(wanted)}`"
    again = f", then give --base-ref {shlex.quote(name)}" if name != revision else ""
    return f"{clone}: get it with {words}{again}"


def content_step(repository: Repository, revision: str, name: str) -> str:
    """How to get the content of a file or folder that a partial clone left out."""
    place = f" -- {shlex.quote(name)}" if name else ""
    command = f"{_git(repository)} ls-tree --full-tree -r -l {shlex.quote(revision)}{place}"
    return f"this clone is partial and auditor fetches nothing: get the content with `{command}`"


def _wanted(revision: str, remotes: list[str]) -> tuple[str, str, str]:
    """The remote, what to fetch of it, and the name that the revision has then."""
    first = "origin" if "origin" in remotes else remotes[0]
    if _HASH.fullmatch(revision):
        return first, revision, revision
    for prefix in _OWN_NAMES:
        if revision.startswith(prefix):
            kind = prefix.removeprefix("refs/")
            ref = f"refs/{kind}{revision.removeprefix(prefix)}"
            return first, f"+{ref}:{ref}", revision
    short = revision
    for prefix in _WHOLE_NAMES:
        short = short.removeprefix(prefix)
    for remote in sorted(remotes, key=len, reverse=True):
        if branch := short.removeprefix(f"{remote}/") if short.startswith(f"{remote}/") else "":
            return remote, _branch(remote, branch), revision
    return first, _branch(first, short), f"{first}/{short}"


def _branch(remote: str, branch: str) -> str:
    return f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"


def _git(repository: Repository) -> str:
    """The program, told where the repository is if the working folder is not in it."""
    inside = Path.cwd().resolve().is_relative_to(repository.top.resolve())
    return "git" if inside else f"git -C {shlex.quote(str(repository.top))}"
