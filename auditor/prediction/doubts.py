"""Why a drop cannot be estimated, and what its estimate is then still worth."""

from __future__ import annotations

import numpy as np

from auditor.prediction.category_forecast import Doubt
from auditor.prediction.forgetting import MIN_KNOWN
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.measurement import Measurement
from auditor.records.probes import MIN_SCORED
from auditor.records.structure import Embeddings

MIN_RELIABILITY = 0.4
KNOWN_UPDATE = 0.5  # share of an update's rows that are in the data already
# The coefficients rest on updates that bring a new category. Of two that do not, the intervals of
# `head` held 12 % and 65 % of the drops; it still ranked them, at .54 and .90 of the ceiling, so
# half of it stays.
NOTHING_NEW = "the update brings no new category; --probe full measures what such an update does"
HALF_TRUST = 0.5
MIN_KNOWN_CLASSES = 2  # that a model must know before an update
# Then its share of what was lost is that of the other categories: no more than `head` says of it.
NOT_EVALUATED = "no row of it was left to test on in the trial fine-tune"
# A simulated update leaves one out; a model of one class can take nothing for another.
ONE_LEFT = (
    "with two categories a simulated update leaves a model that knows one alone: name the data "
    "that comes next with --update"
)


def find_doubts(
    task: BaseTask,
    update: tuple[Dataset, Embeddings] | None,
    reliability: float | None,
    measurement: Measurement | None,
) -> dict[str, Doubt]:
    """The categories whose drop is not identifiable."""
    names = task.dataset.categories
    doubts = {
        c: Doubt(f"only {n} rows to test it on, {MIN_SCORED} are needed", n / MIN_SCORED)
        for c, n in zip(names, _tested(task).tolist(), strict=True)
        if n < MIN_SCORED
    }
    if measurement:
        evaluated = {c.category for c in measurement.categories}
        not_evaluated = Doubt(NOT_EVALUATED, HALF_TRUST if evaluated else 0.0)
        doubts |= {c: not_evaluated for c in names if c not in evaluated}
    if reliability is not None and reliability < MIN_RELIABILITY:
        agreement = f"correlation {reliability:.2f} < {MIN_RELIABILITY}"
        low = f"two halves of the forecast disagree ({agreement})"
        doubts |= dict.fromkeys(names, Doubt(low, max(reliability, 0.0)))
    if update:
        incoming = update[0].examples
        incoming_categories = {e.category for e in incoming}
        trained = incoming_categories.intersection(names)
        if trained == incoming_categories and not measurement:
            doubts |= dict.fromkeys(names, Doubt(NOTHING_NEW, HALF_TRUST))
        doubts |= dict.fromkeys(trained, Doubt("the update trains this category too", 0.0))
        there = {e.content for e in task.dataset.examples}
        share = sum(e.content in there for e in incoming) / len(incoming)
        if share >= KNOWN_UPDATE:
            known = Doubt(f"{share:.0%} of the update is in the data already", 0.0)
            doubts = dict.fromkeys(names, known)
    elif len(names) <= MIN_KNOWN_CLASSES:
        return dict.fromkeys(names, Doubt(ONE_LEFT, 0.0))
    return doubts | _unlearnt(task, measurement)


def _tested(task: BaseTask) -> Ints:
    """(K,) the rows that `accuracy` rests on; texts where several annotators labelled each."""
    if not task.dataset.several_annotators:
        return task.scored
    return np.minimum(task.scored, task.sets).astype(np.int64)


def _unlearnt(task: BaseTask, measurement: Measurement | None) -> dict[str, Doubt]:
    """The categories that no model knew before: of nothing nothing can be lost, which is no good
    news."""
    started = {c.category: c.accuracy for c in measurement.categories} if measurement else {}
    doubts = {}
    for c in np.flatnonzero(_tested(task) >= MIN_SCORED).tolist():
        name, learnt = task.dataset.categories[c], bool(task.learnt[c])
        before, chance = float(task.recalled[c]), float(task.called[c])
        if learnt and name in started:  # by the model that was fine-tuned
            before = float(np.mean([run[0] for run in started[name]]))
            learnt = before >= MIN_KNOWN
        if not learnt:
            at = f"{before:.0%} of its rows are recognised, by chance {chance:.0%}"
            reason = f"cannot be estimated: nothing was learnt before the update ({at})"
            doubts[name] = Doubt(reason, 0.0, learnt=False)
    return doubts
