"""The fidelity `full`: a fine-tune on the update, after a sample of the old rows, and its result.

What was measured stays in the user's cache, keyed by the rows, the recipe and the model, so that
the same audit with other limits does not wait for it again. The file holds numbers and the names
of categories, no text, with a checksum and its key: what is damaged is measured anew.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import UNSET

from auditor.atomic import keep, kept
from auditor.interfaces import Mitigation, Progress, Target
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.effort import Effort, rows_of, teaching_steps
from auditor.prediction.fine_tuning.evaluation import OldRows, Run, UpdateRows, first_learnt
from auditor.prediction.fine_tuning.fine_tune import FineTune, fine_tune
from auditor.prediction.fine_tuning.mitigated import summarise_mitigated
from auditor.prediction.forgetting import HALF, TEN_POINTS, crossing
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Table
from auditor.records.dataset import Dataset
from auditor.records.forecast import Recipe, passes
from auditor.records.measurement import MeasuredCategory, Measurement, Speed
from auditor.records.structure import CopyFamilies

_LOG = logging.getLogger(__name__)
FORMAT = 7  # of the files; another number is measured anew


def measure_update(
    task: BaseTask,
    update: Dataset,
    across: CopyFamilies,
    target: Target,
    effort: Effort,
    folder: Path | None,
    *,
    seed: int,
    recipe: Recipe | None = None,
    mitigations: Sequence[Mitigation[Branch]] = (),
    expected: Table | None = None,
    progress: Progress = lambda *_: None,
) -> Measurement:
    """Fine-tunes `target` on a sample of the old rows, then on the update, or finds it in `folder`.

    Dropout is left out: one seed then differs less from the next. Batches are drawn as the user's
    own are: to balance the categories would teach a thin one better than it is taught in truth.
    across: copy families of the old rows and the update's together; mitigations: each is measured
    with the update too, aimed by the drops `expected` (K,). What cannot be kept is logged.
    """
    recipe = recipe or Recipe()
    old, incoming = rows_of(task, update, across, effort, recipe)
    of_all = passes(len(task.dataset.examples), recipe.old_epochs)
    teaching = teaching_steps(of_all, old, effort)
    of_key = (effort, teaching, of_all, seed, recipe, mitigations, expected)
    key = _key(old, incoming, task.dataset.categories, target, *of_key)
    path = folder and folder / f"{key}.json"
    if path and (known := kept(path, key, Measurement)):
        return known
    found = fine_tune(
        *(target, old, incoming),
        seeds=range(seed, seed + effort.runs),
        teaching=teaching,
        recipe=recipe,
        rates=effort.rates,
        paced=effort.paced,
        mitigations=mitigations,
        expected=expected,
        dropout=False,
        progress=progress,
    )
    measured = summarise_runs(
        found, task.dataset.categories, target.identity, old, incoming, effort, teaching, of_all
    )
    if path:
        _keep_if_possible(path, key, measured)
    return measured


def _keep_if_possible(path: Path, key: str, measured: Measurement) -> None:
    """It took minutes: a folder that cannot be written does not take it away."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        keep(path, key, measured)
    except OSError as error:
        _LOG.warning("%s: cannot be written (%s); the trial is not kept", path, error.strerror)


