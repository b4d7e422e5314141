"""What both sets retain, at full size and at matched size, evaluated on the same rows."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from auditor.comparing.estimates import independent_contrast
from auditor.comparing.fitted import Draws, EvaluationRows
from auditor.comparing.leakage import unseen
from auditor.comparing.matching import DRAWS, matched_samples
from auditor.comparing.paired import paired_contrast
from auditor.comparing.probing import HALVES, ForecastInputs, PoolProbes
from auditor.comparing.retention import retention
from auditor.comparing.structure import PooledStructure
from auditor.comparing.unseen_accuracy import CONFIDENCE
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
    random_split: Contrast | None
    skipped: tuple[SkippedCheck, ...]


def retain(structure: PooledStructure, inputs: ForecastInputs) -> Retained:
    """What both sets retain; nothing, and why, where there is nothing to evaluate them on."""
    pool, seed = structure.pool, inputs.plan.seed
    if not structure.readable:
        return _nothing(structure.embeddings.unread())
    if inputs.unforecast:
        return _nothing(inputs.unforecast)
    set_rows = np.flatnonzero(pool.in_base), np.flatnonzero(pool.in_candidate)
    if min(len(np.unique(pool.dataset.codes[rows])) for rows in set_rows) < 2:
        return _nothing("a set has only one category, so forgetting cannot be forecast")
    probes = PoolProbes.of(structure, inputs)
    # The candidate's forecast comes first: it settles the probe where there is a budget.
    candidate = probes.fit(set_rows[1], _first(inputs.plan))
    plan = _at_fidelity(inputs.plan, candidate.forecast.probe)
    full = [probes.fit(set_rows[0], plan)], [candidate]
    evaluation = _evaluation(structure, inputs, candidate.forecast.probe)
    at_full_size = retention(full, evaluation, seed)
    if at_full_size is None:
        theirs = ", ".join(sorted(set(pool.dataset.categories))[:6])
        return _nothing(f"the sets have no category in common, of {theirs}")
    matched = _matched(probes, set_rows, full, plan)
    found, reason = unseen(pool, probes.folds, probes.barred, full, matched, evaluation, seed)
    return Retained(
        basis=_basis(candidate.forecast),
        matched=retention(matched, evaluation, seed),
        full=at_full_size,
        unseen=found,
        unseen_reason=reason,
        random_split=_random_split(structure, set_rows, evaluation, seed),
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
    probes: PoolProbes, set_rows: tuple[Ints, Ints], full: Draws, plan: ForecastPlan
) -> Draws:
    """Both sets at the size of the smaller, from `set_rows`, the positions of either set's rows."""
    base, candidate = set_rows
    if len(base) == len(candidate):
        return full
    small, large = (0, 1) if len(base) < len(candidate) else (1, 0)
    draws = 1 if full[1][0].forecast.probe == "full" else DRAWS
    samples = matched_samples(probes.codes, set_rows[small], set_rows[large], draws, plan.seed)
    # How much another set of this size would differ is measured with the first sample alone.
    sampled = [
        probes.fit(rows, plan, turns=0 if draw else HALVES) for draw, rows in enumerate(samples)
    ]
    whole = [full[small][0]] * draws
    return (whole, sampled) if small == 0 else (sampled, whole)


def _evaluation(
    structure: PooledStructure, inputs: ForecastInputs, fidelity: str
) -> EvaluationRows:
    spread = inputs.plan.coefficients.fidelities[fidelity].outcomes["average"].spread
    variance = spread.update**2 + spread.category**2
    trained = inputs.update[0].examples if inputs.update else ()
    return EvaluationRows(
        dataset=structure.pool.dataset,
        base=structure.pool.in_base,
        units=structure.inseparable.units,
        taught=frozenset(e.category for e in trained),
        shared=spread.update**2 / variance if variance else 0.0,
    )


def _random_split(
    structure: PooledStructure, set_rows: tuple[Ints, Ints], evaluation: EvaluationRows, seed: int
) -> Contrast:
    """Each set on its own rows, in random folds that keep copies and groups together."""
    vectors, codes = structure.embeddings.vectors, structure.pool.dataset.codes
    units = structure.inseparable.together
    folds, evaluation = assign_folds(units, codes), dataclasses.replace(evaluation, units=units)

    def accuracy(rows: Ints) -> Figure:
        probability = probabilities(vectors, codes, folds, seed, taught=rows)
        right = (probability.argmax(axis=2) == codes).mean(axis=0)
        inside = np.isin(np.arange(len(codes)), rows)
        return paired_contrast(
            np.stack([right, right], axis=1), evaluation, inside, seed, confidence=CONFIDENCE
        ).base

    return independent_contrast(accuracy(set_rows[0]), accuracy(set_rows[1]))


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
        random_split=None,
        skipped=(SkippedCheck(code="forecast", reason=reason),),
    )
