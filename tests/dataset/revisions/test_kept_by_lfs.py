"""What Git LFS keeps of a revision, read from its store where it is, else told with the command."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from auditor.dataset.revisions import at_revision
from auditor.errors import MachineError

DATA = b"text,label\nWhere is my parcel?,late\n"
NAME = hashlib.sha256(DATA).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{NAME}\nsize 36\n".encode()


def put(content: bytes, store: Path = Path(".git/lfs/objects")) -> None:
    """Puts content where Git LFS looks for DATA."""
    (store / NAME[:2] / NAME[2:4]).mkdir(parents=True)
    (store / NAME[:2] / NAME[2:4] / NAME).write_bytes(content)


def test_it_is_read_by_the_hash_that_the_revision_records(commit):
    commit({"data/train.csv": POINTER, "data/plain.csv": DATA})
    put(DATA)
    with at_revision(Path("data"), "HEAD") as copy:
        assert {p.name: p.read_bytes() for p in copy.iterdir()} == {
            "train.csv": DATA,
            "plain.csv": DATA,
        }


def test_a_linked_work_tree_shares_the_store(commit, git, tmp_path):
    commit({"data/train.csv": POINTER})
    put(DATA)
    git("worktree", "add", "-q", str(tmp_path / "beside"), "--detach")
    with at_revision(tmp_path / "beside/data/train.csv", "HEAD") as copy:
        assert copy.read_bytes() == DATA


@pytest.mark.parametrize("stored", [None, b"text,label\nsomething else,late\n"])
def test_what_is_not_there_is_told_with_the_command_that_fetches_it(commit, git, fails, stored):
    """Whatever else lies under that name is not believed."""
    first = commit({"my data/train.csv": POINTER})
    git("remote", "add", "up", "https://example.org/x.git")
    if stored:
        put(stored)
    told = ("is kept by Git LFS", f"`git lfs fetch '--include=my data/train.csv' up {first}`")
    fails("my data/train.csv", "HEAD", MachineError, *told)


def test_a_pointer_that_is_not_understood_is_told_too(commit, fails):
    commit({"train.csv": b"version https://git-lfs.github.com/spec/v9\noid md5:../../x\n"})
    fails("train.csv", "HEAD", MachineError, "is kept by Git LFS")
