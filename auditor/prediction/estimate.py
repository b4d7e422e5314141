"""Features of an update -> what each category is expected to keep, and intervals, by fitted
coefficients.

    log odds of an outcome = level + sum of weight x normal score of a feature within its update
                                   + sum of weight x feature, less its centre, by its scale

Outcomes are the accuracy before the update, and the share of it that the update takes: on average
over the recipe's checkpoints, at the last, and where the update is first learnt. Normal scores (the
normal quantiles of ranks) tell which categories lose most and do not depend on an encoder's scale;
the other features tell how far all of them fall.

    interval = angle^-1(angle(expected) -+ t x spread)

`angle(x)` is arcsin sqrt(x), which makes the deviation of a share about the same at any size. What
the categories of an update have in common deviates more where the set lies far from those that were
fitted (`OutcomeWeights.leverage`); a category deviates more where it has few independent rows. The
interval of a product, as a drop is, adds the errors of its factors as independent ones (MOVER; Zou
& Donner 2008). `coefficients.json` says which measured updates the numbers come from, and their
skill on datasets that were left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm, rankdata, t

from auditor.prediction.features.scenario import Features
from auditor.prediction.solid_set import SolidWeights
from auditor.records.arrays import Mask, Table

OUTCOMES = ("before", "average", "end", "learnt")
OF_SETS = ("learnt_step",)  # of a whole update: when it is learnt, as a share of its steps
CURVE_SHARES = (0.005, 0.995)  # beyond, a curve has no shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard deviations of measured angles from expected ones, on datasets left out."""

    update: float  # shared by all categories of an update
    category: float  # of each one's own, in the mean over seeds
    few: float  # of each one's own, of one independent row; of n, by the root of n
    run: float  # of one run from the mean over seeds
    degrees_of_freedom: float  # of the first three together: updates are few


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainWeight:
    """Of a feature that counts as it is."""

    weight: float  # of (feature - centre) / scale
    centre: float  # mean over the updates fitted to
    scale: float  # their standard deviation, above 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeWeights:
    """The fitted weights of one outcome."""

    most: float  # that is ever lost: the log odds are those of the outcome as a share of it
    level: float  # log odds where all scores are 0 and all features at their centres
    ranked: Mapping[str, float]  # feature -> weight of its normal score
    plain: Mapping[str, PlainWeight]
    spread: Spread
    # (m, m) inverse moments of the plain features of the updates fitted to, in order: x' L x is the
    # variance that an update's level has by the weights' own errors, in those of an update.
    leverage: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FidelityWeights:
    """The fitted weights of one probe fidelity."""

    outcomes: Mapping[str, OutcomeWeights]
    mean_skill: float  # mean of `skill` over the updates that were fitted to
    # Update -> with its dataset left out of the fit: rank correlation / ceiling, and the share of
    # measured drops inside the 80 % interval.
    skill: Mapping[str, float]
    coverage: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveWeights:
    """Log odds of the share lost at each step but the last = level + average x log odds of the mean
    share + end x log odds of the share at the last step, which is forecast by itself."""

    steps: tuple[int, ...]  # the last one too
    level: tuple[float, ...]
    average: tuple[float, ...]
    end: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    fidelities: Mapping[str, FidelityWeights]
    prior: Mapping[str, tuple[float, float, float]]  # outcome -> 10 %, mean, 90 % of shares lost
    # Of the measured sets the smallest and the largest number of rows, categories and the like.
    fitted: Mapping[str, tuple[float, float]]
    curve: CurveWeights
    provenance: str
    solid: SolidWeights | None = None  # None: not measured


@cache
def shipped() -> Coefficients:
    """The coefficients that come with the package."""
    content = files("auditor.prediction").joinpath("coefficients.json").read_bytes()
    return msgspec.json.decode(content, type=Coefficients)


