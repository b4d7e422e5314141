"""label-error: rows that are worth reading, surest first, and pairs of categories that overlap."""

import dataclasses

import numpy as np
import pytest

from auditor.checks.label_error import LabelError
from auditor.records.findings import Finding, SkippedCheck

NAMES = ("billing", "returns", "shipping")
EACH = 20
ROWS = [(f"{name} message number {i}", name) for name in NAMES for i in range(EACH)]
CODES = [k for k in range(3) for _ in range(EACH)]
BILLING, RETURNS, SHIPPING = range(3)
FLIPPED = 5  # labelled billing


@pytest.fixture
def judged(make_evidence, make_label_errors):
    """Findings and reasons of skips, when `rival` = row -> (what it reads like, how surely).

    `wrong` = row -> the probability that its label is wrong.
    """

    def judged(rival, wrong, *, limits=(), **fields):
        errors = make_label_errors(CODES, 3, rival=rival, wrong=wrong, **fields)
        results = [*LabelError(**dict(limits)).find(make_evidence(ROWS, label_errors=errors))]
        return (
            [r for r in results if isinstance(r, Finding)],
            [r.reason for r in results if isinstance(r, SkippedCheck)],
        )

    return judged


def like_returns(*rows, surely=0.95):
    return dict.fromkeys(rows, (RETURNS, surely))


# --- rows that are listed one by one ------------------------------------------------------------


def test_a_row_that_is_likely_wrong_is_a_warning(judged):
    [found], skipped = judged(like_returns(FLIPPED), {FLIPPED: 0.93})
    assert (found.code, found.severity, found.rows) == ("label-error", "warning", (FLIPPED,))
    assert found.category == "billing"
    assert found.summary == "labelled billing, reads like returns"
    assert found.advice == "Likely returns; check."
    assert skipped == []


def test_a_row_that_is_perhaps_wrong_is_a_note(judged):
    [found], _ = judged(like_returns(FLIPPED), {FLIPPED: 0.5})
    assert (found.severity, found.advice) == ("note", "Perhaps returns; check.")
    assert found.summary == "labelled billing, reads like returns"


def test_where_every_row_reads_like_its_label_nothing_is_found(judged):
    assert judged({}, {}) == ([], [])


@pytest.mark.parametrize(
    ("probability", "severities"),
    [(0.09, []), (0.1, ["note"]), (0.79, ["note"]), (0.8, ["warning"]), (0.99, ["warning"])],
)
def test_it_is_listed_from_a_tenth_and_a_warning_from_four_fifths(judged, probability, severities):
    found, _ = judged(like_returns(FLIPPED), {FLIPPED: probability})
    assert [f.severity for f in found] == severities


def test_what_is_measured_are_the_probability_and_the_three_models(
    judged, make_evidence, make_label_errors
):
    errors = make_label_errors(CODES, 3, rival=like_returns(FLIPPED), wrong={FLIPPED: 0.8765})
    models = errors.models.copy()
    models[:, FLIPPED] = [[0.1, 0.85, 0.05], [0.0, 1.0, 0.0], [0.256, 0.704, 0.04]]
    errors = dataclasses.replace(errors, models=models)
    [found] = LabelError().find(make_evidence(ROWS, label_errors=errors))
    assert found.measured == {
        "suggested": "returns",
        "probability": 0.88,
        "probe": {"billing": 0.1, "returns": 0.85},
        "neighbours": {"billing": 0.0, "returns": 1.0},
        "words": {"billing": 0.26, "returns": 0.7},
    }
    assert found.limit == {"probability": 0.8, "listed": 0.1}


@pytest.mark.parametrize(("probability", "severity"), [(0.7949, "note"), (0.7951, "warning")])
def test_a_row_is_judged_by_the_probability_that_is_shown(judged, probability, severity):
    """No note says .8, and no warning less."""
    [found], _ = judged(like_returns(FLIPPED), {FLIPPED: probability})
    assert found.severity == severity
    assert (found.measured["probability"] >= 0.8) == (severity == "warning")


def test_the_surest_comes_first(judged):
    """By score, which goes on where the probability has reached its ceiling."""
    rival = {3: (RETURNS, 0.93), FLIPPED: (RETURNS, 0.999), 50: (BILLING, 0.96)}
    found, _ = judged(rival, {3: 0.7, FLIPPED: 0.99, 50: 0.99})
    assert [f.rows for f in found] == [(FLIPPED,), (50,), (3,)]


def test_rows_of_one_score_come_in_their_canonical_order(judged):
    found, _ = judged(like_returns(9, 2, 14), dict.fromkeys((9, 2, 14), 0.9))
    assert [f.rows for f in found] == [(2,), (9,), (14,)]


