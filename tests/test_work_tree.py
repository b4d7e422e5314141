"""What CI calls a file: its path from the top of the repository, wherever the gate was run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.work_tree import name_in_repository


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Path:
    """A repository with data/train.csv, to work in."""
    (tmp_path / "shop/data/en").mkdir(parents=True)
    (tmp_path / "shop/.git").mkdir()
    for name in ("data/train.csv", "data/en/my set.csv"):
        (tmp_path / "shop" / name).write_text("text,label\n")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


@pytest.mark.parametrize("folder", [".", "data", "data/en", "..", "/"])
@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("name", ["data/train.csv", "data/en/my set.csv", "data/gone.csv"])
def test_it_is_the_same_from_anywhere(shop, monkeypatch, folder, absolute, name):
    monkeypatch.chdir(folder)
    path = shop / name if absolute else Path(os.path.relpath(shop / name))
    assert name_in_repository(path) == name


def test_a_link_to_the_repository_or_into_it_is_followed(shop, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(shop)
    (tmp_path / "train.csv").symlink_to(shop / "data/train.csv")
    assert name_in_repository(tmp_path / "link/data/train.csv") == "data/train.csv"
    (shop / "latest").symlink_to("data")
    assert name_in_repository(Path("latest/train.csv")) == "data/train.csv"
    (shop / "latest.csv").symlink_to("data/train.csv")
    assert name_in_repository(Path("latest.csv")) == "data/train.csv"
    monkeypatch.chdir(tmp_path / "link/data")
    assert name_in_repository(Path("train.csv")) == "data/train.csv"


@pytest.mark.parametrize(
    "store", [".dvc/cache/files/md5/aa/bb", ".git/annex/objects/x", "../store"]
)
def test_a_link_to_where_a_tool_keeps_content_is_the_file_itself(shop, store):
    (shop / store).parent.mkdir(parents=True, exist_ok=True)
    (shop / store).write_text("text,label\n")
    (shop / "data/kept.csv").symlink_to(shop / store)
    assert name_in_repository(Path("data/kept.csv")) == "data/kept.csv"


def test_a_submodule_or_another_work_tree_is_a_repository_of_its_own(shop):
    (shop / "data/en/.git").write_text("gitdir: ../../.git/modules/en\n")
    assert name_in_repository(Path("data/en/my set.csv")) == "my set.csv"


@pytest.mark.parametrize("path", ["train.csv", "sets/train.csv", "../outside/train.csv"])
def test_outside_of_a_repository_it_is_as_given(tmp_path, monkeypatch, path):
    (tmp_path / "outside").mkdir()
    monkeypatch.chdir(tmp_path / "outside")
    assert name_in_repository(Path(path)) == path
    assert name_in_repository(tmp_path / path) == str(tmp_path / path)


def test_a_link_that_leads_in_a_circle_is_its_own_name(shop):
    (shop / "a.csv").symlink_to("b.csv")
    (shop / "b.csv").symlink_to("a.csv")
    assert name_in_repository(Path("a.csv")) == "a.csv"
