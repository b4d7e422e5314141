"""What an update takes of a category, and when."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.prediction.forgetting import SHARES, crossing, share_lost

STEPS = (0, 2, 5, 9)


def test_the_share_lost_is_the_mean_drop_over_the_checkpoints_by_the_accuracy_before():
    """From .8 to .8, .6 and .4: a mean drop of .2, a quarter."""
    assert share_lost(np.array([0.8, 0.8, 0.6, 0.4])) == pytest.approx(0.25)


def test_shares_stay_where_their_log_odds_mean_something():
    kept, gone = share_lost(np.array([[0.9, 0.9, 0.95, 0.9], [0.9, 0.0, 0.0, 0.0]]))
    assert (kept, gone) == SHARES


def test_what_was_not_read_is_not_a_number():
    assert np.isnan(share_lost(np.full(4, np.nan)))


def test_ten_points_are_lost_straight_between_the_checkpoints_around_them():
    """Nothing lost at step 2, .3 at step 5: .1 after a third of the way."""
    assert crossing(STEPS, np.array([0.0, 0.0, 0.3, 0.5]), 0.1) == 3.0


def test_the_first_crossing_counts_even_where_accuracy_comes_back():
    assert crossing(STEPS, np.array([0.0, 0.2, 0.0, 0.5]), 0.1) == 1.0


@pytest.mark.parametrize("reach", [0.6, 0.0])
def test_what_is_never_reached_or_is_nothing_has_no_step(reach):
    assert crossing(STEPS, np.array([0.0, 0.0, 0.3, 0.5]), reach) is None
