"""The forecast of both sets, at full size and at matched size, read on the same rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from auditor.comparing.retention import Scored, Told, apart, paired, retention, sample
from auditor.comparing.structure import Structure
from auditor.comparing.unseen import Draws, barred, halves, unseen
from auditor.comparing.unseen_rows import HELD
from auditor.interfaces import Progress, Target
from auditor.pipeline import run_forecast
from auditor.prediction.estimate import Coefficients
from auditor.prediction.folds import assign_folds
from auditor.prediction.out_of_fold import SEEDS, probabilities
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.comparison import Contrast
from auditor.records.dataset import Dataset
from auditor.records.findings import SkippedCheck
from auditor.records.forecast import Forecast
from auditor.records.probes import HeldOut, OutOfFold
from auditor.records.structure import Embeddings
from auditor.settings import Settings

HALVES = 2  # times as many halves as probes have seeds
DRAWS = 3  # samples of the larger set at the size of the smaller
FORECASTS = 2 + DRAWS  # at most, among which a budget is divided


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of both sets alike."""

    update: tuple[Dataset, Embeddings] | None
    target: Target | None
    coefficients: Coefficients
    settings: Settings
    progress: Progress


def retain(structure: Structure, question: Question) -> dict[str, Any]:
    """The fields of a Comparison about the forecast."""
    pool = structure.pool
    sides = [np.flatnonzero(pool.in_base), np.flatnonzero(pool.in_candidate)]
    if min(len(np.unique(pool.dataset.codes[rows])) for rows in sides) < 2:
        reason = "a set has one category, so nothing can be forgotten in favour of another"
        return _nothing(reason)
    return _Retaining(structure, question).fields(sides)


def _nothing(reason: str) -> dict[str, Any]:
    return {
        "update": None,
        "chosen": "",
        "skill": None,
        "provenance": "",
        "matched": None,
        "full": None,
        "unseen": None,
        "unseen_reason": reason,
        "own": None,
        "skipped": (SkippedCheck(code="forecast", reason=reason),),
    }


