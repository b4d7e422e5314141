"""Templates and confused labels at a glance: counts that the findings add up to."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from auditor.records.findings import Finding
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.patterns import confusion, filled


def finding(code, category, rows, **measured):
    return Finding(
        code=code,
        severity="warning",
        category=category,
        subtype=None,
        summary=f"{len(rows)} rows of {category}",
        measured=measured,
        limit={},
        rows=tuple(rows),
        advice="Look at them.",
        fingerprint="0" * 32,
    )


@pytest.fixture
def with_findings(audit):
    return lambda *found: dataclasses.replace(audit, findings=found)


def test_a_category_is_filled_by_the_rows_of_its_templates(with_findings):
    """Ten and four of forty rows, two of them in both: twelve, and the larger block first."""
    audit = with_findings(
        finding("template-dominance", "billing", range(40, 44)),
        finding("template-dominance", "billing", range(42, 52)),
    )
    (one,), number = filled(audit)
    assert (one.category, one.rows, one.filled, one.templates) == ("billing", 40, 12, 2)
    assert one.segments == ((0.0, 80.0), (80.0, 16.0))
    assert (one.anchor, number) == ("finding-1", 1)


def test_the_most_filled_category_stands_first(with_findings):
    audit = with_findings(
        finding("template-dominance", "billing", range(40, 44)),
        finding("template-dominance", "returns", range(120, 140)),
    )
    assert [one.category for one in filled(audit)[0]] == ["returns", "billing"]


def test_many_small_templates_share_a_block_and_all_rows_are_drawn(with_findings):
    audit = with_findings(*(finding("template-dominance", "billing", [40 + i]) for i in range(20)))
    (one,), _ = filled(audit)
    assert len(one.segments) == 9
    assert sum(width for _, width in one.segments) == pytest.approx(160)


def test_labels_are_counted_by_what_they_read_like(with_findings):
    audit = with_findings(
        finding("label-error", "billing", [41], suggested="returns"),
        finding("label-error", "billing", [42], suggested="returns"),
        finding("label-conflict", None, [1, 81], labels={"account": 1, "returns": 1}),
    )
    found = confusion(audit)
    table = dict(found.rows)
    assert found.reads_like[0] == "returns"
    assert table["billing"][found.reads_like.index("returns")] == (2, 5)
    assert table["returns"][found.reads_like.index("account")] == (1, 3)
    assert table["account"][found.reads_like.index("returns")] == (1, 3)
    assert table["returns"][0] is None
    assert found.shown == found.of_rows == 4


def test_an_overlap_counts_for_the_pair_both_ways_by_the_labels_of_its_rows(with_findings):
    audit = with_findings(
        finding("label-error", "billing", [41], suggested="returns"),
        finding("label-error", None, range(50, 59), labels={"billing": 7, "returns": 2}),
    )
    found = confusion(audit)
    table = dict(found.rows)
    assert table["billing"][found.reads_like.index("returns")] == (8, 5)
    assert table["returns"][found.reads_like.index("billing")] == (2, 2)
    assert found.shown == found.of_rows == 10


def test_with_many_labels_the_most_confused_are_shown_and_the_rest_counted(with_findings):
    names = [f"topic {i:02}" for i in range(30)]
    audit = with_findings(
        *(finding("label-error", a, [i], suggested=b) for i, (a, b) in enumerate(pairwise(names)))
    )
    found = confusion(audit)
    assert len(found.rows) == len(found.reads_like) == 12
    assert found.shown < found.of_rows == 29


def test_without_such_findings_the_page_has_no_such_section(with_findings):
    audit = with_findings()
    assert filled(audit) == ((), 0)
    assert confusion(audit) is None
    assert 'id="patterns"' not in HtmlRenderer().render(audit)
