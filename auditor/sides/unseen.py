"""Accuracy on base rows that neither set has seen, and how it differs between the sets.

Before the update, and with intervals of 95 %: this is what the comparison's first sentence rests
on, and of 80 % ones every fifth would tell sets apart that do not differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm, t

from auditor.comparison import Contrast
from auditor.records import Ints
from auditor.sides.pool import Flags
from auditor.sides.retention import Scored, Told, Values, mean_right, paired, wider

HELD = 0.95
FEWEST = 30  # independent rows: with fewer, an accuracy's standard error is more than .09


def readable(
    base: Ints, codes: Ints, folds: Ints, barred: Flags, sides: tuple[Flags, Flags]
) -> Flags:
    """(n,) the `base` rows whose category both `sides` (n,) are still taught when they are read.

    base: positions; codes, folds (n,); barred (folds, n): what is not taught beside the fold.
    """
    out = np.zeros(len(codes), dtype=bool)
    for fold in range(len(barred)):
        taught = [side & (folds != fold) & ~barred[fold] for side in sides]
        known = np.intersect1d(codes[taught[0]], codes[taught[1]])
        rows = base[folds[base] == fold]
        out[rows] = np.isin(codes[rows], known)
    return out


def contrast(
    base: Sequence[Told], candidate: Sequence[Told], scored: Scored, rows: Flags, seed: int
) -> Contrast:
    """Both sets on the same `rows` (n,); `base` and `candidate` are draws in step.

    Three errors add up in the intervals: of the rows, by resampling units; of the probes' seeds,
    by Student's t; and of the draws, which differ by the rows that they took.
    """
    right = np.stack([mean_right(base), mean_right(candidate)], axis=1)
    read = paired(right, scored, rows, seed, held=HELD)
    runs = np.stack([_runs(side, scored, rows) for side in (base, candidate)])
    spread = [_spread(r) for r in (*runs, runs[1] - runs[0])]
    return Contrast(
        base=wider(read.base, spread[0]),
        candidate=wider(read.candidate, spread[1]),
        difference=wider(read.difference, spread[2]),
    )


def _runs(told: Sequence[Told], scored: Scored, rows: Flags) -> Values:
    """(draws, seeds) mean accuracy over the categories of the `rows`."""
    codes = scored.dataset.codes[rows]
    every = np.stack([one.right[:, rows] for one in told])
    return np.asarray(
        np.mean([every[:, :, codes == c].mean(axis=2) for c in np.unique(codes)], axis=0)
    )


def _spread(runs: Values) -> float:
    """Half an interval of the mean of `runs` (draws, seeds), by what varies between them."""
    draws, seeds = runs.shape
    tail = (1 + HELD) / 2
    by_seed = t.ppf(tail, seeds - 1) * runs.mean(axis=0).std(ddof=1) / np.sqrt(seeds)
    by_draw = norm.ppf(tail) * runs.mean(axis=1).std(ddof=1) if draws > 1 else 0.0
    return float(np.hypot(by_seed, by_draw))
