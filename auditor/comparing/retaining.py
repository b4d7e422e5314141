"""What both sets retain, at full size and at matched size, read on the same rows."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from auditor.comparing.figures import independent_contrast
from auditor.comparing.fitted import Draws, Scored
from auditor.comparing.matching import DRAWS, matched_samples
from auditor.comparing.paired import paired_contrast
from auditor.comparing.probing import HALVES, ForecastInputs, PoolProbes
from auditor.comparing.retention import retention
from auditor.comparing.structure import PooledStructure
from auditor.comparing.unseen import unseen
from auditor.comparing.unseen_rows import HELD
from auditor.prediction.folds import assign_folds
from auditor.prediction.out_of_fold import probabilities
from auditor.records.arrays import Ints
from auditor.records.comparison import Contrast, Figure, Retention, Unseen
from auditor.records.findings import SkippedCheck
from auditor.records.forecast import Forecast, Update
from auditor.resources import ForecastPlan

FORECASTS = 2 + DRAWS  # at most, among which a budget is divided


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastBasis:
    """How the forecasts were made; the names are those of `Comparison`."""

    update: Update | None = None
    chosen: str = ""
    skill: float | None = None
    provenance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """Accuracies and forecasts of both sets; the names are those of `Comparison`."""

    basis: ForecastBasis
    matched: Retention | None
    full: Retention | None
    unseen: Unseen | None
    unseen_reason: str
    own: Contrast | None
    skipped: tuple[SkippedCheck, ...]


def retain(structure: PooledStructure, inputs: ForecastInputs) -> Retained:
    """What both sets retain; nothing, and why, where there is nothing to hold them against."""
    pool, seed = structure.pool, inputs.plan.seed
    sides = np.flatnonzero(pool.in_base), np.flatnonzero(pool.in_candidate)
    if min(len(np.unique(pool.dataset.codes[rows])) for rows in sides) < 2:
        return _nothing("a set has only one category, so forgetting cannot be forecast")
    probes = PoolProbes.of(structure, inputs)
    # The candidate's forecast comes first: it settles the probe where there is a budget.
    candidate = probes.fit(sides[1], _first(inputs.plan))
    plan = _at_fidelity(inputs.plan, candidate.forecast.probe)
    full = [probes.fit(sides[0], plan)], [candidate]
    scored = _scored(structure, inputs, candidate.forecast.probe)
    at_full_size = retention(full, scored, seed)
    if at_full_size is None:
        theirs = ", ".join(sorted(set(pool.dataset.categories))[:6])
        return _nothing(f"the sets have no category in common, of {theirs}")
    matched = _matched(probes, sides, full, plan)
    found, reason = unseen(pool, probes.folds, probes.barred, full, matched, scored, seed)
    return Retained(
        basis=_basis(candidate.forecast),
        matched=retention(matched, scored, seed),
        full=at_full_size,
        unseen=found,
        unseen_reason=reason,
        own=_own(structure, sides, scored, seed),
        skipped=(),
    )


def _first(plan: ForecastPlan) -> ForecastPlan:
    """The plan of the first forecast: with its part of a budget."""
    if plan.budget is None:
        return plan
    return dataclasses.replace(plan, budget=plan.budget / FORECASTS)


def _at_fidelity(plan: ForecastPlan, fidelity: str) -> ForecastPlan:
    """The plan of all later forecasts: by the probe that the first one could afford."""
    if plan.budget is None:
        return plan
    return dataclasses.replace(plan, budget=None, probe=fidelity)


def _matched(
    probes: PoolProbes, sides: tuple[Ints, Ints], full: Draws, plan: ForecastPlan
) -> Draws:
    """Both sets at the size of the smaller, from `sides`, the positions of either set's rows."""
    base, candidate = sides
    if len(base) == len(candidate):
        return full
    small, large = (0, 1) if len(base) < len(candidate) else (1, 0)
    draws = 1 if full[1][0].forecast.probe == "full" else DRAWS
    samples = matched_samples(probes.codes, sides[small], sides[large], draws, plan.seed)
    # How much another set of this size would differ is asked of the first sample alone.
    sampled = [
        probes.fit(rows, plan, turns=0 if draw else HALVES) for draw, rows in enumerate(samples)
    ]
    whole = [full[small][0]] * draws
    return (whole, sampled) if small == 0 else (sampled, whole)


def _scored(structure: PooledStructure, inputs: ForecastInputs, fidelity: str) -> Scored:
    spread = inputs.plan.coefficients.fidelities[fidelity].spread
    together = spread.update**2 + spread.category**2
    trained = inputs.update[0].examples if inputs.update else ()
    return Scored(
        dataset=structure.pool.dataset,
        base=structure.pool.in_base,
        units=structure.inseparable.units,
        taught=frozenset(e.category for e in trained),
        shared=spread.update**2 / together if together else 0.0,
    )


def _own(
    structure: PooledStructure, sides: tuple[Ints, Ints], scored: Scored, seed: int
) -> Contrast:
    """Each set on its own rows, in random folds that keep copies and groups together."""
    vectors, codes = structure.embeddings.vectors, structure.pool.dataset.codes
    together = structure.inseparable.together
    folds, scored = assign_folds(together, codes), dataclasses.replace(scored, units=together)

    def accuracy(rows: Ints) -> Figure:
        said = probabilities(vectors, codes, folds, seed, taught=rows)
        right = (said.argmax(axis=2) == codes).mean(axis=0)
        inside = np.isin(np.arange(len(codes)), rows)
        return paired_contrast(
            np.stack([right, right], axis=1), scored, inside, seed, held=HELD
        ).base

    return independent_contrast(accuracy(sides[0]), accuracy(sides[1]))


def _basis(forecast: Forecast) -> ForecastBasis:
    return ForecastBasis(
        update=forecast.update,
        chosen=forecast.chosen,
        skill=forecast.skill,
        provenance=forecast.provenance,
    )


def _nothing(reason: str) -> Retained:
    return Retained(
        basis=ForecastBasis(),
        matched=None,
        full=None,
        unseen=None,
        unseen_reason=reason,
        own=None,
        skipped=(SkippedCheck(code="forecast", reason=reason),),
    )
