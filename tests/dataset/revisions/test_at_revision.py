"""A dataset as it is in git at a revision, read from real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.dataset.revisions import at_revision
from auditor.errors import DataError, MachineError, UsageError

OLD = b"text,label\r\n\xe2\x82\xac 5 off \x00,late\n"
NEW = b"text,label\nWhere is it?,late\n"


# --- what is read ----------------------------------------------------------------------------


def test_a_file_is_read_as_it_was_to_the_byte(old):
    with at_revision(Path("data/train.csv"), old) as path:
        assert (path.name, path.read_bytes()) == ("train.csv", OLD)
    assert not path.exists()
    assert Path("data/train.csv").read_bytes() == NEW


@pytest.mark.parametrize("revision", ["HEAD~1", "main^", "v1"])
def test_a_revision_is_named_as_git_names_it(old, git, revision):
    git("tag", "v1", old)
    with at_revision(Path("data/train.csv"), revision) as path:
        assert path.read_bytes() == OLD


def test_the_working_tree_and_the_index_are_left_alone(old, git):
    Path("data/train.csv").write_bytes(b"unsaved work")
    with at_revision(Path("data/train.csv"), old):
        pass
    assert git("status", "--porcelain") == "M data/train.csv"


def test_it_works_from_anywhere_and_for_a_file_that_is_gone(old, repository, monkeypatch):
    monkeypatch.chdir("/")
    (repository / "data/train.csv").unlink()
    with at_revision(repository / "data" / ".." / "data" / "train.csv", old) as path:
        assert path.read_bytes() == OLD


@pytest.mark.parametrize("name", ["größe [1].csv", "-x.csv", "*.csv", "a b\tc.csv"])
def test_a_name_is_a_name_and_no_pattern(commit, name):
    commit({name: OLD, "other.csv": NEW})
    with at_revision(Path(name), "HEAD") as path:
        assert (path.name, path.read_bytes()) == (name, OLD)


def test_a_folder_is_read_with_all_that_is_in_it(commit, git):
    commit({"sets/desk/train/one.csv": OLD, "sets/desk/info.json": b"{}", "sets/other.csv": NEW})
    with at_revision(Path("sets/desk"), "HEAD") as path:
        found = {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}
        assert path.name == "desk"
    assert found == {"train/one.csv": OLD, "info.json": b"{}"}


def test_a_folder_may_be_the_whole_repository(commit, repository):
    commit({"train.csv": OLD})
    with at_revision(Path(), "HEAD") as path:
        assert path.name == "repository"
        assert [p.name for p in path.iterdir()] == ["train.csv"]


def test_attributes_and_filters_change_nothing(commit, git):
    git("config", "filter.shout.smudge", "tr a-z A-Z")
    commit({".gitattributes": b"*.csv eol=crlf filter=shout export-ignore\n", "set/train.csv": NEW})
    with at_revision(Path("set"), "HEAD") as path:
        assert (path / "train.csv").read_bytes() == NEW


def test_a_hook_of_git_may_ask(old, repository, tmp_path, monkeypatch):
    """git tells its hooks of the commit in the making; that is not where the file is looked for."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere" / "index"))
    with at_revision(Path("data/train.csv"), old) as path:
        assert path.read_bytes() == OLD


# --- what is wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("revision", ["--output=/tmp/x", "-x", ""])
def test_an_option_is_no_revision(old, revision, fails):
    fails("data/train.csv", revision, UsageError, "not a revision; give one such as origin/main")


def test_a_folder_without_git(tmp_path, monkeypatch, fails):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "plain").mkdir()
    told = ("is in no git repository", "--base BASE")
    fails(str(tmp_path / "plain/train.csv"), "main", UsageError, *told)


def test_a_file_in_a_folder_that_is_not_there(old, fails):
    fails("gone/train.csv", "HEAD", DataError, "gone/train.csv is not there")


def test_a_revision_that_is_not_there(old, fails):
    told = ("no such revision", "see `git branch --all` for what there is")
    fails("data/train.csv", "origin/main", UsageError, *told)


def test_a_file_that_the_revision_lacks(old, commit, fails):
    commit({"data/more.csv": NEW})
    told = ("data/more.csv is not there", "--base BASE", "--base-path PATH")
    fails("data/more.csv", old, DataError, *told)


def test_a_symbolic_link(commit, repository, fails):
    (repository / "train.csv").symlink_to("elsewhere.csv")
    commit({})
    fails("train.csv", "HEAD", DataError, "train.csv is a symbolic link there")


def test_a_machine_without_git(old, monkeypatch, tmp_path, fails):
    monkeypatch.setenv("PATH", str(tmp_path))
    fails("data/train.csv", "HEAD", MachineError, "the program git is not there; install it")
