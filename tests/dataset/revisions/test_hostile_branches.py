"""What a branch checks out runs nothing and forges no history.

Each test plants something that creates the file `ran` where it is believed, or that has rows of its
own to show as the base.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.dataset.revisions import at_revision
from auditor.errors import MachineError, UsageError

BASE = b"text,label\nWhere is my parcel?,late\n"
SPOILT = b"text,label\nWhere is my parcel?,billing\n"


@pytest.fixture
def ran(tmp_path) -> Path:
    """A file that is there once a planted command has run."""
    return tmp_path / "ran"


@pytest.fixture
def config(ran) -> str:
    """The configuration of a repository that runs a command whenever git lets it."""
    run = ran.parent / "run"
    run.write_text(f"#!/bin/sh\ntouch '{ran}'\nexit 1\n")
    run.chmod(0o755)
    return f"""
[core]
    repositoryformatversion = 1
    bare = false
    worktree = .
    fsmonitor = {run}
    hooksPath = {run.parent}
    pager = {run}
    sshCommand = {run}
    askPass = {run}
    attributesFile = {run.parent}/attributes
    alternateRefsCommand = {run}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{run}
    promisor = true
    fetch = +refs/heads/*:refs/remotes/origin/*
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[credential]
    helper = !{run}
[diff]
    external = {run}
[diff "shout"]
    textconv = {run}
[filter "shout"]
    smudge = {run}
    clean = {run}
    process = {run}
    required = true
[pager]
    rev-parse = {run}
    ls-tree = {run}
    cat-file = {run}
[alias]
    cat-file = !{run}
    ls-tree = !{run}
[uploadpack]
    packObjectsHook = {run}
"""


@pytest.fixture
def base(commit) -> str:
    """The commit that the branch starts from; `main` names it."""
    return commit({"data/train.csv": BASE})


@pytest.fixture
def branch(git, base) -> None:
    """What follows is on a branch of its own."""
    git("checkout", "-q", "-b", "change")


def looks_bare(folder: Path, config: str, head: str = "ref: refs/heads/main\n") -> dict[str, bytes]:
    """Files that make a folder look like a repository."""
    return {
        f"{folder}/HEAD": head.encode(),
        f"{folder}/config": config.encode(),
        f"{folder}/objects/keep": b"",
        f"{folder}/refs/keep": b"",
    }


def read(path: str | Path, revision: str = "main") -> bytes:
    with at_revision(Path(path), revision) as copy:
        return copy.read_bytes()


# --- folders that look like a repository -----------------------------------------------------


@pytest.mark.parametrize("folder", ["data", "data/train.csv", "."])
def test_a_folder_that_looks_like_a_repository_runs_nothing(commit, branch, ran, config, folder):
    Path("data/train.csv").unlink()
    commit({**looks_bare(Path(folder), config), "data/train.csv/one.csv": SPOILT})
    assert read("data/train.csv") == BASE
    assert not ran.exists()


def test_the_lookalike_does_run_a_command_where_it_is_believed(
    commit, branch, ran, config, monkeypatch
):
    """So that the tests here can fail."""
    commit(looks_bare(Path("data"), config))
    missing = ["git", "--git-dir=.", "cat-file", "blob", "1" * 40]
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL", raising=False)
    subprocess.run(missing, cwd="data", capture_output=True, check=False)
    assert ran.exists()


@pytest.fixture
def forged(tmp_path) -> Path:
    """Another repository, whose main has spoilt rows under all the names."""
    folder = tmp_path / "forged"
    for name in ("train.csv", "data/train.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(SPOILT)
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "forged")):
        subprocess.run(["git", "-C", str(folder), *words], check=True)
    return folder


def test_a_folder_that_looks_like_a_repository_forges_no_history(commit, branch, forged):
    with (forged / ".git/config").open("a") as config:
        config.write("[core]\nworktree = .\n")
    inside = [p for p in (forged / ".git").rglob("*") if p.is_file() and p.name != "index"]
    files = {f"data/{p.relative_to(forged / '.git')}": p.read_bytes() for p in inside}
    commit({**files, "data/train.csv": SPOILT})
    assert read("data/train.csv") == BASE


def test_a_link_is_not_followed_to_a_repository_elsewhere(commit, branch, git, forged):
    git("rm", "-q", "-r", "data")
    Path("data").symlink_to(forged / "data")
    (forged / "data/.git").symlink_to(forged / ".git")
    commit({})
    assert read("data/train.csv") == BASE
    Path("data").unlink()
    Path("data").symlink_to(forged)
    assert read("data/train.csv") == BASE


def test_a_link_to_another_folder_of_the_branch_does_not_change_what_is_asked_for(
    commit, branch, git
):
    git("checkout", "-q", "main")
    commit({"archive/train.csv": SPOILT})
    git("checkout", "-q", "-B", "change")
    git("rm", "-q", "-r", "data")
    Path("data").symlink_to("archive")
    commit({})
    assert read("data/train.csv") == BASE


# --- submodules ------------------------------------------------------------------------------


@pytest.fixture
def submodule(git, forged) -> Callable[[str], None]:
    """Makes the forged repository a submodule, checked out as with `submodules: true`."""

    def submodule(name: str) -> None:
        allowed = ("-c", "protocol.file.allow=always")
        git(*allowed, "submodule", "add", "-q", "-b", "main", str(forged), name)
        git("commit", "-q", "-m", "a submodule")

    return submodule


def test_a_folder_that_became_a_submodule_is_read_as_the_folder_that_it_was(branch, git, submodule):
    git("rm", "-q", "-r", "data")
    submodule("data")
    assert Path("data/train.csv").read_bytes() == SPOILT
    assert read("data/train.csv") == BASE


def test_a_submodule_is_read_at_the_commit_that_the_base_records(git, base, submodule, forged):
    submodule("sets")
    git("checkout", "-q", "-b", "change")

    Path("sets/train.csv").write_bytes(BASE)
    git("-C", "sets", "commit", "-q", "-a", "-m", "another")
    git("commit", "-q", "-a", "-m", "moved")
    assert read("sets/train.csv", "main") == SPOILT
    assert read("sets/train.csv", "change") == BASE


# --- names -----------------------------------------------------------------------------------


def test_a_name_for_several_things_is_refused(commit, branch, git, fails):
    """Who can push a tag called origin/main could else decide what the base is."""
    git("update-ref", "refs/remotes/origin/main", "main")
    commit({"data/train.csv": SPOILT})
    git("tag", "origin/main")
    fails("data/train.csv", "origin/main", UsageError, "several things", "refs/remotes/")
    assert read("data/train.csv", "refs/remotes/origin/main") == BASE


def test_replaced_objects_and_grafts_are_passed_over(commit, branch, git, base):
    commit({"data/train.csv": SPOILT})
    git("replace", base, "HEAD")
    Path(".git/info/grafts").write_text(git("rev-parse", "HEAD") + "\n")
    assert git("show", "main:data/train.csv").encode() + b"\n" == SPOILT
    assert read("data/train.csv") == BASE
    assert read("data/train.csv", "HEAD~1") == BASE


# --- the configuration of the repository -----------------------------------------------------


@pytest.fixture
def lose(base, git, repository) -> Callable[[str], None]:
    """Takes an object out of the repository; made before its configuration is spoilt."""
    named = {
        name: git("rev-parse", name) for name in (f"{base}:data/train.csv", f"{base}:data", base)
    }

    def lose(name: str) -> None:
        (repository / ".git/objects" / named[name][:2] / named[name][2:]).unlink()

    return lose


@pytest.fixture
def configured(branch, config, repository, tmp_path) -> None:
    """The repository's own configuration, half of it included, names commands."""
    (repository / ".git/config").write_text(config + f"[include]\npath = {tmp_path}/more\n")
    (tmp_path / "more").write_text(config)
    (tmp_path / "attributes").write_text("* filter=shout diff=shout\n")


def test_a_configuration_that_names_commands_runs_none(configured, ran):
    assert read("data/train.csv") == BASE
    assert not ran.exists()


@pytest.mark.parametrize("kind", ["blob", "tree", "commit"])
def test_what_is_missing_is_not_fetched(lose, configured, ran, base, kind):
    lose({"blob": f"{base}:data/train.csv", "tree": f"{base}:data", "commit": base}[kind])
    with pytest.raises((MachineError, UsageError)) as raised:
        read("data/train.csv", base)
    assert not ran.exists()
    if kind == "blob":
        assert "this clone is partial" in str(raised.value)


def test_nor_by_a_git_that_cannot_be_told_so(lose, configured, ran, base, stub):
    """Before 2.44 git does not know GIT_NO_LAZY_FETCH; no protocol is allowed either."""
    stub("unset GIT_NO_LAZY_FETCH")
    lose(f"{base}:data")
    with pytest.raises(MachineError):
        read("data/train.csv", base)
    assert not ran.exists()


@pytest.fixture
def stub(tmp_path, monkeypatch) -> Callable[[str], None]:
    """A git that does something before it does what it is asked."""

    def stub(first: str) -> None:
        real = shutil.which("git")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/git").write_text(f'#!/bin/sh\n{first}\nexec {real} "$@"\n')
        (tmp_path / "bin/git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")

    return stub


# --- surroundings ----------------------------------------------------------------------------


def test_a_program_of_the_branch_is_not_taken_for_git(commit, branch, ran, monkeypatch):
    for name in ("git", "data/git"):
        commit({name: f"#!/bin/sh\ntouch '{ran}'\n".encode()})
        Path(name).chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    assert read("data/train.csv") == BASE
    assert not ran.exists()


def test_the_repository_of_another_user_is_opened_where_the_user_says_so(
    base, stub, fails, repository, tmp_path, monkeypatch
):
    stub("export GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
    told = ("git does not open the repository", "safe.directory")
    fails("data/train.csv", "main", UsageError, *told)
    (tmp_path / "gitconfig").write_text(f"[safe]\ndirectory = {repository}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert read("data/train.csv") == BASE


def test_a_linked_work_tree_reads_from_its_repository(base, git, tmp_path):
    git("worktree", "add", "-q", str(tmp_path / "beside"), "main", "--detach")
    assert read(tmp_path / "beside/data/train.csv") == BASE


def test_what_git_tells_its_hooks_is_passed_over(base, forged, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(forged / ".git"))
    monkeypatch.setenv("GIT_COMMON_DIR", str(forged / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(forged / ".git/objects"))
    monkeypatch.setenv("GIT_WORK_TREE", str(forged))
    assert read("data/train.csv") == BASE


def test_a_file_of_git_that_leads_nowhere_is_no_repository(base, fails):
    Path("data/.git").write_text("gitdir: /nowhere\n")
    fails("data/train.csv", "main", UsageError, "git does not open the repository")
    Path("data/.git").write_text("something else")
    assert read("data/train.csv") == BASE