class _Retaining:
    def __init__(self, structure: Structure, question: Question) -> None:
        self.structure, self.question = structure, question
        self.dataset, self.pool = structure.pool.dataset, structure.pool
        self.codes = self.dataset.codes
        self.folds = assign_folds(structure.units, self.codes)
        self.barred = barred(
            structure.embeddings.vectors,
            self.folds,
            self.pool.in_base,
            structure.families,
            structure.review,
            structure.parents.level,
        )
        self.seed = question.settings.seed

    def fields(self, sides: Sequence[Ints]) -> dict[str, Any]:
        """Both sizes; `sides` are the positions of either set."""
        # The candidate's forecast comes first: it settles the rung where there is a budget.
        candidate = self.told(sides[1], self.question.settings.budget)
        first = candidate.forecast
        self.fidelity = first.probe
        base = self.told(sides[0])
        matched = self._matched(sides, base, candidate)
        scored = self._scored()
        full = retention([base], [candidate], scored, self.seed)
        if full is None:
            theirs = ", ".join(sorted(set(self.dataset.categories))[:6])
            return _nothing(f"the sets have no category in common, of {theirs}")
        found, reason = unseen(
            self.pool, self.folds, self.barred, ([base], [candidate]), matched, scored, self.seed
        )
        return {
            "update": first.update,
            "chosen": first.chosen,
            "skill": first.skill,
            "provenance": first.provenance,
            "matched": retention(*matched, scored, self.seed),
            "full": full,
            "unseen": found,
            "unseen_reason": reason,
            "own": self._own(sides),
            "skipped": (),
        }

    def told(self, rows: Ints, budget: float | None = None, turns: int = HALVES) -> Told:
        """What a model of the pool's `rows` knows, and what it is expected to forget."""
        said = self._said(rows, self.barred, self.seed)
        right = said.argmax(axis=2) == self.codes
        settings = self.question.settings
        if budget is not None:
            settings = dataclasses.replace(settings, budget=budget / FORECASTS)
        elif settings.budget is not None:
            settings = dataclasses.replace(settings, budget=None, probe=self.fidelity)
        return Told(
            rows=len(rows),
            right=right,
            halves=self._halves(rows, turns),
            forecast=self._forecast(rows, said, right, settings),
        )

    def _said(self, rows: Ints, bars: Mask, seed: int) -> Floats:
        vectors = self.structure.embeddings.vectors
        return probabilities(vectors, self.codes, self.folds, seed, taught=rows, barred=bars)

    def _halves(self, rows: Ints, turns: int) -> Mask:
        """Right answers by halves of what is taught, the same for every set."""
        out = [np.empty((0, len(self.codes)), dtype=bool)]
        for turn in range(turns):
            seed = self.seed + turn
            taught = halves(self.structure.units, self.codes, SEEDS, seed)
            said = self._said(rows, self.barred | ~taught[:, None], seed)
            out.append(said.argmax(axis=2) == self.codes)
        return np.concatenate(out)

    def _forecast(self, rows: Ints, said: Floats, right: Mask, settings: Settings) -> Forecast:
        units = self.structure.units
        known = np.unique(self.codes[rows])
        out_of_fold = said[:, rows][:, :, known]
        old = BaseTask(
            dataset=self.dataset.take(rows),
            embeddings=self.structure.embeddings.take(rows),
            together=units[rows],
            disjoint=units[rows],
            out_of_fold=OutOfFold(probabilities=out_of_fold, template_disjoint=out_of_fold),
            held_out=self._on_base(right, known),
        )
        q = self.question
        return run_forecast(old, q.update, q.target, q.coefficients, settings, q.progress)

    def _on_base(self, right: Mask, known: Ints) -> HeldOut:
        """Accuracy on the base's rows, however few a category has: both sets meet the same."""
        base, codes = self.pool.in_base, self.codes
        width = len(self.dataset.categories)
        rows = np.bincount(codes[base], minlength=width)
        hits = np.bincount(codes[base], weights=right[:, base].mean(axis=0), minlength=width)
        first = np.unique(np.stack([codes[base], self.structure.units[base]]), axis=1)[0]
        sets = np.bincount(first, minlength=width)
        share = hits / np.maximum(rows, 1)
        return HeldOut(rows=rows[known], accuracy=share[known], sets=sets[known], enough=1)

    def _scored(self) -> Scored:
        update, coefficients = self.question.update, self.question.coefficients
        spread = coefficients.fidelities[self.fidelity].spread
        together = spread.update**2 + spread.category**2
        return Scored(
            dataset=self.dataset,
            base=self.pool.in_base,
            units=self.structure.units,
            taught=frozenset(e.category for e in update[0].examples) if update else frozenset(),
            shared=spread.update**2 / together if together else 0.0,
        )

    def _own(self, sides: Sequence[Ints]) -> Contrast:
        """Each set on its own rows, in random folds that keep copies and groups together."""
        folds = assign_folds(self.structure.together, self.codes)
        vectors, figures = self.structure.embeddings.vectors, []
        scored = dataclasses.replace(self._scored(), units=self.structure.together)
        for rows in sides:
            said = probabilities(vectors, self.codes, folds, self.seed, taught=rows)
            right = (said.argmax(axis=2) == self.codes).mean(axis=0)
            inside = np.isin(np.arange(len(self.codes)), rows)
            both = np.stack([right, right], axis=1)
            figures.append(paired(both, scored, inside, self.seed, held=HELD).base)
        return apart(*figures)

    def _matched(self, sides: Sequence[Ints], base: Told, candidate: Told) -> Draws:
        """The larger set sampled to the size of the smaller, category by category."""
        small, large = (0, 1) if len(sides[0]) <= len(sides[1]) else (1, 0)
        whole = (base, candidate)
        if len(sides[0]) == len(sides[1]):
            return [base], [candidate]
        random = np.random.default_rng(self.seed)
        size_of = np.bincount(self.codes[sides[small]], minlength=len(self.dataset.categories))
        draws = 1 if self.fidelity == "full" else DRAWS
        samples = []
        for draw in range(draws):
            at = sample(self.codes[sides[large]], size_of, len(sides[small]), random)
            # How much another set of this size would differ is asked of the first sample alone.
            samples.append(self.told(sides[large][at], turns=0 if draw else HALVES))
        told = [whole[small]] * draws, samples
        return told if small == 0 else told[::-1]
