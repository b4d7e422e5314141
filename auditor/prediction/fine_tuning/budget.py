"""Which rung of the ladder: the one asked for, or the dearest that fits the seconds allowed.

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
from auditor.prediction.fidelities import BATCH as PROBE_BATCH
from auditor.prediction.fidelities import HIDDEN, STEPS
from auditor.prediction.fine_tuning.evaluation import Material
from auditor.prediction.fine_tuning.fine_tune import BATCH, EPOCHS
from auditor.prediction.fine_tuning.training import Classifier, Phase, draw_batches, tokenise, train
from auditor.prediction.fine_tuning.trial import Effort, material_of
from auditor.prediction.out_of_fold import SEEDS
from auditor.prediction.probes import train as train_probes
from auditor.prediction.scenarios import BaseTask
from auditor.prediction.simulated import simulate
from auditor.records.dataset import Dataset
from auditor.records.forecast import Recipe
from auditor.records.structure import CopyFamilies

DEFAULT_EFFORT = Effort()
EFFORTS = (Effort(runs=3), DEFAULT_EFFORT, Effort(runs=1), Effort(rows=20, runs=1))  # dearest first
TIMED = 3  # steps
ASKED = "as requested"
DEFAULT = "the default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A rung, why that one, and how much to spend on `full`."""

    fidelity: str
    reason: str
    effort: Effort = DEFAULT_EFFORT


def choose(
    probe: str | None,
    budget: float | None,
    *,
    full: Callable[[Effort], float] | None,
    head: Callable[[], float],
) -> Choice:
    """The rung: `probe`, or the dearest up to it that takes at most `budget` seconds.

    full, head: seconds that the rung would take here, asked for only where there is a budget;
    `full` None: there is no update to make, or no model to make it with.
    """
    if budget is None:
        return Choice(fidelity=probe or "head", reason=ASKED if probe else DEFAULT)
    least = ""
    if full and probe in (None, "full"):
        for effort in EFFORTS:
            if (cost := full(effort)) <= budget:
                what = f"{effort.runs} runs on {effort.rows} rows per category"
                reason = f"{what} take about {cost:.0f} s of {budget:g} s"
                return Choice(fidelity="full", reason=reason, effort=effort)
        least = f", and full about {cost:.0f} s"
    if probe != "similarity" and (cost := head()) <= budget:
        return Choice(fidelity="head", reason=f"it takes about {cost:.0f} s of {budget:g} s{least}")
    return Choice(fidelity="similarity", reason=f"more takes longer than {budget:g} s{least}")


def cost_of_full(
    old: BaseTask,
    update: Dataset,
    across: CopyFamilies,
    target: Target,
    mitigations: Sequence[Mitigation] = (),
) -> Callable[[Effort], float]:
    """Seconds that `measure_update` would take: steps of training and rows to read, timed once."""
    timed = cache(lambda: _timed(target, material_of(old, update, across, DEFAULT_EFFORT)))
    return lambda effort: _seconds(
        material_of(old, update, across, effort), effort, mitigations, *timed()
    )


def _seconds(
    material: Material,
    effort: Effort,
    mitigations: Sequence[Mitigation],
    a_step: float,
    a_row: float,
) -> float:
    taught, read = len(material.codes), int(material.held_out[0].sum())
    recipe, updates = Recipe(), len(effort.rates) + len(mitigations)
    steps = EPOCHS * math.ceil((taught - read) / BATCH)
    rows = updates * recipe.checkpoints[-1] * recipe.batch
    rows += sum(_rows_added(mitigation, material) for mitigation in mitigations)
    steps += math.ceil(rows / BATCH)
    # Held-out rows and about as many others at each reading; all that were taught at three refits.
    reads = (1 + updates * len(recipe.checkpoints)) * 2 * read + 3 * updates * (taught - read)
    return effort.runs * (steps * a_step + reads * a_row)


def _rows_added(mitigation: Mitigation, material: Material) -> int:
    """Old rows that a run of the update trains on again."""
    recipe, random = Recipe(), np.random.default_rng(0)
    plain = [np.arange(recipe.batch)] * recipe.checkpoints[-1]
    return sum(len(old) for _, old in mitigation.batches(plain, material.codes, random))


def _timed(target: Target, material: Material) -> tuple[float, float]:
    """Seconds of one step of BATCH rows, and of reading one row."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokens = tokenise(target, material.texts[: (TIMED + 1) * BATCH])
    model = Classifier(target, tokens.vocabulary, material.kinds, device)
    rows = np.arange(len(tokens.texts))
    phase = Phase(rate=0.0, head_rate=0.0, batch=BATCH, steps=TIMED + 1)
    random = np.random.default_rng(0)
    marks = [
        time.perf_counter()
        for _ in train(
            model,
            tokens.of(rows),
            material.codes[rows],
            phase,
            draw_batches(len(rows), phase, random),
        )
    ]
    start = time.perf_counter()
    model.read(tokens.of(rows))
    reading = (time.perf_counter() - start) / len(rows)
    return (marks[-1] - marks[0]) / TIMED, reading


def seconds_of_head(old: BaseTask, given: bool) -> float:
    """What the rung `head` would take: its probes, a few steps timed."""
    codes = torch.tensor(old.dataset.codes)
    kinds = len(old.dataset.categories)
    updates = 1 if given else len(simulate(old.embeddings.vectors, old.dataset.codes))
    start = time.perf_counter()
    train_probes(
        torch.from_numpy(old.embeddings.vectors),
        codes,
        torch.ones(updates, len(codes), dtype=torch.bool),
        known=torch.ones(updates, kinds, dtype=torch.bool),
        hidden=HIDDEN,
        steps=TIMED,
        batch=PROBE_BATCH,
        seed=0,
    )
    return (time.perf_counter() - start) * SEEDS * STEPS / TIMED
