"""From features to losses: normal scores, weights and the shape along the steps."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.prediction.estimate import (
    CurveWeights,
    RungWeights,
    curve,
    interval,
    losses,
    normal_scores,
    shipped,
)
from auditor.prediction.fitting import USED
from auditor.results import Recipe

CLOSENESS = np.array([[0.31, 0.72, 0.05, 0.44, 0.58]])


def test_normal_scores_are_the_normal_quantiles_of_ranks():
    expected = [[-0.5244, 1.2816, -1.2816, 0.0, 0.5244]]
    np.testing.assert_allclose(normal_scores(CLOSENESS), expected, atol=1e-4)


def test_normal_scores_do_not_depend_on_the_encoders_scale():
    rescaled = np.exp(7 * CLOSENESS) - 3
    np.testing.assert_array_equal(normal_scores(rescaled), normal_scores(CLOSENESS))


def test_each_update_is_ranked_by_itself():
    two = np.vstack([CLOSENESS, -CLOSENESS])
    np.testing.assert_allclose(normal_scores(two)[1], -normal_scores(CLOSENESS)[0], atol=1e-12)


def test_equal_values_score_alike_and_the_last_bits_decide_nothing():
    scores = normal_scores(np.array([[0.2, 0.5, 0.5 + 1e-13, 0.9]]))[0]
    assert scores[1] == scores[2]


def test_what_is_missing_counts_neither_for_nor_against_and_moves_no_other_score():
    scores = normal_scores(np.array([[0.31, np.nan, 0.05, 0.44]]))[0]
    assert scores[1] == 0.0
    assert scores[[0, 2, 3]].tolist() == normal_scores(np.array([[0.31, 0.05, 0.44]]))[0].tolist()


@pytest.fixture
def rung():
    return RungWeights(
        weights={"exemplar": 0.8, "share": 0.2},
        level=-1.0,
        residual=(-1.5, 1.5),
        skill={},
        coverage={},
    )


def test_the_loss_rises_with_what_endangers(rung):
    found = losses({"exemplar": CLOSENESS, "share": CLOSENESS}, rung)
    assert np.argsort(found.mean[0]).tolist() == np.argsort(CLOSENESS[0]).tolist()


def test_the_interval_lies_around_the_expected_drop(rung):
    drop = np.array([0.0, 0.1, 0.4, 0.8])
    low, high = interval(drop, np.full(4, 0.9), rung)
    assert (low < drop).all()
    assert (drop < high).all()


def test_an_interval_stays_within_what_accuracy_allows(rung):
    """From an accuracy of .9 at most .9 can be lost and .1 gained."""
    low, high = interval(np.array([0.05, 0.85]), np.array([0.9, 0.9]), rung)
    assert low[0] == pytest.approx(-0.1)
    assert high[1] == pytest.approx(0.9)


def test_the_driver_is_the_feature_that_endangers_most(rung):
    found = losses({"exemplar": CLOSENESS, "share": -CLOSENESS}, rung)
    assert found.driver == (("share", "exemplar", "share", "exemplar", "exemplar"),)


def test_nothing_is_lost_before_the_first_step():
    assert [curve(loss, shipped().curve)[0] for loss in (0.0, 0.2, 1.0)] == [0.0, 0.0, 0.0]


def test_who_loses_more_in_the_mean_loses_more_at_every_step():
    table = np.array([curve(loss, shipped().curve) for loss in np.linspace(0.01, 0.99, 30)])
    steps = np.diff(table[:, 1:], axis=0)
    assert (steps > 0)[table[1:, 1:] < 0.999].all()


def test_a_loss_can_be_read_back_from_any_point_of_its_curve():
    """The curve is monotone in the mean loss, so each step inverts to the one loss behind it."""
    grid = np.linspace(0.01, 0.99, 500)
    table = np.array([curve(loss, shipped().curve) for loss in grid])
    for loss in (0.05, 0.3, 0.7):
        at = curve(loss, shipped().curve)
        back = [np.interp(at[k], table[:, k], grid) for k in range(1, len(at))]
        np.testing.assert_allclose(back, loss, atol=0.005)


def test_losses_of_nothing_and_of_all_stay_shares():
    weights = CurveWeights(steps=(1, 2), intercept=(-3.0, 3.0), slope=(1.0, 1.5))
    for loss in (0.0, 1.0):
        assert all(0.0 <= x <= 1.0 for x in curve(loss, weights))


def test_the_shipped_coefficients_name_where_they_come_from():
    skills = [set(rung.skill) for rung in shipped().rungs.values()]
    assert "all-MiniLM-L6-v2" in shipped().provenance
    assert all(update in shipped().provenance for update in set.union(*skills))


def test_the_shipped_coefficients_are_for_the_recipes_checkpoints():
    assert shipped().curve.steps == Recipe().checkpoints
    assert len(shipped().curve.intercept) == len(shipped().curve.slope) == 7


def test_the_shipped_coefficients_weigh_each_rungs_features_and_say_how_sure_they_are():
    for name, rung in shipped().rungs.items():
        assert set(rung.weights) == set(USED[name])
        assert rung.residual[0] < 0 < rung.residual[1]
    low, mean, high = shipped().prior
    assert 0 < low < mean < high < 1
