"""From features to losses: normal scores, weights and the shape along the steps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.prediction.estimate import (
    CurveWeights,
    FidelityWeights,
    Spread,
    angle,
    curve,
    expected_forgetting,
    forgetting_interval,
    normal_scores,
    shipped,
)
from auditor.prediction.fit_weights import USED
from auditor.records.forecast import Recipe

SPREAD = Spread(update=0.12, category=0.15, run=0.1, degrees_of_freedom=40.0)
MANY = np.array(1e9)  # sets of rows: the accuracy before is as good as known
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
def fidelity():
    return FidelityWeights(
        weights={"exemplar": 0.8, "share": 0.2},
        level=-1.0,
        spread=SPREAD,
        mean_skill=0.8,
        skill={},
        coverage={},
    )


def test_the_loss_rises_with_what_endangers(fidelity):
    found = expected_forgetting({"exemplar": CLOSENESS, "share": CLOSENESS}, fidelity)
    assert np.argsort(found.mean[0]).tolist() == np.argsort(CLOSENESS[0]).tolist()


def test_the_interval_lies_around_the_expected_drop():
    loss = np.array([0.0, 0.1, 0.4, 0.8])
    low, high = forgetting_interval(loss, np.full(4, 0.9), MANY, SPREAD)
    assert (low < 0.9 * loss).all()
    assert (0.9 * loss < high).all()


def test_an_interval_stays_within_what_accuracy_allows():
    """From an accuracy of .98 at most .98 can be lost and .02 gained."""
    low, high = forgetting_interval(np.array([0.0, 0.99]), np.array([0.98, 0.98]), MANY, SPREAD)
    assert low[0] == pytest.approx(-0.02, abs=1e-4)
    assert high[1] == pytest.approx(0.98, abs=1e-4)


def test_an_interval_is_widest_where_half_is_lost():
    low, high = forgetting_interval(np.array([0.02, 0.5, 0.98]), np.full(3, 0.9), MANY, SPREAD)
    assert (high - low).argmax() == 1


def test_what_was_never_known_has_nothing_to_lose():
    low, high = forgetting_interval(np.full(1, 0.3), np.zeros(1), MANY, SPREAD)
    assert (low[0], high[0]) == pytest.approx((0.0, 0.0), abs=1e-6)


def test_the_fewer_rows_tell_the_accuracy_before_the_wider_the_interval():
    sets = np.array([2.0, 10.0, 40.0, 1000.0])
    low, high = forgetting_interval(np.full(4, 0.3), np.full(4, 0.8), sets, SPREAD)
    assert (np.diff(high - low) < 0).all()


def test_what_seems_unknown_by_one_template_may_yet_be_lost():
    """An accuracy of 0, read on one set of rows, may be .5; of that a part can go."""
    low, high = forgetting_interval(np.full(1, 0.4), np.zeros(1), np.ones(1), SPREAD)
    assert low[0] == pytest.approx(0.0)
    assert 0.2 < high[0] < 0.62


def test_an_interval_that_holds_more_and_one_of_a_single_run_are_wider():
    loss, before = np.array([0.05, 0.3]), np.full(2, 0.9)
    low, high = forgetting_interval(loss, before, MANY, SPREAD)
    for wider in (
        forgetting_interval(loss, before, MANY, SPREAD, 0.9),
        forgetting_interval(loss, before, MANY, SPREAD, one_run=True),
    ):
        assert (wider[0] < low).all()
        assert (wider[1] > high).all()


def test_fewer_degrees_of_freedom_make_wider_intervals():
    few = dataclasses.replace(SPREAD, degrees_of_freedom=2.0)
    loss, before = np.array([0.3]), np.array([0.9])
    assert (
        forgetting_interval(loss, before, MANY, few)[1]
        > forgetting_interval(loss, before, MANY, SPREAD)[1]
    )


@pytest.mark.parametrize("share", [0.8, 0.9])
@pytest.mark.parametrize("one_run", [False, True])
def test_intervals_cover_at_their_nominal_rate_where_their_assumptions_hold(share, one_run):
    """Angles off by a normal shift of the whole update and one of each category."""
    random = np.random.default_rng(5)
    loss = np.full((2000, 30), 0.35)
    own = np.hypot(SPREAD.category, one_run * SPREAD.run)
    off = random.normal(0, SPREAD.update, (2000, 1)) + random.normal(0, own, loss.shape)
    known = dataclasses.replace(SPREAD, degrees_of_freedom=1e6)
    low, high = forgetting_interval(
        loss, np.full(loss.shape, 0.9), MANY, known, share, one_run=one_run
    )
    drop = 0.9 * np.sin(np.clip(angle(loss) + off, 0, np.pi / 2)) ** 2
    assert ((low <= drop) & (drop <= high)).mean() == pytest.approx(share, abs=0.012)


def test_the_driver_is_the_feature_that_endangers_most(fidelity):
    found = expected_forgetting({"exemplar": CLOSENESS, "share": -CLOSENESS}, fidelity)
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
    skills = [set(fidelity.skill) for fidelity in shipped().fidelities.values()]
    assert "all-MiniLM-L6-v2" in shipped().provenance
    assert all(update in shipped().provenance for update in set.union(*skills))


def test_the_shipped_coefficients_are_for_the_recipes_checkpoints():
    assert shipped().curve.steps == Recipe().checkpoints
    assert len(shipped().curve.intercept) == len(shipped().curve.slope) == 7


def test_the_shipped_coefficients_weigh_the_features_of_each_fidelity_and_say_how_sure_they_are():
    for name, fidelity in shipped().fidelities.items():
        assert set(fidelity.weights) == set(USED[name])
        assert min(fidelity.spread.update, fidelity.spread.category, fidelity.spread.run) > 0
    low, mean, high = shipped().prior
    assert 0 < low < mean < high < 1
