"""What Git LFS keeps of a pointer's content, read from its own store by the hash that it records.

Git LFS itself is not run: its configuration can name commands. Nothing is fetched.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
from pathlib import Path

from auditor.dataset.opening.pointers import LFS
from auditor.dataset.revisions.git import Repository, TreeEntry
from auditor.dataset.revisions.place import PlaceAtRevision
from auditor.errors import MachineError

_HASH = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)


def fill_in(asked: PlaceAtRevision, entry: TreeEntry, copy: Path) -> None:
    """Puts the content in the place of a pointer; leaves any other file alone.

    Raises MachineError where the store has no such content.
    """
    with copy.open("rb") as file:
        head = file.read(1024)  # no pointer is longer, says its specification
    if not head.startswith(LFS):
        return
    found = _HASH.search(head)
    kept = found and _kept(asked.repository, found[1].decode())
    if not kept:
        words = ("git", "lfs", "fetch", f"--include={entry.name}", *_from(asked))
        inside = "" if entry.name == asked.name else f": {entry.name}"
        raise MachineError(
            f"{asked}{inside} is kept by Git LFS, and its content is not here; get it with "
            f"`{' '.join(map(shlex.quote, words))}`"
        )
    shutil.copyfile(kept, copy)


def _from(asked: PlaceAtRevision) -> tuple[str, ...]:
    """The remote that has the content, and the commit that it belongs to."""
    remotes = asked.repository.remotes()
    remote = "origin" if "origin" in remotes or not remotes else remotes[0]
    return remote, asked.commit


def _kept(repository: Repository, name: str) -> Path | None:
    """The file of the store; only what has the recorded hash is believed."""
    path = repository.common_folder() / "lfs/objects" / name[:2] / name[2:4] / name
    if not path.is_file():
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path if digest == name else None
