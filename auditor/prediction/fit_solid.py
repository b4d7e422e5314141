"""How much less a solid set loses, fitted on pairs of sets that differ in their rows and damage
alone, and how surely sets are learnt in which nothing was damaged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import logit

from auditor.prediction.forgetting import share_lost
from auditor.prediction.measured import Measured
from auditor.prediction.solid_set import SHARES, SolidWeights
from auditor.records.arrays import Ints, Mask, Table


def fit_solid(updates: Sequence[Measured]) -> SolidWeights | None:
    """None where no two sets were measured that are alike but for damage.

    Within each of `Measured.alike`, sets that were taught the same categories for as many steps and
    given the same update, the log odds of the mean share lost are regressed on sure, templated and
    log rows: what all of them share (steps, update, how alike the categories are) cancels out. Rows
    are held constant and not reported: at equal steps they hardly matter. Standard errors are of
    clusters, a dataset's update each (Liang & Zeger 1986). Degrees of freedom are those of the
    reference, one less than there are datasets: they are what a user's set is one more of.
    """
    paired = [u for u in updates if u.alike]
    if not any(u.damaged for u in paired):
        return None
    groups = np.unique([" / ".join(u.alike) for u in paired], return_inverse=True)[1]
    clusters = np.unique([" / ".join(u.alike[:-1]) for u in paired], return_inverse=True)[1]
    y = np.array([float(logit(np.clip(_lost(u), *SHARES))) for u in paired])
    x = np.array([(_mean(u, "sure"), _mean(u, "templated"), _mean(u, "rows")) for u in paired])
    found, covariance = _within(x, y, groups, clusters)
    (level, categories, rows), spread = _reference([u for u in updates if not u.damaged])
    (a, b), (_, d) = covariance[:2, :2].round(6).tolist()
    return SolidWeights(
        sure=round(-float(found[0]), 4),
        templated=round(float(found[1]), 4),
        covariance=((a, -b), (-b, d)),  # of less for `sure`, and of more for `templated`
        level=round(level, 4),
        categories=round(categories, 4),
        rows=round(rows, 4),
        spread=round(spread, 4),
        degrees_of_freedom=float(max(len({u.dataset for u in updates}) - 1, 1)),
    )


def _within(x: Table, y: Table, groups: Ints, clusters: Ints) -> tuple[Table, Table]:
    """Coefficients (m,) and their covariance (m, m), of what differs within groups."""
    x = x - np.stack([x[groups == g].mean(axis=0) for g in groups])
    y = y - np.array([y[groups == g].mean() for g in groups])
    found = np.linalg.lstsq(x, y, rcond=None)[0]
    each = x * (y - x @ found)[:, None]
    sums = np.stack([each[clusters == c].sum(axis=0) for c in np.unique(clusters)])
    bread, few = np.linalg.inv(x.T @ x), len(sums) / (len(sums) - 1)
    return np.asarray(found), np.asarray(few * bread @ sums.T @ sums @ bread)


def _reference(solid: Sequence[Measured]) -> tuple[tuple[float, float, float], float]:
    """Level and slopes of `sure`, and its deviation in datasets that were left out.

    Each dataset weighs the same, as the deviation does: three of them say how far others will lie.
    """
    y = np.array([_mean(u, "sure") for u in solid])
    sizes = np.array([(_mean(u, "categories"), _mean(u, "rows")) for u in solid])
    x = np.stack([np.ones(len(solid)), sizes[:, 0], sizes[:, 1] - sizes[:, 0]], axis=1)
    names = np.array([u.dataset for u in solid])
    weights = np.array([1.0 / (names == name).sum() for name in names])

    def fitted(among: Mask) -> Table:
        root = np.sqrt(weights[among])
        return np.asarray(np.linalg.lstsq(root[:, None] * x[among], root * y[among], rcond=None)[0])

    off = [
        (y - x @ fitted(names != name))[names == name] if (names != name).any() else y - y.mean()
        for name in np.unique(names)
    ]
    level, categories, rows = fitted(np.ones(len(y), dtype=bool)).tolist()
    return (level, categories, rows), float(np.sqrt(np.mean([np.mean(e**2) for e in off])))


def _lost(update: Measured) -> float:
    return float(share_lost(update.accuracy).mean())


def _mean(update: Measured, feature: str) -> float:
    return float(update.mean_features[feature].mean())
