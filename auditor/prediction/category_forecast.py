"""The forecast of one category, from what is expected of it and the ends of its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from auditor.prediction.estimate import (
    Coefficients,
    Expected,
    curve,
    product_interval,
)
from auditor.prediction.forgetting import HALF, TEN_POINTS, crossing
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Table
from auditor.records.forecast import CategoryForecast, Curve
from auditor.statistics import score_interval

INTERVALS = ((0.8, False), (0.9, False), (0.8, True))  # confidence, whether of one run
LOST = ("average", "end", "learnt")  # outcomes that are shares of the accuracy before


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a drop is not identifiable, and what its estimate still weighs against the prior."""

    reason: str
    trust: float  # 0-1
    learnt: bool = True  # before the update


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is expected of each category: accuracies and drops, (K,), and their intervals."""

    before: Table
    lost: Mapping[str, Table]  # outcome -> accuracy lost
    ends: Mapping[str, Table]  # outcome -> (K, INTERVALS, 2) ends of it


def outlook_of(task: BaseTask, expected: Mapping[str, Expected]) -> Outlook:
    """From the outcomes, each expected as (1, K); on held-out rows the accuracy before is known but
    for their number."""
    known, sets = task.on_held_out, np.maximum(task.sets, 1.0)
    before = np.where(known, task.accuracy, expected["before"].mean[0])
    lost, ends = {}, {}
    for outcome in LOST:
        share, found = expected[outcome].mean[0], []
        for confidence, one_run in INTERVALS:
            low, high = expected["before"].interval(sets, confidence)
            measured = score_interval(task.accuracy, sets, confidence)
            of_before = (
                np.where(known, measured[0], low[0]),
                np.where(known, measured[1], high[0]),
            )
            below, above = expected[outcome].interval(sets, confidence, one_run=one_run)
            found.append(product_interval(before, of_before, share, (below[0], above[0])))
        lost[outcome], ends[outcome] = before * share, np.array(found).transpose(2, 0, 1)
    return Outlook(before=before, lost=lost, ends=ends)


def forecast_category(
    task: BaseTask,
    category: int,
    outlook: Outlook,
    doubt: Doubt | None,
    coefficients: Coefficients,
    driver: str,
) -> CategoryForecast:
    """One category's forecast; in doubt, shrunk towards the prior."""
    before = float(outlook.before[category])
    drop, ends = _shrunk(outlook, "average", category, doubt, coefficients)
    at_end, end_ends = _shrunk(outlook, "end", category, doubt, coefficients)
    at_learnt, learnt_ends = _shrunk(outlook, "learnt", category, doubt, coefficients)
    (low, high), (low90, high90), (run_low, run_high) = ends.round(4).tolist()
    kept = np.clip(before - end_ends[:, ::-1], 0.0, 1.0).round(4).tolist()
    learnt_low, learnt_high = np.clip(before - learnt_ends[0, ::-1], 0.0, 1.0).round(4).tolist()
    steps = (0, *coefficients.curve.steps)
    lost = np.array(curve(drop, at_end, before, coefficients.curve))
    return CategoryForecast(
        category=task.dataset.categories[category],
        rank=0,
        expected_drop=round(drop, 4),
        low=low,
        high=high,
        low90=low90,
        high90=high90,
        run_low=run_low,
        run_high=run_high,
        accuracy_before=round(before, 4),
        accuracy_after=round(before - drop, 4),
        accuracy_in_template=round(float(task.accuracy_in_template[category]), 4),
        steps_to_lose_10_points=crossing(steps, lost, TEN_POINTS),
        half_life=crossing(steps, lost, HALF * before),
        scored_examples=int(task.scored[category]),
        held_out=bool(task.on_held_out[category]),
        left_out=int(task.left_out[category]),
        identifiable=doubt is None,
        learnt=doubt is None or doubt.learnt,
        reason=doubt.reason if doubt else driver,
        accuracy_at_end=round(before - at_end, 4),
        end_low=kept[0][0],
        end_high=kept[0][1],
        end_low90=kept[1][0],
        end_high90=kept[1][1],
        end_run_low=kept[2][0],
        end_run_high=kept[2][1],
        accuracy_when_learnt=round(before - at_learnt, 4),
        when_learnt_low=learnt_low,
        when_learnt_high=learnt_high,
    )


def _shrunk(
    outlook: Outlook, outcome: str, category: int, doubt: Doubt | None, coefficients: Coefficients
) -> tuple[float, Table]:
    """Accuracy lost, and (INTERVALS, 2) its ends."""
    lost, ends = float(outlook.lost[outcome][category]), outlook.ends[outcome][category]
    if not doubt:
        return lost, ends
    lower, mean, upper = (outlook.before[category] * p for p in coefficients.prior[outcome])
    lost = doubt.trust * lost + (1 - doubt.trust) * float(mean)
    return lost, np.stack([np.minimum(ends[:, 0], lower), np.maximum(ends[:, 1], upper)], axis=1)


def curve_of(forecast: CategoryForecast, coefficients: Coefficients) -> Curve:
    before = forecast.accuracy_before

    def along(drop: float, end: float) -> tuple[float, ...]:
        lost = curve(drop, before - end, before, coefficients.curve)
        return tuple(round(before - x, 4) for x in lost)

    accuracy = along(forecast.expected_drop, forecast.accuracy_at_end)
    low, high = along(forecast.high, forecast.end_low), along(forecast.low, forecast.end_high)
    return Curve(
        category=forecast.category,
        accuracy=accuracy,
        low=tuple(map(min, low, accuracy)),
        high=tuple(map(max, high, accuracy)),
    )
