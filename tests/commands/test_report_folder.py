"""Where a report goes without `--output`: by the dataset's name, and never over another's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auditor.commands.report_folder import REPORTS, named, report_folder

Folder = Callable[..., str]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Folder:
    """The folder under reports/ for files, which is written to as a report is."""
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")

    def folder(*paths: str) -> str:
        found = report_folder(*map(named, paths), quiet=False)
        assert found.is_dir()
        return found.relative_to(REPORTS).as_posix()

    return folder


def test_it_is_called_as_the_dataset(folder, capsys):
    assert folder("train.csv") == folder("train.csv") == "train"
    assert folder("data/tickets.csv") == "tickets"
    assert folder("old.csv", "new.csv") == "old-new"
    assert capsys.readouterr().err == ""


def test_another_dataset_of_that_name_is_kept_apart_and_that_is_said(folder, capsys):
    assert folder("en/train.csv") == "train"
    assert capsys.readouterr().err == ""
    assert folder("de/train.csv") == "de-train"
    assert capsys.readouterr().err == (
        "auditor: reports/train has the report on en/train.csv; "
        "this one goes to reports/de-train (--output DIR names another)\n"
    )
    report_folder(named("de/train.csv"), quiet=True)
    assert capsys.readouterr().err == ""


def test_each_keeps_its_folder_however_it_is_named(folder, tmp_path, monkeypatch):
    for _ in range(2):
        assert folder("en/train.csv") == folder("./en/../en/train.csv") == "train"
        assert folder("de/train.csv") == folder(str(tmp_path / "shop/de/train.csv")) == "de-train"
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    assert folder(str(tmp_path / "link/de/train.csv")) == "de-train"


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("a/en/train.csv", "b/en/train.csv", "b-en-train"),
        ("train.csv", "train.jsonl", "train-jsonl"),
        ("en/train.csv", "train.csv", "shop-train"),
        ("en/train.csv", "/train.csv", "train-"),
    ],
)
def test_the_name_is_as_long_as_it_has_to_be(folder, first, second, name):
    assert folder(first) == "train"
    if name == "b-en-train":
        folder("c/en/train.csv")
    found = folder(second)
    assert found == name or (name == "train-" and found.startswith(name))
    assert folder(first) == "train"


def test_two_of_one_comparison_are_kept_apart_too(folder):
    assert folder("en/train.csv", "en/new.csv") == "train-new"
    assert folder("de/train.csv", "de/new.csv") == "de-train-de-new"
    assert folder("de/new.csv", "de/train.csv") == "new-train"


def test_a_folder_that_was_removed_is_free_again(folder):
    folder("en/train.csv")
    (REPORTS / "train").rmdir()
    assert folder("de/train.csv") == "train"


def test_a_folder_of_nobodys_is_written_to_as_before(folder):
    (REPORTS / "train").mkdir(parents=True)
    assert folder("en/train.csv") == "train"
    assert folder("de/train.csv") == "de-train"


def test_at_the_same_time_each_gets_its_own(folder):
    paths = [f"{language}/train.csv" for language in ("en", "de", "fr", "it", "es", "pt")]
    with ThreadPoolExecutor(len(paths)) as pool:
        found = list(pool.map(folder, paths))
    assert len(set(found)) == len(paths)
    assert [folder(path) for path in paths] == found


def test_standard_input_has_no_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert report_folder(("stdin", "-"), quiet=False) == REPORTS / "stdin"


def test_what_cannot_be_written_is_left_to_the_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    REPORTS.write_text("a file")
    assert report_folder(named("train.csv"), quiet=False) == REPORTS / "train"


def test_reports_of_two_folders_lie_side_by_side(run, desk, tickets, as_csv):
    for language in ("en", "de"):
        Path(language).mkdir()
        Path(language, "desk.csv").write_text(as_csv(tickets[:40]), encoding="utf-8")
        run("audit", f"{language}/desk.csv")
        run("gate", f"{language}/desk.csv", "--base", "desk.csv", "--inconclusive", "pass")
    for name in ("desk", "de-desk"):
        assert {"audit.json", "gate.json"} <= {p.name for p in (REPORTS / name).iterdir()}
