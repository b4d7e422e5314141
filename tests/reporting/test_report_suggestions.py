"""relabel.csv: one line a row, with one suggestion, the likeliest wrong label first."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import Any

from auditor.records.audit import Audit
from auditor.records.findings import Finding
from auditor.reporting.cards import sections
from auditor.reporting.tables import RELABEL, RelabelRenderer

# Rows 0-39 are account, 40-79 billing, 120-159 returns, 160-199 shipping.


def relabel(audit: Audit) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(RelabelRenderer().render(audit), newline="")))


def finding(code: str, *rows: int, fingerprint: str = "f" * 32, **fields: Any) -> Finding:
    empty = {"category": None, "subtype": None, "measured": {}, "limit": {}}
    told = {"severity": "warning", "summary": "found", "advice": "do"}
    return Finding(code=code, rows=rows, fingerprint=fingerprint, **{**empty, **told, **fields})


def wrong(row: int, suggested: str, probability: float | None, **fields: Any) -> Finding:
    measured = {"suggested": suggested} | (
        {} if probability is None else {"probability": probability}
    )
    told = {"summary": f"reads like {suggested}", "category": "account", **fields}
    return finding("label-error", row, measured=measured, **told)


def conflict(*rows: int, favours: str | None = None, **probabilities: float) -> Finding:
    labels = dict.fromkeys(probabilities, 1)
    measured = {"labels": labels, "favours": favours, "certainty": "copies"}
    return finding(
        "label-conflict",
        *rows,
        measured={**measured, "probabilities": probabilities},
        severity="error",
        summary=f"{len(rows)} copies are labelled {' and '.join(labels)}",
    )


def copies(*rows: int) -> Finding:
    return finding("near-duplicate", *rows, severity="note", measured={"rows": len(rows)})


def said(line: dict[str, str]) -> tuple[str, str, str]:
    return line["row"], line["suggested"], line["action"]


def test_a_line_says_the_row_its_label_what_is_suggested_and_why(make_audit):
    audit = make_audit(findings=(wrong(7, "billing", 0.91),), ids={"7": "T-8"})
    [line] = relabel(audit)
    assert tuple(line) == tuple(RELABEL)
    assert line == {
        "row": "7",
        "id": "T-8",
        "text": audit.examples["7"],
        "label": "account",
        "suggested": "billing",
        "action": "change",
        "probability_wrong": "0.91",
        "copies": "",
        "code": "label-error",
        "severity": "warning",
        "why": "reads like billing",
        "fingerprint": "f" * 32,
    }


def test_a_row_has_one_line_whatever_number_of_findings_concern_it(make_audit):
    several = (
        wrong(3, "billing", 0.9, severity="note", fingerprint="a" * 32),
        conflict(3, 40, favours="billing", billing=0.93, account=0.07),
        finding("annotator-inconsistency", 3, 9, summary="labels of one annotator differ"),
    )
    lines = relabel(make_audit(findings=several))
    assert sorted(line["row"] for line in lines) == ["3", "40", "9"]
    [third] = [line for line in lines if line["row"] == "3"]
    assert third["code"] == "label-error | label-conflict | annotator-inconsistency"
    assert third["severity"] == "error"
    assert third["fingerprint"] == f"{'a' * 32} | {'f' * 32}"
    for told in ("reads like billing", "2 copies are labelled", "labels of one annotator differ"):
        assert told in third["why"]


def test_the_side_that_the_evidence_favours_is_kept_and_the_other_changed(make_audit):
    audit = make_audit(findings=(conflict(0, 40, favours="billing", billing=0.9, account=0.1),))
    changed, kept = relabel(audit)
    assert said(changed) == ("0", "billing", "change")
    assert said(kept) == ("40", "billing", "keep")
    assert (changed["probability_wrong"], kept["probability_wrong"]) == ("0.9", "0.1")
    assert "likely billing 90%" in changed["why"]


def test_where_it_cannot_be_told_both_labels_are_named_for_all_copies(make_audit):
    one, other = relabel(make_audit(findings=(conflict(0, 40, account=0.55, billing=0.45),)))
    assert said(one) == ("40", "account | billing", "decide")
    assert said(other) == ("0", "account | billing", "decide")
    assert "undecided: account 55% and billing 45%" in one["why"]


def test_a_row_gets_no_contradictory_suggestions(make_audit):
    """The text reads like shipping to label-error; with its copies it is billing's."""
    both = (
        wrong(0, "shipping", 0.85),
        wrong(40, "account", 0.99, category="billing"),
        conflict(0, 40, favours="billing", billing=0.88, account=0.12),
    )
    assert [said(line) for line in relabel(make_audit(findings=both))] == [
        ("0", "billing", "change"),
        ("40", "billing", "keep"),
    ]


def test_copies_that_all_read_like_a_third_label_are_both_changed(make_audit):
    third = conflict(0, 40, favours="returns", returns=0.9, account=0.06, billing=0.04)
    assert [said(line) for line in relabel(make_audit(findings=(third,)))] == [
        ("40", "returns", "change"),
        ("0", "returns", "change"),
    ]


