"""What is known of a labelled dataset: the one builder of evidence, base tasks and forecasts.

analyse     a dataset -> Evidence, of the parts that are wanted
base_task   its evidence -> what a forecast knows of the old data
forecast    that and an update -> Forecast, by the probe that was asked for or is affordable
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from auditor.embedding.embed import Encoder
from auditor.errors import DataError
from auditor.interfaces import Progress
from auditor.prediction.fine_tuning.budget import (
    DEFAULT_EFFORT,
    choose_fidelity,
    cost_of_full,
    seconds_of_head,
)
from auditor.prediction.fine_tuning.trial import material_of, measure_update
from auditor.prediction.folds import keep_near_together
from auditor.prediction.forecast import forecast_forgetting
from auditor.prediction.label_errors import find_label_errors
from auditor.prediction.label_noise import estimate_label_noise
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.pattern_alone import evaluate_patterns_alone
from auditor.prediction.scenarios import BaseTask
from auditor.prediction.template_leakage import measure_template_leakage
from auditor.records.dataset import Dataset, Example
from auditor.records.evidence import Evidence, computed
from auditor.records.forecast import Forecast
from auditor.records.structure import CopyFamilies, Embeddings
from auditor.resources import ForecastPlan
from auditor.structure.copies import find_copies
from auditor.structure.matches import find_matches
from auditor.structure.neighbours import nearest
from auditor.structure.repetition import find_repetition
from auditor.structure.subtypes import find_subtypes
from auditor.structure.templates import find_templates, without_templates

NEIGHBOURS = 20  # of each row: enough for ten votes from outside its copy family

Update = tuple[Dataset, Embeddings]  # what the model is fine-tuned on next


def analyse(
    dataset: Dataset,
    encoder: Encoder,
    seed: int,
    progress: Progress = lambda *_: None,
    *,
    parts: Collection[str] | None = None,
) -> Evidence:
    """The vectors of the data, its copies, and of PARTS what is wanted, each computed once.

    parts: names of PARTS, with what they rest on; None: all. The rest is NotComputed.
    """
    wanted = _with_required(PARTS if parts is None else parts)
    embeddings = encoder.embed(dataset.texts)
    neighbours = nearest(embeddings.vectors, NEIGHBOURS)
    same_text = find_copies(dataset.texts, neighbours)
    evidence = Evidence(
        dataset=dataset,
        embeddings=embeddings,
        neighbours=neighbours,
        copies=same_text.split_by(dataset.kinds),
        same_text=same_text,
        fold_units=keep_near_together(dataset, same_text),
        seed=seed,
    )
    for i, part in enumerate(wanted):
        progress("structure", i, len(wanted))
        evidence = PARTS[part](evidence, encoder)
    progress("structure", 1, 1)
    return evidence


def base_task(evidence: Evidence) -> BaseTask | None:
    """What a forecast knows of the old data, from the parts `splits` and `labels`; None of one
    category, of which nothing can be forgotten in favour of another."""
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


def forecast(
    task: BaseTask, update: Update | None, plan: ForecastPlan, progress: Progress
) -> Forecast:
    """What the update, or simulated ones, will take: by the probe that the plan names, or else by
    the most accurate that its budget allows."""
    across, full = None, None
    if update and plan.target:
        rows, vectors = update
        across = find_copies_across(task.dataset.examples, rows.examples, task.embeddings, vectors)
        if material_of(task, rows, across, DEFAULT_EFFORT).testable:
            full = cost_of_full(task, rows, across, plan.target, plan.mitigations)
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
    measurement = None
    if update and plan.target and across and choice.fidelity == "full":
        measurement = measure_update(
            *(task, update[0], across, plan.target, choice.effort, plan.folder),
            seed=plan.seed,
            mitigations=plan.mitigations,
            progress=progress,
        )
    return forecast_forgetting(
        task,
        update,
        fidelity=choice.fidelity,
        chosen=choice.reason,
        coefficients=plan.coefficients,
        seed=plan.seed,
        measurement=measurement,
        progress=progress,
    )


def find_copies_across(
    examples: Sequence[Example], others: Sequence[Example], own: Embeddings, theirs: Embeddings
) -> CopyFamilies:
    """Copy families of two lists of rows together, in that order, with the vectors of either."""
    near = nearest(np.concatenate([own.vectors, theirs.vectors]), NEIGHBOURS)
    return find_copies([e.text for e in (*examples, *others)], near)


# --- the parts of the evidence ---------------------------------------------------------------


def _splits(evidence: Evidence, encoder: Encoder) -> Evidence:
    """Rows of other splits, and which of them training has seen."""
    dataset = evidence.dataset
    held_out = encoder.embed([e.text for e in dataset.held_out])
    across = None
    if dataset.held_out:
        across = find_copies_across(
            dataset.examples, dataset.held_out, evidence.embeddings, held_out
        )
    context_key = [e.context_key for e in (*dataset.examples, *dataset.held_out)]
    return dataclasses.replace(
        evidence,
        held_out=held_out,
        copies_across=across.split_by(context_key) if across else None,
        same_text_across=across,
    )


def _templates(evidence: Evidence, _: Encoder) -> Evidence:
    dataset = evidence.dataset
    templates = find_templates(dataset, evidence.same_text)
    stripped = without_templates(dataset.texts, templates)
    return dataclasses.replace(evidence, templates=templates, stripped=stripped)


def _wording(evidence: Evidence, _: Encoder) -> Evidence:
    """Where templates stand whatever the category, what they reveal, what else recurs."""
    dataset, same_text = evidence.dataset, evidence.same_text
    templates = computed(evidence.templates)
    matches = find_matches(dataset, templates)
    return dataclasses.replace(
        evidence,
        matches=matches,
        pattern_alone=evaluate_patterns_alone(dataset, same_text, matches),
        repetition=find_repetition(dataset, same_text, templates, evidence.seed),
    )


def _subtypes(evidence: Evidence, encoder: Encoder) -> Evidence:
    stripped, templates = computed(evidence.stripped), computed(evidence.templates)
    vectors = encoder.embed(stripped).vectors
    found = find_subtypes(evidence.dataset, stripped, vectors, evidence.same_text, templates)
    return dataclasses.replace(evidence, subtypes=found)


def _labels(evidence: Evidence, _: Encoder) -> Evidence:
    """What probes predict for rows out of fold, and how much of that templates reveal."""
    rows = (evidence.dataset, evidence.embeddings, evidence.same_text)
    out_of_fold = score_out_of_fold(*rows, computed(evidence.templates), evidence.seed)
    leakage = None
    if out_of_fold:
        matches = computed(evidence.matches)
        leakage = measure_template_leakage(*rows, matches, out_of_fold, evidence.seed)
    return dataclasses.replace(evidence, out_of_fold=out_of_fold, template_leakage=leakage)


def _errors(evidence: Evidence, _: Encoder) -> Evidence:
    found = find_label_errors(
        evidence.dataset,
        computed(evidence.stripped),
        evidence.embeddings,
        evidence.neighbours,
        evidence.fold_units,
        evidence.copies,
        evidence.labels_of_other_kinds,
        evidence.seed,
    )
    return dataclasses.replace(evidence, label_errors=found)


def _noise(evidence: Evidence, _: Encoder) -> Evidence:
    found = estimate_label_noise(
        evidence.dataset, evidence.embeddings, evidence.same_text, evidence.seed
    )
    return dataclasses.replace(evidence, label_noise=found)


PARTS: Mapping[str, Callable[[Evidence, Encoder], Evidence]] = {  # each rests on earlier ones
    "splits": _splits,
    "templates": _templates,
    "wording": _wording,
    "subtypes": _subtypes,
    "labels": _labels,
    "errors": _errors,
    "noise": _noise,
}
PART_OF: Mapping[str, str] = {  # a field of the evidence -> the part that it comes with
    **dict.fromkeys(("held_out", "copies_across", "same_text_across"), "splits"),
    **dict.fromkeys(("templates", "stripped"), "templates"),
    **dict.fromkeys(("matches", "pattern_alone", "repetition"), "wording"),
    "subtypes": "subtypes",
    **dict.fromkeys(("out_of_fold", "template_leakage"), "labels"),
    "label_errors": "errors",
    "label_noise": "noise",
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "wording": ("templates",),
    "subtypes": ("templates",),
    "labels": ("templates", "wording"),
    "errors": ("templates",),
}


def _with_required(parts: Collection[str]) -> list[str]:
    """The parts and what they rest on, in the order of PARTS. Raises ValueError for others."""
    if unknown := {*parts} - {*PARTS}:
        raise ValueError(f"no parts of the evidence: {', '.join(sorted(unknown))}")
    wanted = {*parts, *(r for part in parts for r in REQUIRED.get(part, ()))}
    return [part for part in PARTS if part in wanted]
