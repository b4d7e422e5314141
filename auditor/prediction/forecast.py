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
    Forgetting,
    Spread,
    curve,
    forgetting,
    interval,
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
from auditor.records.probes import FEWEST_SCORED
from auditor.records.structure import Embeddings

LOWEST_RELIABILITY = 0.4
KNOWN_UPDATE = 0.5  # share of an update's rows that are in the data already
INTERVALS = ((0.8, False), (0.9, False), (0.8, True))  # share held, of one run
# The coefficients rest on updates that bring a new category. Of two that do not, `head` held 12 %
# and 65 % of the drops; it still ranked them, at .54 and .90 of the ceiling, so half of it stays.
NOTHING_NEW = "the update brings no new category; --probe full measures what such an update does"
HALF_TRUST = 0.5
# Then its share of what was lost is that of the other categories: no more than `head` says of it.
UNREAD = "no row of it was left to test on in the trial fine-tune"
DRIVERS = {
    "exemplar": "its closest texts look like the new data",
    "centroid": "on average it is similar to the new data",
    "share": "many of the texts closest to the new data are its own",
    "mistaken": "today's model already reads the new texts as this category",
    "contested": "a model trained on both takes its texts for the new data",
    "sharpened": "its closest texts differ from the new data no more than from each other",
    "wording": "it shares words with the new data",
    "unsure": "it is already confused with other categories",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a drop is not identifiable, and what its estimate still weighs against the prior."""

    reason: str
    trust: float  # 0-1


def forecast_forgetting(
    old: BaseTask,
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
    all updates is named beside them. `chosen`: why this `rung`.
    """
    scenario = scenario_of(old, update, seed, measurement)
    progress("forecast", 0, 1)
    features = FIDELITIES[fidelity](scenario)
    progress("forecast", 1, 1)
    weights, counted, before = coefficients.fidelities[fidelity], _counted(scenario), old.accuracy
    averaged = counted & _of_fewest(scenario)
    whole = forgetting({name: f.mean(axis=0) for name, f in features.items()}, weights)
    halves = [forgetting({name: f[h] for name, f in features.items()}, weights) for h in (0, 1)]
    single = measurement is not None and measurement.runs < 2  # both halves are that run
    told = (before * _mean(h.mean, averaged) for h in halves)
    reliability = None if single else _agreement(*told)
    doubts = _doubts(old, update, reliability, measurement)
    numbers = _numbers(old, _mean(whole.mean, averaged), weights.spread)
    drops = (before * whole.mean).round(4)
    worst = np.where(counted, drops, -1.0).argmax(axis=0)
    drivers = _drivers(old, scenario, whole, worst)
    unranked = [
        _category(old, c, numbers[c], doubts.get(name), coefficients, drivers[c])
        for c, name in enumerate(old.dataset.categories)
    ]
    if not update:
        unranked = _with_worst(unranked, _updates(old, scenario), worst, drops)
    unranked.sort(key=lambda f: (-f.expected_drop, f.category))
    ranked = tuple(replace(f, rank=i) for i, f in enumerate(unranked, 1))
    return Forecast(
        update=_described(old, scenario, update),
        recipe=Recipe(),
        probe=fidelity,
        chosen=chosen,
        reliability=None if reliability is None else round(reliability, 3),
        skill=round(weights.worth, 3),
        categories=ranked,
        steps=(0, *coefficients.curve.steps),
        curves=tuple(_curve(f, coefficients) for f in ranked),
        matrix=None if update else _matrix(old, scenario, drops, counted),
        measurement=measurement,
        provenance=coefficients.provenance,
    )


def _numbers(old: BaseTask, loss: Table, spread: Spread) -> Table:
    """(K, 1 + 2 x INTERVALS) the expected drop of each category, and the ends of its intervals."""
    before, sets = old.accuracy, old.sets
    ends = [interval(loss, before, sets, spread, share, one_run=run) for share, run in INTERVALS]
    return np.stack([before * loss, *(end for pair in ends for end in pair)], axis=1)


def _category(
    old: BaseTask,
    category: int,
    numbers: Table,
    doubt: Doubt | None,
    coefficients: Coefficients,
    driver: str,
) -> CategoryForecast:
    """One category's forecast from its drop and the ends of its INTERVALS; in doubt, drawn towards
    the prior.
    """
    before = float(old.accuracy[category])
    drop, ends = float(numbers[0]), numbers[1:].reshape(-1, 2)
    if doubt:
        least, mean, most = (before * p for p in coefficients.prior)
        drop = doubt.trust * drop + (1 - doubt.trust) * mean
        ends = np.stack([np.minimum(ends[:, 0], least), np.maximum(ends[:, 1], most)], axis=1)
    (low, high), (low90, high90), (run_low, run_high) = ends.round(4).tolist()
    steps = (0, *coefficients.curve.steps)
    lost = before * np.array(curve(drop / before if before else 0.0, coefficients.curve))
    return CategoryForecast(
        category=old.dataset.categories[category],
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
        accuracy_in_template=round(float(old.accuracy_in_template[category]), 4),
        steps_to_lose_10_points=crossing(steps, lost, TEN_POINTS),
        half_life=crossing(steps, lost, HALF * before),
        scored_examples=int(old.scored[category]),
        held_out=bool(old.on_held_out[category]),
        left_out=int(old.left_out[category]),
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
    old: BaseTask, scenario: UpdateScenario, update: tuple[Dataset, Embeddings] | None
) -> Update:
    if update:
        names = sorted({e.category for e in update[0].examples})
        return Update(kind="given", categories=tuple(names))
    alone = tuple(old.dataset.categories[int(u[0])] for u in scenario.updates if len(u) == 1)
    return Update(kind="simulated", categories=alone)


def _updates(old: BaseTask, scenario: UpdateScenario) -> tuple[str, ...]:
    """The names of simulated updates."""
    return tuple(" + ".join(old.dataset.categories[int(c)] for c in u) for u in scenario.updates)


def _counted(scenario: UpdateScenario) -> NDArray[np.bool_]:
    """(updates, K) whether an update says anything about a category: it is none of the update."""
    counted = np.ones((len(scenario.updates), scenario.old), dtype=bool)
    for i, classes in enumerate(scenario.updates):
        counted[i, classes[classes < scenario.old]] = False
    return counted


def _of_fewest(scenario: UpdateScenario) -> NDArray[np.bool_]:
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
    old: BaseTask,
    update: tuple[Dataset, Embeddings] | None,
    reliability: float | None,
    measurement: Measurement | None,
) -> dict[str, Doubt]:
    """The categories whose drop is not identifiable."""
    names = old.dataset.categories
    doubts = {
        c: Doubt(f"only {n} rows to test it on, {FEWEST_SCORED} are needed", n / FEWEST_SCORED)
        for c, n in zip(names, old.scored.tolist(), strict=True)
        if n < FEWEST_SCORED
    }
    if measurement:
        read = {c.category for c in measurement.categories}
        unread = Doubt(UNREAD, HALF_TRUST if read else 0.0)
        doubts |= {c: unread for c in names if c not in read}
    if reliability is not None and reliability < LOWEST_RELIABILITY:
        agreement = f"correlation {reliability:.2f} < {LOWEST_RELIABILITY}"
        low = f"two halves of the forecast disagree ({agreement})"
        doubts |= dict.fromkeys(names, Doubt(low, max(reliability, 0.0)))
    if update:
        incoming = update[0].examples
        taught = {e.category for e in incoming}
        trained = taught.intersection(names)
        if trained == taught and not measurement:
            doubts |= dict.fromkeys(names, Doubt(NOTHING_NEW, HALF_TRUST))
        doubts |= dict.fromkeys(trained, Doubt("the update trains this category too", 0.0))
        there = {e.content for e in old.dataset.examples}
        share = sum(e.content in there for e in incoming) / len(incoming)
        if share >= KNOWN_UPDATE:
            known = Doubt(f"{share:.0%} of the update is in the data already", 0.0)
            doubts = dict.fromkeys(names, known)
    return doubts


def _drivers(old: BaseTask, scenario: UpdateScenario, whole: Forgetting, worst: Ints) -> list[str]:
    """What endangers each category most; of simulated updates, in the `worst` (K,) of them."""
    said = [DRIVERS[whole.driver[u][c]] for c, u in enumerate(worst)]
    if not scenario.measured.all():
        return said
    names = _updates(old, scenario)
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
    old: BaseTask, scenario: UpdateScenario, drops: Table, counted: NDArray[np.bool_]
) -> Matrix:
    return Matrix(
        updates=_updates(old, scenario),
        categories=old.dataset.categories,
        drops=tuple(
            tuple(float(d) if told else None for d, told in zip(of, counts, strict=True))
            for of, counts in zip(drops.T, counted.T, strict=True)
        ),
    )
