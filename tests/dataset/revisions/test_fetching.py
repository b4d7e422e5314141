"""What a clone lacks is got with the command that the message names, as it is typed there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.dataset.revisions import at_revision, fetched
from auditor.errors import AuditorError, MachineError, UsageError

OLD = b"text,label\nWhere is my parcel?,late\n"
LAST = b"text,label\nWhere is my invoice?,late\n"
NEW = b"text,label\nWhere is my parcel?,billing\n"
BRANCH = "it's$HOME;main"  # git allows it


@pytest.fixture
def clone(repository, git, commit, tmp_path, monkeypatch) -> Callable[..., Path]:
    """A clone of a server that has main (old data) and change (new data), to work in."""
    more = OLD.replace(b"parcel", b"letter")
    first = commit({"data/train.csv": OLD, "data/more.csv": more, "other/last.csv": LAST})
    git("branch", BRANCH)
    git("checkout", "-q", "-b", "change")
    commit({"data/train.csv": NEW, "data/more.csv": NEW, "other/last.csv": NEW})
    git("config", "uploadpack.allowFilter", "true")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    git("tag", "v1", first)

    def clone(*words: str) -> Path:
        folder = tmp_path / "clone"
        if words:
            git("clone", "-q", *words, f"file://{repository}", str(folder))
        else:
            as_ci_does(folder, f"file://{repository}", git("rev-parse", "change"))
        monkeypatch.chdir(folder)
        return folder

    return clone


def as_ci_does(folder: Path, server: str, head: str) -> None:
    """Depth 1, a detached HEAD and no name but that of the merge request."""
    for words in (
        ("init", "-q", str(folder)),
        ("-C", str(folder), "remote", "add", "origin", server),
        ("-C", str(folder), "fetch", "-q", "--no-tags", "--depth=1", "origin",
         f"+{head}:refs/remotes/pull/7/merge"),
        ("-C", str(folder), "checkout", "-q", "--force", "refs/remotes/pull/7/merge"),
    ):  # fmt: skip
        subprocess.run(["git", *words], check=True, capture_output=True)


def read(revision: str, path: str = "data/train.csv") -> bytes:
    with at_revision(Path(path), revision) as copy:
        return copy.read_bytes()


def typed(revision: str, path: str = "data/train.csv", which: int = 0) -> str:
    """What the message says to type, once it was typed; `--base-ref` where it names another."""
    with pytest.raises(AuditorError) as raised:
        read(revision, path)
    assert "\n" not in str(raised.value)
    commands = re.findall(r"`(git .*?)`", str(raised.value))
    assert "or --fetch" in str(raised.value)
    subprocess.run(commands[which], shell=True, check=True, capture_output=True)
    renamed = re.search(r"then give --base-ref (.*) \(a tag: ", str(raised.value))
    return shlex.split(renamed[1])[0] if renamed and not which else revision


REVISIONS = [
    "origin/main", "main", "refs/remotes/origin/main", "remotes/origin/main", f"origin/{BRANCH}",
    BRANCH, "refs/tags/v1", "tags/v1", "refs/heads/main", "HEAD~1",
]  # fmt: skip


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("words", [(), ("--depth=1", "--branch=change")], ids=["ci", "depth 1"])
def test_a_shallow_clone_gets_it_as_told(clone, revision, words):
    clone(*words)
    assert read(typed(revision)) == OLD


@pytest.mark.parametrize("words", [(), ("--depth=1", "--branch=change"), ("--single-branch",)])
@pytest.mark.parametrize("revision", ["origin/main~1", "main^", "refs/tags/v2~1"])
def test_what_leads_back_from_a_name_is_got_with_its_history(clone, commit, git, words, revision):
    git("checkout", "-q", "main")
    commit({"data/train.csv": NEW})
    git("tag", "v2")
    git("checkout", "-q", "change")
    clone(*words)
    assert read(typed(revision)) == OLD


@pytest.mark.parametrize("asked", [False, True], ids=["typed", "--fetch"])
def test_a_bare_name_may_be_a_tag(clone, git, asked):
    clone()
    assert read(fetched(Path("data/train.csv"), "v1") if asked else typed("v1", which=1)) == OLD


def test_what_a_whole_clone_lacks_nobody_has(clone):
    clone("--branch=change")
    with pytest.raises(UsageError, match="no such revision; see `git branch --all`"):
        read("HEAD~9")


@pytest.mark.parametrize("digits", [40, 10])
def test_a_shallow_clone_gets_a_commit(clone, git, digits):
    first = git("rev-parse", "main")
    clone()
    assert read(typed(first[:digits])) == OLD


@pytest.mark.parametrize("revision", ["origin/main", "main", f"origin/{BRANCH}"])
def test_a_whole_clone_of_one_branch_stays_whole(clone, revision):
    clone("--single-branch", "--branch=change")
    assert read(typed(revision)) == OLD
    said = subprocess.run(
        ["git", "rev-parse", "--is-shallow-repository"], check=True, capture_output=True
    )
    assert said.stdout.strip() == b"false"


def test_the_command_may_be_typed_outside_of_the_clone(clone, tmp_path, monkeypatch):
    folder = clone()
    monkeypatch.chdir(tmp_path)
    path = str(folder / "data/train.csv")
    assert read(typed("origin/main", path), path) == OLD


def test_another_remote_than_origin_is_named(clone):
    clone("--depth=1", "--branch=change", "--origin=up/stream")
    assert read(typed("up/stream/main")) == OLD
    assert read(typed(f"up/stream/{BRANCH}")) == OLD


@pytest.mark.parametrize("words", [("--filter=blob:none",), ("--filter=tree:0",)])
@pytest.mark.parametrize("path", ["data/train.csv", "data"])
def test_a_partial_clone_gets_the_content_as_told(clone, words, path):
    clone(*words, "--branch=change")
    typed("origin/main", path)
    with at_revision(Path(path), "origin/main") as copy:
        assert (copy / "train.csv" if copy.is_dir() else copy).read_bytes() == OLD


def test_a_partial_clone_gets_the_content_from_a_folder_inside_it(clone, monkeypatch):
    monkeypatch.chdir(clone("--filter=blob:none", "--branch=change") / "data")
    typed("origin/main", "train.csv")
    assert read("origin/main", "train.csv") == OLD


@pytest.mark.parametrize("unset", ["", "unset GIT_NO_LAZY_FETCH"], ids=["", "as before git 2.44"])
def test_a_partial_clone_opens_no_connection_by_itself(clone, unset, tmp_path, monkeypatch):
    clone("--filter=blob:none", "--branch=change")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(f'#!/bin/sh\n{unset}\nexec {shutil.which("git")} "$@"\n')
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/shop.git"
        subprocess.run(["git", "remote", "set-url", "origin", url], check=True)
        with pytest.raises(MachineError, match="this clone is partial"):
            read("origin/main")
        with pytest.raises(BlockingIOError):
            server.accept()


# --- where the user asks for it --------------------------------------------------------------


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_would_be_typed_is_done(clone, revision):
    clone()
    path = Path("data/train.csv")
    assert read(fetched(path, revision)) == OLD
    assert fetched(path, "HEAD") == "HEAD"


@pytest.mark.parametrize("words", [("--filter=blob:none",), ("--filter=tree:0", "--depth=1")])
def test_a_partial_clone_gets_the_content_too(clone, words):
    clone(*words, "--branch=change")
    others = [Path("data/more.csv"), Path("nowhere.toml"), Path("/elsewhere.toml")]
    fetched(Path("data/train.csv"), "origin/main", *others)
    assert read("origin/main") == OLD
    assert read("origin/main", "data/more.csv") == OLD.replace(b"parcel", b"letter")
    with pytest.raises(MachineError):
        read("origin/main", "other/last.csv")


def test_a_folder_outside_of_the_repository_may_be_worked_in(clone, tmp_path, monkeypatch):
    folder = clone()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    path = folder / "data/train.csv"
    assert read(fetched(path, "main"), str(path)) == OLD


def test_a_remote_that_does_not_answer_is_told(clone, tmp_path, git):
    clone()
    subprocess.run(["git", "remote", "set-url", "origin", str(tmp_path / "gone")], check=True)
    with pytest.raises(MachineError, match=r"--fetch: `git fetch` fails \(.*gone"):
        fetched(Path("data/train.csv"), "origin/main")


def test_without_a_remote_there_is_nothing_to_fetch(commit):
    commit({"data/train.csv": OLD})
    assert fetched(Path("data/train.csv"), "origin/main") == "origin/main"


def test_no_hook_runs(clone, tmp_path):
    folder = clone()
    hook = folder / ".git/hooks/reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    fetched(Path("data/train.csv"), "origin/main")
    assert not (tmp_path / "ran").exists()
    subprocess.run(["git", "update-ref", "refs/heads/mine", "HEAD"], check=True)
    assert (tmp_path / "ran").exists()
