"""What checks compute of counts and of many tests at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Z80 = 1.2815515655446004  # the normal's 90 % point: ends of an 80 % interval


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 80 % score interval of a share `hits` / `n`, n >= 1 (Wilson 1927).

    Unlike the share plus or minus its standard error, it stays within 0 and 1 and has a width
    where there is no hit at all.
    """
    share, z2 = hits / n, Z80**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z80 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,) p-values adjusted for all m of them (Holm 1979).

    Taking those at or below a level finds anything where nothing is with at most that chance,
    however the tests depend on one another.
    """
    order = np.argsort(p, kind="stable")
    steps = np.arange(len(p), 0, -1) * p[order]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
