"""How much of the data a trial fine-tunes, how often and for how many steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.prediction.fine_tuning.evaluation import OldRows, UpdateRows, first_of_each
from auditor.prediction.fine_tuning.taught import passes_of
from auditor.prediction.folds import hold_out, keep_near_together, seen_by
from auditor.prediction.scenarios import BaseTask
from auditor.records.dataset import Dataset
from auditor.records.forecast import Recipe
from auditor.records.structure import CopyFamilies


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much of the old data is fine-tuned on, and how often. `rates` hold 1."""

    rows: int = 40  # of a category: as the measured updates that the coefficients rest on have
    runs: int = 4  # seeds, each with other rows held out
    rates: tuple[float, ...] = (0.3, 1.0, 3.0)  # times the recipe's learning rates
    # Of the runs, the first ones, at the other rates too: how fast, not how much, rests on them.
    paced: int = 2
    # The sample is taught in as many steps as all rows would be, since these decide what an update
    # takes, and rows hardly do; but in so many times its own at most, which costs as much.
    longest: float = 4.0


def rows_of(
    task: BaseTask, update: Dataset, across: CopyFamilies, effort: Effort, recipe: Recipe
) -> tuple[OldRows, UpdateRows]:
    """What is fine-tuned: a sample of the old rows, and what a recipe can see of the update's.

    What is held out of either is not trained on with the other: an old row of which the update has
    a copy is trained on and not evaluated, and so is a row of the update of which the old data has
    one.
    """
    codes = task.dataset.codes
    rows = first_of_each(codes, np.ones(len(codes), dtype=bool), effort.rows)
    names = task.dataset.categories
    new_categories = sorted({e.category for e in update.examples} - set(names))
    number = {c: i for i, c in enumerate((*names, *new_categories))}
    arriving = update.examples[: 2 * recipe.batch * recipe.steps]
    new_codes = np.array([number[e.category] for e in arriving], dtype=np.int64)
    sample = [task.dataset.examples[i] for i in rows]
    theirs = len(codes) + np.arange(len(arriving))
    repeated = seen_by(arriving, sample, across.among(np.concatenate([theirs, rows])))
    known = seen_by(sample, arriving, across.among(np.concatenate([rows, theirs])))
    fold_units = keep_near_together(update.take(range(len(arriving))), across.among(theirs))
    old = OldRows(
        texts=[e.text for e in sample],
        codes=codes[rows],
        held_out=hold_out(task.disjoint[rows], codes[rows], effort.runs, repeated),
        left_out=int(repeated.sum()),
    )
    incoming = UpdateRows(
        texts=[e.text for e in arriving],
        codes=new_codes,
        held_out=hold_out(fold_units, new_codes, 1, known)[0],
        left_out=int(known.sum()),
    )
    return old, incoming


def teaching_steps(of_all: int, old: OldRows, effort: Effort) -> int:
    """On the sample `old`: those on all rows, as far as the effort goes.

    What decides how much an update takes is the number of steps in which the old data was taught,
    whatever rows they went over: of 18 categories of HWU64, three seeds each, 20 rows a category
    lose .24 of their accuracy when taught in 36 steps and .18 in 69; 40 rows lose .18 in 69, too.
    """
    own = min(passes_of(old, i) for i in range(len(old.held_out)))
    return min(of_all, round(effort.longest * own))