def _key(
    old: OldRows,
    update: UpdateRows,
    names: Sequence[str],
    target: Target,
    effort: Effort,
    teaching: int,
    of_all: int,
    seed: int,
    recipe: Recipe,
    mitigations: Sequence[Mitigation[Branch]],
    expected: Table | None,
) -> str:
    parts = (
        *(FORMAT, target.identity, msgspec.to_builtins(recipe), effort),
        *(teaching, of_all, seed, names),
        *(old.texts, old.codes.tolist(), old.held_out.tolist()),
        *(update.texts, update.codes.tolist(), update.held_out.tolist()),
        *((m.name, m.version, m) for m in mitigations),
        [] if expected is None or not mitigations else expected.round(4).tolist(),
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def summarise_runs(
    found: FineTune,
    names: Sequence[str],
    target: str,
    old: OldRows,
    update: UpdateRows,
    effort: Effort,
    teaching: int,
    of_all: int,
) -> Measurement:
    """The runs as users keep them; categories are those of which rows could be held out.

    teaching: steps on the sample `old`, and on all rows.
    """
    runs = found.runs
    evaluated = [c for c in range(len(names)) if all(run.rows[c] for run in runs)]
    untrained = [c for c in evaluated if c not in update.arriving]
    return Measurement(
        target=target,
        runs=len(runs),
        paced=min(effort.paced, len(runs)),
        rows=len(old.codes),
        teaching_steps=teaching,
        trained_rows=found.trained_rows,
        teaching_steps_of_all=of_all,
        left_out=old.left_out,
        update_rows=int(update.held_out.sum()),
        update_left_out=update.left_out,
        rows_a_category=effort.rows,
        steps=found.steps,
        learnt=_learnt(runs),
        competent_step=_competent_step(found, runs),
        categories=tuple(_category(found, c, names[c], effort) for c in evaluated),
        layers=found.layers,
        moved=tuple(map(_rounded, np.mean([run.moved for run in runs], axis=0))),
        moved_important=tuple(
            map(_rounded, np.mean([run.moved_important for run in runs], axis=0))
        ),
        mitigations=tuple(summarise_mitigated(found.mitigated, runs, untrained, evaluated, names))
        or UNSET,
    )


def _learnt(runs: Sequence[Run]) -> tuple[float, ...]:
    return _rounded(np.mean([run.learnt for run in runs], axis=0))


def _competent_step(found: FineTune, runs: Sequence[Run]) -> float | None:
    at = _competent(runs)
    return None if at is None else float(found.steps[at])


def _competent(runs: Sequence[Run]) -> int | None:
    """The first checkpoint at which the update is learnt, by the means over the runs.

    A run ranks the update's rows against few held-out ones, so that one of them may miss the bar by
    a row; and what is lost when it is learnt is then read at one step, the same for all runs.
    """
    auroc, learnt = (
        np.mean([getattr(r, name) for r in runs], axis=0) for name in ("auroc", "learnt")
    )
    return first_learnt(auroc, learnt)


def _category(found: FineTune, category: int, name: str, effort: Effort) -> MeasuredCategory:
    runs = found.runs
    masked = _mean(runs, "masked")[:, category]
    refitted = _mean(runs, "refitted")[[0, -1], category]
    accuracy, at = _mean(runs, "accuracy")[:, category], _competent(runs)
    first, last = refitted.round(4).tolist()
    return MeasuredCategory(
        category=name,
        rows=int(sum(run.rows[category] for run in runs)),
        accuracy=tuple(_rounded(run.accuracy[:, category]) for run in runs),
        soft=tuple(_rounded(run.soft[:, category]) for run in runs),
        recalled=tuple(_rounded(run.recalled[:, category]) for run in runs),
        masked=None if np.isnan(masked).any() else _rounded(masked),
        refitted=(first, last),
        drop_at_competence=None if at is None else round(float(accuracy[0] - accuracy[at]), 4),
        speeds=tuple(
            _speed(rate, found.steps, found.accuracy(rate).mean(axis=0)[:, category])
            for rate in effort.rates
        ),
    )


def _speed(rate: float, steps: Sequence[int], accuracy: Table) -> Speed:
    lost = accuracy[0] - accuracy
    return Speed(
        rate=rate,
        steps_to_lose_10_points=crossing(steps, lost, TEN_POINTS),
        half_life=crossing(steps, lost, HALF * accuracy[0]) if accuracy[0] else None,
    )


def _mean(runs: Sequence[Run], name: str) -> Table:
    """(C, K) of a field, over runs; a category that one run could not evaluate is NaN."""
    return np.asarray(np.mean([getattr(run, name) for run in runs], axis=0))


def _rounded(values: Table) -> tuple[float, ...]:
    return tuple(np.asarray(values).round(4).tolist())
