"""Results as tables: a line for each row of each finding, each test, each measure."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pandas as pd
import pytest

from auditor.checks import CHECKS
from auditor.errors import UsageError
from auditor.no_text import without_text
from auditor.records.findings import Finding
from auditor.reporting.frames import AUDIT_COLUMNS, COMPARISON_COLUMNS, VERDICT_COLUMNS
from auditor.reporting.scores import SCORES, score_of, suggested_label

ROOT = Path(__file__).parents[2]


def finding(code="label-error", rows=(4, 7), **fields):
    measured = fields.pop("measured", {})
    named = {"category": "billing", "subtype": None, "severity": "note", **fields}
    said = {"summary": "It is so", "advice": "Look.", "limit": {}}
    return Finding(
        code=code, rows=rows, measured=measured, fingerprint=f"{code}-{rows}", **named, **said
    )


def types(frame):
    return {name: str(kind) for name, kind in frame.dtypes.items()}


# --- an audit --------------------------------------------------------------------------------


def test_an_audit_has_a_line_for_each_row_of_each_finding_in_their_order(audit):
    frame = audit.to_frame()
    pairs = [(f.fingerprint, row) for f in audit.findings for row in f.rows]
    assert [*zip(frame["finding"], frame["row"], strict=True)] == pairs
    assert frame.index.tolist() == [*range(len(pairs))]
    by_name = {f.fingerprint: f for f in audit.findings}
    for name, code, severity in frame[["finding", "code", "severity"]].itertuples(index=False):
        assert (by_name[name].code, by_name[name].severity) == (code, severity)


def test_columns_and_their_types_are_the_same_with_findings_and_without(audit, make_audit):
    assert types(audit.to_frame()) == AUDIT_COLUMNS
    empty = make_audit(findings=()).to_frame()
    assert (types(empty), len(empty)) == (AUDIT_COLUMNS, 0)
    nothing_but_missing = make_audit(findings=(finding("near-duplicate", category=None),))
    assert types(nothing_but_missing.to_frame()) == AUDIT_COLUMNS


def test_texts_and_ids_are_those_that_the_audit_keeps_and_none_elsewhere(audit):
    for row, text, known in audit.to_frame()[["row", "text", "id"]].itertuples(index=False):
        assert (text, known) == (audit.examples.get(str(row)), audit.ids.get(str(row)))


def test_a_table_without_text_has_none_of_the_data(audit):
    frame = without_text(audit).to_frame()
    assert types(frame) == AUDIT_COLUMNS
    assert frame[["text", "id"]].isna().all(axis=None)
    assert len(frame) == len(audit.to_frame())


def test_texts_that_no_encoding_can_write_are_in_it_as_they_are(make_audit):
    audit = make_audit(lambda text: f"{text}\ud800\x00")
    texts = [text for text in audit.to_frame()["text"] if text is not None]
    assert texts
    assert {text[-2:] for text in texts} == {"\ud800\x00"}


def test_a_row_has_its_own_label_and_subtype(audit):
    frame = audit.to_frame()
    subtypes = {row: s for s in audit.subtypes for row in s.rows}
    for row, label, subtype in frame[["row", "label", "subtype"]].itertuples(index=False):
        if row in subtypes:
            assert (label, subtype) == (subtypes[row].category, subtypes[row].id)


def test_a_row_with_several_labels_has_the_one_that_the_finding_is_about(make_audit):
    subtypes = make_audit().subtypes
    first, second = (
        next(s for s in subtypes if s.category == name) for name in ("account", "billing")
    )
    twice = dataclasses.replace(second, rows=(*second.rows, first.rows[0]))
    found = finding(rows=(first.rows[0],), category="billing")
    others = (s for s in subtypes if s is not second)
    [line] = make_audit(subtypes=(*others, twice), findings=(found,)).to_frame().itertuples()
    assert (line.label, line.subtype) == ("billing", twice.id)


def test_a_row_of_another_split_has_no_label_unless_the_finding_tells_it(make_audit):
    leak = finding("split-leakage", rows=(9_000,), category=None, measured={"share": 0.25})
    [line] = make_audit(findings=(leak,)).to_frame().itertuples()
    assert (line.label, line.subtype, line.score) == (None, None, 0.25)


# --- the rows of one finding -----------------------------------------------------------------


def test_the_rows_of_a_finding_are_its_lines_all_of_them(audit):
    whole = audit.to_frame()
    for found in audit.findings:
        lines = whole[whole["finding"] == found.fingerprint].reset_index(drop=True)
        pd.testing.assert_frame_equal(audit.rows(found), lines)
        pd.testing.assert_frame_equal(audit.rows(found.fingerprint), lines)
        assert audit.rows(found)["row"].tolist() == [*found.rows]


def test_the_beginning_of_a_fingerprint_is_enough_where_no_other_begins_so(audit):
    found = audit.findings[0]
    assert audit.rows(found.fingerprint[:12]).equals(audit.rows(found))
    firsts = sorted(f.fingerprint[0] for f in audit.findings)
    with pytest.raises(UsageError, match=r"findings have fingerprints that begin with .*give more"):
        audit.rows(max(firsts, key=firsts.count))


@pytest.mark.parametrize("name", ["", "no such", "label-error"])
def test_what_names_no_finding_is_refused_with_where_they_are_named(audit, name):
    with pytest.raises(UsageError, match=r"column 'finding' of its to_frame\(\)"):
        audit.rows(name)


def test_the_finding_of_another_audit_is_refused(audit):
    with pytest.raises(UsageError, match="no finding of this audit"):
        audit.rows(finding())


# --- scores ----------------------------------------------------------------------------------


def test_of_every_code_it_is_told_what_the_score_is():
    assert set(SCORES) == {check.code for check in CHECKS}


def test_the_docs_have_the_same_table():
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", page, re.MULTILINE))
    assert {code: told.get(code) for code in SCORES} == {c: s.meaning for c, s in SCORES.items()}


@pytest.mark.parametrize(
    ("code", "measured", "expected"),
    [
        ("label-error", {"probability": 0.93, "suggested": "returns"}, 0.93),
        ("label-error", {"labels": ["billing", "returns"]}, None),  # two categories that overlap
        ("label-conflict", {"probabilities": {"billing": 0.2, "returns": 0.8}}, 0.8),
        ("label-conflict", {"labels": ["billing", "returns"]}, None),
        (
            "annotator-inconsistency",
            {"read_as": {"returns": [4]}, "rate": 0.4, "usual_rate": 0.1},
            0.75,
        ),
        ("annotator-inconsistency", {"disputed": {"4": {"labels": {}, "share": 0.6}}}, 0.4),
        ("annotator-inconsistency", {"alpha": 0.5}, None),
        ("label-noise", {"share": 0.12}, 0.12),
        ("label-noise", {"skill": 0.05}, 0.95),
        ("label-noise", {"skill": -0.1}, 1.0),
        ("template-dominance", {"coverage": 0.7, "rows": 30}, 0.7),
        ("template-dominance", {"repeated": 0.5, "rows": 30}, 0.5),
        ("template-shortcut", {"share_in_such_frames": 0.9, "share": 0.3}, 0.9),
        ("illusion-gap", {"gap": 0.2}, 0.2),
        ("coverage-gap", {"separation": 0.4}, 0.4),
        ("class-imbalance", {"rows": 5, "even_share": 50}, 0.9),
        ("split-leakage", {"share": 0.02}, 0.02),
        ("multi-label", {"share": 0.3}, 0.3),
        ("fragile-category", {"expected_drop": 0.33}, 0.33),
        ("reference-gap", {"score": 7.5}, 7.5),
        ("near-duplicate", {"rows": 3}, None),
        ("a-code-of-tomorrow", {"probability": 1.0}, None),
    ],
)
def test_a_score_grows_with_what_is_wrong(code, measured, expected):
    assert score_of(finding(code, measured=measured), 4, "billing") == expected


@pytest.mark.parametrize(
    ("code", "measured", "expected"),
    [
        ("label-error", {"suggested": "returns"}, "returns"),
        ("label-error", {"labels": ["billing", "returns"]}, None),
        ("label-conflict", {"favours": "returns", "labels": ["billing", "returns"]}, "returns"),
        ("label-conflict", {"favours": None, "labels": ["billing", "returns"]}, None),
        (
            "annotator-inconsistency",
            {"read_as": {"returns": [4]}, "rate": 0.4, "usual_rate": 0.1},
            "returns",
        ),
        ("near-duplicate", {"rows": 3}, None),
    ],
)
def test_a_label_is_suggested_where_one_is_likely(code, measured, expected):
    assert suggested_label(finding(code, measured=measured), 4) == expected


# --- a verdict and a comparison --------------------------------------------------------------


def test_a_verdict_has_a_line_for_each_test(quick, tickets):
    import auditor

    copied = [*tickets, *(row | {"id": f"C-{i}"} for i, row in enumerate(tickets[:12]))]
    verdict = auditor.gate(copied, base=list(tickets), **quick)
    frame = verdict.to_frame()
    assert types(frame) == VERDICT_COLUMNS
    assert frame["finding"].tolist() == [t.fingerprint for t in verdict.tested]
    assert frame["rows"].tolist() == [len(t.rows) for t in verdict.tested]
    assert frame["effect"].tolist() == [t.effect for t in verdict.tested]
    assert not (frame["subject"] == "").any()
    empty = dataclasses.replace(verdict, tested=()).to_frame()
    assert (types(empty), len(empty)) == (VERDICT_COLUMNS, 0)


def test_a_comparison_has_a_line_for_each_measure_by_size_and_category(quick, tickets):
    import auditor

    compared = auditor.compare(list(tickets[:40]), list(tickets), **quick)
    frame = compared.to_frame()
    assert types(frame) == COMPARISON_COLUMNS
    assert len(frame) >= len(compared.diversity)
    for line in frame.itertuples():
        assert line.difference == pytest.approx(line.candidate - line.base, abs=0.02)
        assert line.differs == (line.difference_low > 0 or line.difference_high < 0)
    of_all = frame[(frame["measure"] == "forecast: accuracy before the update")]
    if compared.full is not None:
        whole = of_all[(of_all["size"] == "full") & of_all["category"].isna()]
        assert whole["base"].tolist() == [compared.full.before.base.value]
    nothing = dataclasses.replace(
        compared, unseen=None, random_split=None, full=None, matched=None, diversity=()
    )
    assert (types(nothing.to_frame()), len(nothing.to_frame())) == (COMPARISON_COLUMNS, 0)
