"""Intervals and p-values, against figures worked out elsewhere."""

import numpy as np
import pytest
from scipy.stats import binomtest

from auditor.statistics import holm, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (3, 40), (40, 40), (0, 500), (77, 500)])
def test_wilson_is_the_score_interval(hits, n):
    theirs = binomtest(hits, n).proportion_ci(0.8, method="wilson")
    assert wilson(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_holm_steps_down_from_the_smallest():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == [0.03, 0.06, 0.06, 0.02]


def test_holm_of_no_test_is_no_value():
    assert holm(np.array([])).tolist() == []


def test_holm_finds_anything_among_true_nulls_in_at_most_the_stated_share():
    random = np.random.default_rng(0)
    alarms = [holm(random.uniform(size=30)).min() <= 0.05 for _ in range(2000)]
    assert 0.03 < np.mean(alarms) < 0.065
