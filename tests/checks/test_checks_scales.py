"""Labels that are steps of a scale, and labels that only look so."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.checks.scales import scale_of

NEAR = np.array(
    [[0, 9, 2, 0, 0], [9, 0, 9, 2, 0], [2, 9, 0, 9, 2], [0, 2, 9, 0, 9], [0, 0, 2, 9, 0]]
)


@pytest.mark.parametrize(
    "labels",
    [
        ("low", "medium", "high"),
        ("Negative", "NEUTRAL", "positive"),
        ("strongly_disagree", "disagree", "neutral", "agree", "strongly_agree"),
        ("mild", "moderate", "severe"),
    ],
)
def test_words_of_a_scale_are_known_whatever_their_order(labels):
    nothing = np.zeros((len(labels), len(labels)))
    assert scale_of(sorted(labels), nothing, 0) == labels


@pytest.mark.parametrize(
    "labels", [("1", "2", "3", "4", "5"), ("1 star", "2 stars", "3 stars", "4 stars", "5 stars")]
)
def test_numbers_are_a_scale_where_those_who_differ_are_a_step_apart(labels):
    assert scale_of(labels, NEAR, 0) == labels
    assert scale_of(("-2.0", "-1.0", "0.0", "1.0", "2.0")[::-1], NEAR, 0)[0] == "-2.0"


def test_numbers_of_classes_are_no_scale():
    """Whose annotators confuse some pairs and not their neighbours."""
    confused = np.zeros((5, 5))
    for one, other, n in [(0, 3, 20), (1, 4, 15), (2, 3, 4)]:
        confused[one, other] = confused[other, one] = n
    assert scale_of(("0", "1", "2", "3", "4"), confused, 0) == ()
    assert scale_of(("0", "1", "2", "3", "4"), np.zeros((5, 5)), 0) == ()


@pytest.mark.parametrize(
    "labels",
    [
        ("yes", "no", "unsure"),
        ("low", "high"),
        ("1", "2"),
        ("low", "medium", "billing"),
        ("1", "2", "7"),
        ("refund", "returns", "shipping"),
    ],
)
def test_other_labels_are_none(labels):
    assert scale_of(labels, NEAR[: len(labels), : len(labels)], 0) == ()
