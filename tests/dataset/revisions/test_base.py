"""What a revision has of a dataset: under its name, under another one, or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from auditor.dataset.revisions import BaseAtRevision, fetched, find_base
from auditor.errors import DataError, UsageError

ROWS = [b"The lamp of order %d flickers,broken\n" % n for n in range(20)]
TRAIN = b"text,label\n" + b"".join(ROWS)
OTHER = b"text,label\n" + b"".join(row.replace(b"lamp", b"chair") for row in ROWS)


def base(path: str, revision: str = "HEAD", **given: Path) -> BaseAtRevision:
    return find_base(Path(path), revision, **given)


def test_a_file_that_the_revision_has_is_its_own_base(commit):
    commit({"data/train.csv": TRAIN})
    assert base("data/train.csv") == BaseAtRevision(path=Path("data/train.csv"))


def test_a_new_file_has_none_and_that_is_said(commit):
    first = commit({"data/train.csv": TRAIN})
    commit({"data/more.csv": OTHER})
    found = base("data/more.csv", first)
    assert found.path is None
    assert found.remark.startswith(f"data/more.csv is not in git or DVC at {first}, so there is no")
    assert "judged by itself (if it had another name, give --base-path PATH)" in found.remark


@pytest.mark.parametrize("find", [find_base, fetched])
@pytest.mark.parametrize("revision", ["origin/", "refs/heads/"])
def test_a_branch_without_a_name_is_told_as_such(commit, find, revision):
    """As `origin/${{ github.base_ref }}` is where GitHub runs for a push."""
    commit({"data/train.csv": TRAIN})
    with pytest.raises(UsageError) as raised:
        find(Path("data/train.csv"), revision)
    said = str(raised.value)
    assert f"the branch name after {revision} is empty" in said
    assert "github.base_ref is set only for pull requests" in said
    assert "git fetch" not in said


def test_a_copy_of_a_file_that_is_still_there_is_new(commit):
    first = commit({"data/train.csv": TRAIN})
    commit({"data/more.csv": TRAIN})
    assert base("data/more.csv", first).path is None


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("kept", [20, 12])
def test_a_renamed_file_is_followed_and_that_is_said(commit, repository, committed, kept):
    first = commit({"old/tickets.csv": TRAIN, "old/chairs.csv": OTHER})
    Path("old/tickets.csv").unlink()
    changed = b"text,label\n" + b"".join(ROWS[:kept])
    if committed:
        commit({"data/train.csv": changed})
    else:
        Path("data").mkdir()
        Path("data/train.csv").write_bytes(changed)
    found = base("data/train.csv", first)
    assert found.path == repository / "old/tickets.csv"
    assert "the base is old/tickets.csv there, which was renamed (--base-path" in found.remark


def test_less_than_half_of_a_file_is_another_file(commit):
    first = commit({"old.csv": TRAIN})
    Path("old.csv").unlink()
    commit({"new.csv": b"text,label\n" + b"".join(ROWS[:8])})
    assert base("new.csv", first).path is None


def test_where_it_may_have_been_several_none_is_followed_and_all_are_named(commit):
    first = commit({"a.csv": TRAIN, "b.csv": TRAIN + ROWS[1], "c.jsonl": TRAIN})
    for name in ("a.csv", "b.csv", "c.jsonl"):
        Path(name).unlink()
    commit({"new.csv": TRAIN + ROWS[1] + ROWS[2]})
    found = base("new.csv", first)
    assert found.path is None
    assert "it may have been b.csv or a.csv, give --base-path PATH" in found.remark


def test_the_one_that_is_the_same_to_the_byte_is_it(commit, repository):
    first = commit({"a.csv": TRAIN, "b.csv": TRAIN + ROWS[0]})
    for name in ("a.csv", "b.csv"):
        Path(name).unlink()
    commit({"new.csv": TRAIN})
    assert base("new.csv", first).path == repository / "a.csv"


def test_what_dvc_keeps_is_there_where_its_content_is_not(commit):
    md5 = hashlib.md5(TRAIN).hexdigest()
    pointer = f"outs:\n- md5: {md5}\n  hash: md5\n  path: train.csv\n".encode()
    commit({".dvc/config": b"", "data/train.csv.dvc": pointer, "data/keep": b""})
    Path("data/more.csv").write_bytes(OTHER)
    assert base("data/train.csv").path == Path("data/train.csv")
    assert base("data/more.csv").path is None


@pytest.mark.parametrize("inside", [".", "data"])
def test_the_user_names_the_path_that_it_had(commit, repository, monkeypatch, inside):
    """As it is from the working folder, or as git names it."""
    first = commit({"data/old.csv": TRAIN})
    commit({"data/new.csv": OTHER})
    monkeypatch.chdir(inside)
    new = "new.csv" if inside == "data" else "data/new.csv"
    named = (Path("data/old.csv"), repository / "data/old.csv")
    for path in (*named, *([Path("old.csv")] if inside == "data" else [])):
        assert base(new, first, base_path=path) == BaseAtRevision(path=repository / "data/old.csv")


@pytest.mark.parametrize("path", ["data/gone.csv", "../outside.csv", "/etc/hosts"])
def test_a_path_that_the_revision_lacks_is_refused(commit, path):
    commit({"data/train.csv": TRAIN})
    with pytest.raises(DataError, match=r"--base-path .*: not in git or DVC at HEAD; see `git ls-"):
        base("data/train.csv", base_path=Path(path))


def test_a_file_that_is_nowhere_is_refused(commit):
    commit({"data/train.csv": TRAIN})
    with pytest.raises(DataError, match="no such file or folder; check the path"):
        base("data/trian.csv")


def test_outside_of_git_there_is_nothing_to_find(tmp_path, monkeypatch):
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    with pytest.raises(UsageError, match="is in no git repository"):
        base("train.csv")
