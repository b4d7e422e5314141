"""label-noise: labels that texts do not tell, and a set of which too many labels are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from auditor.checks.label_noise import LabelNoise
from auditor.records import CategoryTold, NoiseEstimate
from auditor.results import SkippedCheck

CATEGORIES = ("billing", "delivery", "returns")
ROWS = [(f"message {i} of a customer", CATEGORIES[i % 3]) for i in range(90)]


def told(category: str, **fields: Any) -> CategoryTold:
    usual = {"units": 30, "skill": 0.9, "skill_high": 0.95, "p": 0.0001}
    return CategoryTold(category=category, **{**usual, **fields})


def estimate(**fields: Any) -> NoiseEstimate:
    """Labels that are told, of which none need be wrong."""
    usual: dict[str, Any] = {
        "rows": np.arange(90),
        "units": 88,
        "accuracy": 0.9,
        "chance": 0.33,
        "p": 0.01,
        "skill_high": 0.93,
        "share": 0.01,
        "low": 0.0,
        "high": 0.04,
        "suspects": np.array([4, 7]),
        "categories": tuple(told(c) for c in CATEGORIES),
    }
    return NoiseEstimate(**{**usual, **fields})


def chance(**fields: Any) -> NoiseEstimate:
    return estimate(**{"accuracy": 0.34, "p": 0.45, "skill_high": 0.1, "high": 0.66, **fields})


@pytest.fixture
def find(make_evidence):
    """What the check yields for an estimate."""

    def find(noise: NoiseEstimate, rows=ROWS, **limits: float):
        return list(LabelNoise(**limits).find(make_evidence(rows, label_noise=noise)))

    return find


def test_labels_that_are_told_and_right_are_no_finding(find):
    assert find(estimate()) == []


def test_labels_told_no_better_than_chance_are_an_error_of_the_whole_set(find):
    [found] = find(chance())
    assert (found.severity, found.category, len(found.rows)) == ("error", None, 90)
    assert found.summary == (
        "The texts tell these labels no better than chance: accuracy .34, chance .33, p .45"
    )
    assert found.limit == {"skill_high": 0.3}
    assert found.measured["units"] == 88


def test_too_few_rows_to_have_told_them_are_not_held_against_the_labels(find):
    [skipped] = find(chance(skill_high=0.4))
    assert isinstance(skipped, SkippedCheck)
    assert skipped.reason == "the share of wrong labels cannot be told: 0 to 66% may be"


def test_labels_that_surely_are_told_a_little_better_are_an_error_too(find):
    """Of many rows chance is excluded, and still the texts tell next to nothing."""
    [found] = find(chance(p=0.01, skill_high=0.06))
    assert "hardly better than chance" in found.summary
    assert found.limit == {"skill_high": 0.1}
    assert isinstance(find(chance(p=0.01, skill_high=0.2))[0], SkippedCheck)


@pytest.mark.parametrize(
    ("low", "severity"), [(0.04, None), (0.05, None), (0.07, "warning"), (0.12, "error")]
)
def test_the_lower_end_of_the_share_decides(find, low, severity):
    found = find(estimate(share=0.13, low=low, high=0.18))
    assert [f.severity for f in found] == ([severity] if severity else [])


def test_the_share_is_told_with_its_interval_and_the_rows_that_show_it(find):
    [found] = find(estimate(share=0.22, low=0.15, high=0.3))
    assert found.summary == "About 22% of the labels look wrong (15 to 30%)"
    assert found.rows == (4, 7)
    assert (found.measured["low"], found.measured["high"]) == (0.15, 0.3)
    assert found.limit == {"low": 0.1}


def test_an_interval_that_reaches_too_far_up_cannot_be_told(find):
    [skipped] = find(estimate(share=0.1, low=0.0, high=0.2))
    assert skipped.reason == "the share of wrong labels cannot be told: 0 to 20% may be"
    assert find(estimate(share=0.1, low=0.0, high=0.19)) == []


def test_too_few_examples_are_skipped_with_the_reason(find):
    [skipped] = find(estimate(reason="9 different examples, 20 are needed"))
    assert skipped.reason == "too little to tell: 9 different examples, 20 are needed"


def test_a_category_that_is_told_no_better_than_chance_is_a_warning(find):
    """Its own rows are meant, and nothing is said of the others."""
    billing = told("billing", skill=0.02, skill_high=0.2, p=0.4)
    [found] = find(estimate(categories=(billing, told("delivery"), told("returns"))))
    assert (found.severity, found.category) == ("warning", "billing")
    assert found.rows == tuple(range(0, 90, 3))
    assert found.summary == (
        "The texts tell billing from other categories no better than chance: skill .02 of 1, p .40"
    )


def test_a_category_of_few_rows_is_not_accused(find):
    billing, returns = (told(c, skill=-0.1, skill_high=0.5, p=0.6) for c in ("billing", "returns"))
    [skipped] = find(estimate(categories=(billing, told("delivery"), returns)))
    assert skipped.reason == "too few rows to tell from others: billing, returns"


def test_where_the_whole_set_is_not_told_its_categories_are_not_named_again(find):
    blind = tuple(told(c, skill=0.0, skill_high=0.2, p=0.5) for c in CATEGORIES)
    assert len(find(chance(categories=blind))) == 1


def test_two_categories_are_told_from_each_other_or_not_at_all(find):
    blind = tuple(told(c, skill=0.0, skill_high=0.2, p=0.5) for c in CATEGORIES[:2])
    assert find(estimate(categories=blind)) == []


def test_the_limits_can_be_set(find):
    noise = estimate(share=0.13, low=0.07, high=0.18)
    assert [f.severity for f in find(noise, wrong=0.06)] == ["error"]
    assert find(noise, suspicious=0.08) == []
    assert isinstance(find(noise, suspicious=0.08, unclear=0.15)[0], SkippedCheck)
