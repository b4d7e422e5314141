"""Intervals of shares, and many tests at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Z80 = 1.2815515655446004  # the normal's 90 % point: ends of an 80 % interval


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 80 % score interval of a share `hits` / `n`, n >= 1."""
    low, high = score_interval(np.array(hits / n), np.array(n), 0.8)
    return float(low), float(high)


def score_interval(
    share: NDArray[np.float64], n: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The central score intervals at `confidence` of `share`s, each of `n` >= 1 (Wilson 1927).

    Unlike a share plus or minus its standard error, they stay within 0 and 1 and have a width
    where there is no hit at all.
    """
    z2 = float(norm.ppf((1.0 + confidence) / 2.0)) ** 2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def holm(p: NDArray[np.float64], others: int = 0) -> NDArray[np.float64]:
    """(m,) p-values adjusted for all m of them (Holm 1979), and for `others` that are larger.

    Rejecting those at or below alpha has a family-wise error rate of alpha at most, however the
    tests depend on one another.
    """
    order = np.argsort(p, kind="stable")
    steps = (others + np.arange(len(p), 0, -1)) * p[order]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def step_down(observed: NDArray[np.float64], null: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,) p-values adjusted for all m statistics, large ones being surprising.

    observed (m,); null (draws, m): the same statistics under the null hypothesis. Each is compared
    with the largest of a draw's, without those that are larger than it (Westfall and Young 1993,
    "Resampling-based multiple testing", algorithm 2.8, for statistics): the m may depend on one
    another, and many need no more draws than one. Statistics should be on one scale.
    """
    order = np.argsort(-observed, kind="stable")
    largest = np.maximum.accumulate(null[:, order[::-1]], axis=1)[:, ::-1]
    as_large = (largest >= observed[order] - 1e-9).sum(axis=0)
    adjusted = np.empty(len(observed))
    adjusted[order] = np.maximum.accumulate((1 + as_large) / (1 + len(null)))
    return adjusted
