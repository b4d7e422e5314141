"""What a solid set would lose, by weights that are made up."""

from __future__ import annotations

import dataclasses

import pytest
from scipy.special import logit

from auditor.prediction.solid_set import SolidWeights, share_of_a_solid_set, weakness_of

WEIGHTS = SolidWeights(
    sure=0.5,
    templated=1.0,
    covariance=((0.0004, 0.0), (0.0, 0.04)),
    level=3.0,
    categories=0.0,
    rows=0.0,
    spread=0.4,
    degrees_of_freedom=30.0,
)


def weakness(weights=WEIGHTS, *, sure=3.0, templated=0.0):
    return weakness_of(weights, sure=sure, templated=templated, categories=10, rows=400)


def test_a_set_loses_more_by_how_much_less_sure_it_is_and_by_its_templates():
    assert weakness(sure=1.0).more == pytest.approx(0.5 * 2.0)
    assert weakness(templated=0.5).more == pytest.approx(1.0 * 0.5)
    assert weakness(sure=1.0, templated=0.5).more == pytest.approx(1.5)


def test_a_set_that_is_surer_than_solid_ones_is_no_better_than_they_are():
    assert weakness(sure=3.9).more == 0.0
    assert weakness(sure=3.9, templated=0.5).more == weakness(templated=0.5).more


def test_how_sure_a_solid_set_is_depends_on_its_size():
    sized = dataclasses.replace(WEIGHTS, categories=-0.5, rows=0.2)
    few, many = sized.expected(5, 200), sized.expected(50, 2000)
    assert few > many
    assert sized.expected(5, 400) > few


def test_a_difference_within_its_error_is_not_clear():
    """Of 80 %: 1.31 standard deviations of .2, the reference's, and the weights' own."""
    assert not weakness(sure=2.6).is_clear()
    assert weakness(sure=2.3).is_clear()
    assert not weakness(dataclasses.replace(WEIGHTS, degrees_of_freedom=1.0), sure=2.3).is_clear()


def test_a_solid_set_loses_less_by_the_same_log_odds_and_less_surely():
    lost = (0.5, 0.4, 0.6)
    share, low, high = share_of_a_solid_set(lost, weakness(sure=1.0))
    assert logit(share) == pytest.approx(-1.0, abs=1e-3)
    assert logit(share) - logit(low) > logit(0.5) - logit(0.4)
    assert logit(high) - logit(share) > logit(0.6) - logit(0.5)
