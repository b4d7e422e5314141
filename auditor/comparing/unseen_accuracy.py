"""Accuracy on base rows that neither set has seen, and how it differs between the sets.

Before the update, and with intervals of 95 %: this is what the comparison's first sentence rests
on, and every fifth of 80 % would show a difference between sets that do not differ.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from auditor.comparing.estimates import wider
from auditor.comparing.fitted import Draws, EvaluationRows, FittedSet, both_right
from auditor.comparing.paired import paired_contrast
from auditor.records.arrays import Ints, Mask, Table
from auditor.records.comparison import Contrast

CONFIDENCE = 0.95
MIN_FAMILIES = 30  # independent rows: of fewer, an accuracy's standard error is more than .09


def evaluable(
    base: Ints, codes: Ints, folds: Ints, excluded: Mask, sets: tuple[Mask, Mask]
) -> Mask:
    """(n,) the `base` rows whose category both `sets` (n,) are still taught when they are read.

    base: positions; codes, folds (n,); excluded (folds, n): what is not taught when the fold
    is evaluated.
    """
    out = np.zeros(len(codes), dtype=bool)
    for fold in range(len(excluded)):
        taught = [in_set & (folds != fold) & ~excluded[fold] for in_set in sets]
        known = np.intersect1d(codes[taught[0]], codes[taught[1]])
        rows = base[folds[base] == fold]
        out[rows] = np.isin(codes[rows], known)
    return out


def unseen_contrast(draws: Draws, evaluation: EvaluationRows, rows: Mask, seed: int) -> Contrast:
    """Both sets on the same `rows` (n,).

    Two errors add up in the intervals: of the rows that are read, by resampling units; and of those
    that are taught, by halves of them with probes that start elsewhere. Over halves a mean varies
    as much as over new sets of the whole size (as a half without replacement has twice the variance
    of the whole, less the half that it has in common with it), so the interval is that of sets of
    this kind: two halves of one set show no difference. The halves are of the first sample.
    """
    measured = paired_contrast(both_right(draws), evaluation, rows, seed, confidence=CONFIDENCE)
    base, candidate = (_by_half(in_set[0], evaluation, rows) for in_set in draws)
    return Contrast(
        base=wider(measured.base, _reach(base)),
        candidate=wider(measured.candidate, _reach(candidate)),
        difference=wider(measured.difference, _reach(candidate - base)),
    )


def _by_half(fitted: FittedSet, evaluation: EvaluationRows, rows: Mask) -> Table:
    """(halves,) mean accuracy over the categories of the `rows`."""
    codes, right = evaluation.dataset.codes[rows], fitted.halves[:, rows]
    return np.asarray(
        np.mean([right[:, codes == c].mean(axis=1) for c in np.unique(codes)], axis=0)
    )


def _reach(draws: Table) -> float:
    """Half an interval of one of `draws` (halves,)."""
    return float(t.ppf((1 + CONFIDENCE) / 2, len(draws) - 1) * draws.std(ddof=1))
