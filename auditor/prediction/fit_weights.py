"""What is fitted on measured updates: weights, levels, spreads and the curve.

The features that rank weigh the same. Three datasets are too few to weigh them: with a dataset left
out, weights fitted by ridge lost .03 of the skill of equal ones. What is fitted is the weight of
their sum, those of the features that count as they are, the level, and how far measured outcomes
lie from expected ones. Weights of the latter are shrunk to PRIOR: what measures the outcome in
small counts as it is, and all else not at all, unless the updates say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import nnls
from scipy.special import expit, logit

from auditor.prediction.estimate import (
    OF_SETS,
    CurveWeights,
    Expected,
    OutcomeWeights,
    PlainWeight,
    Spread,
    angle,
    expect,
    normal_scores,
)
from auditor.prediction.features.scenario import Features
from auditor.prediction.features.solidity import SURE
from auditor.prediction.forgetting import MIN_KNOWN, SHARES, share_lost, share_lost_at_end
from auditor.prediction.measured import Measured, shares_of
from auditor.records.arrays import Floats, Table

RANKED = {
    "similarity": ("exemplar", "sharpened", "centroid", "share", "wording"),
    "head": (
        *("exemplar", "sharpened", "centroid", "share", "wording"),
        *("contested", "unsure", "own_rolled"),
    ),
}
RANKED["full"] = RANKED["head"]
_KNOWN = ("accuracy", "templated", "templated_accuracy")
_SOLID = ("new", "sure", "templated")
_ROLLED = ("rolled", "rolled_end")
PLAIN = {  # of each fidelity, by outcome
    "similarity": {
        "before": _KNOWN,
        **dict.fromkeys(("average", "end", "learnt"), ("steps", *_SOLID)),
    },
    "head": {
        "before": _KNOWN,
        **dict.fromkeys(("average", "end", "learnt"), (*_ROLLED, *_SOLID)),
    },
    "full": {
        "before": _KNOWN,
        "average": ("lost", "lost_on_average", "rolled"),
        "end": ("lost_end", "lost_end_on_average", "rolled_end"),
        "learnt": (*_ROLLED, *_SOLID),
    },
}
for _of_fidelity in PLAIN.values():
    _of_fidelity |= dict.fromkeys(OF_SETS, ("steps", "categories", "new", "update_rows"))
PRIOR = {  # the weight, of the feature as it is, that a weight is shrunk to; else 0
    "average": {"rolled": 0.5, "lost": 0.6, "lost_on_average": 1.0},
    "end": {"rolled_end": 0.5, "lost_end": 0.6, "lost_end_on_average": 1.0},
}
# On average over the checkpoints: in the first steps an update takes nothing, so that no measured
# category lost more.
MOST = {"average": 0.88}
MIN_SLOPE = 0.05  # of a curve: who loses more on average loses more at every step but the last
SHRINKAGE = 10.0  # updates' worth of evidence for the prior


def fit_outcome(fidelity: str, outcome: str, updates: Sequence[Measured]) -> OutcomeWeights:
    """Weights from the updates in which the outcome was measured; without their spread."""
    if outcome == "before":
        return _fit_before(updates)
    plain, ranked = PLAIN[fidelity][outcome], () if outcome in OF_SETS else RANKED[fidelity]
    measured = [(u, y) for u in updates if (y := u.outcome(outcome)) is not None]
    each = shares_of([u for u, _ in measured])
    weights = np.concatenate(
        [np.full(len(y), s / len(y)) for (_, y), s in zip(measured, each, strict=True)]
    )
    most = MOST.get(outcome, 1.0)
    y = np.concatenate([logit(np.clip(y / most, *SHARES)) for _, y in measured])
    x = np.concatenate([_predictors(u.mean_features, ranked, plain, len(y)) for u, y in measured])
    centre = weights @ x
    scale = np.sqrt(weights @ (x - centre) ** 2)
    scale[scale < 1e-9] = 1.0
    z = (x - centre) / scale
    prior = np.array([PRIOR.get(outcome, {}).get(f, 0.0) for f in plain]) * scale[1:]
    prior = np.concatenate([[0.0], prior])
    worth = sum(u.weight for u, _ in measured)
    gram = z.T @ (weights[:, None] * z) * worth
    penalty = np.diag([1e-9 if ranked else 1.0, *[SHRINKAGE] * len(plain)])
    off = y - z @ prior
    mean = float(weights @ off)
    found = prior + np.linalg.solve(gram + penalty, worth * z.T @ (weights * (off - mean)))
    common = np.stack([_common(u.mean_features, plain, centre[1:], scale[1:]) for u, _ in measured])
    worths = np.array([u.weight for u, _ in measured])
    moments = common.T @ (worths[:, None] * common) + SHRINKAGE * np.eye(len(plain))
    unlevelled = OutcomeWeights(
        most=most,
        level=mean - float(found[0] * centre[0] / scale[0]),
        ranked=dict.fromkeys(ranked, float(found[0] / scale[0])),
        plain={
            f: PlainWeight(weight=float(w), centre=float(c), scale=float(s))
            for f, w, c, s in zip(plain, found[1:], centre[1:], scale[1:], strict=True)
        },
        spread=NO_SPREAD,
        leverage=tuple(map(tuple, np.linalg.inv(moments).tolist())),
    )
    return _levelled(unlevelled, measured, each)


def _fit_before(updates: Sequence[Measured]) -> OutcomeWeights:
    """The accuracy of probes out of fold, and how a fine-tuned model differs from it: by a
    constant, and where rows come from templates, of which a fold that holds them all out says
    nothing. Differences are shrunk to none."""
    kept = [u.mean_features for u in updates]
    each = shares_of(updates)
    weights = np.concatenate(
        [np.full(len(u.sets), s / len(u.sets)) for u, s in zip(updates, each, strict=True)]
    )
    x = np.concatenate([np.stack([f[name][0] for name in _KNOWN], axis=1) for f in kept])
    z = np.concatenate([np.ones((len(x), 1)), x[:, 1:]], axis=1)
    y = np.concatenate([logit(np.clip(u.accuracy[:, 0], *SURE)) for u in updates]) - x[:, 0]
    worth = sum(u.weight for u in updates)
    gram = worth * z.T @ (weights[:, None] * z) + SHRINKAGE * np.eye(z.shape[1])
    level, *found = np.linalg.solve(gram, worth * z.T @ (weights * y)).tolist()
    return OutcomeWeights(
        most=1.0,
        level=level,
        ranked={},
        plain={
            f: PlainWeight(weight=w, centre=0.0, scale=1.0)
            for f, w in zip(_KNOWN, (1.0, *found), strict=True)
        },
        spread=NO_SPREAD,
        leverage=((0.0,) * len(_KNOWN),) * len(_KNOWN),
    )


NO_SPREAD = Spread(update=0.0, category=0.0, few=0.0, run=0.0, degrees_of_freedom=1.0)


def _predictors(
    features: Features, ranked: Sequence[str], plain: Sequence[str], count: int
) -> Table:
    """(K, 1 + m) the sum of the normal scores of the features that rank, and the others; of the
    first `count` categories, which is one where the features are the same for all."""
    kinds = next(iter(features.values())).shape[1]
    scores = sum((normal_scores(features[f])[0] for f in ranked), np.zeros(kinds))
    return np.stack([scores, *(np.nan_to_num(features[f][0]) for f in plain)], axis=1)[:count]


def _common(features: Features, plain: Sequence[str], centre: Table, scale: Table) -> Table:
    """(m,) standard scores of the update as a whole."""
    return (np.array([np.nanmean(features[f]) for f in plain]) - centre) / scale


def _levelled(
    weights: OutcomeWeights, measured: Sequence[tuple[Measured, Table]], each: Table
) -> OutcomeWeights:
    """With the level that makes the mean expected outcome the measured one."""
    target = float(each @ [y.mean() for _, y in measured])
    odds = [
        logit(expect(u.mean_features, weights).mean[0, : len(y)] / weights.most) - weights.level
        for u, y in measured
    ]
    low, high = -12.0, 12.0
    for _ in range(60):
        level = (low + high) / 2
        mean = weights.most * float(each @ [expit(level + x).mean() for x in odds])
        low, high = (level, high) if mean < target else (low, level)
    return replace(weights, level=level)


Expectation = tuple[Measured, Table, Expected]  # what was measured of an outcome, and expected


def fit_spread(outcome: str, expectations: Sequence[Expectation]) -> Spread:
    """How far measured outcomes lie from expected ones, in angles.

    An update's mean deviation is common to its categories: its forgetting as a whole, of which
    there are only as many examples as updates. Satterthwaite's degrees of freedom say so.
    """
    shares = shares_of([u for u, _, _ in expectations])
    off = [angle(y) - angle(e.mean[0, : len(y)]) for _, y, e in expectations]
    sizes = np.array([len(x) for x in off])
    within = np.array([x.var(ddof=1) if len(x) > 1 else 0.0 for x in off])
    distance = np.array([e.distance[0] for _, _, e in expectations])
    means = np.array([x.mean() for x in off]) ** 2 - within / sizes
    update = max(float(shares @ (means / (1.0 + distance))), 0.0)
    category, few = _by_rows(off, [u.sets[: len(y)] for u, y, _ in expectations], shares)
    own = float(shares @ within)
    spread = update**2 / len(off) + own**2 / float(sizes.sum())
    run = [_seed_variance(u.of_runs(outcome)) for u, _, _ in expectations]
    return Spread(
        update=round(update**0.5, 4),
        category=round(category**0.5, 4),
        few=round(few**0.5, 4),
        run=round(float(shares @ run) ** 0.5, 4),
        degrees_of_freedom=max(round((update + own) ** 2 / max(spread, 1e-12), 1), 1.0),
    )


def _by_rows(
    off: Sequence[Table], sets: Sequence[Table], shares: Floats | Table
) -> tuple[float, float]:
    """Variances of a category's own deviation: whatever its rows, and by one over them."""
    squares = np.concatenate([(x - x.mean()) ** 2 * len(x) / max(len(x) - 1, 1) for x in off])
    each = np.concatenate([np.full(len(x), s / len(x)) for x, s in zip(off, shares, strict=True)])
    inverse = 1.0 / np.maximum(np.concatenate(sets), 1.0)
    root = np.sqrt(each)
    table = np.stack([root, root * inverse], axis=1)
    found, _ = nnls(table, root * squares)
    return float(found[0]), float(found[1])


def _seed_variance(runs: Table) -> float:
    """Of one run's angles, beyond what the mean over the seeds (seeds, K) has of it already."""
    seeds = len(runs)
    if seeds < 2:
        return 0.0
    return float(angle(runs).var(axis=0, ddof=1).mean()) * (1 - 1 / seeds)


def fit_curve(updates: Sequence[Measured], steps: tuple[int, ...]) -> CurveWeights:
    """Least squares at each step but the last, of the categories of all updates alike."""
    accuracy = np.concatenate([u.accuracy for u in updates])
    average, end = logit(share_lost(accuracy)), logit(share_lost_at_end(accuracy))
    lost = 1 - accuracy[:, 1:-1] / np.maximum(accuracy[:, :1], MIN_KNOWN)
    table = np.stack([np.ones(len(average)), average, end], axis=1)
    found = np.linalg.lstsq(table, logit(np.clip(lost, *SHARES)), rcond=None)[0].round(4)
    found[1] = np.maximum(found[1], MIN_SLOPE)
    level, of_average, of_end = (tuple(row) for row in found.tolist())
    return CurveWeights(steps=steps, level=level, average=of_average, end=of_end)
