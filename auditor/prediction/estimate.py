"""Features of an update -> expected drop, interval and curve, by fitted coefficients.

    forgotten = sigmoid(level + sum of weight x normal score of the feature within its update)
    drop      = accuracy before x forgotten
    interval  = accuracy before x angle^-1(angle(forgotten) -+ t x spread), widened by that of the
                accuracy before

`forgotten` is the share of a category's accuracy that the update takes, averaged over the recipe's
checkpoints. Normal scores (the normal quantiles of ranks) make the weights independent of the
encoder's scale; what a fine-tune has measured is weighed as it is, in log odds. `angle(x)` is
arcsin sqrt(x), which makes the deviation of a share about the same at any size, and so the interval
widest in the middle and never beyond what there is to lose. `coefficients.json` says which measured
updates the numbers come from, and their skill on datasets that were left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from scipy.special import expit
from scipy.stats import norm, rankdata, t

from auditor.prediction.fidelities import Features
from auditor.records.arrays import Table
from auditor.statistics import score_interval

MEASURED = ("lost", "lost_on_average")  # features that are log odds of a forgotten share already


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard deviations of measured angles from expected ones, on datasets left out."""

    update: float  # shared by all categories of an update
    category: float  # of each one's own, in the mean over seeds
    run: float  # of one run from the mean over seeds
    degrees_of_freedom: float  # degrees of freedom of the first two together: updates are few


@dataclass(frozen=True, slots=True, kw_only=True)
class FidelityWeights:
    """The fitted weights of one probe fidelity."""

    weights: Mapping[str, float]  # feature -> weight of its normal score, or of its log odds
    level: float  # log odds of the forgotten share where all scores are 0
    spread: Spread
    mean_skill: float  # mean of `skill` over the updates that were fitted to
    # Update -> with its dataset left out of the fit: rank correlation / ceiling, and the share of
    # measured drops inside the 80 % interval.
    skill: Mapping[str, float]
    coverage: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveWeights:
    """Log odds of the share forgotten at each step = intercept + slope x log odds of its mean."""

    steps: tuple[int, ...]
    intercept: tuple[float, ...]
    slope: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    fidelities: Mapping[str, FidelityWeights]
    prior: tuple[float, float, float]  # 10 %, mean, 90 % of the measured shares
    curve: CurveWeights
    provenance: str


@cache
def shipped() -> Coefficients:
    """The coefficients that come with the package."""
    content = files("auditor.prediction").joinpath("coefficients.json").read_bytes()
    return msgspec.json.decode(content, type=Coefficients)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedForgetting:
    """Expected share of accuracy lost, (updates, K), and what drives it."""

    mean: Table
    driver: tuple[tuple[str, ...], ...]  # the feature that endangers each category most


def normal_scores(values: Table) -> Table:
    """(updates, K) normal quantile of each value's rank among the K of its update; 0 for a NaN."""
    out = np.zeros_like(values)
    for row, scores in zip(values, out, strict=True):
        there = np.isfinite(row)
        scores[there] = norm.ppf((rankdata(row[there].round(9)) - 0.5) / max(there.sum(), 1))
    return out


def expected_forgetting(features: Features, fidelity: FidelityWeights) -> ExpectedForgetting:
    """Weighs the features (updates, K) of a probe fidelity."""
    parts = _parts(features, fidelity.weights)
    names = [f for f in parts if f not in MEASURED]
    strongest = np.argmax([parts[f] for f in names], axis=0)
    return ExpectedForgetting(
        mean=np.asarray(expit(fidelity.level + sum(parts.values()))),
        driver=tuple(tuple(names[k] for k in row) for row in strongest),
    )


def odds(features: Features, weights: Mapping[str, float]) -> Table:
    """(updates, K) log odds of the forgotten share, but for the level."""
    return np.asarray(sum(_parts(features, weights).values()))


def _parts(features: Features, weights: Mapping[str, float]) -> dict[str, Table]:
    """What each feature adds to the log odds, (updates, K)."""
    return {
        f: np.asarray(w * (features[f] if f in MEASURED else normal_scores(features[f])))
        for f, w in weights.items()
    }


def angle(forgotten: Table) -> Table:
    """arcsin sqrt of a share, whose variance hardly depends on the share; odd, as gains are."""
    share = np.clip(forgotten, -1.0, 1.0)
    return np.asarray(np.sign(share) * np.arcsin(np.sqrt(np.abs(share))))


def forgetting_interval(
    forgotten: Table,
    before: Table,
    sets: Table,
    spread: Spread,
    share: float = 0.8,
    *,
    one_run: bool = False,
) -> tuple[Table, Table]:
    """The central interval about expected drops, `before` x `forgotten`, with `share` of them.

    Of the mean over seeds, or of one run. It lies within what the accuracies `before` allow, each
    measured on so many independent `sets` of rows: what is not known of the accuracy before is
    added to what is not known of the share as independent errors are (MOVER; Zou & Donner 2008).
    """
    middle = angle(forgotten)
    own = spread.update**2 + spread.category**2 + one_run * spread.run**2
    reach = float(t.ppf((1.0 + share) / 2.0, spread.degrees_of_freedom)) * own**0.5
    ends = np.clip([middle - reach, middle + reach], -np.pi / 2, np.pi / 2)
    lower, upper = np.sign(ends) * np.sin(ends) ** 2
    lowest, highest = score_interval(before, sets, share)
    below = np.hypot(before * (forgotten - lower), forgotten * (before - lowest))
    above = np.hypot(before * (upper - forgotten), upper * (highest - before))
    drop = before * forgotten
    return np.maximum(drop - below, before - 1.0), np.minimum(drop + above, highest)


def curve(forgotten: float, weights: CurveWeights) -> tuple[float, ...]:
    """The share of accuracy lost at step 0 and at each of `weights.steps`, for one mean.

    The curve is that of the family fitted on measured updates whose mean is `forgotten`.
    """
    intercept, slope = np.array(weights.intercept), np.array(weights.slope)
    low, high = -200.0, 200.0  # log odds; the mean rises with them
    for _ in range(60):
        odds = (low + high) / 2
        at = expit(intercept + slope * odds)
        low, high = (odds, high) if at.mean() < forgotten else (low, odds)
    return (0.0, *(float(x) for x in at))
