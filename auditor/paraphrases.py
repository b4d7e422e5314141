"""Variations: rows that are nearer to another row, no copy of theirs, than rows of the base are.

How near is a variation is asked of the base itself: only one base row in twenty has another base
row, copies aside, as near. So of rows that are written like the base's, one in twenty counts.
"""

from __future__ import annotations

import numpy as np

from auditor.records.arrays import Floats, Ints
from auditor.records.structure import Neighbours

BY_CHANCE = 0.05  # share of base rows whose nearest other one counts as a variation
LEVEL_DIGITS = 4


def closest_other(near: Neighbours, families: Ints) -> Floats:
    """(n,) cosine of each row to its nearest neighbour of another copy family.

    near (n, k) among the n rows; families (n,): copy families. The farthest where all are copies;
    0 without neighbours.
    """
    index, cosine = near.index, near.cosine
    other = (families[index] != families[:, None]) & (index >= 0)
    last = np.maximum((index >= 0).sum(axis=1) - 1, 0)
    first = np.where(other.any(axis=1), other.argmax(axis=1), last)
    return np.asarray(np.maximum(cosine[np.arange(len(index)), first], 0.0))


def paraphrase_level(closest: Floats) -> float:
    """The cosine from which on a row is a variation; closest (b,): of base rows to another.

    Of fewer than two base rows nothing is a variation.
    """
    if len(closest) < 2:
        return 1.0
    # The next value above, so that no more than the share lies at or above it.
    level = np.quantile(closest, 1 - BY_CHANCE, method="higher")
    return round(float(level), LEVEL_DIGITS)


def is_paraphrase(cosine: Floats, level: float) -> np.ndarray:
    """Which of `cosine`, of any shape, are as near as a variation."""
    return np.asarray(cosine.round(LEVEL_DIGITS) >= level)
