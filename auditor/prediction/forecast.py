"""The forecast: of the update that is given, or of simulated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr

from auditor.interfaces import Progress
from auditor.prediction.category_forecast import (
    Doubt,
    Outlook,
    curve_of,
    forecast_category,
    outlook_of,
)
from auditor.prediction.doubts import MIN_KNOWN_CLASSES, find_doubts
from auditor.prediction.estimate import (
    Coefficients,
    Expected,
    FidelityWeights,
    endangers,
    expect,
)
from auditor.prediction.features import compute_features
from auditor.prediction.features.scenario import Features, UpdateScenario
from auditor.prediction.scenarios import BaseTask, scenario_of
from auditor.prediction.set_forecast import forecast_set
from auditor.records.arrays import Ints, Mask, Table
from auditor.records.dataset import Dataset
from auditor.records.forecast import (
    OLD_EPOCHS,
    CategoryForecast,
    Forecast,
    Matrix,
    Recipe,
    SetForecast,
    Update,
)
from auditor.records.measurement import Measurement
from auditor.records.structure import Embeddings

DRIVERS = {
    "exemplar": "its closest texts look like the new data",
    "centroid": "on average it is similar to the new data",
    "share": "many of the texts closest to the new data are its own",
    "contested": "a model trained on both takes its texts for the new data",
    "sharpened": "its closest texts differ from the new data no more than from each other",
    "wording": "it shares words with the new data",
    "unsure": "it is already confused with other categories",
    "own_rolled": "a small model that is taught the new data loses it first",
}


def forecast_forgetting(
    task: BaseTask,
    update: tuple[Dataset, Embeddings] | None,
    *,
    fidelity: str,
    chosen: str,
    coefficients: Coefficients,
    seed: int,
    measurement: Measurement | None = None,
    old_epochs: float = OLD_EPOCHS,
    progress: Progress = lambda *_: None,
) -> Forecast:
    """Expected drop of every old category, most endangered first.

    `update` None simulates: categories are left out as what comes next, alone, in pairs and in
    batches. A category's numbers are means over the single ones that are not itself; the worst of
    all updates is named too. `chosen`: why this `fidelity`.
    """
    scenario = scenario_of(task, update, seed, measurement, old_epochs=old_epochs)
    features = _features(scenario, fidelity, progress)
    weights, counted = coefficients.fidelities[fidelity], _counted(scenario)
    averaged = counted & _of_smallest(scenario)
    mean = {name: f.mean(axis=0) for name, f in features.items()}
    expected = {o: expect(mean, w) for o, w in weights.outcomes.items()}
    reliability = _reliability(features, weights, averaged, measurement)
    typical = {o: e.averaged(averaged) for o, e in expected.items()}
    outlook = outlook_of(task, typical)
    drops = (outlook.before * expected["average"].mean).round(4)
    worst = np.where(counted, drops, -1.0).argmax(axis=0)
    drivers = _drivers(task, scenario, endangers(mean, weights.outcomes["average"]), worst)
    doubts = find_doubts(task, update, reliability, measurement)
    found = _each(task, outlook, doubts, coefficients, drivers)
    if several := not update and len(task.dataset.categories) > MIN_KNOWN_CLASSES:
        found = _with_worst(found, _updates(task, scenario), worst, drops)
    ranked, alone = _ranked(found), np.asarray(averaged.any(axis=1))
    return Forecast(
        update=_described(task, scenario, update),
        recipe=Recipe(old_epochs=old_epochs),
        probe=fidelity,
        chosen=chosen,
        reliability=None if reliability is None else round(reliability, 3),
        skill=round(weights.mean_skill, 3),
        categories=ranked,
        whole=_whole(task, typical, mean, alone, coefficients, ranked, measurement),
        steps=(0, *coefficients.curve.steps),
        curves=tuple(curve_of(f, coefficients) for f in ranked),
        matrix=_matrix(task, scenario, drops, counted) if several else None,
        measurement=measurement,
        provenance=coefficients.provenance,
    )


def _each(
    task: BaseTask,
    outlook: Outlook,
    doubts: Mapping[str, Doubt],
    coefficients: Coefficients,
    drivers: Sequence[str],
) -> list[CategoryForecast]:
    """The categories in the order of the dataset; `drivers` (K,)."""
    return [
        forecast_category(task, c, outlook, doubts.get(name), coefficients, drivers[c])
        for c, name in enumerate(task.dataset.categories)
    ]


def _whole(
    task: BaseTask,
    expected: Mapping[str, Expected],
    features: Features,
    alone: Mask,
    coefficients: Coefficients,
    categories: Sequence[CategoryForecast],
    measurement: Measurement | None,
) -> SetForecast | None:
    """Of the updates `alone`; None where of no category a drop can be estimated."""
    if not any(c.identifiable for c in categories):
        return None
    own = {name: v[alone] for name, v in features.items()}
    return forecast_set(task, expected, own, coefficients, measurement)


def _features(scenario: UpdateScenario, fidelity: str, progress: Progress) -> Features:
    progress("forecast", 0, 1)
    features = compute_features(scenario, fidelity)
    progress("forecast", 1, 1)
    return features


def _ranked(categories: Sequence[CategoryForecast]) -> tuple[CategoryForecast, ...]:
    """The categories with their ranks, most endangered first."""
    ordered = sorted(categories, key=lambda f: (-f.expected_drop, f.category))
    return tuple(replace(f, rank=i) for i, f in enumerate(ordered, 1))


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


def _counted(scenario: UpdateScenario) -> Mask:
    """(updates, K) whether an update says anything about a category: it is none of the update."""
    counted = np.ones((len(scenario.updates), scenario.old_count), dtype=bool)
    for i, classes in enumerate(scenario.updates):
        counted[i, classes[classes < scenario.old_count]] = False
    return counted


def _of_smallest(scenario: UpdateScenario) -> Mask:
    """(updates, 1) the updates of the fewest categories: of simulated ones, those of one."""
    sizes = np.array([len(u) for u in scenario.updates])
    return np.asarray((sizes == sizes.min())[:, None])


def _reliability(
    features: Features,
    weights: FidelityWeights,
    averaged: Mask,
    measurement: Measurement | None,
) -> float | None:
    """The rank correlation between the drops by either half; None where it says nothing."""
    if measurement is not None and measurement.runs < 2:  # both halves are that run
        return None
    drops = []
    for half in (0, 1):
        own = {name: f[half] for name, f in features.items()}
        before, lost = (
            expect(own, weights.outcomes[o]).averaged(averaged).mean[0]
            for o in ("before", "average")
        )
        drops.append(before * lost)
    left, right = drops
    if len(left) < 3 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(spearmanr(left, right)[0])


def _drivers(
    task: BaseTask, scenario: UpdateScenario, parts: Mapping[str, Table], worst: Ints
) -> list[str]:
    """What endangers each category most; of simulated updates, in the `worst` (K,) of them.

    parts: feature -> (updates, K) what it adds to the log odds.
    """
    names_of_parts = list(parts)
    strongest = np.argmax([parts[f] for f in names_of_parts], axis=0)
    reasons = [DRIVERS[names_of_parts[strongest[u, c]]] for c, u in enumerate(worst)]
    if not scenario.in_base.all():
        return reasons
    names = _updates(task, scenario)
    return [f"worst if {names[u]} is added: {what}" for u, what in zip(worst, reasons, strict=True)]


def _matrix(task: BaseTask, scenario: UpdateScenario, drops: Table, counted: Mask) -> Matrix:
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
