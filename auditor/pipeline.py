"""The whole pipeline on one screen: a labelled dataset in, an audit out."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auditor.checks import CHECKS, judge
from auditor.checks.limits import limits_of
from auditor.checks.rejected_rows import unread
from auditor.dataset import load_dataset, load_texts
from auditor.embedding.embed import Encoder
from auditor.embedding.target import open_target
from auditor.errors import DataError, UsageError
from auditor.interfaces import Mitigation, Progress, Target
from auditor.no_text import without_text
from auditor.prediction import backtest as backtests
from auditor.prediction.estimate import Coefficients
from auditor.prediction.fine_tuning.budget import choose as choose_fidelity
from auditor.prediction.fine_tuning.budget import cost_of_full, seconds_of_head
from auditor.prediction.fine_tuning.trial import measure_update
from auditor.prediction.folds import keep_near_together
from auditor.prediction.forecast import forecast_forgetting
from auditor.prediction.label_errors import find_label_errors
from auditor.prediction.label_noise import estimate_label_noise
from auditor.prediction.leave_out import FullDataset, choose
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.pattern_alone import evaluate_patterns_alone
from auditor.prediction.scenarios import BaseTask
from auditor.prediction.template_leakage import measure_template_leakage
from auditor.records.audit import Audit
from auditor.records.dataset import Dataset, Example
from auditor.records.evidence import Evidence, Reference, computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.records.forecast import Backtest, Forecast
from auditor.records.structure import CopyFamilies, Embeddings, Subtype, Template
from auditor.resources import (
    cache_folder,
    coefficients_of,
    mitigations_of,
    open_encoder,
    target_of,
    with_options,
)
from auditor.settings import Settings, configure
from auditor.structure.copies import find_copies
from auditor.structure.map import draw
from auditor.structure.matches import find_matches
from auditor.structure.neighbours import nearest
from auditor.structure.repetition import find_repetition
from auditor.structure.subtypes import find_subtypes
from auditor.structure.templates import find_templates, without_templates
from auditor.summary import map_sample, summarise
from auditor.threads import one_blas_thread

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

PARTS = ("subtypes", "labels", "errors", "noise")  # what `look` can leave out
NEIGHBOURS = 20  # of each row: enough for ten votes from outside its copy family


@one_blas_thread()
def audit(
    data: Source,
    *,
    update: Source | None = None,
    reference: Source | None = None,
    settings: Settings | None = None,
    progress: Progress = lambda *_: None,
    **options: Any,
) -> Audit:
    """Audits the labelled dataset `data`, and forecasts what `update` would make it forget.

    data, update, reference: a file, a Hugging Face dataset folder, or a DataFrame; `reference`
    holds unlabelled text from where the model is used. `options` are single settings by name,
    on top of `settings`. Raises `auditor.errors.AuditorError` for what the user can mend.
    """
    settings = with_options(settings or Settings(), options)
    checks = configure(CHECKS, settings.checks)
    coefficients = coefficients_of(settings)
    dataset = load_dataset(data, settings)
    beside = dataclasses.replace(settings, input_format=None)  # that is said of `data` alone
    incoming = None if update is None else load_dataset(update, beside, strict_roles=False)
    unlabelled = (
        [] if reference is None else sorted(zip(*load_texts(reference, beside), strict=True))
    )
    mitigations, target = mitigations_of(settings), target_of(settings, given=incoming is not None)
    encoder = open_encoder(settings, progress)
    evidence = gather(
        *(dataset, incoming, unlabelled, encoder, target, coefficients, settings, progress),
        mitigations=mitigations,
    )
    findings, skipped = judge(evidence, checks)
    if incoming is not None and incoming.rejected:
        skipped = (
            *skipped,
            SkippedCheck(code="forecast", reason=f"of the update {unread(incoming)}"),
        )
    shown = map_sample(dataset, findings, settings.map_points)
    progress("map", 0, 1)
    places = draw(evidence.embeddings.vectors[shown], settings.seed)
    progress("map", 1, 1)
    limits = {check.code: limits_of(check) for check in checks}
    whole = summarise(evidence, findings, skipped, limits, shown, places, settings)
    return without_text(whole) if settings.no_text else whole


@one_blas_thread()
def examine(
    data: Source, *, settings: Settings | None = None, progress: Progress = lambda *_: None
) -> tuple[Dataset, tuple[Finding, ...]]:
    """The dataset and what is wrong with it, without an audit's report: for a baseline.

    Raises `auditor.errors.AuditorError` for what the user can mend.
    """
    settings = settings or Settings()
    checks = configure(CHECKS, settings.checks)
    dataset = load_dataset(data, settings)
    evidence = look(dataset, [], open_encoder(settings, progress), settings, progress)
    return dataset, judge(evidence, checks)[0]


def gather(
    dataset: Dataset,
    incoming: Dataset | None,
    unlabelled: Sequence[tuple[str, int]],
    encoder: Encoder,
    target: Target | None,
    coefficients: Coefficients,
    settings: Settings,
    progress: Progress,
    *,
    mitigations: Sequence[Mitigation] = (),
) -> Evidence:
    """All that the checks may look at, the forecast among it.

    incoming: the update; unlabelled: texts of real use with their rows in that file; target: what
    the rung `full` may fine-tune, and mitigations what it tries beside the update alone.
    """
    evidence = look(dataset, unlabelled, encoder, settings, progress)
    out_of_fold = computed(evidence.out_of_fold)
    if out_of_fold is None:
        return dataclasses.replace(evidence, forecast=None)
    held_out = encoder.embed([e.text for e in dataset.held_out])
    whole, disjoint = (
        keep_near_together(dataset, evidence.same_text, t) for t in ((), evidence.templates)
    )
    old = BaseTask(
        dataset=dataset,
        embeddings=evidence.embeddings,
        together=whole,
        disjoint=disjoint,
        out_of_fold=out_of_fold,
        held_out=score_held_out(
            dataset, evidence.embeddings, held_out, evidence.same_text_across, settings.seed
        ),
    )
    update = (incoming, encoder.embed(incoming.texts)) if incoming else None
    forecast = run_forecast(
        old, update, target, coefficients, settings, progress, mitigations=mitigations
    )
    return dataclasses.replace(evidence, forecast=forecast)


def look(
    dataset: Dataset,
    unlabelled: Sequence[tuple[str, int]],
    encoder: Encoder,
    settings: Settings,
    progress: Progress,
    *,
    parts: Collection[str] = PARTS,
) -> Evidence:
    """The structure of the data and what probes say of its labels; each is computed once, here.

    parts: of PARTS what is wanted; the rest is NotComputed, half of the work.
    """
    embeddings = encoder.embed(dataset.texts)
    held_out = encoder.embed([e.text for e in dataset.held_out])
    progress("structure", 0, 1)
    neighbours = nearest(embeddings.vectors, NEIGHBOURS)
    same_text = find_copies(dataset.texts, neighbours)
    templates = find_templates(dataset, same_text)
    matches = find_matches(dataset, templates)
    across = None
    if dataset.held_out:
        across = find_copies_across(dataset.examples, dataset.held_out, embeddings, held_out)
    evidence = Evidence(
        dataset=dataset,
        embeddings=embeddings,
        neighbours=neighbours,
        copies=same_text.apart(dataset.kinds),
        same_text=same_text,
        templates=templates,
        seed=settings.seed,
        reference=_reference(unlabelled, encoder) if unlabelled else None,
        copies_across=across.apart(_told_before(dataset)) if across else None,
        same_text_across=across,
        repetition=find_repetition(dataset, same_text, templates, settings.seed),
        matches=matches,
        pattern_alone=evaluate_patterns_alone(dataset, same_text, matches),
    )
    stripped = without_templates(dataset.texts, templates)
    if "subtypes" in parts:
        found = _subtypes(dataset, stripped, encoder, same_text, templates)
        evidence = dataclasses.replace(evidence, subtypes=found)
    progress("structure", 1, 1)
    if "labels" in parts:
        seed = settings.seed
        said = score_out_of_fold(dataset, embeddings, same_text, templates, seed)
        gaps = None
        if said:
            gaps = measure_template_leakage(dataset, embeddings, same_text, matches, said, seed)
        evidence = dataclasses.replace(evidence, out_of_fold=said, template_leakage=gaps)
    if "errors" in parts:
        together = keep_near_together(dataset, same_text)
        errors = find_label_errors(
            dataset,
            stripped,
            embeddings,
            neighbours,
            together,
            evidence.copies,
            evidence.labels_beside,
            settings.seed,
        )
        evidence = dataclasses.replace(evidence, label_errors=errors)
    if "noise" in parts:
        noise = estimate_label_noise(dataset, embeddings, same_text, settings.seed)
        evidence = dataclasses.replace(evidence, label_noise=noise)
    return evidence


def _subtypes(
    dataset: Dataset,
    stripped: Sequence[str],
    encoder: Encoder,
    copies: CopyFamilies,
    templates: Sequence[Template],
) -> tuple[Subtype, ...]:
    vectors = encoder.embed(stripped).vectors
    return find_subtypes(dataset, stripped, vectors, copies, templates)


def run_forecast(
    old: BaseTask,
    update: tuple[Dataset, Embeddings] | None,
    target: Target | None,
    coefficients: Coefficients,
    settings: Settings,
    progress: Progress,
    *,
    mitigations: Sequence[Mitigation] = (),
) -> Forecast:
    """The forecast, from the rung that was asked for or that the budget allows."""
    across, full = None, None
    if update and target:
        rows, vectors = update
        across = find_copies_across(old.dataset.examples, rows.examples, old.embeddings, vectors)
        full = cost_of_full(old, rows, across, target, mitigations)
    choice = choose_fidelity(
        settings.probe,
        settings.budget,
        full=full,
        head=lambda: seconds_of_head(old, given=update is not None),
    )
    measurement = None
    if update and target and across and choice.fidelity == "full":
        folder = cache_folder(settings) / "fine-tunes"
        measurement = measure_update(
            *(old, update[0], across, target, choice.effort, folder),
            seed=settings.seed,
            mitigations=mitigations,
            progress=progress,
        )
    return forecast_forgetting(
        old,
        update,
        fidelity=choice.fidelity,
        chosen=choice.reason,
        coefficients=coefficients,
        seed=settings.seed,
        measurement=measurement,
        progress=progress,
    )


@one_blas_thread()
def backtest(
    data: Source,
    output: str | Path | None = None,
    *,
    updates: int = 8,
    seeds: int = 2,
    settings: Settings | None = None,
    progress: Progress = lambda *_: None,
    **options: Any,
) -> Backtest:
    """Leaves categories of `data` out, fine-tunes on them, and compares the drops with forecasts.

    Each of `updates` is fine-tuned `seeds` times, and stays in `output`, by default
    `reports/<name>/backtest`, as soon as it is measured; what is there already is not done again.
    Raises `auditor.errors.AuditorError` for what the user can mend.
    """
    settings = with_options(settings or Settings(), options)
    fidelity, coefficients = _backtested_fidelity(settings), coefficients_of(settings)
    dataset = load_dataset(data, settings)
    target = open_target(settings.target_model or settings.embedder, offline=settings.offline)
    encoder = open_encoder(settings, progress)
    embeddings = encoder.embed(dataset.texts)
    chosen = choose(embeddings.vectors, dataset.codes, updates)
    if not chosen:
        raise DataError(f"{dataset.name}: too few categories to leave one out; 4 are needed")
    copies = find_copies(dataset.texts, nearest(embeddings.vectors, NEIGHBOURS))
    templates = find_templates(dataset, copies)
    whole = FullDataset(
        dataset=dataset,
        embeddings=embeddings,
        copies=copies,
        templates=templates,
    )
    folder = Path(output or Path("reports") / dataset.name / "backtest")
    folder.mkdir(parents=True, exist_ok=True)
    return backtests.run(
        whole,
        chosen,
        target,
        folder,
        coefficients=coefficients,
        fidelity=fidelity,
        seeds=seeds,
        seed=settings.seed,
        progress=progress,
    )


def _backtested_fidelity(settings: Settings) -> str:
    """Raises UsageError for `full`: that is the measurement itself."""
    if settings.probe == "full":
        raise UsageError(
            "--probe full is what a backtest measures against; give similarity or head"
        )
    return settings.probe or "head"


def find_copies_across(
    examples: Sequence[Example], others: Sequence[Example], own: Embeddings, theirs: Embeddings
) -> CopyFamilies:
    """Copy families of two lists of rows together, in that order, with the vectors of either."""
    near = nearest(np.concatenate([own.vectors, theirs.vectors]), NEIGHBOURS)
    return find_copies([e.text for e in (*examples, *others)], near)


def _told_before(dataset: Dataset) -> list[str]:
    """The contexts of the training rows and of those of other splits, in that order."""
    return [e.told_before for e in (*dataset.examples, *dataset.held_out)]


def _reference(unlabelled: Sequence[tuple[str, int]], encoder: Encoder) -> Reference:
    texts, rows = zip(*unlabelled, strict=True)
    return Reference(texts=texts, rows=rows, vectors=encoder.embed(texts).vectors)
