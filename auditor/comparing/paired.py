"""Accuracies of two sets that are measured on the same rows."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from auditor.comparing.estimates import reaching, wider
from auditor.comparing.fitted import EvaluationRows
from auditor.records.arrays import Mask, Table
from auditor.records.comparison import Contrast, Figure

RESAMPLES = 1000


def paired_contrast(
    right: Table, evaluation: EvaluationRows, rows: Mask, seed: int, *, confidence: float = 0.8
) -> Contrast:
    """Mean accuracy over the categories of the `rows` (n,) by both columns of `right` (n, 2).

    Intervals at `confidence`, by resampling units, the same for both: what makes a row hard makes
    it so for both. Where units do not differ, or hardly, resampling knows of none that would, so an
    independent error is added: that of a share of `n` units of which none was hit, by Laplace's
    rule of succession, 1 / (n + 2).
    """
    counts, hits = _by_unit(right, evaluation, rows)
    means = _resampled(counts, hits, np.random.default_rng(seed))
    both = np.column_stack([means, means[:, 1] - means[:, 0]])
    low, high = np.quantile(both[1:], ((1 - confidence) / 2, (1 + confidence) / 2), axis=0)
    unseen_error = float(norm.ppf((1 + confidence) / 2)) / (_effective_units(counts) + 2)

    def of(column: int) -> Figure:
        value = both[0, column]
        return wider(reaching(value, value - low[column], high[column] - value), unseen_error)

    return Contrast(base=of(0), candidate=of(1), difference=of(2))


def _by_unit(right: Table, evaluation: EvaluationRows, rows: Mask) -> tuple[Table, Table]:
    """(u, K) how many of the `rows` each unit has of each category, (u, K, 2) and gets right."""
    at = np.flatnonzero(rows)
    codes = np.unique(evaluation.dataset.codes[at], return_inverse=True)[1]
    units = np.unique(evaluation.units[at], return_inverse=True)[1]
    size = int(units.max()) + 1, int(codes.max()) + 1
    counts, hits = np.zeros(size), np.zeros((*size, 2))
    np.add.at(counts, (units, codes), 1.0)
    np.add.at(hits, (units, codes), right[at])
    return counts, hits


def _resampled(counts: Table, hits: Table, random: np.random.Generator) -> Table:
    """(1 + RESAMPLES, 2) mean accuracies over categories: of all units, then of units resampled.

    A category of which nothing was sampled has no part in the mean.
    """
    units, kinds = counts.shape
    sampled = random.multinomial(units, np.full(units, 1 / units), RESAMPLES)
    weights = np.concatenate([np.ones((1, units)), sampled])
    rows = weights @ counts
    right = (weights @ hits.reshape(units, -1)).reshape(len(weights), kinds, 2)
    share = np.divide(right, rows[:, :, None], out=np.zeros_like(right), where=rows[:, :, None] > 0)
    return np.asarray(share.sum(axis=1) / (rows > 0).sum(axis=1)[:, None])


def _effective_units(counts: Table) -> float:
    """The effective number of units in a mean over categories (Kish 1965, "Survey sampling").

    counts (u, K): each unit's rows of each category.
    """
    weight = (counts / counts.sum(axis=0)).mean(axis=1)
    return float(1.0 / (weight**2).sum())
