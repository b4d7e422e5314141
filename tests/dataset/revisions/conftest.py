"""Repositories to read from, and what is asked of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.dataset.revisions import at_revision

OLD = b"text,label\r\n\xe2\x82\xac 5 off \x00,late\n"
NEW = b"text,label\nWhere is it?,late\n"
IDENTITY = {
    "GIT_AUTHOR_NAME": "mia",
    "GIT_AUTHOR_EMAIL": "mia@example.org",
    "GIT_COMMITTER_NAME": "mia",
    "GIT_COMMITTER_EMAIL": "mia@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
Git = Callable[..., str]


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """An empty repository, in which the test works."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    return folder


@pytest.fixture
def git(repository) -> Git:
    """`git ...` in the repository, and what it printed."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    return git


@pytest.fixture
def commit(repository, git) -> Callable[..., str]:
    """Commits files with their content, and names the commit."""

    def commit(files: dict[str, bytes]) -> str:
        for name, content in files.items():
            path = repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        git("add", "--all", "--force")
        git("commit", "-q", "--no-verify", "-m", "a change")
        return git("rev-parse", "HEAD")

    return commit


@pytest.fixture
def old(commit) -> str:
    """The first of two commits of data/train.csv."""
    first = commit({"data/train.csv": OLD})
    commit({"data/train.csv": NEW})
    return first


@pytest.fixture
def fails() -> Callable[..., None]:
    """That a revision of a path cannot be read, and what is said of it."""

    def fails(path: str, revision: str, error: type[Exception], *told: str) -> None:
        with pytest.raises(error) as raised, at_revision(Path(path), revision):
            pass
        assert [part for part in told if part not in str(raised.value)] == []

    return fails
