"""Numbers with their intervals, and how errors of several kinds add up in them.

Values and ends are rounded to four digits, which is as much as samples of a set can tell.
"""

from __future__ import annotations

import numpy as np

from auditor.records.comparison import Contrast, Figure
from auditor.statistics import score_interval

DIGITS = 4


def figure(value: float, low: float, high: float) -> Figure:
    """A value between the ends of its interval."""
    return Figure(
        value=round(float(value), DIGITS),
        low=round(float(low), DIGITS),
        high=round(float(high), DIGITS),
    )


def reaching(value: float, below: float, above: float) -> Figure:
    """A value and how far its interval reaches to either side."""
    value = float(value)
    return figure(value, value - float(below), value + float(above))


def share_of(share: float, n: float) -> Figure:
    """A share of `n` >= 1 independent things, with its 80 % interval (Wilson 1927)."""
    low, high = score_interval(np.array(share), np.array(float(n)), 0.8)
    return figure(share, float(low), float(high))


def wider(one: Figure, reach: float) -> Figure:
    """The figure with an independent error more, of which `reach` is half the interval."""
    below = float(np.hypot(one.value - one.low, reach))
    return reaching(one.value, below, float(np.hypot(one.high - one.value, reach)))


def independent_contrast(base: Figure, candidate: Figure) -> Contrast:
    """The contrast of two figures whose errors are independent."""
    below = np.hypot(candidate.value - candidate.low, base.high - base.value)
    above = np.hypot(candidate.high - candidate.value, base.value - base.low)
    difference = reaching(candidate.value - base.value, below, above)
    return Contrast(base=base, candidate=candidate, difference=difference)
