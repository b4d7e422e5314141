"""`auditor compare`: what it asks, and what it writes. The comparison is made up here."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def asked(monkeypatch) -> SimpleNamespace:
    """What the comparison is asked, in its place."""
    asked = SimpleNamespace(saved=None)

    def compare(base: str, candidate: str | None, **words: Any) -> str:
        asked.sets, asked.words = (base, candidate), words
        return "comparison"

    def save_comparison(found: str, folder: Path, formats: Any, static: bool = False) -> list[Path]:
        asked.saved = (folder, tuple(formats), static)
        return [folder / "comparison.html"]

    ours = ModuleType("auditor.compare")
    ours.__dict__.update(compare=compare)
    drawn = ModuleType("auditor.reporting.comparison")
    drawn.__dict__.update(
        save_comparison=save_comparison, summarise_comparison=lambda found, paths: f"{paths[0]}\n"
    )
    monkeypatch.setitem(sys.modules, "auditor.compare", ours)
    monkeypatch.setitem(sys.modules, "auditor.reporting.comparison", drawn)
    return asked


def test_two_sets_are_compared(run, workplace, asked):
    out = run(
        "compare", "old.csv", "new.csv", "--update", "next.csv", "--names", "human, synthetic"
    )
    assert asked.sets == ("old.csv", "new.csv")
    assert (asked.words["update"], asked.words["names"]) == ("next.csv", ("human", "synthetic"))
    assert asked.saved == (Path("reports/old-new"), ("html", "json"), False)
    assert out.stdout == "reports/old-new/comparison.html\n"


def test_rows_of_one_set_are_compared(run, workplace, asked):
    run("compare", "all.csv", "--split-by", "source", "--format", "html", "--static", "--seed", 3)
    assert asked.sets == ("all.csv", None)
    assert asked.words["split_by"] == "source"
    assert "names" not in asked.words
    assert asked.words["settings"].seed == 3
    assert asked.saved == (Path("reports/all"), ("html",), True)


@pytest.mark.parametrize("words", [("a.csv",), ("a.csv", "b.csv", "--split-by", "source")])
def test_two_sets_or_one_that_is_split_and_nothing_else(run, workplace, asked, words):
    assert "give CANDIDATE, or --split-by COL" in run("compare", *words, code=2).stderr


@pytest.mark.parametrize("names", ["human", "a,b,c", "a,a", ",b", ""])
def test_names_are_two(run, workplace, asked, names):
    told = run("compare", "a.csv", "b.csv", "--names", names, code=2).stderr
    assert "expected two names, such as human,synthetic" in told


def test_quiet_prints_nothing(run, workplace, asked):
    assert run("compare", "a.csv", "b.csv", "--quiet").output == ""
