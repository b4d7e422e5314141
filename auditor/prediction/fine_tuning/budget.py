"""Which probe fidelity: the one asked for, or the most accurate that fits the seconds allowed.

Costs are timed on the machine at hand: a few steps of what would be run, times their number. So a
budget may choose otherwise on another machine, or on a busy one; `--probe` never does.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from auditor.interfaces import Mitigation, Target
from auditor.prediction.features.rolling import ROLLED
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.effort import Effort, rows_of, teaching_steps
from auditor.prediction.fine_tuning.evaluation import OldRows, UpdateRows
from auditor.prediction.fine_tuning.fine_tune import load_of
from auditor.prediction.fine_tuning.taught import BATCH
from auditor.prediction.fine_tuning.training import (
    Classifier,
    Phase,
    cross_entropy,
    draw_batches,
    tokenise,
    train_classifier,
)
from auditor.prediction.folds import FOLDS, assign_folds
from auditor.prediction.rollout import MAX_STEPS, roll_out
from auditor.prediction.scenarios import BaseTask
from auditor.prediction.simulated import simulate
from auditor.records.dataset import Dataset
from auditor.records.forecast import Recipe, passes
from auditor.records.structure import CopyFamilies

DEFAULT_EFFORT = Effort()
EFFORTS = (
    DEFAULT_EFFORT,
    Effort(runs=2),
    Effort(runs=1),
    Effort(rows=20, runs=1),
)  # most accurate first
TIMED = 3  # steps
ASKED = "as requested"
DEFAULT = "the default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A probe fidelity, why that one, and how much to spend on `full`."""

    fidelity: str
    reason: str
    effort: Effort = DEFAULT_EFFORT


def choose_fidelity(
    probe: str | None,
    budget: float | None,
    *,
    full: Callable[[Effort], float] | None,
    head: Callable[[], float],
) -> Choice:
    """`probe`, or the most accurate fidelity up to it that takes at most `budget` seconds.

    full, head: seconds that the fidelity would take here, computed only where there is a budget;
    `full` None: there is no update to make, or no model to make it with.
    """
    if budget is None:
        return Choice(fidelity=probe or "head", reason=ASKED if probe else DEFAULT)
    too_costly = ""
    if full and probe in (None, "full"):
        for effort in EFFORTS:
            if (cost := full(effort)) <= budget:
                what = f"{effort.runs} runs on {effort.rows} rows per category"
                reason = f"{what} take about {cost:.0f} s of {budget:g} s"
                return Choice(fidelity="full", reason=reason, effort=effort)
        too_costly = f", and full about {cost:.0f} s"
    if probe != "similarity" and (cost := head()) <= budget:
        return Choice(
            fidelity="head", reason=f"it takes about {cost:.0f} s of {budget:g} s{too_costly}"
        )
    return Choice(fidelity="similarity", reason=f"more takes longer than {budget:g} s{too_costly}")


def cost_of_full(
    task: BaseTask,
    update: Dataset,
    across: CopyFamilies,
    target: Target,
    recipe: Recipe,
    mitigations: Sequence[Mitigation[Branch]] = (),
) -> Callable[[Effort], float]:
    """Seconds that `measure_update` would take at most: training steps and rows to evaluate, timed
    once. All weights are timed; a recipe that trains fewer takes less.
    """

    def sample(effort: Effort) -> tuple[OldRows, UpdateRows]:
        return rows_of(task, update, across, effort, recipe)

    timed = cache(lambda: _timed(target, sample(DEFAULT_EFFORT)[0]))
    rows = len(task.dataset.examples)
    return lambda effort: _seconds(rows, *sample(effort), effort, recipe, mitigations, *timed())


def _seconds(
    of_task: int,
    old: OldRows,
    update: UpdateRows,
    effort: Effort,
    recipe: Recipe,
    mitigations: Sequence[Mitigation[Branch]],
    a_step: float,
    a_row: float,
) -> float:
    """`of_task`: all rows of the old data, of which `old` is the sample."""
    taught, evaluated = len(old.codes), int(old.held_out[0].sum())
    teaching = teaching_steps(passes(of_task, recipe.old_epochs), old, effort)
    load = load_of(old, update, 0, teaching, recipe)
    paced = (len(effort.rates) - 1) * min(effort.paced, effort.runs) / effort.runs
    rows = load.teaching + (1 + paced) * load.update + sum(m.rows(load) for m in mitigations)
    # Held-out rows at each checkpoint, and about as many others where more than the pace is read;
    # all trained ones at the refits, before and last.
    checkpoints = len(recipe.checkpoints)
    evaluations = (1 + (2 + paced) * checkpoints) * evaluated + 2 * (taught - evaluated)
    evaluations += len(mitigations) * math.ceil(checkpoints / 2) * evaluated
    return effort.runs * (rows / BATCH * a_step + evaluations * a_row)


def _timed(target: Target, old: OldRows) -> tuple[float, float]:
    """Seconds of one step of BATCH rows, and of encoding one row."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokens = tokenise(target, old.texts[: (TIMED + 1) * BATCH])
    model = Classifier(target, tokens.vocabulary, old.kinds, device)
    rows = np.arange(len(tokens.texts))
    phase = Phase(rate=0.0, head_rate=0.0, batch=BATCH, steps=TIMED + 1, dropout=False)
    random = np.random.default_rng(0)
    marks = [
        time.perf_counter()
        for _ in train_classifier(
            model,
            tokens.of(rows),
            cross_entropy(old.codes[rows], device),
            phase,
            draw_batches(len(rows), phase, random),
        )
    ]
    start = time.perf_counter()
    model.encode(tokens.of(rows))
    a_row = (time.perf_counter() - start) / len(rows)
    return (marks[-1] - marks[0]) / TIMED, a_row


def seconds_of_head(task: BaseTask, given: bool) -> float:
    """What the fidelity `head` would take: its roll-outs, a few steps of them timed."""
    codes, rows = task.dataset.codes, np.arange(len(task.dataset.codes))
    count = 1 if given else min(len(simulate(task.embeddings.vectors, codes)), ROLLED)
    start = time.perf_counter()
    roll_out(
        task.embeddings.vectors,
        codes,
        assign_folds(task.disjoint, codes),
        [rows] * count,
        [rows] * count,
        len(task.dataset.categories),
        models=FOLDS if given else 1,
        recipe=Recipe(steps=TIMED, old_epochs=TIMED / math.ceil(len(rows) / BATCH)),
        seed=0,
    )
    steps = min(passes(len(rows), Recipe().old_epochs), MAX_STEPS) + Recipe().steps
    return (time.perf_counter() - start) * steps / (2 * TIMED)
