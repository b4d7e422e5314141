"""Fits the coefficients on measured updates: what features said, against what was forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import spearmanr

from auditor.prediction.estimate import (
    Coefficients,
    CurveWeights,
    RungWeights,
    normal_scores,
    scale,
)
from auditor.prediction.rungs import Features
from auditor.records import Floats, Table

RIDGE = 1.0  # penalty on weights of unit-variance scores; .3 to 3 gave the same skill within .01
USED = {  # of each rung's features, those that help on datasets left out of the fit
    "similarity": ("exemplar", "centroid", "share"),
    "head": ("exemplar", "mistaken", "contested"),
}
FLATTEST = 0.05  # slope of a curve: who loses more in the mean loses more at every step
LOSS_RANGE = (0.01, 0.97)  # beyond, log odds say more about the size of the test set


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One real update: what each rung saw of it, and the accuracies that were read."""

    name: str
    dataset: str
    features: Mapping[str, Features]  # rung -> feature -> (2, 1, K)
    accuracy_before: Floats  # (K,) as forecast, out of fold
    accuracy: Table  # (K, 1 + steps) mean over seeds, before and at each checkpoint
    steps: tuple[int, ...]
    ceiling: float

    @property
    def drop(self) -> Table:
        return np.asarray(self.accuracy[:, 0] - self.accuracy[:, 1:].mean(axis=1))

    @property
    def loss(self) -> Table:
        """(K,) share of the accuracy lost; of categories that had hardly any, the floor."""
        return np.clip(self.drop / np.maximum(self.accuracy[:, 0], 0.05), *LOSS_RANGE)


def fit(updates: Sequence[Measured], steps: tuple[int, ...], provenance: str) -> Coefficients:
    """Coefficients from all `updates`, and the skill of each with its dataset left out."""
    pooled = np.concatenate([u.loss for u in updates])
    return Coefficients(
        rungs={rung: _with_skill(rung, updates) for rung in USED},
        prior=(_q(pooled, 0.1), float(pooled.mean().round(4)), _q(pooled, 0.9)),
        curve=_fit_curve([u for u in updates if u.steps == steps], steps),
        provenance=provenance,
    )


def _with_skill(rung: str, updates: Sequence[Measured]) -> RungWeights:
    expected, apart = {}, {}
    for left in updates:
        weights, level = fit_rung(rung, [u for u in updates if u.dataset != left.dataset])
        drop = left.accuracy_before * expit(level + _scores(rung, left) @ weights)
        expected[left.name] = drop
        apart[left.name] = (left.drop - drop) / scale(drop)
    skill, coverage = {}, {}
    for left in updates:
        drop = expected[left.name]
        skill[left.name] = round(float(spearmanr(drop, left.drop)[0]) / left.ceiling, 3)
        others = np.concatenate([apart[u.name] for u in updates if u.dataset != left.dataset])
        low, high = (drop + _q(others, q) * scale(drop) for q in (0.1, 0.9))
        coverage[left.name] = round(float(((low <= left.drop) & (left.drop <= high)).mean()), 3)
    weights, level = fit_rung(rung, updates)
    pooled = np.concatenate(list(apart.values()))
    return RungWeights(
        weights={f: round(float(w), 4) for f, w in zip(USED[rung], weights, strict=True)},
        level=round(level, 4),
        residual=(_q(pooled, 0.1), _q(pooled, 0.9)),
        skill=skill,
        coverage=coverage,
    )


def fit_rung(rung: str, updates: Sequence[Measured]) -> tuple[Table, float]:
    """Ridge weights (features,) and level; each dataset, and each of its updates, weighs the same.

    Weights come from differences within updates alone; the level makes the mean expected loss
    that which was measured.
    """
    datasets = [u.dataset for u in updates]
    gram, moment = RIDGE * np.eye(len(USED[rung])), np.zeros(len(USED[rung]))
    for u in updates:
        x, y = _scores(rung, u), logit(u.loss)
        share = 1.0 / (len(y) * datasets.count(u.dataset))
        gram += share * x.T @ x
        moment += share * x.T @ (y - y.mean())
    weights = np.asarray(np.linalg.solve(gram, moment), dtype=np.float64)
    parts = [_scores(rung, u) @ weights for u in updates]
    target = float(np.mean([u.loss.mean() for u in updates]))
    low, high = -10.0, 10.0
    for _ in range(60):
        level = (low + high) / 2
        mean = float(np.mean([expit(level + p).mean() for p in parts]))
        low, high = (level, high) if mean < target else (low, level)
    return weights, level


def _scores(rung: str, update: Measured) -> Table:
    """(K, features)"""
    return np.stack(
        [normal_scores(update.features[rung][f].mean(axis=0))[0] for f in USED[rung]], axis=1
    )


def _fit_curve(updates: Sequence[Measured], steps: tuple[int, ...]) -> CurveWeights:
    odds = np.concatenate([logit(u.loss) for u in updates])
    lost = np.concatenate(
        [1 - u.accuracy[:, 1:] / np.maximum(u.accuracy[:, :1], 0.05) for u in updates]
    )
    slopes, intercepts = np.polyfit(odds, logit(np.clip(lost, *LOSS_RANGE)), 1)
    return CurveWeights(
        steps=steps,
        intercept=tuple(float(x.round(4)) for x in intercepts),
        slope=tuple(max(float(x.round(4)), FLATTEST) for x in slopes),
    )


def _q(values: Table, share: float) -> float:
    return float(np.quantile(values, share).round(4))
