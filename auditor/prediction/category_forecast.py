"""The forecast of one category, from its drop and the ends of its intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.prediction.estimate import (
    Coefficients,
    Spread,
    curve,
    forgetting_interval,
)
from auditor.prediction.forgetting import HALF, TEN_POINTS, crossing
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Table
from auditor.records.forecast import (
    CategoryForecast,
    Curve,
)

INTERVALS = ((0.8, False), (0.9, False), (0.8, True))  # confidence, whether of one run


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a drop is not identifiable, and what its estimate still weighs against the prior."""

    reason: str
    trust: float  # 0-1
    learnt: bool = True  # before the update


def drops_and_ends(task: BaseTask, forgotten: Table, spread: Spread) -> Table:
    """(K, 1 + 2 x INTERVALS) the expected drop of each category, and the ends of its intervals."""
    before, sets = task.accuracy, task.sets
    ends = [
        forgetting_interval(forgotten, before, sets, spread, share, one_run=run)
        for share, run in INTERVALS
    ]
    return np.stack([before * forgotten, *(end for pair in ends for end in pair)], axis=1)


def forecast_category(
    task: BaseTask,
    category: int,
    numbers: Table,
    doubt: Doubt | None,
    coefficients: Coefficients,
    driver: str,
) -> CategoryForecast:
    """One category's forecast from its drop and the ends of its INTERVALS; in doubt, shrunk
    towards the prior.
    """
    before = float(task.accuracy[category])
    drop, ends = float(numbers[0]), numbers[1:].reshape(-1, 2)
    if doubt:
        lower, mean, upper = (before * p for p in coefficients.prior)
        drop = doubt.trust * drop + (1 - doubt.trust) * mean
        ends = np.stack([np.minimum(ends[:, 0], lower), np.maximum(ends[:, 1], upper)], axis=1)
    (low, high), (low90, high90), (run_low, run_high) = ends.round(4).tolist()
    steps = (0, *coefficients.curve.steps)
    at_end = [_at_end(before, x, coefficients) for x in (drop, low, high, low90, high90, run_low, run_high)]
    lost = before * np.array(curve(drop / before if before else 0.0, coefficients.curve))
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
        accuracy_at_end=at_end[0],
        end_low=at_end[2],
        end_high=at_end[1],
        end_low90=at_end[4],
        end_high90=at_end[3],
        end_run_low=at_end[6],
        end_run_high=at_end[5],
        accuracy_when_learnt=round(before - drop, 4),
        when_learnt_low=round(max(before - high, 0.0), 4),
        when_learnt_high=round(min(before - low, 1.0), 4),
    )


def _at_end(before: float, drop: float, coefficients: Coefficients) -> float:
    share = drop / before if before else 0.0
    return round(before * (1 - curve(share, coefficients.curve)[-1]), 4)


def curve_of(forecast: CategoryForecast, coefficients: Coefficients) -> Curve:
    before = forecast.accuracy_before

    def along(drop: float) -> tuple[float, ...]:
        lost = curve(drop / before if before else 0.0, coefficients.curve)
        return tuple(round(before * (1 - x), 4) for x in lost)

    return Curve(
        category=forecast.category,
        accuracy=along(forecast.expected_drop),
        low=along(forecast.high),
        high=along(forecast.low),
    )
