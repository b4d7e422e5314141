"""What was not read, and what was not done, is said in a line for each reason."""

from __future__ import annotations

import dataclasses

from auditor.records.dataset import Reject
from auditor.records.findings import SkippedCheck
from auditor.reporting import summarise
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.undone import rejects, skips

BLANK = [Reject(row=i, line=i + 2, reason="label is blank") for i in (3, 9, 40, 41)]
LONG = [Reject(row=7, line=None, reason="text is a list, expected a string")]


def test_rejected_rows_are_counted_by_reason_with_the_first_places():
    assert list(rejects([*LONG, *BLANK])) == [
        "4 rows: label is blank (line 5, line 11, line 42 and 1 more)",
        "1 row: text is a list, expected a string (row 7)",
    ]


def test_what_stood_there_instead_is_said_of_the_first():
    found = dataclasses.replace(LONG[0], found="turns by user, tool")
    [line] = rejects([found])
    assert line == "1 row: text is a list, expected a string, found turns by user, tool (row 7)"


def test_of_many_reasons_the_commonest_are_named_and_the_rest_counted():
    others = [Reject(row=i, line=i, reason=f"reason {i}") for i in range(50, 60)]
    lines = list(rejects([*others, *BLANK], 3))
    assert [line.partition(":")[0] for line in lines[:3]] == ["4 rows", "1 row", "1 row"]
    assert lines[3] == "8 more rows for 8 other reasons, see the report"


def test_the_console_and_the_page_name_reason_and_place(make_audit, audit):
    data = dataclasses.replace(audit.dataset, rows_rejected=(*BLANK, *LONG))
    found = make_audit(dataset=data)
    lines = summarise(found).splitlines()
    assert "Rejected  4 rows: label is blank (line 5, line 11, line 42 and 1 more)" in lines
    assert "          1 row: text is a list, expected a string (row 7)" in lines
    assert "<li>4 rows: label is blank (line 5, line 11, line 42 and 1 more)</li>" in (
        HtmlRenderer(static=True).render(found)
    )


def test_what_is_skipped_for_one_reason_is_one_line(make_audit):
    skipped = (
        SkippedCheck(code="template-shortcut", reason="there is no template"),
        SkippedCheck(code="label-noise", reason="not enough data"),
        SkippedCheck(code="illusion-gap", reason="there is no template"),
    )
    assert [(s.code, s.reason) for s in skips(skipped)] == [
        ("template-shortcut, illusion-gap", "there is no template"),
        ("label-noise", "not enough data"),
    ]
    found = make_audit(skipped=skipped)
    assert "Skipped   template-shortcut, illusion-gap: there is no template\n" in summarise(found)
    page = HtmlRenderer(static=True).render(found)
    assert page.count("there is no template") == 1
