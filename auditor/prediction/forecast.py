"""The forecast: of the update that is given, or of each category in turn as a simulated one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from auditor.interfaces import Progress
from auditor.prediction.estimate import Coefficients, Losses, curve, interval, losses
from auditor.prediction.out_of_fold import probabilities
from auditor.prediction.rungs import RUNGS, Scene, Table
from auditor.records import (
    CategoryForecast,
    Curve,
    Dataset,
    Embeddings,
    Forecast,
    HeldOut,
    Ints,
    Matrix,
    OutOfFold,
    Recipe,
    Update,
)

MOST_SIMULATED = 60  # updates; with more categories, so many of them in canonical turn
FEWEST_SCORED = 30  # rows: the standard error of an accuracy is then at most .09
LOWEST_RELIABILITY = 0.4
KNOWN_UPDATE = 0.5  # share of an update's rows that are in the data already
TEN_POINTS = 0.10
DRIVERS = {
    "exemplar": "its nearest texts resemble the update's",
    "centroid": "it lies close to the update as a whole",
    "share": "many neighbours of the update's texts are its own",
    "mistaken": "a model of the old data takes the update's texts for it",
    "contested": "its own texts look like the update's",
}


@dataclass(frozen=True, slots=True)
class Old:
    """What the forecast knows of the old data: its rows, and its accuracy out of fold."""

    dataset: Dataset
    embeddings: Embeddings
    together: Ints  # (n,) sets of rows that folds must not divide
    out_of_fold: OutOfFold
    held_out: HeldOut

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """(K,) on held-out rows where a category has enough of them, else out of fold.

        Out of fold, each template is kept in one fold: what a category gets right by having seen
        the frame before does not count.
        """
        codes = self.dataset.codes
        right = self.out_of_fold.template_disjoint.mean(axis=0).argmax(axis=1) == codes
        own = np.bincount(codes, weights=right) / np.bincount(codes)
        return np.where(self._enough, self.held_out.accuracy, own)

    @property
    def scored(self) -> Ints:
        """(K,) the rows that `accuracy` was read on."""
        return np.where(self._enough, self.held_out.rows, np.bincount(self.dataset.codes))

    @property
    def _enough(self) -> NDArray[np.bool_]:
        return self.held_out.rows >= FEWEST_SCORED


def forecast_forgetting(
    old: Old,
    update: tuple[Dataset, Embeddings] | None,
    *,
    rung: str,
    coefficients: Coefficients,
    seed: int,
    progress: Progress = lambda *_: None,
) -> Forecast:
    """Expected drop of every old category, most endangered first.

    `update` None simulates: each category in turn (60 of them at most) is the new one, and a
    category's numbers are means over the updates that are not itself.
    """
    scene = scene_of(old, update, seed)
    weights = coefficients.rungs[rung]
    progress("forecast", 0, 1)
    features = RUNGS[rung](scene)
    progress("forecast", 1, 1)
    whole = losses({name: f.mean(axis=0) for name, f in features.items()}, weights)
    halves = [losses({name: f[h] for name, f in features.items()}, weights) for h in (0, 1)]
    counted = _counted(scene)
    before = old.accuracy
    reliability = _agreement(*(before * _mean(h.mean, counted) for h in halves))
    reasons = _abstentions(old, update, reliability)
    names = old.dataset.categories
    rows = old.scored
    forecasts = []
    loss = _mean(whole.mean, counted)
    drop, low, high = before * loss, *interval(before * loss, before, weights)
    for c, name in enumerate(names):
        reason, trust = reasons.get(name, ("", 1.0))
        if reason:
            least, mean, most = before[c] * np.array(coefficients.prior)
            drop[c] = trust * drop[c] + (1 - trust) * mean
            low[c], high[c] = min(low[c], least), max(high[c], most)
        worst = int(np.argmax(np.where(counted[:, c], whole.mean[:, c], -1.0)))
        forecasts.append(
            CategoryForecast(
                category=name,
                rank=0,
                expected_drop=round(float(drop[c]), 4),
                low=round(float(low[c]), 4),
                high=round(float(high[c]), 4),
                accuracy_before=round(float(before[c]), 4),
                accuracy_after=round(float(before[c] - drop[c]), 4),
                steps_to_lose_10_points=_steps_to_lose(
                    float(before[c]), float(drop[c]), coefficients, TEN_POINTS
                ),
                scored_examples=int(rows[c]),
                identifiable=not reason,
                reason=reason or _reason(whole, worst, c, scene, names),
            )
        )
    ranked = sorted(forecasts, key=lambda f: (-f.expected_drop, f.category))
    ranked = [replace(f, rank=i) for i, f in enumerate(ranked, 1)]
    given = tuple(sorted({e.category for e in update[0].examples})) if update else ()
    return Forecast(
        update=Update(
            kind="given" if update else "simulated",
            categories=given or tuple(names[int(u[0])] for u in scene.updates),
        ),
        recipe=Recipe(),
        probe=rung,
        reliability=None if reliability is None else round(reliability, 3),
        categories=tuple(ranked),
        steps=(0, *coefficients.curve.steps),
        curves=tuple(_curve(f, coefficients) for f in ranked),
        matrix=None if update else _matrix(names, scene, before, whole.mean, counted),
        provenance=coefficients.provenance,
    )


def scene_of(old: Old, update: tuple[Dataset, Embeddings] | None, seed: int) -> Scene:
    """What the probes are to look at: the given update, or simulated ones."""
    return _given(old, update, seed) if update else _simulated(old, seed)


def _simulated(old: Old, seed: int) -> Scene:
    codes = old.dataset.codes
    kinds = len(old.dataset.categories)
    chosen = np.linspace(0, kinds - 1, min(kinds, MOST_SIMULATED)).round().astype(np.int64)
    return Scene(
        vectors=old.embeddings.vectors,
        codes=codes,
        measured=np.ones(len(codes), dtype=bool),
        old=kinds,
        updates=tuple(np.array([c]) for c in chosen),
        rows=tuple(np.flatnonzero(codes == c) for c in chosen),
        joint=old.out_of_fold.probabilities,
        seed=seed,
    )


def _given(old: Old, update: tuple[Dataset, Embeddings], seed: int) -> Scene:
    """One update: its new categories where it has any, else all of its rows."""
    dataset, embeddings = update
    names = old.dataset.categories
    fresh = sorted({e.category for e in dataset.examples} - set(names))
    number = {c: i for i, c in enumerate((*names, *fresh))}
    arriving = np.array([number[e.category] for e in dataset.examples], dtype=np.int64)
    n, kinds = len(old.dataset.examples), len(names)
    vectors = np.concatenate([old.embeddings.vectors, embeddings.vectors])
    codes = np.concatenate([old.dataset.codes, arriving])
    new = arriving >= kinds if fresh else np.ones(len(arriving), dtype=bool)
    together = np.concatenate([old.together, old.together.max() + 1 + np.arange(len(arriving))])
    return Scene(
        vectors=vectors,
        codes=codes,
        measured=np.arange(len(codes)) < n,
        old=kinds,
        updates=(np.unique(arriving[new]),),
        rows=(n + np.flatnonzero(new),),
        joint=probabilities(vectors, codes, together, seed),
        seed=seed,
    )


def _counted(scene: Scene) -> NDArray[np.bool_]:
    """(updates, K) whether an update says anything about a category: it is not the update."""
    counted = np.ones((len(scene.updates), scene.old), dtype=bool)
    for i, classes in enumerate(scene.updates):
        counted[i, classes[classes < scene.old]] = False
    return counted


def _mean(table: Table, counted: NDArray[np.bool_]) -> Table:
    """(K,) mean over the updates that count; over all where none does."""
    weight = np.where(counted.any(axis=0), counted, True)
    return np.asarray((table * weight).sum(axis=0) / weight.sum(axis=0))


def _agreement(left: Table, right: Table) -> float | None:
    if len(left) < 3 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return float(spearmanr(left, right)[0])


def _abstentions(
    old: Old, update: tuple[Dataset, Embeddings] | None, reliability: float | None
) -> dict[str, tuple[str, float]]:
    """Category -> why its drop is not identifiable, and what the estimate still weighs, 0-1."""
    names = old.dataset.categories
    rows = dict(zip(names, old.scored.tolist(), strict=True))
    reasons = {
        c: (f"only {n} rows to score it on, {FEWEST_SCORED} are needed", n / FEWEST_SCORED)
        for c, n in rows.items()
        if n < FEWEST_SCORED
    }
    if reliability is not None and reliability < LOWEST_RELIABILITY:
        low = f"the probe's seeds disagree (reliability {reliability:.2f} < {LOWEST_RELIABILITY})"
        reasons |= dict.fromkeys(names, (low, max(reliability, 0.0)))
    if update:
        incoming = update[0].examples
        reasons |= {
            e.category: ("the update trains this category too", 0.0)
            for e in incoming
            if e.category in rows
        }
        there = {e.content for e in old.dataset.examples}
        share = sum(e.content in there for e in incoming) / len(incoming)
        if share >= KNOWN_UPDATE:
            known = f"{share:.0%} of the update is in the data already"
            reasons = dict.fromkeys(names, (known, 0.0))
    return reasons


def _reason(whole: Losses, worst: int, category: int, scene: Scene, names: Sequence[str]) -> str:
    """What endangers it most; of simulated updates, in the worst of them."""
    said = DRIVERS[whole.driver[worst][category]]
    if len(scene.updates) == 1 and not scene.measured.all():
        return said
    update = names[int(scene.updates[worst][0])]
    return f"worst if {update} is added: {said}"


def _steps_to_lose(
    before: float, drop: float, coefficients: Coefficients, points: float
) -> float | None:
    """The step at which `points` of accuracy are lost, straight between the checkpoints."""
    steps = np.array([0, *coefficients.curve.steps], dtype=float)
    lost = before * np.array(curve(drop / before if before else 0.0, coefficients.curve))
    beyond = np.flatnonzero(lost >= points)
    if not len(beyond):
        return None
    k = int(beyond[0])
    part = (points - lost[k - 1]) / (lost[k] - lost[k - 1])
    return round(float(steps[k - 1] + part * (steps[k] - steps[k - 1])), 1)


def _curve(forecast: CategoryForecast, coefficients: Coefficients) -> Curve:
    before = forecast.accuracy_before

    def along(drop: float) -> tuple[float, ...]:
        lost = curve(drop / before, coefficients.curve) if before else (0.0,) * 8
        return tuple(round(before * (1 - x), 4) for x in lost)

    return Curve(
        category=forecast.category,
        accuracy=along(forecast.expected_drop),
        low=along(forecast.high),
        high=along(forecast.low),
    )


def _matrix(
    names: Sequence[str], scene: Scene, before: Table, loss: Table, counted: NDArray[np.bool_]
) -> Matrix:
    drops = (loss * before).round(4)
    return Matrix(
        updates=tuple(names[int(u[0])] for u in scene.updates),
        categories=tuple(names),
        drops=tuple(
            tuple(float(drops[u, c]) if counted[u, c] else None for u in range(len(drops)))
            for c in range(len(names))
        ),
    )
