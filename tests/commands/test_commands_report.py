"""`auditor report`: any result that was kept, rendered again, as it was or without text."""

from __future__ import annotations

from pathlib import Path

import pytest


def again(run, made: Path, *words: str) -> dict[str, bytes]:
    """The files that are rendered again of a JSON, by their names."""
    folder = made.parent / "again"
    run("report", made, "--output", folder, *words)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("audit", "desk.csv"), "reports/desk/audit.json"),
        (("gate", "desk.csv"), "reports/desk/gate.json"),
        (("compare", "desk.csv", "part.csv"), "reports/desk-part/compare.json"),
    ],
)
def test_each_result_is_rendered_again_as_it_was(run, desk, tickets, as_csv, words, kept):
    Path("part.csv").write_text(as_csv(tickets[:40]), encoding="utf-8")
    run(*words, code=1 if words[0] == "gate" else 0)
    before = {path.name: path.read_bytes() for path in Path(kept).parent.iterdir()}
    assert again(run, Path(kept)) == before


def test_a_verdict_is_passed_on_without_text(run, desk, tickets):
    run("gate", "desk.csv", code=1)
    made = Path("reports/desk/gate.json")
    texts = [ticket["text"] for ticket in tickets]
    assert any(text in made.read_text(encoding="utf-8") for text in texts)
    for content in again(run, made, "--no-text", "--format", "json", "--format", "junit").values():
        assert not any(text.encode() in content for text in texts)


def test_a_format_of_another_result_is_refused_with_those_that_there_are(run, desk):
    run("audit", "desk.csv", "--format", "json")
    told = run("report", "reports/desk/audit.json", "--format", "sarif", code=2).stderr
    assert "unknown format 'sarif'; known: html, json, relabel" in " ".join(told.split())
