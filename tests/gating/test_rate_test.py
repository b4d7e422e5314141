"""Flagged rows among those added, held against the base's share."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from auditor.gating.rate_test import (
    Counts,
    design_effect,
    p_beyond,
    rise_interval,
    smallest_detectable,
)

ZERO = np.zeros(1)


def counts(flagged, added, base_flagged, base):
    return Counts.of(flagged=flagged, added=added, base_flagged=base_flagged, base=base)


@pytest.mark.parametrize(
    "case", [(13, 300, 1, 300), (15, 15, 3, 285), (2, 30, 10, 3000), (0, 9, 0, 50), (6, 6, 50, 50)]
)
def test_without_a_margin_it_is_fishers_exact_test(case):
    flagged, added, base_flagged, base = case
    fisher = hypergeom.sf(flagged - 1, added + base, flagged + base_flagged, added)
    assert p_beyond(counts(*case), ZERO) == pytest.approx(fisher, rel=1e-3)


def test_a_margin_makes_the_same_rise_less_surprising():
    found = counts(20, 100, 5, 100)
    p = [p_beyond(found, np.array([margin]))[0] for margin in (0.0, 0.05, 0.1, 0.2)]
    assert p == sorted(p)
    assert p[0] < 0.01 < p[-1]


def test_the_interval_ends_where_the_test_does():
    found = counts(20, 100, 5, 100)
    low, high = rise_interval(found, np.array([0.01]))
    assert p_beyond(found, low) == pytest.approx(0.01, rel=1e-3)
    assert low[0] < found.rise[0] < high[0]


def test_nothing_flagged_gives_an_interval_that_ends_below_the_bases_share():
    low, high = rise_interval(counts(0, 300, 0, 300), np.array([0.01]))
    assert -0.03 < low[0] < 0 < high[0] < 0.03


def test_the_smallest_effect_is_found_eight_times_in_ten(random):
    margin, level = np.array([0.01]), np.array([0.001])
    smallest = smallest_detectable(counts(0, 200, 10, 1000), margin, level, 0.05)[0]
    share = 10 / 1000 + smallest
    counted = random.binomial(200, share, 2000)
    changed, beyond = (
        np.array([p_beyond(counts(k, 200, 10, 1000), m)[0] for k in range(201)])
        for m in (ZERO, margin)
    )
    power = np.mean((changed[counted] <= level[0]) & (beyond[counted] <= 0.05))
    assert 0.77 < power < 0.9


def test_too_few_rows_could_show_nothing():
    assert np.isnan(smallest_detectable(counts(0, 2, 300, 1000), ZERO, np.array([0.001]), 0.05))[0]


def test_false_alarms_are_no_more_than_the_level(random):
    """Both sides from one source, the base's share not known."""
    share = random.beta(1, 20, 4000)
    found = Counts(
        flagged=random.binomial(80, share).astype(float),
        added=np.full(4000, 80.0),
        base_flagged=random.binomial(200, share).astype(float),
        base=np.full(4000, 200.0),
    )
    p = p_beyond(found, np.zeros(4000))
    for level in (0.01, 0.05):
        assert np.mean(p <= level) <= level + 2.6 * np.sqrt(level / 4000)


def test_rows_that_are_each_a_unit_are_independent():
    assert design_effect(np.array([0.0, 1, 0, 0]), np.arange(4), np.arange(4)) == 1.0


def test_units_whose_rows_stand_together_count_once():
    """Forty families of five copies each, every fifth of them flagged as a whole."""
    unit = np.repeat(np.arange(40), 5)
    flagged = (unit % 5 == 0).astype(float)
    assert design_effect(flagged, unit, unit) == pytest.approx(5.0)


def test_units_whose_rows_are_flagged_each_by_itself_count_fully(random):
    unit = np.repeat(np.arange(400), 5)
    assert design_effect((random.random(2000) < 0.2).astype(float), unit, unit) < 1.3


def test_where_nothing_shows_how_alike_rows_are_they_count_as_all_alike():
    unit = np.repeat(np.arange(40), 5)
    assert design_effect(np.zeros(200), unit, unit) == pytest.approx(5.0)
    one = np.zeros(4, dtype=int)
    assert design_effect(np.array([1.0, 0, 1, 0]), one, one) == pytest.approx(4.0)


def test_a_few_strays_of_a_source_that_gives_many_rows_at_a_time_count_as_such():
    strays, side = np.arange(4), np.repeat(np.arange(10), 30)
    assert design_effect(np.ones(4), strays, side) == pytest.approx(30.0)
    assert design_effect(np.ones(4), strays, np.arange(300)) == 1.0


def test_counts_of_units_give_few_false_alarms(random):
    """Clusters of eight rows that are wrong together, 5 % of them, on either side."""
    alarms = 0
    for _ in range(400):
        sets = [np.repeat(random.random(60) < 0.05, 8).astype(float) for _ in range(2)]
        unit = np.repeat(np.arange(60), 8)
        effect = [design_effect(s, unit, unit) for s in sets]
        (added, base), (a, b) = sets, effect
        found = counts(added.sum() / a, len(added) / a, base.sum() / b, len(base) / b)
        alarms += p_beyond(found, ZERO)[0] <= 0.01
    assert alarms <= 8
