"""From features to outcomes: normal scores, intervals and the shape along the steps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from auditor.prediction.estimate import (
    OF_SETS,
    OUTCOMES,
    CurveWeights,
    Expected,
    OutcomeWeights,
    PlainWeight,
    Spread,
    angle,
    around,
    curve,
    endangers,
    expect,
    normal_scores,
    product_interval,
    shipped,
)
from auditor.prediction.features import FIDELITIES
from auditor.prediction.fit_weights import PLAIN, RANKED
from auditor.records.forecast import Recipe

SPREAD = Spread(update=0.12, category=0.15, few=0.4, run=0.1, degrees_of_freedom=40.0)
SURE = dataclasses.replace(SPREAD, degrees_of_freedom=1e6)
MANY = np.array(1e9)  # independent rows
CLOSENESS = np.array([[0.31, 0.72, 0.05, 0.44, 0.58]])


# --- normal scores ------------------------------------------------------------------------------


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


# --- what is expected ---------------------------------------------------------------------------


@pytest.fixture
def weights():
    """What ranks, and one feature that counts as it is: eight times an e-fold of rows."""
    return OutcomeWeights(
        most=1.0,
        level=-1.0,
        ranked={"exemplar": 0.8, "share": 0.2},
        plain={"steps": PlainWeight(weight=-0.5, centre=4.0, scale=2.0)},
        spread=SPREAD,
        leverage=((0.25,),),
    )


def features(steps=4.0, share=CLOSENESS):
    return {"exemplar": CLOSENESS, "share": share, "steps": np.full((1, 5), steps)}


def test_the_outcome_rises_with_what_endangers(weights):
    found = expect(features(), weights)
    assert np.argsort(found.mean[0]).tolist() == np.argsort(CLOSENESS[0]).tolist()


def test_log_odds_are_the_level_and_what_each_feature_weighs(weights):
    """Steps of 6 lie one scale above the centre."""
    scores = normal_scores(CLOSENESS)
    np.testing.assert_allclose(expect(features(6.0), weights).mean, expit(-1.5 + scores))


def test_what_is_not_known_counts_as_the_centre(weights):
    unknown = expect(features(np.nan), weights).mean
    np.testing.assert_array_equal(unknown, expect(features(4.0), weights).mean)


def test_no_more_is_expected_than_is_ever_lost(weights):
    capped = dataclasses.replace(weights, most=0.88, level=30.0)
    np.testing.assert_allclose(expect(features(), capped).mean, 0.88)


def test_what_endangers_is_told_by_feature(weights):
    parts = endangers(features(share=-CLOSENESS), weights)
    np.testing.assert_allclose(parts["exemplar"], 0.8 * normal_scores(CLOSENESS))
    np.testing.assert_allclose(parts["share"], -0.2 * normal_scores(CLOSENESS))


def test_distance_is_that_of_the_update_as_a_whole_from_those_that_were_fitted(weights):
    """Steps of 4, 6 and 8 are 0, 1 and 2 scales off; a quarter of the square."""
    steps = np.array([[4.0] * 5, [6.0] * 5, [9.0, 7.0, 8.0, 8.0, 8.0]])
    three = {"exemplar": np.repeat(CLOSENESS, 3, axis=0), "share": np.zeros((3, 5)), "steps": steps}
    assert expect(three, weights).distance.tolist() == pytest.approx([0.0, 0.25, 1.0])


def test_where_only_ranks_count_nothing_is_far(weights):
    ranks = dataclasses.replace(weights, plain={}, leverage=())
    assert expect(features(9.0), ranks).distance.tolist() == [0.0]


def test_an_outcome_is_averaged_over_the_updates_that_count():
    found = Expected(
        mean=np.array([[0.1, 0.2], [0.3, 0.6], [0.9, 0.9]]),
        spread=SPREAD,
        distance=np.array([0.5, 1.5, 40.0]),
    ).averaged(np.array([[False, True], [True, True], [False, False]]))
    np.testing.assert_allclose(found.mean, [[0.3, 0.4]])
    assert found.distance.tolist() == [1.0]  # that of the third update counts as little


def test_where_no_update_counts_all_do():
    found = Expected(mean=np.array([[0.1], [0.3]]), spread=SPREAD, distance=np.zeros(2))
    np.testing.assert_allclose(found.averaged(np.zeros((2, 1), dtype=bool)).mean, [[0.2]])


# --- intervals ----------------------------------------------------------------------------------


def of(*means, spread=SPREAD, distance=0.0):
    return Expected(mean=np.array([means]), spread=spread, distance=np.array([distance]))


def test_an_interval_lies_around_what_is_expected_and_within_what_can_be():
    low, high = of(0.0, 0.1, 0.4, 0.99).interval(np.full(4, 50.0))
    assert (low[0, 1:] < [0.1, 0.4, 0.99]).all()
    assert (high[0] > [0.0, 0.1, 0.4, 0.99]).all()
    assert high.max() <= 1.0


def test_around_a_share_are_the_shares_whose_angles_lie_so_far_off():
    low, high = around(np.array([0.25]), np.array([np.pi / 12]))
    assert (low[0], high[0]) == pytest.approx((np.sin(np.pi / 12) ** 2, 0.5))


def test_an_interval_is_widest_where_half_is_lost():
    low, high = of(0.02, 0.5, 0.98).interval(MANY)
    assert (high - low)[0].argmax() == 1


def test_the_fewer_independent_rows_the_wider_the_interval():
    low, high = of(*[0.3] * 4).interval(np.array([2.0, 10.0, 40.0, 1000.0]))
    assert (np.diff(high - low) < 0).all()


def test_an_interval_that_holds_more_and_one_of_a_single_run_are_wider():
    low, high = of(0.05, 0.3).interval(MANY)
    for wider in (of(0.05, 0.3).interval(MANY, 0.9), of(0.05, 0.3).interval(MANY, one_run=True)):
        assert (wider[0] < low).all()
        assert (wider[1] > high).all()


def test_fewer_degrees_of_freedom_make_wider_intervals():
    few = of(0.3, spread=dataclasses.replace(SPREAD, degrees_of_freedom=2.0)).interval(MANY)
    assert few[1] > of(0.3).interval(MANY)[1]


def test_an_update_far_from_those_that_were_fitted_has_wider_intervals():
    near, far = (of(0.3, 0.5, distance=d) for d in (0.0, 3.0))
    for interval in (lambda e: e.interval(MANY), lambda e: e.common_interval(np.full(2, 50.0))):
        assert (interval(far)[1] > interval(near)[1]).all()
        assert (interval(far)[0] < interval(near)[0]).all()


@pytest.mark.parametrize("share", [0.8, 0.9])
@pytest.mark.parametrize("one_run", [False, True])
@pytest.mark.parametrize("rows", [4.0, 1e9])
@pytest.mark.parametrize("distance", [0.0, 3.0])
def test_intervals_cover_at_their_nominal_rate_where_their_assumptions_hold(
    share, one_run, rows, distance
):
    """Angles off by a normal shift of the whole update, the larger the farther it lies, and one of
    each category, the larger the fewer rows it has."""
    random = np.random.default_rng(5)
    expected = of(*[0.35] * 30, spread=SURE, distance=distance)
    own = np.sqrt(SURE.category**2 + SURE.few**2 / rows + one_run * SURE.run**2)
    shift = SURE.update * (1 + distance) ** 0.5
    off = random.normal(0, shift, (3000, 1)) + random.normal(0, own, (3000, 30))
    lost = np.sin(np.clip(angle(expected.mean) + off, 0, np.pi / 2)) ** 2
    low, high = expected.interval(np.full(30, rows), share, one_run=one_run)
    assert ((low <= lost) & (lost <= high)).mean() == pytest.approx(share, abs=0.012)


@pytest.mark.parametrize("distance", [0.0, 3.0])
def test_the_interval_of_the_mean_over_the_categories_covers_at_its_rate_or_a_little_more(distance):
    random = np.random.default_rng(6)
    expected = of(*np.linspace(0.2, 0.6, 20), spread=SURE, distance=distance)
    own = np.sqrt(SURE.category**2 + SURE.few**2 / 25.0)
    shift = SURE.update * (1 + distance) ** 0.5
    off = random.normal(0, shift, (4000, 1)) + random.normal(0, own, (4000, 20))
    lost = (np.sin(np.clip(angle(expected.mean) + off, 0, np.pi / 2)) ** 2).mean(axis=1)
    low, high = expected.common_interval(np.full(20, 25.0))
    assert 0.79 < ((low <= lost) & (lost <= high)).mean() < 0.87


def test_an_update_as_a_whole_is_surer_than_any_of_its_categories():
    low, high = of(*[0.4] * 9).interval(np.full(9, 30.0))
    whole_low, whole_high = of(*[0.4] * 9).common_interval(np.full(9, 30.0))
    assert low[0, 0] < whole_low[0] < 0.4 < whole_high[0] < high[0, 0]


# --- products -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "lost"), [(0.9, 0.35), (0.6, 0.6), (0.45, 0.8)])
@pytest.mark.parametrize("share", [0.8, 0.9])
def test_the_interval_of_a_product_covers_at_its_nominal_rate_or_a_little_more(before, lost, share):
    """An accuracy and the share of it that is lost, each measured with errors of its own."""
    random = np.random.default_rng(7)
    left, right = of(before, spread=SURE), of(lost, spread=SURE)
    off = random.normal(0, np.hypot(SURE.update, SURE.category), (2, 40_000))
    drawn = np.sin(np.clip(angle(np.array([[before], [lost]])) + off, 0, np.pi / 2)) ** 2
    low, high = product_interval(
        left.mean, left.interval(MANY, share), right.mean, right.interval(MANY, share)
    )
    drop = drawn.prod(axis=0)
    assert share - 0.01 < ((low <= drop) & (drop <= high)).mean() < share + 0.05


def test_of_a_factor_that_is_known_only_the_others_error_counts():
    low, high = product_interval(0.8, (0.8, 0.8), np.array([0.5]), (np.array([0.3]), 0.9))
    assert (low[0], high[0]) == pytest.approx((0.24, 0.72))


def test_what_was_never_known_has_nothing_to_lose():
    low, high = product_interval(np.zeros(1), (0.0, 0.0), np.full(1, 0.3), (0.1, 0.6))
    assert (low[0], high[0]) == pytest.approx((0.0, 0.0))


def test_what_seems_unknown_may_yet_be_lost():
    """An accuracy of 0 that may be .5; of that a part can go."""
    low, high = product_interval(np.zeros(1), (0.0, 0.5), np.full(1, 0.4), (0.2, 0.6))
    assert low[0] == pytest.approx(0.0)
    assert high[0] == pytest.approx(0.3)


# --- curves -------------------------------------------------------------------------------------

SHAPE = CurveWeights(
    steps=(2, 10, 40),
    level=(-3.0, 0.5),
    average=(0.5, 1.5),
    end=(0.0, 0.2),
)


def test_nothing_is_lost_before_the_first_step():
    assert [curve(d, d, 1.0, shipped().curve)[0] for d in (0.0, 0.2, 1.0)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("before", [1.0, 0.6])
@pytest.mark.parametrize(("share", "end"), [(0.1, 0.2), (0.3, 0.6), (0.5, 0.9), (0.4, 0.3)])
def test_a_curve_ends_where_the_end_is_expected_and_has_the_expected_mean(before, share, end):
    for weights in (SHAPE, shipped().curve):
        found = curve(before * share, before * end, before, weights)
        assert found[-1] == before * end
        assert np.mean(found[1:]) == pytest.approx(before * share, abs=0.001)


def test_a_mean_that_the_end_forbids_is_come_near_to():
    """Of three steps the last keeps all: the mean is two thirds at most."""
    found = curve(0.9, 0.0, 1.0, SHAPE)
    assert found[-1] == 0.0
    assert 0.5 < np.mean(found[1:]) <= 2 / 3


def test_who_loses_more_in_the_mean_loses_more_at_every_step_but_the_last():
    table = np.array([curve(d, 0.95, 1.0, shipped().curve) for d in np.linspace(0.2, 0.8, 30)])
    steps = np.diff(table[:, 1:-1], axis=0)
    assert (steps >= 0).all()
    assert (steps > 0)[table[1:, 1:-1] < 0.999].all()


def test_losses_of_nothing_and_of_all_stay_shares():
    for drop, end in ((0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)):
        assert all(0.0 <= x <= 1.0 for x in curve(drop, end, 1.0, SHAPE))


def test_what_was_not_known_has_a_curve_of_nothing():
    assert curve(0.0, 0.0, 0.0, SHAPE) == (0.0, 0.0, 0.0, 0.0)


# --- what is shipped ----------------------------------------------------------------------------


def test_the_shipped_coefficients_name_where_they_come_from():
    for said in ("all-MiniLM-L6-v2", "bitext", "clinc150", "hwu64", "damaged"):
        assert said in shipped().provenance


def test_the_shipped_coefficients_are_for_the_recipes_checkpoints():
    shape = shipped().curve
    assert shape.steps == Recipe().checkpoints
    assert len(shape.level) == len(shape.average) == len(shape.end) == 6  # the end is no part of it


def test_the_shipped_coefficients_are_of_every_fidelity():
    assert set(shipped().fidelities) == set(FIDELITIES)


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_the_shipped_coefficients_weigh_the_features_of_each_outcome_and_say_how_sure_they_are(
    fidelity,
):
    found = shipped().fidelities[fidelity].outcomes
    assert set(found) == {*OUTCOMES, *OF_SETS}
    for outcome, weights in found.items():
        of_each_category = outcome not in ("before", *OF_SETS)
        assert set(weights.plain) == set(PLAIN[fidelity][outcome])
        assert set(weights.ranked) == set(RANKED[fidelity] if of_each_category else ())
        assert np.shape(weights.leverage) == (len(weights.plain),) * 2
        assert np.linalg.eigvalsh(np.array(weights.leverage)).min() >= 0
        assert weights.spread.update > 0
        assert weights.spread.degrees_of_freedom >= 1


def test_the_shipped_prior_is_of_each_share_that_is_lost():
    for outcome in ("average", "end", "learnt"):
        low, mean, high = shipped().prior[outcome]
        assert 0 < low < mean < high < 1


def test_the_shipped_coefficients_say_how_large_the_measured_sets_are():
    found = shipped().fitted
    assert set(found) == {"rows", "categories", "rows of the update", "new categories"}
    assert all(0 < low < high for low, high in found.values())
