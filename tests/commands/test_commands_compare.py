"""`auditor compare`: what it asks, and what it writes. The comparison is made up here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def asked(monkeypatch, workplace) -> SimpleNamespace:
    """What the comparison is asked, in its place, of files that are there."""
    for name in ("a", "b", "old", "new", "all", "next"):
        (workplace / f"{name}.csv").touch()
    asked = SimpleNamespace(saved=None)

    def compare(base: str, candidate: str | None, **words: Any) -> str:
        asked.sets, asked.words = (base, candidate), words
        return "comparison"

    def save(found: str, folder: Path, formats: Any, static: bool = False) -> list[Path]:
        asked.saved = (folder, formats, static)
        return [folder / "compare.html"]

    drawn = "auditor.reporting"
    monkeypatch.setattr(
        import_module("auditor.comparing.compare"), "compare", compare
    )  # a verb has its name
    monkeypatch.setattr(f"{drawn}.save", save)
    monkeypatch.setattr(f"{drawn}.summarise", lambda found, paths: f"{paths[0]}\n")
    return asked


def test_two_sets_are_compared(run, workplace, asked):
    out = run(
        "compare", "old.csv", "new.csv", "--update", "next.csv", "--names", "human, synthetic"
    )
    assert asked.sets == ("old.csv", "new.csv")
    assert (asked.words["update"], asked.words["names"]) == ("next.csv", ["human", "synthetic"])
    assert asked.saved == (Path("reports/old-new"), None, False)
    assert out.stdout == "reports/old-new/compare.html\n"


def test_rows_of_one_set_are_compared(run, workplace, asked):
    run("compare", "all.csv", "--split-by", "source", "--format", "html", "--static", "--seed", 3)
    assert asked.sets == ("all.csv", None)
    assert asked.words["split_by"] == "source"
    assert asked.words["names"] == ("base", "candidate")
    assert asked.words["settings"].seed == 3
    assert asked.saved == (Path("reports/all"), ("html",), True)


def test_what_is_wrong_with_the_words_is_one_clear_line(run, desk):
    for words, told in (
        ((), "there is nothing to compare with: give a second file, or --split-by COLUMN"),
        (("desk.csv", "--split-by", "source"), "leave the second one out"),
        (("desk.csv", "--names", "human"), "--names takes two different names"),
        (("desk.csv", "--names", "a,"), "--names takes two different names"),
    ):
        result = run("compare", "desk.csv", *words, code=2)
        assert result.stderr.startswith("auditor: ")
        assert told in result.stderr


def test_the_human_rows_of_a_file_are_held_against_all_of_it(run, workplace, tickets, as_csv):
    rows = [{**t, "source": ("human", "synthetic")[n % 2]} for n, t in enumerate(tickets)]
    Path("all.csv").write_text(as_csv(rows), encoding="utf-8")
    out = run("compare", "all.csv", "--split-by", "source", "--names", "human,both").stdout
    assert "human (25 rows) with both (50 rows)" in " ".join(out.split())
    assert {p.name for p in Path("reports/all").iterdir()} == {"compare.html", "compare.json"}


def test_quiet_prints_nothing(run, workplace, asked):
    assert run("compare", "a.csv", "b.csv", "--quiet").output == ""
