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
from auditor.records.readable import readable_part
from auditor.records.structure import CopyFamilies, Embeddings, Neighbours
from auditor.resources import ForecastPlan
from auditor.structure.consensus import representatives
from auditor.structure.copies import find_embedded_copies
from auditor.structure.matches import find_matches
from auditor.structure.neighbours import nearest, nearest_readable
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
    neighbours = nearest_readable(embeddings, NEIGHBOURS)
    same_text = find_embedded_copies(dataset.texts, embeddings, neighbours)
    evidence = _each_text_once(
        Evidence(
            dataset=dataset,
            embeddings=embeddings,
            neighbours=neighbours,
            copies=same_text.split_by(dataset.kinds),
            same_text=same_text,
            fold_units=keep_near_together(dataset, same_text),
            seed=seed,
        )
    )
    for i, part in enumerate(wanted):
        progress("structure", i, len(wanted))
        evidence = PARTS[part](evidence, encoder)
    progress("structure", 1, 1)
    return evidence


def _each_text_once(evidence: Evidence) -> Evidence:
    """Where several annotators labelled a text, its neighbours are other texts, each once: their
    rows would leave no place for any other."""
    if not evidence.dataset.several_annotators:
        return evidence
    vectors, item = evidence.embeddings.vectors, evidence.items.family
    known = evidence.embeddings.known
    once = np.flatnonzero(representatives(evidence.dataset, evidence.items) & known)
    near = nearest(vectors, NEIGHBOURS + 1, among=vectors[once])
    index = np.where(near.index >= 0, once[near.index], -1)
    others = (index >= 0) & (item[index] != item[:, None]) & known[:, None]
    first = np.argsort(~others, axis=1, kind="stable")[:, :NEIGHBOURS]
    kept = np.take_along_axis(others, first, axis=1)
    neighbours = Neighbours(
        index=np.where(kept, np.take_along_axis(index, first, axis=1), -1),
        cosine=np.where(kept, np.take_along_axis(near.cosine, first, axis=1), -1.0),
    )
    return dataclasses.replace(evidence, neighbours=neighbours)


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
    both = (np.concatenate([getattr(e, f) for e in (own, theirs)]) for f in ("vectors", "unknown"))
    vectors, unknown = both
    windows = np.concatenate([own.windows, theirs.windows])
    together = dataclasses.replace(own, vectors=vectors, unknown=unknown, windows=windows)
    texts = [e.text for e in (*examples, *others)]
    return find_embedded_copies(texts, together, nearest_readable(together, NEIGHBOURS))


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
    part = readable_part(evidence)
    if part is None:
        return dataclasses.replace(evidence, subtypes=())
    of = part.evidence
    stripped, templates = computed(of.stripped), computed(of.templates)
    vectors = encoder.embed(stripped).vectors
    found = find_subtypes(of.dataset, stripped, vectors, of.same_text, templates)
    return dataclasses.replace(evidence, subtypes=part.subtypes(found))


def _labels(evidence: Evidence, _: Encoder) -> Evidence:
    """What probes predict for rows out of fold, and how much of that templates reveal."""
    part = readable_part(evidence)
    if part is None:
        return dataclasses.replace(evidence, out_of_fold=None, template_leakage=None)
    of = part.evidence
    rows = (of.dataset, of.embeddings, of.same_text)
    out_of_fold = score_out_of_fold(*rows, computed(of.templates), of.seed)
    leakage = None
    if out_of_fold:
        matches = computed(of.matches)
        leakage = measure_template_leakage(*rows, matches, out_of_fold, of.seed)
    return dataclasses.replace(
        evidence,
        out_of_fold=part.out_of_fold(out_of_fold),
        template_leakage=part.leakage(leakage),
    )


def _errors(evidence: Evidence, _: Encoder) -> Evidence:
    part = readable_part(evidence)
    if part is None:
        return dataclasses.replace(evidence, label_errors=None)
    of = part.evidence
    # A text that several annotators labelled is judged once, by the label that most gave it.
    once = representatives(of.dataset, of.items)
    found = find_label_errors(
        of.dataset,
        computed(of.stripped),
        of.embeddings,
        of.neighbours,
        of.fold_units,
        dataclasses.replace(of.items, family=np.where(once, of.items.family, -1)),
        of.labels_of_other_kinds,
        of.seed,
    )
    return dataclasses.replace(evidence, label_errors=part.label_errors(found))


def _noise(evidence: Evidence, _: Encoder) -> Evidence:
    part = readable_part(evidence)
    if part is None:
        return dataclasses.replace(evidence, label_noise=None)
    of = part.evidence
    found = estimate_label_noise(of.dataset, of.embeddings, of.same_text, of.seed)
    return dataclasses.replace(evidence, label_noise=part.label_noise(found))


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
