"""Numbers and their intervals: errors that are independent add up as root sum of squares."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.comparing.estimates import independent_contrast, reaching, share_of, wider
from auditor.records.comparison import Figure


def test_the_interval_of_independent_figures_is_their_root_sum_of_squares():
    one, other = Figure(value=0.5, low=0.47, high=0.54), Figure(value=0.6, low=0.56, high=0.63)
    difference = independent_contrast(one, other).difference
    assert difference.value == pytest.approx(0.1)
    assert difference.low == pytest.approx(0.1 - np.hypot(0.04, 0.04), abs=1e-4)
    assert difference.high == pytest.approx(0.1 + np.hypot(0.03, 0.03), abs=1e-4)


def test_an_independent_error_more_makes_an_interval_wider_on_either_side():
    one = wider(Figure(value=0.5, low=0.47, high=0.54), 0.03)
    assert one.low == pytest.approx(0.5 - np.hypot(0.03, 0.03), abs=1e-4)
    assert one.high == pytest.approx(0.5 + np.hypot(0.04, 0.03), abs=1e-4)


def test_a_share_of_none_has_a_width_all_the_same():
    none = share_of(0.0, 20)
    assert none.value == none.low == 0.0
    assert 0.0 < none.high < 0.15


def test_numbers_are_rounded_to_four_digits():
    assert reaching(1 / 3, 1 / 7, 1 / 7) == Figure(value=0.3333, low=0.1905, high=0.4762)
