"""label-noise: labels that texts do not tell, and a set of which too many labels are wrong."""

from __future__ import annotations

import pytest

from auditor.checks.label_noise import LabelNoise
from auditor.records.findings import SkippedCheck

CATEGORIES = ("billing", "delivery", "returns")
ROWS = [(f"message {i} of a customer", CATEGORIES[i % 3]) for i in range(90)]
CHANCE = {"accuracy": 0.34, "p": 0.45, "skill_high": 0.1, "high": 0.66}
BLIND = {"skill": 0.02, "skill_high": 0.2, "p": 0.4}  # of a category


@pytest.fixture
def find(make_evidence, make_noise, make_told):
    """What the check yields for an estimate; by default all is well."""

    def find(limits=None, *, categories=None, **fields):
        told = {c: {} for c in CATEGORIES} if categories is None else categories
        given = tuple(make_told(c, **f) for c, f in told.items())
        noise = make_noise(categories=given, **fields)
        return list(LabelNoise(**(limits or {})).find(make_evidence(ROWS, label_noise=noise)))

    return find


def test_labels_that_are_told_and_right_are_no_finding(find):
    assert find() == []


# --- labels that the texts do not tell --------------------------------------------------------


def test_labels_told_no_better_than_chance_are_an_error_of_the_whole_set(find):
    [found] = find(**CHANCE)
    assert (found.severity, found.category, len(found.rows)) == ("error", None, 90)
    assert found.summary == (
        "These labels can be predicted from the texts no better than by chance: accuracy .34, "
        "chance .33, p .45"
    )
    assert found.limit == {"skill_high": 0.3}
    assert found.measured["units"] == 88


def test_too_few_rows_to_have_told_them_are_not_held_against_the_labels(find):
    [skipped] = find(**{**CHANCE, "skill_high": 0.4})
    assert isinstance(skipped, SkippedCheck)
    assert skipped.reason == "the share of wrong labels is too uncertain: 0 to 66% may be wrong"


def test_labels_that_surely_are_told_a_little_better_are_an_error_too(find):
    """Of many rows chance is excluded, and still the texts tell next to nothing."""
    [found] = find(**{**CHANCE, "p": 0.01, "skill_high": 0.06})
    assert "hardly better than by chance" in found.summary
    assert found.limit == {"skill_high": 0.1}
    assert isinstance(find(**{**CHANCE, "p": 0.01, "skill_high": 0.2})[0], SkippedCheck)


def test_a_category_that_is_told_no_better_than_chance_is_a_warning(find):
    """Its own rows are meant, and nothing is said of the others."""
    [found] = find(categories={"billing": BLIND, "delivery": {}, "returns": {}})
    assert (found.severity, found.category) == ("warning", "billing")
    assert found.rows == tuple(range(0, 90, 3))
    assert found.summary == (
        "billing can be separated from other categories no better than by chance: skill .02 of 1, "
        "p .40"
    )


def test_a_category_of_few_rows_is_not_accused(find):
    few = {"skill": -0.1, "skill_high": 0.5, "p": 0.6}
    [skipped] = find(categories={"billing": few, "delivery": {}, "returns": few})
    assert skipped.reason == "too few rows to separate from other categories: billing, returns"


def test_where_the_whole_set_is_not_told_its_categories_are_not_named_again(find):
    assert len(find(categories=dict.fromkeys(CATEGORIES, BLIND), **CHANCE)) == 1


def test_two_categories_are_told_from_each_other_or_not_at_all(find):
    assert find(categories=dict.fromkeys(CATEGORIES[:2], BLIND)) == []


# --- the share of wrong labels ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "severity"), [(0.04, None), (0.05, None), (0.07, "warning"), (0.12, "error")]
)
def test_the_lower_end_of_the_share_decides(find, low, severity):
    found = find(share=0.13, low=low, high=0.17)
    assert [f.severity for f in found] == ([severity] if severity else [])


def test_the_share_is_told_with_its_interval_and_the_rows_that_show_it(find):
    [found] = find(share=0.22, low=0.15, high=0.3)
    assert found.summary == "About 22% of the labels look wrong (15 to 30%)"
    assert found.rows == (4, 7)
    assert (found.measured["low"], found.measured["high"]) == (0.15, 0.3)
    assert found.limit == {"low": 0.1}


def test_an_interval_that_reaches_too_far_up_cannot_be_told(find):
    [skipped] = find(share=0.1, low=0.0, high=0.18)
    assert skipped.reason == "the share of wrong labels is too uncertain: 0 to 18% may be wrong"
    assert find(share=0.1, low=0.0, high=0.17) == []


def test_too_few_examples_are_skipped_with_the_reason(find):
    [skipped] = find(reason="9 different examples, 20 are needed")
    assert skipped.reason == "not enough data: 9 different examples, 20 are needed"


def test_the_limits_can_be_set(find):
    share = {"share": 0.13, "low": 0.07, "high": 0.17}
    assert [f.severity for f in find({"wrong": 0.06}, **share)] == ["error"]
    assert find({"suspicious": 0.08}, **share) == []
    assert isinstance(find({"suspicious": 0.08, "unclear": 0.15}, **share)[0], SkippedCheck)
