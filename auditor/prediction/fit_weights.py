"""What is fitted on measured updates: weights, level, spread and curve.

The features of `similarity` and `head` weigh the same. Three datasets are too few to weigh them:
with a dataset left out, weights fitted by ridge lost .03 of the skill of equal ones. What is fitted
is the weight of their sum, that of a fine-tune on the update itself (in `full`), the level, and how
far measured drops lie from expected ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from auditor.prediction.estimate import (
    MEASURED,
    CurveWeights,
    Spread,
    angle,
    normal_scores,
    odds,
)
from auditor.prediction.fidelities import Features
from auditor.prediction.forgetting import MIN_KNOWN, SHARES, share_lost
from auditor.records.arrays import Table

USED = {  # of each fidelity's features, those that help on datasets left out of the fit
    "similarity": ("exemplar", "sharpened", "centroid", "share", "wording"),
    "head": (
        "exemplar",
        "sharpened",
        "centroid",
        "wording",
        "mistaken",
        "contested",
        "unsure",
    ),
}
USED["full"] = (*USED["head"], *MEASURED)
MIN_SLOPE = 0.05  # slope of a curve: who loses more in the mean loses more at every step


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One real update: the features of each fidelity, and the measured accuracies."""

    name: str
    dataset: str
    features: Mapping[str, Features]  # fidelity -> feature -> (2, 1, K)
    accuracy_before: Table  # (K,) as forecast, out of fold
    sets: Table  # (K,) independent sets of rows that it was measured on
    runs: Table  # (seeds, K, 1 + steps) accuracy before and at each checkpoint
    steps: tuple[int, ...]
    ceiling: float  # of the rank correlation with `drop`, by seed noise
    scored_only: bool = (
        False  # old data damaged on purpose, or no new category: scored, not fitted to
    )

    @property
    def accuracy(self) -> Table:
        """(K, 1 + steps) mean over seeds"""
        return np.asarray(self.runs.mean(axis=0))

    @property
    def drop(self) -> Table:
        return np.asarray(self.drops.mean(axis=0))

    @property
    def drops(self) -> Table:
        """(seeds, K)"""
        return np.asarray(self.runs[:, :, 0] - self.runs[:, :, 1:].mean(axis=2))

    @property
    def forgotten(self) -> Table:
        """(K,)"""
        return share_lost(self.accuracy)


def fit_fidelity(fidelity: str, updates: Sequence[Measured]) -> tuple[dict[str, float], float]:
    """The weight of each feature, and the level; each dataset, and each of its updates, weighs the
    same.

    Weights come from differences within updates alone; the level makes the mean expected share
    that which was measured. What all categories of a fine-tune lost on average counts as it is.
    """
    shares, parts = _shares(updates), [_predictors(fidelity, u) for u in updates]
    size = parts[0].shape[1]
    moment, gram = np.zeros(size), np.zeros((size, size))
    for u, share, part in zip(updates, shares, parts, strict=True):
        y, x = logit(u.forgotten), part - part.mean(axis=0)
        moment += share * x.T @ (y - y.mean()) / len(y)
        gram += share * x.T @ x / len(y)
    scored, *trial = np.linalg.lstsq(gram, moment, rcond=None)[0].tolist()
    weights = dict.fromkeys((f for f in USED[fidelity] if f not in MEASURED), scored)
    if trial:
        weights |= dict(zip(MEASURED, (*trial, 1.0), strict=True))
    return weights, _level(fidelity, updates, shares, weights)


def _predictors(fidelity: str, update: Measured) -> Table:
    """(K, 1 or 2) the sum of the features' normal scores, and what a fine-tune took."""
    features = {f: update.features[fidelity][f].mean(axis=0)[0] for f in USED[fidelity]}
    scores = [normal_scores(v[None])[0] for f, v in features.items() if f not in MEASURED]
    trial = [features["lost"]] if "lost" in features else []
    return np.stack([np.sum(scores, axis=0), *trial], axis=1)


def _level(
    fidelity: str, updates: Sequence[Measured], shares: Table, weights: Mapping[str, float]
) -> float:
    """The log odds that make the mean expected share of the updates the measured one."""
    target = float(shares @ [u.forgotten.mean() for u in updates])
    features = [{f: v.mean(axis=0) for f, v in u.features[fidelity].items()} for u in updates]
    parts = [odds(f, weights)[0] for f in features]
    low, high = -10.0, 10.0
    for _ in range(60):
        level = (low + high) / 2
        mean = float(shares @ [expit(level + x).mean() for x in parts])
        low, high = (level, high) if mean < target else (low, level)
    return level


def fit_spread(expectations: Sequence[tuple[Measured, Table]]) -> Spread:
    """How far the measured shares of updates lie from the expected ones, in angles.

    An update's mean deviation is common to its categories: its forgetting as a whole, of which
    there are only as many examples as updates. Satterthwaite's degrees of freedom say so.
    """
    shares = _shares([u for u, _ in expectations])
    before = [np.maximum(u.accuracy_before, MIN_KNOWN) for u, _ in expectations]
    off = [angle(u.drop / b) - angle(x) for (u, x), b in zip(expectations, before, strict=True)]
    sizes = np.array([len(x) for x in off])
    within = np.array([x.var(ddof=1) for x in off])
    category = float(shares @ within)
    update = max(float(shares @ (np.array([x.mean() for x in off]) ** 2 - within / sizes)), 0.0)
    few = update**2 / len(off) + category**2 / float(sizes.sum())
    degrees_of_freedom = (update + category) ** 2 / few
    return Spread(
        update=round(update**0.5, 4),
        category=round(category**0.5, 4),
        run=round(float(shares @ [_seed_variance(u) for u, _ in expectations]) ** 0.5, 4),
        degrees_of_freedom=round(float(degrees_of_freedom), 1),
    )


def _seed_variance(update: Measured) -> float:
    """Of one run's angles, beyond what the mean over the seeds has of it already."""
    seeds = len(update.runs)
    if seeds < 2:
        return 0.0
    angles = angle(update.drops / np.maximum(update.accuracy_before, MIN_KNOWN))
    return float(angles.var(axis=0, ddof=1).mean()) * (1 - 1 / seeds)


def _shares(updates: Sequence[Measured]) -> Table:
    """(updates,) what each weighs: the same for each dataset, and within it for each update."""
    names = [u.dataset for u in updates]
    return np.array([1.0 / names.count(n) for n in names]) / len(set(names))


def fit_curve(updates: Sequence[Measured], steps: tuple[int, ...]) -> CurveWeights:
    mean = np.concatenate([logit(u.forgotten) for u in updates])
    lost = np.concatenate(
        [1 - u.accuracy[:, 1:] / np.maximum(u.accuracy[:, :1], MIN_KNOWN) for u in updates]
    )
    slopes, intercepts = np.polyfit(mean, logit(np.clip(lost, *SHARES)), 1)
    return CurveWeights(
        steps=steps,
        intercept=tuple(float(x.round(4)) for x in intercepts),
        slope=tuple(max(float(x.round(4)), MIN_SLOPE) for x in slopes),
    )
