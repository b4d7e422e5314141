"""The share of wrong labels from a curve of agreement: known curves, drawn at random."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from auditor.prediction.lapse import lapse_rate


def draw(share, *, rows=1500, kinds=10, start=0.0, slope=1.5, reach=4.0, seed=0):
    """Agreement of labels of which `share` are wrong with a probe that is the surer the better."""
    random = np.random.default_rng(seed)
    sureness = random.gamma(2.0, reach / 4, rows)
    right = random.random(rows) < expit(start + slope * sureness)
    wrong = random.random(rows) < share
    by_chance = random.random(rows) < 1 / (kinds - 1)
    return np.where(wrong, ~right & by_chance, right), sureness


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.3])
def test_the_interval_holds_the_share_that_was_drawn(share):
    found = [lapse_rate(*draw(share, seed=s), 10, 0.975) for s in range(10)]
    assert sum(f.low <= share <= f.high for f in found) >= 8
    assert np.mean([f.share for f in found]) == pytest.approx(share, abs=0.04)


def test_the_share_rises_with_the_wrong_labels():
    found = [lapse_rate(*draw(s), 10, 0.975).share for s in (0.0, 0.05, 0.1, 0.2, 0.4, 0.6)]
    assert found == sorted(set(found))


def test_a_probe_that_is_seldom_sure_leaves_the_share_open():
    """The curve never comes near its end: half may be wrong, or nothing."""
    agreed, sureness = draw(0.0, start=-1.0, slope=0.4, reach=2.0)
    found = lapse_rate(agreed, sureness, 10, 0.975)
    assert agreed.mean() < 0.5
    assert found.low < 0.02
    assert found.high > 0.3


def test_what_the_probe_cannot_tell_is_not_taken_for_wrong():
    """A third of all labels disagree, and those where the probe is sure hardly ever."""
    agreed, sureness = draw(0.0, start=-1.0, reach=3.0)
    assert agreed.mean() < 0.75
    assert lapse_rate(agreed, sureness, 10, 0.975).low < 0.02


def test_two_categories_of_which_labels_are_swapped():
    agreed, sureness = draw(0.2, kinds=2, seed=1)
    found = lapse_rate(agreed, sureness, 2, 0.975)
    assert found.low <= 0.2 <= found.high < 0.4


def test_full_agreement_leaves_as_much_as_the_number_of_rows_allows():
    few, many = (
        lapse_rate(np.ones(n, dtype=bool), np.linspace(0.0, 1.0, n), 5, 0.975) for n in (30, 1000)
    )
    assert (few.low, many.low) == (0.0, 0.0)
    assert many.high < 0.01 < few.high < 0.2


def test_sureness_that_does_not_vary_is_no_obstacle():
    found = lapse_rate(np.arange(40) % 2 == 0, np.zeros(40), 4, 0.975)
    assert 0.0 <= found.low <= found.high <= 0.75


def test_the_unit_of_sureness_makes_no_difference():
    agreed, sureness = draw(0.2)
    assert lapse_rate(agreed, sureness, 10, 0.975) == lapse_rate(agreed, 8 * sureness, 10, 0.975)
