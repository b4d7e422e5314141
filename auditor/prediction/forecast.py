"""The forecast: of the update that is given, or of simulated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from auditor.interfaces import Progress
from auditor.prediction.estimate import (
    Coefficients,
    ExpectedForgetting,
    Spread,
    curve,
    expected_forgetting,
    forgetting_interval,
)
from auditor.prediction.fidelities import FIDELITIES, UpdateScenario
from auditor.prediction.forgetting import HALF, TEN_POINTS, crossing
from auditor.prediction.scenarios import BaseTask, scenario_of
from auditor.records.arrays import Ints, Table
from auditor.records.dataset import Dataset
from auditor.records.forecast import (
    CategoryForecast,
    Curve,
    Forecast,
    Matrix,
    Measurement,
    Recipe,
    Update,
)
from auditor.records.probes import MIN_SCORED
from auditor.records.structure import Embeddings

MIN_RELIABILITY = 0.4
KNOWN_UPDATE = 0.5  # share of an update's rows that are in the data already
INTERVALS = ((0.8, False), (0.9, False), (0.8, True))  # confidence, whether of one run
# The coefficients rest on updates that bring a new category. Of two that do not, the intervals of
# `head` held 12 % and 65 % of the drops; it still ranked them, at .54 and .90 of the ceiling, so
# half of it stays.
NOTHING_NEW = "the update brings no new category; --probe full measures what such an update does"
HALF_TRUST = 0.5
# Then its share of what was lost is that of the other categories: no more than `head` says of it.
NOT_EVALUATED = "no row of it was left to be read when the update was tried"
DRIVERS = {
    "exemplar": "its nearest texts resemble the update's",
    "centroid": "it lies close to the update as a whole",
    "share": "many neighbours of the update's texts are its own",
    "mistaken": "a model of the old data takes the update's texts for it",
    "contested": "its own texts look like the update's",
    "sharpened": "its nearest texts differ from the update's no more than from one another",
    "wording": "it shares words with the update",
    "unsure": "it is hardly told from other categories as it is",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a drop is not identifiable, and what its estimate still weighs against the prior."""

    reason: str
    trust: float  # 0-1


def forecast_forgetting(
    task: BaseTask,
    update: tuple[Dataset, Embeddings] | None,
    *,
    fidelity: str,
    chosen: str,
    coefficients: Coefficients,
    seed: int,
    measurement: Measurement | None = None,
    progress: Progress = lambda *_: None,
) -> Forecast:
    """Expected drop of every old category, most endangered first.

    `update` None simulates: categories are left out as what comes next, alone, in pairs and in
    batches. A category's numbers are means over the single ones that are not itself; the worst of
    all updates is named too. `chosen`: why this `fidelity`.
    """
    scenario = scenario_of(task, update, seed, measurement)
    progress("forecast", 0, 1)
    features = FIDELITIES[fidelity](scenario)
    progress("forecast", 1, 1)
    weights, counted, before = coefficients.fidelities[fidelity], _counted(scenario), task.accuracy
    averaged = counted & _of_smallest(scenario)
    expected = expected_forgetting({name: f.mean(axis=0) for name, f in features.items()}, weights)
    halves = [
        expected_forgetting({name: f[h] for name, f in features.items()}, weights) for h in (0, 1)
    ]
    single = measurement is not None and measurement.runs < 2  # both halves are that run
    half_drops = (before * _mean(h.mean, averaged) for h in halves)
    reliability = None if single else _agreement(*half_drops)
    doubts = _doubts(task, update, reliability, measurement)
    numbers = _numbers(task, _mean(expected.mean, averaged), weights.spread)
    drops = (before * expected.mean).round(4)
    worst = np.where(counted, drops, -1.0).argmax(axis=0)
    drivers = _drivers(task, scenario, expected, worst)
    unranked = [
        _category(task, c, numbers[c], doubts.get(name), coefficients, drivers[c])
        for c, name in enumerate(task.dataset.categories)
    ]
    if not update:
        unranked = _with_worst(unranked, _updates(task, scenario), worst, drops)
    unranked.sort(key=lambda f: (-f.expected_drop, f.category))
    ranked = tuple(replace(f, rank=i) for i, f in enumerate(unranked, 1))
    return Forecast(
        update=_described(task, scenario, update),
        recipe=Recipe(),
        probe=fidelity,
        chosen=chosen,
        reliability=None if reliability is None else round(reliability, 3),
        skill=round(weights.mean_skill, 3),
        categories=ranked,
        steps=(0, *coefficients.curve.steps),
        curves=tuple(_curve(f, coefficients) for f in ranked),
        matrix=None if update else _matrix(task, scenario, drops, counted),
        measurement=measurement,
        provenance=coefficients.provenance,
    )


def _numbers(task: BaseTask, loss: Table, spread: Spread) -> Table:
    """(K, 1 + 2 x INTERVALS) the expected drop of each category, and the ends of its intervals."""
    before, sets = task.accuracy, task.sets
    ends = [
        forgetting_interval(loss, before, sets, spread, share, one_run=run)
        for share, run in INTERVALS
    ]
    return np.stack([before * loss, *(end for pair in ends for end in pair)], axis=1)


