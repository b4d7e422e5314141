"""collect.csv says what to do, kind by kind, and neither list harms a spreadsheet."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import Any

import pytest

from auditor.no_text import without_text
from auditor.records.audit import Audit
from auditor.records.findings import Finding, Limit
from auditor.reporting.tables import COLLECT, RELABEL, CollectRenderer, RelabelRenderer, disarmed

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝1+1")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def relabel(audit: Audit) -> list[dict[str, str]]:
    return read(RelabelRenderer().render(audit))


def collect(audit: Audit) -> list[dict[str, str]]:
    return read(CollectRenderer().render(audit))


def finding(code: str, **fields: Any) -> Finding:
    empty = {"category": "returns", "subtype": None, "measured": {}, "limit": {}, "rows": (1, 2)}
    told = {"severity": "warning", "summary": "found", "advice": "do", "fingerprint": "f" * 32}
    return Finding(code=code, **{**empty, **told, **fields})


def test_a_thin_subtype_is_to_reach_what_its_check_asks(make_audit):
    thin = finding(
        "coverage-gap",
        category="product question",
        subtype="product question/1",
        rows=tuple(range(114, 120)),
        measured={"rows": 6, "effective_examples": 4.8, "nearest_outside_rows": [3, 4]},
        limit={"rows": 20},
    )
    limits = {"template-dominance": (Limit(name="rows", value=4, default=4, reason=""),)}
    audit = make_audit(findings=(thin,), limits=limits)
    [line] = collect(audit)
    assert tuple(line) == tuple(COLLECT)
    assert (line["rows"], line["effective_examples"], line["collect"]) == ("6", "4.8", "14")
    assert line["rule"] == "bring to 20 rows, at least doubling"
    assert line["most_from_one_template"] == "3"
    assert line["like"] == audit.examples["114"]
    assert line["keywords"] == "label | printer | fit"
    assert line["unlike_template"] == audit.subtypes[5].templates[0].pattern
    assert line["unlike_nearest"] == audit.examples["3"]


@pytest.mark.parametrize(
    ("gap", "rows", "wanted"),
    [
        (finding("combination-gap", measured={"rows": 2}, limit={"rows": 9}), "2", "7"),
        (finding("reference-gap", category=None, limit={"score": 3.0}), "0", "20"),
        (finding("template-dominance", measured={"rows": 36}, limit={"rows": 4}), "36", "33"),
        (
            # 40 rows of returns, of which half recur: with 10 others it is 20 of 50
            finding(
                "template-dominance",
                measured={"rows": 30, "repeated": 0.5},
                limit={"repeated": 0.4},
            ),
            "30",
            "10",
        ),
    ],
    ids=lambda f: f.code if isinstance(f, Finding) else f,
)
def test_each_kind_of_gap_has_its_rule(make_audit, gap, rows, wanted):
    [line] = collect(make_audit(findings=(gap,)))
    assert (line["rows"], line["collect"]) == (rows, wanted)
    assert line["rule"]


def test_a_frame_that_all_categories_share_asks_for_no_text(make_audit):
    shared = finding("template-dominance", severity="note", limit={"rows": 4})
    assert collect(make_audit(findings=(shared,))) == []


def test_what_a_gap_is_like_is_quoted(make_audit):
    typical = finding("reference-gap", measured={"typical_text": "may my dog come"})
    pair = finding(
        "combination-gap",
        measured={"rows": 1, "combination": {"region": "EU", "plan": "pro"}},
        limit={"rows": 5},
    )
    lines = collect(make_audit(findings=(typical, pair)))
    assert {line["like"] for line in lines} == {"may my dog come", "region=EU, plan=pro"}


def test_text_reads_back_as_it_was_unless_it_acts(make_audit):
    odd = 'naïve, "quoted"; \'tis\nsecond line ﷺ 😀'
    audit = make_audit(lambda text: text + odd)
    for line in relabel(audit):
        assert line["text"] == audit.examples[line["row"]]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(make_audit, formula):
    audit = make_audit(lambda text: formula + text)
    assert disarmed(formula) == f"'{formula}"
    for line in [*relabel(audit), *collect(audit)]:
        assert not any(cell.startswith(FORMULAS) for cell in line.values())
        assert not any(cell[:1] in {"=", "+", "-", "@", "\t", "＝"} for cell in line.values())


def test_control_characters_are_shown_and_do_nothing(make_audit):
    audit = make_audit(lambda text: f"{text}\x1b[31m\u202e\x00\r")
    written = RelabelRenderer().render(audit) + CollectRenderer().render(audit)
    assert not set("\x1b\u202e\x00\r") & set(written)
    assert "␛[31m⟨U+202E⟩␀␍" in written


def test_without_text_the_lists_hold_rows_and_categories_alone(audit):
    bare = without_text(dataclasses.replace(audit, ids={"41": "Zanzibar"}))
    assert {(line["text"], line["id"]) for line in relabel(bare)} == {("", "")}
    assert [line["label"] for line in relabel(bare)] == [line["label"] for line in relabel(audit)]
    quoting = ("like", "keywords", "unlike_template", "unlike_nearest")
    assert {line[column] for line in collect(bare) for column in quoting} == {""}


def test_an_audit_without_findings_gives_heads_alone(make_audit):
    bare = make_audit(findings=())
    assert RelabelRenderer().render(bare) == ",".join(RELABEL) + "\n"
    assert CollectRenderer().render(bare) == ",".join(COLLECT) + "\n"
