"""Evidence and an update -> Forecast.

base_task         evidence -> what a forecast knows of the old data
readable_update   an update -> what of it the model can read
forecast          both -> Forecast, by the probe that was asked for or is affordable
"""

from __future__ import annotations

from functools import partial

import numpy as np

from auditor.analysis import find_copies_across
from auditor.embedding.embed import Encoder
from auditor.errors import DataError
from auditor.interfaces import Progress
from auditor.prediction.fine_tuning.budget import (
    DEFAULT_EFFORT,
    choose_fidelity,
    cost_of_full,
    seconds_of_head,
)
from auditor.prediction.fine_tuning.effort import rows_of
from auditor.prediction.fine_tuning.trial import measure_update
from auditor.prediction.folds import keep_near_together
from auditor.prediction.forecast import forecast_forgetting
from auditor.prediction.out_of_fold import score_held_out
from auditor.prediction.own_recipe import with_own_recipe
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Table
from auditor.records.dataset import Dataset
from auditor.records.evidence import Evidence, computed
from auditor.records.forecast import Forecast
from auditor.records.readable import readable_part
from auditor.records.structure import Embeddings
from auditor.resources import ForecastPlan

Update = tuple[Dataset, Embeddings]  # what the model is fine-tuned on next


def base_task(evidence: Evidence) -> BaseTask | None:
    """What a forecast knows of the old data, from the parts `splits` and `labels`; None of one
    category, of which nothing can be forgotten in favour of another, and of rows that the model
    cannot read."""
    part = readable_part(evidence)
    if part is None or len(part.evidence.dataset.categories) < 2:
        return None
    evidence = part.evidence
    out_of_fold = computed(evidence.out_of_fold)
    if out_of_fold is None:
        return None
    dataset, embeddings = evidence.dataset, evidence.embeddings
    return BaseTask(
        dataset=dataset,
        embeddings=embeddings,
        fold_units=evidence.fold_units,
        disjoint=keep_near_together(dataset, evidence.same_text, computed(evidence.templates)),
        out_of_fold=out_of_fold,
        held_out=score_held_out(
            dataset,
            embeddings,
            computed(evidence.held_out),
            computed(evidence.same_text_across),
            evidence.seed,
        ),
    )


def readable_update(update: Dataset | None, encoder: Encoder) -> tuple[Update | None, str]:
    """The rows of the update that the model can read; or why nothing can be forecast of it."""
    if update is None:
        return None, ""
    embeddings = encoder.embed(update.texts)
    rows = embeddings.readable
    if rows is None:
        return None, embeddings.unread("texts of the update")
    if len(rows) == len(update.examples):
        return (update, embeddings), ""
    return (update.take(rows), embeddings.take(rows)), ""


def forecast(
    task: BaseTask, update: Update | None, plan: ForecastPlan, progress: Progress
) -> Forecast:
    """What the update, or simulated ones, will take: by the probe that the plan names, or else by
    the most accurate that its budget allows."""
    across, full, recipe = None, None, plan.recipe
    if update and plan.target:
        rows, vectors = update
        across = find_copies_across(task.dataset.examples, rows.examples, task.embeddings, vectors)
        if rows_of(task, rows, across, DEFAULT_EFFORT, recipe)[0].testable:
            full = cost_of_full(task, rows, across, plan.target, recipe, plan.mitigations)
        elif plan.probe == "full":
            raise DataError(
                "--probe full: no row of the data can be held out to test the fine-tune on, since "
                "the update has a copy of each, or a category is too small or all one template; "
                "give another update, or leave --probe full out"
            )
    choice = choose_fidelity(
        plan.probe,
        plan.budget,
        full=full,
        head=lambda: seconds_of_head(task, given=update is not None),
    )
    forecast_by = partial(
        forecast_forgetting,
        task,
        update,
        coefficients=plan.coefficients,
        seed=plan.seed,
        old_epochs=recipe.old_epochs,
        progress=progress,
    )
    measurement = None
    if update and plan.target and across and choice.fidelity == "full":
        expected = None
        if plan.mitigations:  # some aim at what is expected to be lost
            expected = drops_of(forecast_by(fidelity="head", chosen=""), task)
        measurement = measure_update(
            *(task, update[0], across, plan.target, choice.effort, plan.folder),
            seed=plan.seed,
            recipe=recipe,
            mitigations=plan.mitigations,
            expected=expected,
            progress=progress,
        )
    found = forecast_by(fidelity=choice.fidelity, chosen=choice.reason, measurement=measurement)
    return with_own_recipe(found, plan.recipe)


def drops_of(quick: Forecast, task: BaseTask) -> Table:
    """(K,) expected drop of each category of the old data, in their order."""
    drops = {c.category: c.expected_drop for c in quick.categories}
    return np.array([drops.get(c, 0.0) for c in task.dataset.categories])
