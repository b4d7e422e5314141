"""A real fine-tune: what an update does to the old categories, checkpoint by checkpoint.

The model is taught the old rows, then made to learn the update's alone; the accuracy of every old
category is measured on rows that were held out, before the update and at the recipe's checkpoints.
What may keep them (`mitigations/`) is measured too: the same update from the same trained model,
for as many steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.interfaces import Mitigation, Progress, Target
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.evaluation import MitigatedRun, OldRows, Run, UpdateRows
from auditor.prediction.fine_tuning.taught import BATCH, Pace, passes_of, teach
from auditor.prediction.fine_tuning.training import rows_drawn
from auditor.records.arrays import Table
from auditor.records.forecast import Recipe
from auditor.records.measurement import Load


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTune:
    """What was measured of one update, a seed after the other."""

    steps: tuple[int, ...]  # 0 and the recipe's checkpoints
    layers: tuple[str, ...]
    trained_rows: int  # in an update alone, repeats counted
    runs: tuple[Run, ...]  # by the recipe
    paces: tuple[Pace, ...] = ()  # of the first of the seeds
    mitigated: tuple[MitigatedRun, ...] = ()

    def accuracy(self, rate: float) -> Table:
        """(seeds, C, K) at `rate` times the recipe's learning rates; the seeds that ran at it."""
        own = self.runs if rate == 1.0 else [pace for pace in self.paces if pace.rate == rate]
        return np.stack([run.accuracy for run in own])


def fine_tune(
    target: Target,
    old: OldRows,
    update: UpdateRows,
    *,
    seeds: Sequence[int],
    teaching: int | None = None,
    recipe: Recipe | None = None,
    rates: Sequence[float] = (),
    paced: int | None = None,
    mitigations: Sequence[Mitigation[Branch]] = (),
    expected: Table | None = None,
    dropout: bool = True,
    device: str | None = None,
    progress: Progress = lambda *_: None,
) -> FineTune:
    """Fine-tunes `target` once a seed and evaluates it.

    What the old rows taught is taught once a seed, in `teaching` steps: the update is made from
    there by the recipe, at each of `rates`, factors of its learning rates, and with each of
    `mitigations`, with the same rows of the update in the same order.
    paced: how many of the seeds, the first ones, are run at other rates; by default all. expected
    (K,): drops by the quick forecast, which mitigations may aim by. For the rest see `teach`.
    """
    recipe = recipe or Recipe()
    others = [rate for rate in rates if rate != 1.0]
    paced = len(seeds) if paced is None else min(paced, len(seeds))
    loads = [load_of(old, update, i, teaching, recipe) for i in range(len(seeds))]
    models = teach(
        *(target, old, [update]),
        seeds=seeds,
        steps=teaching,
        dropout=dropout,
        device=device,
        advance=_counted(progress, _rows(loads, len(others), paced, mitigations)),
    )
    runs, paces, mitigated = [], [], []
    for i, taught in enumerate(models):
        runs.append(taught.update(recipe))
        paces += [taught.pace(recipe, rate) for rate in others if i < paced]
        mitigated += [taught.mitigated(recipe, m, expected=expected) for m in mitigations]
        layers = taught.layers
    return FineTune(
        steps=(0, *recipe.checkpoints),
        layers=layers,
        trained_rows=loads[0].update,
        runs=tuple(runs),
        paces=tuple(paces),
        mitigated=tuple(mitigated),
    )


def _rows(
    loads: Sequence[Load], others: int, paced: int, mitigations: Sequence[Mitigation[Branch]]
) -> int:
    """That all seeds train on: the first `paced` at so many `others` rates too."""
    rows = sum(x.teaching + x.update + sum(m.rows(x) for m in mitigations) for x in loads)
    return rows + sum(others * x.update for x in loads[:paced])


def load_of(old: OldRows, update: UpdateRows, i: int, teaching: int | None, recipe: Recipe) -> Load:
    """How many rows the seed at place `i` trains on, by the recipe alone."""
    taught = int((~old.held_out[i % len(old.held_out)]).sum())
    new = int((~update.held_out).sum())
    return Load(
        update=rows_drawn(new, recipe.batch, recipe.steps),
        teaching=rows_drawn(taught, BATCH, teaching or passes_of(old, i)),
        old=taught,
        new=new,
    )


def _counted(progress: Progress, rows: int) -> Callable[[int], None]:
    """What hears how many more of all `rows` were trained on."""
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        progress("fine-tune", min(done, rows), rows)

    advance(0)
    return advance