def test_a_copy_that_nothing_was_found_of_is_suggested_what_its_copy_is(make_audit):
    """Whoever changes one of three copies has to change all of them."""
    audit = make_audit(
        findings=(wrong(7, "billing", 0.9), wrong(8, "returns", 0.95), copies(5, 7, 39))
    )
    lines = relabel(audit)
    assert [said(line) for line in lines] == [
        ("8", "returns", "change"),
        ("5", "billing", "change"),
        ("7", "billing", "change"),
        ("39", "billing", "change"),
    ]
    assert {line["copies"] for line in lines[1:]} == {"5 | 7 | 39"}
    assert lines[1]["why"] == "copy of a row with this finding: reads like billing"
    assert lines[2]["why"] == "reads like billing"


def test_two_copies_that_read_differently_are_suggested_what_the_surer_one_is(make_audit):
    found = (wrong(7, "returns", 0.82), wrong(5, "billing", 0.9), copies(5, 7))
    assert [said(line) for line in relabel(make_audit(findings=found))] == [
        ("5", "billing", "change"),
        ("7", "billing", "change"),
    ]


def test_texts_under_several_labels_by_intent_are_no_copies(make_audit):
    several = finding("multi-label", 0, 40)
    found = (several, wrong(0, "returns", 0.9), copies(0, 40))
    assert [said(line) for line in relabel(make_audit(findings=found))] == [
        ("0", "returns", "change")
    ]


def test_texts_that_are_only_nearly_alike_need_not_have_one_label(make_audit):
    review = finding(
        "label-conflict",
        0,
        40,
        severity="note",
        measured={
            "labels": {"account": 1, "billing": 1},
            "favours": None,
            "certainty": "review",
            "difference": "voucher -> invoice",
        },
    )
    [alone, doubted] = relabel(make_audit(findings=(review, wrong(40, "returns", 0.9))))[::-1]
    assert said(doubted) == ("40", "returns", "change")
    assert said(alone) == ("0", "account | billing", "decide")
    assert alone["probability_wrong"] == ""
    assert "what differs: voucher -> invoice" in alone["why"]


def test_the_likeliest_wrong_label_comes_first_and_what_is_unknown_last(make_audit):
    found = (
        wrong(1, "billing", None),
        wrong(2, "billing", 0.6),
        conflict(3, 41, favours="account", account=0.8, billing=0.2),
        wrong(4, "billing", 0.95),
        wrong(6, "billing", 0.6),
    )
    lines = relabel(make_audit(findings=found))
    assert [line["row"] for line in lines] == ["4", "41", "3", "2", "6", "1"]


def test_a_label_that_is_less_than_surely_wrong_is_for_a_person_to_decide(make_audit):
    found = (wrong(1, "billing", 0.79), wrong(2, "billing", None))
    assert [line["action"] for line in relabel(make_audit(findings=found))] == ["decide"] * 2


def test_an_annotator_s_row_is_as_doubtful_as_the_annotator_differs_more_than_usual(make_audit):
    found = finding(
        "annotator-inconsistency",
        1,
        2,
        measured={"rate": 0.5, "usual_rate": 0.2, "read_as": {"billing": [1], "returns": [2]}},
    )
    one, two = relabel(make_audit(findings=(found,)))
    assert (said(one), one["probability_wrong"]) == (("1", "billing", "decide"), "0.6")
    assert said(two) == ("2", "returns", "decide")


def test_of_what_is_said_of_row_and_annotator_the_surer_counts(make_audit):
    annotator = finding(
        "annotator-inconsistency",
        1,
        measured={"rate": 0.8, "usual_rate": 0.08, "read_as": {"billing": [1]}},
    )
    [line] = relabel(make_audit(findings=(annotator, wrong(1, "returns", 0.6))))
    assert (said(line), line["probability_wrong"]) == (("1", "returns", "change"), "0.9")


def test_rows_of_a_text_that_annotators_disagree_about_are_listed(make_audit):
    found = finding("annotator-inconsistency", 1, 2, measured={"alpha": 0.4})
    assert [said(line) for line in relabel(make_audit(findings=(found,)))] == [
        ("1", "", "decide"),
        ("2", "", "decide"),
    ]


def test_a_sentence_about_a_set_lists_none_of_its_rows(make_audit):
    overlap = finding("label-error", *range(30), summary="returns and shipping overlap")
    assert relabel(make_audit(findings=(overlap,))) == []


def test_a_card_says_how_surely_a_label_is_favoured_and_lists_no_rows_by_label(make_audit):
    annotator = finding(
        "annotator-inconsistency",
        1,
        measured={"rate": 0.8, "usual_rate": 0.08, "read_as": {"billing": [1]}},
    )
    settled = conflict(0, 40, favours="billing", billing=0.9, account=0.1)
    cards = sections(make_audit(findings=(settled, annotator)))
    facts = {f.label: f.value for s in cards for g in s.groups for c in g.cards for f in c.facts}
    assert (facts["recommended label"], facts["probabilities"]) == (
        "billing",
        "billing 0.9, account 0.1",
    )
    assert "read as" not in facts


def test_of_a_row_with_several_labels_the_doubted_one_is_named(make_audit):
    audit = make_audit(findings=(wrong(7, "billing", 0.91),))
    again = dataclasses.replace(audit.subtypes[0], category="smell", rows=(7,))
    [line] = relabel(dataclasses.replace(audit, subtypes=(*audit.subtypes, again)))
    assert (line["label"], line["suggested"]) == ("account", "billing")
