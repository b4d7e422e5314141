"""What a model of some rows of the pool knows, and what an update would make it forget.

It is evaluated on the base's rows, however few a category has, and is taught neither them nor what
resembles them (`leakage.py`): both sets have the same evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.analysis import Update, forecast
from auditor.comparing.fitted import FittedSet
from auditor.comparing.leakage import barred, halves
from auditor.comparing.structure import PooledStructure
from auditor.interfaces import Progress
from auditor.prediction.folds import assign_folds
from auditor.prediction.out_of_fold import SEEDS, probabilities
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.forecast import Forecast
from auditor.records.probes import HeldOut, OutOfFold
from auditor.resources import ForecastPlan

HALVES = 2  # times as many halves as probes have seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastInputs:
    """What the forecasts of both sets have in common."""

    update: Update | None
    plan: ForecastPlan
    progress: Progress
    unforecast: str = ""  # why nothing can be forecast of the update


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolProbes:
    """Folds of the pool, and what is not taught when each of them is evaluated."""

    structure: PooledStructure
    inputs: ForecastInputs
    codes: Ints  # (n,) category of each row
    folds: Ints  # (n,)
    barred: Mask  # (FOLDS, n)

    @classmethod
    def of(cls, structure: PooledStructure, inputs: ForecastInputs) -> PoolProbes:
        """The folds of a pool: what belongs together is in one."""
        inseparable, codes = structure.inseparable, structure.pool.dataset.codes
        folds = assign_folds(inseparable.units, codes)
        excluded = barred(
            structure.embeddings.vectors,
            folds,
            structure.pool.in_base,
            inseparable.families,
            inseparable.review,
            structure.source_rows.level,
        )
        return cls(structure=structure, inputs=inputs, codes=codes, folds=folds, barred=excluded)

    def fit(self, rows: Ints, plan: ForecastPlan, turns: int = HALVES) -> FittedSet:
        """What a model of the pool's `rows` knows, and what it is expected to forget.

        turns: how often each probe is taught another half of the rows besides.
        """
        probability = self._probabilities(rows, self.barred, plan.seed)
        right = probability.argmax(axis=2) == self.codes
        return FittedSet(
            rows=len(rows),
            right=right,
            halves=self._halves(rows, turns, plan.seed),
            forecast=self._forecast(rows, probability, right, plan),
        )

    def _probabilities(self, rows: Ints, excluded: Mask, seed: int) -> Floats:
        vectors = self.structure.embeddings.vectors
        return probabilities(vectors, self.codes, self.folds, seed, taught=rows, barred=excluded)

    def _halves(self, rows: Ints, turns: int, seed: int) -> Mask:
        """Right answers by halves of what is taught, the same for every set."""
        out = [np.empty((0, len(self.codes)), dtype=bool)]
        for turn in range(turns):
            taught = halves(self.structure.inseparable.units, self.codes, SEEDS, seed + turn)
            probability = self._probabilities(rows, self.barred | ~taught[:, None], seed + turn)
            out.append(probability.argmax(axis=2) == self.codes)
        return np.concatenate(out)

    def _forecast(
        self, rows: Ints, probability: Floats, right: Mask, plan: ForecastPlan
    ) -> Forecast:
        dataset, embeddings = self.structure.pool.dataset, self.structure.embeddings
        units, known = self.structure.inseparable.units[rows], np.unique(self.codes[rows])
        out_of_fold = probability[:, rows][:, :, known]
        task = BaseTask(
            dataset=dataset.take(rows),
            embeddings=embeddings.take(rows),
            fold_units=units,
            disjoint=units,
            out_of_fold=OutOfFold(probabilities=out_of_fold, template_disjoint=out_of_fold),
            held_out=self._on_base(right, known),
        )
        return forecast(task, self.inputs.update, plan, self.inputs.progress)

    def _on_base(self, right: Mask, known: Ints) -> HeldOut:
        """Accuracy on the base's rows, of the categories `known`."""
        base, codes = self.structure.pool.in_base, self.codes
        width = int(codes.max()) + 1
        rows = np.bincount(codes[base], minlength=width)
        hits = np.bincount(codes[base], weights=right[:, base].mean(axis=0), minlength=width)
        pairs = np.stack([codes[base], self.structure.inseparable.units[base]])
        sets = np.bincount(np.unique(pairs, axis=1)[0], minlength=width)
        share = hits / np.maximum(rows, 1)
        return HeldOut(rows=rows[known], accuracy=share[known], sets=sets[known], min_rows=1)
