"""What errata.py counts: ranks and precision of published errors, and the rows that it draws."""

from __future__ import annotations

import pandas as pd
import pytest
from errata import Score, drawn, precision, score

from auditor.records.audit import Audit
from auditor.records.findings import Finding


def finding(row: int, severity: str = "note") -> Finding:
    return Finding(
        code="label-error",
        severity=severity,
        category="billing",
        subtype=None,
        summary="labelled billing, reads like delivery",
        measured={"suggested": "delivery"},
        limit={},
        rows=(row,),
        advice="Read it again.",
        fingerprint=str(row),
    )


class Listing:
    """An audit of which only the label errors are read."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings

    of = Audit.of


def judged(*, wrong: set[int], listed: tuple[int, ...], right: set[int] = frozenset()) -> Score:
    return Score(
        rows=10, wrong=frozenset(wrong), right=frozenset(right), listed=listed, warned=listed[:1]
    )


def test_a_verdict_is_wrong_right_or_none():
    """A parcel filed under billing is wrong, an invoice is right, a greeting nobody has judged."""
    found = Listing(finding(2, "warning"), finding(0))
    scored = score(found, ["billing", "billing", "billing"], ["billing", "", "delivery"])
    assert scored == Score(
        rows=3, wrong=frozenset({2}), right=frozenset({0}), listed=(2, 0), warned=(2,)
    )
    assert scored.ranks == [1]


def test_average_precision_counts_errors_that_are_not_listed_as_zero():
    assert judged(wrong={4, 7}, listed=(4, 1, 7)).average_precision == pytest.approx(5 / 6)
    assert judged(wrong={4, 8}, listed=(4, 1, 7)).average_precision == pytest.approx(1 / 2)
    assert judged(wrong={8}, listed=()).average_precision == 0


def test_average_precision_among_the_judged_leaves_out_what_nobody_judged():
    scored = judged(wrong={1, 5}, right={3}, listed=(0, 2, 3, 1, 4))
    assert scored.average_precision == pytest.approx(1 / 8)
    assert scored.among_judged == pytest.approx(1 / 4)


def test_rows_without_a_verdict_lower_only_the_precision_that_is_at_least():
    scored = judged(wrong={1}, right={2}, listed=(1, 2, 3, 4))
    assert precision(scored, scored.listed) == ("4", "0.25", "0.50 of 2")
    assert precision(scored, ()) == ("0", "-", "-")


def test_a_list_of_wrong_rows_alone_says_nothing_of_precision_among_the_judged():
    scored = judged(wrong={1}, listed=(1, 3))
    assert precision(scored, scored.listed) == ("2", "0.50", "-")


def test_few_judged_rows_are_all_drawn_and_many_by_chance():
    texts = [f"parcel {i} has not arrived" for i in range(100)]
    data = pd.DataFrame({"text": texts, "label": "delivery", "corrected": ""})
    few = data.assign(corrected=["billing" if i < 5 else "" for i in range(100)])
    assert (drawn(few, 20).corrected == "billing").sum() == 5
    assert len(drawn(few, 20)) == 20
    assert drawn(few, 20).equals(drawn(few, 20))
    every = data.assign(corrected="billing")
    assert len(drawn(every, 20)) == 20
    assert drawn(every, 20).text.tolist() != texts[:20]
    assert drawn(data, 100) is data
