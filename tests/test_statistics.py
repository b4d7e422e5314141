"""Intervals and p-values, against figures worked out elsewhere."""

import numpy as np
import pytest
from scipy.stats import binomtest

from auditor.statistics import holm, step_down, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (3, 40), (40, 40), (0, 500), (77, 500)])
def test_wilson_is_the_score_interval(hits, n):
    theirs = binomtest(hits, n).proportion_ci(0.8, method="wilson")
    assert wilson(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_holm_steps_down_from_the_smallest():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == [0.03, 0.06, 0.06, 0.02]


def test_holm_counts_tests_that_are_not_at_hand():
    p = np.array([0.01, 0.04, 0.03, 0.005, 1.0, 1.0, 0.9])
    assert holm(p[:4], others=3).tolist() == holm(p)[:4].tolist()


def test_holm_of_no_test_is_no_value():
    assert holm(np.array([])).tolist() == []


def test_holm_finds_anything_among_true_nulls_in_at_most_the_stated_share():
    random = np.random.default_rng(0)
    alarms = [holm(random.uniform(size=30)).min() <= 0.05 for _ in range(2000)]
    assert 0.03 < np.mean(alarms) < 0.065


def test_step_down_holds_each_against_the_largest_that_is_no_surer():
    drawn = np.array([[0.0, 3.0, 0.0], [2.5, 0.0, 0.0], [0.0, 0.0, 0.5]])
    assert step_down(np.array([2.0, 1.0, 4.0]), drawn).tolist() == [0.75, 0.75, 0.25]


@pytest.mark.parametrize("tests", [1, 30, 1000])
def test_step_down_finds_anything_among_true_nulls_in_the_stated_share_however_many(tests):
    random = np.random.default_rng(0)
    alarms = [
        step_down(values[0], values[1:]).min() <= 0.05
        for values in (random.normal(size=(100, tests)) for _ in range(200))
    ]
    assert 0.01 < np.mean(alarms) < 0.1


def test_step_down_finds_what_is_there_among_thousands_and_nothing_else():
    random = np.random.default_rng(0)
    values = random.normal(size=(100, 3000))
    values[0, 7] = 9.0
    assert np.flatnonzero(step_down(values[0], values[1:]) <= 0.05).tolist() == [7]


def test_step_down_of_no_test_is_no_value():
    assert step_down(np.empty(0), np.empty((9, 0))).tolist() == []