def test_a_row_that_was_not_assessed_is_not_listed(judged, make_label_errors):
    """It has no score, and its probability is 0 whatever the models say."""
    score = make_label_errors(CODES, 3, rival=like_returns(FLIPPED)).score
    score[FLIPPED] = -np.inf
    assert judged(like_returns(FLIPPED), {}, score=score) == ([], [])


# --- rows that could be either ------------------------------------------------------------------


def test_many_doubtful_rows_between_two_categories_are_one_note(judged):
    """Three bills read like returns and two returns like bills, none of them surely."""
    rival = {**like_returns(1, 4, 7, surely=0.7), **dict.fromkeys((22, 25), (BILLING, 0.7))}
    [found], skipped = judged(rival, dict.fromkeys(rival, 0.07))
    assert (found.severity, found.rows) == ("note", (1, 4, 7, 22, 25))
    assert found.summary == "billing and returns overlap: 5 rows could be either"
    assert found.advice == (
        "Write a rule that separates billing from returns; checking single rows does not settle it."
    )
    assert found.measured == {"labels": {"billing": 3, "returns": 2}}
    assert found.limit == {"rows": 5}
    assert found.category is None
    assert skipped == []


def test_four_such_rows_are_single_hard_texts(judged):
    assert judged(like_returns(1, 4, 7, 10, surely=0.7), {}) == ([], [])


def test_rows_that_are_listed_count_for_no_overlap(judged):
    found, _ = judged(like_returns(*range(5)), {2: 0.3})
    assert [f.rows for f in found] == [(2,)]


def test_rows_that_read_like_their_label_count_for_no_overlap(judged, make_label_errors):
    """A score of 0 is no more for the other category than for the label."""
    score = make_label_errors(CODES, 3, rival=like_returns(*range(5))).score
    score[3] = 0.0
    assert judged(like_returns(*range(5)), {}, score=score) == ([], [])


def test_the_pair_with_most_rows_comes_first_and_each_row_counts_for_one_pair(judged):
    rival = {
        **like_returns(*range(5), surely=0.7),
        **dict.fromkeys(range(40, 47), (RETURNS, 0.7)),
        **dict.fromkeys((6, 8), (SHIPPING, 0.7)),
    }
    found, _ = judged(rival, {})
    assert [f.summary for f in found] == [
        "returns and shipping overlap: 7 rows could be either",
        "billing and returns overlap: 5 rows could be either",
    ]
    assert found[0].measured == {"labels": {"returns": 0, "shipping": 7}}


def test_overlaps_come_after_the_rows_that_are_listed(judged):
    rival = {**like_returns(*range(5), surely=0.7), 30: (SHIPPING, 0.6)}
    found, _ = judged(rival, {30: 0.4})
    assert ["probability" in f.measured for f in found] == [True, False]


# --- what cannot be told, and limits ------------------------------------------------------------


def test_categories_of_few_different_examples_are_skipped_with_one_reason(judged):
    found, skipped = judged(like_returns(FLIPPED), {FLIPPED: 0.9}, few={"warranty": 4, "zip": 1})
    assert [f.rows for f in found] == [(FLIPPED,)]
    assert skipped == ["not assessable, fewer than 5 different examples: warranty (4), zip (1)"]


def test_many_categories_of_few_examples_are_one_line(judged):
    few = {f"c{i:03}": 1 for i in range(150)}
    _, skipped = judged({}, {}, few=few)
    [line] = skipped
    assert line.endswith("c018 (1), c019 (1) and 130 more")


def test_a_set_of_too_few_examples_is_skipped_with_the_reason(judged):
    """The models have scores, and nobody knows what they are worth."""
    found, skipped = judged(like_returns(*range(6)), None, examples=49)
    assert found == []
    assert skipped == ["not enough data to find wrong labels: 49 different examples, 50 are needed"]


def test_a_single_category_has_nothing_to_be_mistaken_for(make_evidence):
    evidence = make_evidence([("a message", "billing")] * 9, label_errors=None)
    assert list(LabelError().find(evidence)) == []


@pytest.mark.parametrize(
    ("limits", "severities"),
    [
        ({"sure": 0.95}, ["note", "note"]),
        ({"sure": 0.5}, ["warning", "warning"]),
        ({"listed": 0.6}, ["warning"]),
        ({"listed": 0.95}, []),
    ],
)
def test_the_limits_can_be_changed(judged, limits, severities):
    found, _ = judged(like_returns(3, FLIPPED), {3: 0.55, FLIPPED: 0.9}, limits=limits)
    assert [f.severity for f in found] == severities
    for finding in found:
        assert finding.limit["probability"] == limits.get("sure", 0.8)
        assert finding.limit["listed"] == limits.get("listed", 0.1)


def test_how_many_rows_are_an_overlap_can_be_changed(judged):
    [found], _ = judged(like_returns(1, 4, surely=0.7), {}, limits={"overlap": 2})
    assert (found.rows, found.limit) == ((1, 4), {"rows": 2})
