"""What is known of a labelled dataset: the one builder of evidence, part by part."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from auditor.embedding.embed import Encoder
from auditor.interfaces import Progress
from auditor.prediction.folds import keep_near_together
from auditor.prediction.label_errors import find_label_errors
from auditor.prediction.label_noise import estimate_label_noise
from auditor.prediction.out_of_fold import score_out_of_fold
from auditor.prediction.pattern_alone import evaluate_patterns_alone
from auditor.prediction.template_leakage import measure_template_leakage
from auditor.records.dataset import Dataset, Example
from auditor.records.evidence import Evidence, computed
from auditor.records.readable import readable_part
from auditor.records.structure import CopyFamilies, Embeddings, Neighbours
from auditor.structure.consensus import representatives
from auditor.structure.copies import find_embedded_copies
from auditor.structure.matches import find_matches
from auditor.structure.neighbours import nearest, nearest_readable
from auditor.structure.repetition import find_repetition
from auditor.structure.subtypes import find_subtypes
from auditor.structure.templates import find_templates, without_templates

NEIGHBOURS = 20  # of each row: enough for ten votes from outside its copy family


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
    progress("structure", len(wanted), len(wanted))
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