def _category(
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
        reason=doubt.reason if doubt else driver,
    )


def _with_worst(
    categories: Sequence[CategoryForecast], names: Sequence[str], worst: Ints, drops: Table
) -> list[CategoryForecast]:
    """The categories with the `worst` (K,) of the updates, and of their `drops` (updates, K)."""
    return [
        replace(f, worst_update=names[u], worst_drop=float(drops[u, c]))
        for c, (f, u) in enumerate(zip(categories, worst, strict=True))
    ]


def _described(
    task: BaseTask, scenario: UpdateScenario, update: tuple[Dataset, Embeddings] | None
) -> Update:
    if update:
        names = sorted({e.category for e in update[0].examples})
        return Update(kind="given", categories=tuple(names))
    alone = tuple(task.dataset.categories[int(u[0])] for u in scenario.updates if len(u) == 1)
    return Update(kind="simulated", categories=alone)


def _updates(task: BaseTask, scenario: UpdateScenario) -> tuple[str, ...]:
    """The names of simulated updates."""
    return tuple(" + ".join(task.dataset.categories[int(c)] for c in u) for u in scenario.updates)


def _counted(scenario: UpdateScenario) -> NDArray[np.bool_]:
    """(updates, K) whether an update says anything about a category: it is none of the update."""
    counted = np.ones((len(scenario.updates), scenario.old_count), dtype=bool)
    for i, classes in enumerate(scenario.updates):
        counted[i, classes[classes < scenario.old_count]] = False
    return counted


def _of_smallest(scenario: UpdateScenario) -> NDArray[np.bool_]:
    """(updates, 1) the updates of the fewest categories: of simulated ones, those of one."""
    sizes = np.array([len(u) for u in scenario.updates])
    return np.asarray((sizes == sizes.min())[:, None])


def _mean(table: Table, counted: NDArray[np.bool_]) -> Table:
    """(K,) mean over the updates that count; over all where none does."""
    weight = np.where(counted.any(axis=0), counted, True)
    return np.asarray((table * weight).sum(axis=0) / weight.sum(axis=0))


def _agreement(left: Table, right: Table) -> float | None:
    if len(left) < 3 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(spearmanr(left, right)[0])


def _doubts(
    task: BaseTask,
    update: tuple[Dataset, Embeddings] | None,
    reliability: float | None,
    measurement: Measurement | None,
) -> dict[str, Doubt]:
    """The categories whose drop is not identifiable."""
    names = task.dataset.categories
    doubts = {
        c: Doubt(f"only {n} rows to score it on, {MIN_SCORED} are needed", n / MIN_SCORED)
        for c, n in zip(names, task.scored.tolist(), strict=True)
        if n < MIN_SCORED
    }
    if measurement:
        evaluated = {c.category for c in measurement.categories}
        not_evaluated = Doubt(NOT_EVALUATED, HALF_TRUST if evaluated else 0.0)
        doubts |= {c: not_evaluated for c in names if c not in evaluated}
    if reliability is not None and reliability < MIN_RELIABILITY:
        low = f"the probe's seeds disagree (reliability {reliability:.2f} < {MIN_RELIABILITY})"
        doubts |= dict.fromkeys(names, Doubt(low, max(reliability, 0.0)))
    if update:
        incoming = update[0].examples
        incoming_categories = {e.category for e in incoming}
        trained = incoming_categories.intersection(names)
        if trained == incoming_categories and not measurement:
            doubts |= dict.fromkeys(names, Doubt(NOTHING_NEW, HALF_TRUST))
        doubts |= dict.fromkeys(trained, Doubt("the update trains this category too", 0.0))
        there = {e.content for e in task.dataset.examples}
        share = sum(e.content in there for e in incoming) / len(incoming)
        if share >= KNOWN_UPDATE:
            known = Doubt(f"{share:.0%} of the update is in the data already", 0.0)
            doubts = dict.fromkeys(names, known)
    return doubts


def _drivers(
    task: BaseTask, scenario: UpdateScenario, expected: ExpectedForgetting, worst: Ints
) -> list[str]:
    """What endangers each category most; of simulated updates, in the `worst` (K,) of them."""
    said = [DRIVERS[expected.driver[u][c]] for c, u in enumerate(worst)]
    if not scenario.in_base.all():
        return said
    names = _updates(task, scenario)
    return [f"worst if {names[u]} is added: {what}" for u, what in zip(worst, said, strict=True)]


def _curve(forecast: CategoryForecast, coefficients: Coefficients) -> Curve:
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


def _matrix(
    task: BaseTask, scenario: UpdateScenario, drops: Table, counted: NDArray[np.bool_]
) -> Matrix:
    return Matrix(
        updates=_updates(task, scenario),
        categories=task.dataset.categories,
        drops=tuple(
            tuple(
                float(d) if counts_here else None for d, counts_here in zip(of, counts, strict=True)
            )
            for of, counts in zip(drops.T, counted.T, strict=True)
        ),
    )
