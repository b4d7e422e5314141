"""Features of an update -> expected drop, interval and curve, by fitted coefficients.

    loss     = sigmoid(level + sum of weight x normal score of the feature within its update)
    drop     = accuracy before x loss

`loss` is the share of a category's accuracy that the update takes, averaged over the recipe's
checkpoints. Normal scores (the normal quantiles of ranks) make the weights independent of the
encoder's scale. `coefficients.json` says which measured updates the weights come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from auditor.prediction.rungs import Features, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RungWeights:
    """One rung's fitted weights."""

    weights: Mapping[str, float]  # feature -> weight of its normal score
    level: float  # log odds of the loss where all scores are 0
    residual: tuple[float, float]  # 10 % and 90 % quantiles of measured - expected log odds
    skill: Mapping[str, float]  # update -> rho / ceiling, its dataset left out of the fit


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveWeights:
    """Log odds of the loss at each step = intercept + slope x log odds of the mean loss."""

    steps: tuple[int, ...]
    intercept: tuple[float, ...]
    slope: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    rungs: Mapping[str, RungWeights]
    prior: tuple[float, float, float]  # 10 %, mean, 90 % of the loss over all measured categories
    curve: CurveWeights
    provenance: str


@cache
def shipped() -> Coefficients:
    """The coefficients that come with the package."""
    content = files("auditor.prediction").joinpath("coefficients.json").read_bytes()
    return msgspec.json.decode(content, type=Coefficients)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Expected share of accuracy lost, (updates, K), with its 80 % interval and what drives it."""

    mean: Table
    low: Table
    high: Table
    driver: tuple[tuple[str, ...], ...]  # the feature that endangers each category most


def normal_scores(values: Table) -> Table:
    """(updates, K) normal quantile of each value's rank among the K of its update; NaN stays."""
    out = np.zeros_like(values)
    for row, scores in zip(values, out, strict=True):
        there = np.isfinite(row)
        scores[there] = norm.ppf((rankdata(row[there].round(9)) - 0.5) / max(there.sum(), 1))
    return out


def losses(features: Features, rung: RungWeights) -> Losses:
    """Weighs the features (updates, K) of a rung."""
    parts = {f: w * normal_scores(features[f]) for f, w in rung.weights.items()}
    odds = rung.level + sum(parts.values(), np.zeros_like(next(iter(parts.values()))))
    names = list(parts)
    strongest = np.argmax(np.stack(list(parts.values())), axis=0)
    return Losses(
        mean=expit(odds),
        low=expit(odds + rung.residual[0]),
        high=expit(odds + rung.residual[1]),
        driver=tuple(tuple(names[k] for k in row) for row in strongest),
    )


def curve(loss: float, weights: CurveWeights) -> tuple[float, ...]:
    """The share of accuracy lost at step 0 and at each of `weights.steps`, for one mean loss."""
    odds = logit(np.clip(loss, 0.005, 0.995))
    at = expit(np.array(weights.intercept) + np.array(weights.slope) * odds)
    return (0.0, *(float(x) for x in at))
