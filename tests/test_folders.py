"""Which folders can be written, where caches go, and paths as text."""

import os
import pwd
from pathlib import Path

import pytest

from auditor.folders import as_path, as_text, can_be_written, user_cache


def test_a_folder_that_is_there_or_can_be_made_can_be_written_and_none_is_made(tmp_path):
    assert can_be_written(tmp_path)
    assert can_be_written(tmp_path / "deep" / "down")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["file", "file/below", "link", "link/below"])
def test_what_lies_in_a_folders_place_is_no_folder(tmp_path, folder):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("nowhere")
    assert not can_be_written(tmp_path / folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_cannot_be_written(tmp_path):
    tmp_path.chmod(0o555)
    assert not can_be_written(tmp_path / "below")
    tmp_path.chmod(0o755)


def test_a_relative_folder_lies_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert can_be_written(Path("reports"))


def test_a_user_with_a_home_has_a_cache_there(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_cache("auditor").is_relative_to(tmp_path)


def test_a_user_without_an_account_and_a_home_has_none(monkeypatch):
    def unknown(number):
        raise KeyError(number)

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert user_cache("auditor") is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("data/Größe 小.csv", "data/Größe 小.csv"),
        (os.fsdecode(b"caf\xe9.csv"), "caf\\xe9.csv"),
        ("\ud800.csv", "\\ud800.csv"),
        (Path("a") / "b", str(Path("a/b"))),
    ],
)
def test_a_path_is_text_that_any_file_may_hold(path, text):
    assert as_text(path) == text
    assert as_text(path).encode()


@pytest.mark.parametrize("name", ["desk", "Größe 小", "caf\\xe9"])
def test_a_name_is_a_path_and_the_path_the_name(name):
    assert as_text(as_path(name)) == name