def normal_scores(values: Table) -> Table:
    """(updates, K) normal quantile of each value's rank among the K of its update; 0 for a NaN."""
    out = np.zeros_like(values)
    for row, scores in zip(values, out, strict=True):
        there = np.isfinite(row)
        scores[there] = norm.ppf((rankdata(row[there].round(9)) - 0.5) / max(there.sum(), 1))
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One outcome as it is expected, (updates, K), and how surely."""

    mean: Table
    spread: Spread
    distance: Table  # (updates,) x' L x

    def interval(
        self, sets: Table, share: float = 0.8, *, one_run: bool = False
    ) -> tuple[Table, Table]:
        """The central interval that holds `share` of the means over seeds, or of single runs.

        sets (K,): independent rows of each category.
        """
        own = self.spread.category**2 + self.spread.few**2 / np.maximum(sets, 1.0)
        common = self.spread.update**2 * (1.0 + self.distance)[:, None]
        reach = float(t.ppf((1.0 + share) / 2.0, self.spread.degrees_of_freedom))
        half = reach * np.sqrt(common + own + one_run * self.spread.run**2)
        return around(self.mean, half)

    def common_interval(self, sets: Table, share: float = 0.8) -> tuple[Table, Table]:
        """(updates,) the same of the mean over the categories."""
        own = self.spread.category**2 + self.spread.few**2 / np.maximum(sets, 1.0)
        variance = self.spread.update**2 * (1.0 + self.distance) + own.mean() / len(own)
        reach = float(t.ppf((1.0 + share) / 2.0, self.spread.degrees_of_freedom))
        return around(self.mean.mean(axis=1), reach * np.sqrt(variance))

    def averaged(self, counted: Mask) -> Expected:
        """(1, K) the mean over the updates that count, (updates, K); over all where none does."""
        weight = np.where(counted.any(axis=0), counted, True)
        mean = (self.mean * weight).sum(axis=0) / weight.sum(axis=0)
        distance = np.array([self.distance[weight.any(axis=1)].mean()])
        return Expected(mean=mean[None], spread=self.spread, distance=distance)


def expect(features: Features, weights: OutcomeWeights) -> Expected:
    """Weighs the features (updates, K)."""
    first = next(iter(features.values()))
    odds = np.full_like(first, weights.level, dtype=np.float64)
    odds = odds + sum(endangers(features, weights).values())
    scores = standard_scores(features, weights.plain)
    odds = odds + sum(w.weight * scores[f] for f, w in weights.plain.items())
    common = np.array([scores[f].mean(axis=1) for f in weights.plain])  # (m, updates)
    distance = np.zeros(len(first))
    if len(common):
        distance = np.einsum("iu,ij,ju->u", common, np.array(weights.leverage), common)
    return Expected(
        mean=np.asarray(weights.most * expit(odds)), spread=weights.spread, distance=distance
    )


def endangers(features: Features, weights: OutcomeWeights) -> dict[str, Table]:
    """What each feature that ranks adds to the log odds, (updates, K)."""
    return {f: w * normal_scores(features[f]) for f, w in weights.ranked.items()}


def standard_scores(features: Features, plain: Mapping[str, PlainWeight]) -> dict[str, Table]:
    """(updates, K) of the features that count as they are; 0 where one is not known."""
    return {f: np.nan_to_num((features[f] - w.centre) / w.scale) for f, w in plain.items()}


def angle(share: Table) -> Table:
    """arcsin sqrt of a share, whose variance hardly depends on the share; odd, as gains are."""
    share = np.clip(share, -1.0, 1.0)
    return np.asarray(np.sign(share) * np.arcsin(np.sqrt(np.abs(share))))


def around(share: Table, half: Table) -> tuple[Table, Table]:
    """The shares whose angles lie `half` below and above."""
    ends = np.clip([angle(share) - half, angle(share) + half], -np.pi / 2, np.pi / 2)
    low, high = np.sign(ends) * np.sin(ends) ** 2
    return low, high


def product_interval(
    left: Table, left_ends: tuple[Table, Table], right: Table, right_ends: tuple[Table, Table]
) -> tuple[Table, Table]:
    """The interval of left x right, of factors with independent errors (MOVER)."""
    (left_low, left_high), (right_low, right_high) = left_ends, right_ends
    below = np.hypot(left * (right - right_low), right * (left - left_low))
    above = np.hypot(left * (right_high - right), right_high * (left_high - left))
    middle = left * right
    return np.clip(middle - below, -1.0, 1.0), np.clip(middle + above, -1.0, 1.0)


def curve(drop: float, at_end: float, before: float, weights: CurveWeights) -> tuple[float, ...]:
    """The accuracy lost at step 0 and at each of `weights.steps`, of `before`.

    The curve of the family fitted on measured updates that ends where `at_end` is lost and whose
    mean over the steps is `drop`, or comes as near to it as the family allows.
    """
    if before <= 0:
        return (0.0,) * (1 + len(weights.steps))
    share, end = drop / before, at_end / before
    level = np.array(weights.level) + np.array(weights.end) * _odds(end)
    slope = np.array(weights.average)
    low, high = -50.0, 50.0  # log odds; the mean rises with them
    for _ in range(60):
        odds = (low + high) / 2
        at = expit(level + slope * odds)
        mean = (at.sum() + end) / len(weights.steps)
        low, high = (odds, high) if mean < share else (low, odds)
    return (0.0, *(before * float(x) for x in at), at_end)


def _odds(share: float) -> float:
    return float(logit(np.clip(share, *CURVE_SHARES)))
