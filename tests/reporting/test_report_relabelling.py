"""Which rows are read again one by one, and which of them are copies of one example."""

from __future__ import annotations

from typing import Any

from auditor.records.findings import Finding
from auditor.reporting.relabelling import rows_to_label_again


def finding(code: str, *rows: int, **measured: Any) -> Finding:
    return Finding(
        code=code,
        severity="note",
        category=None,
        subtype=None,
        summary="found",
        measured=measured,
        limit={},
        rows=rows,
        advice="read",
        fingerprint="f" * 32,
    )


def test_rows_of_all_findings_about_labels_each_once_in_their_order():
    found = [
        finding("label-conflict", 5, 9, certainty="one text"),
        finding("label-error", 7, suggested="billing"),
        finding("label-error", 9, suggested="returns"),
        finding("annotator-inconsistency", 1, 7),
    ]
    assert rows_to_label_again(found) == [(5, 9), (7,), (1,)]


def test_copies_of_a_doubted_row_are_read_with_it_and_others_are_not():
    copies = [finding("near-duplicate", 2, 7), finding("near-duplicate", 3, 4)]
    doubted = finding("label-error", 7, suggested="billing")
    assert rows_to_label_again([*copies, doubted]) == [(2, 7)]


def test_texts_that_are_nearly_alike_are_rows_of_their_own():
    assert rows_to_label_again([finding("label-conflict", 2, 7, certainty="review")]) == [
        (2,),
        (7,),
    ]


def test_texts_with_several_labels_by_intent_are_rows_of_their_own():
    found = [
        finding("multi-label", 2, 7),
        finding("near-duplicate", 2, 7),
        finding("label-error", 7, suggested="billing"),
    ]
    assert rows_to_label_again(found) == [(7,)]


def test_what_is_said_of_a_set_as_a_whole_names_no_row():
    overlap = finding("label-error", 1, 2, 3)
    dominance = finding("template-dominance", 4, 5)
    assert rows_to_label_again([overlap, dominance]) == []
