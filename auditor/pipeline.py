"""The whole pipeline on one screen: a labelled dataset in, an audit out."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from auditor.analysis import analyse
from auditor.checks import CHECKS, run_checks
from auditor.checks.limits import limits_of
from auditor.checks.rejected_rows import rejected_summary
from auditor.dataset import load_dataset
from auditor.embedding.embed import Encoder
from auditor.errors import DataError, MachineError, UsageError
from auditor.folders import as_path, can_be_written
from auditor.forecasting import base_task, forecast, readable_update
from auditor.inputs import Inputs, read_inputs
from auditor.interfaces import Progress
from auditor.no_text import without_text
from auditor.options import Options, named_options, with_options
from auditor.prediction.backtest import run_backtest
from auditor.prediction.claims import measure_claims
from auditor.prediction.claims.material import gather
from auditor.prediction.folds import keep_near_together
from auditor.prediction.leave_out import FullDataset, choose_held_out_categories
from auditor.progress import Watching, heard
from auditor.records.audit import Audit
from auditor.records.claims import Claims
from auditor.records.dataset import Dataset
from auditor.records.evidence import Reference, computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.records.forecast import Backtest
from auditor.resources import (
    coefficients_of,
    mitigations_of,
    open_encoder,
    open_named_target,
    plan_of,
)
from auditor.settings import Settings, configure
from auditor.structure.map import project
from auditor.summary import map_sample, summarise
from auditor.threads import one_blas_thread

_LOG = logging.getLogger(__name__)

if TYPE_CHECKING:
    from auditor.dataset.sources import Source


@named_options
@one_blas_thread()
def audit(
    data: Source,
    *,
    update: Source | None = None,
    reference: Source | None = None,
    settings: Settings | None = None,
    progress: Watching = None,
    **options: Unpack[Options],
) -> Audit:
    """Audits the labelled dataset `data`, and forecasts what `update` would make it forget.

    data, update, reference: a file, a folder, or a table in memory (see `auditor.dataset.memory`);
    `reference` holds unlabelled text from where the model is used, which may be a list of
    strings. progress: a function of (stage, done, total), or whether bars are drawn; None: in a
    notebook alone. `options` are single settings by name, on top of `settings`: `auditor.Options`.
    No file of settings is read: `settings=auditor.load_settings(None, {}, data)` is of the nearest
    to the data. Raises `auditor.errors.AuditorError` for what the user can mend.

    >>> auditor.audit("sample_datasets/support_tickets.csv", label="category", seed=1)
    <Audit of 'support_tickets': 763 rows; ...>
    """
    settings, progress = with_options(settings, options, audit), heard(progress)
    configure(CHECKS, settings.checks)  # what is wrong there is said before anything is read
    return audit_inputs(
        read_inputs(data, update, reference, settings, progress), settings, progress
    )


@one_blas_thread()
def audit_inputs(inputs: Inputs, settings: Settings, progress: Progress) -> Audit:
    """The audit of what was read. Raises as `audit` does."""
    checks = configure(CHECKS, settings.checks)
    dataset, incoming, unlabelled = inputs.dataset, inputs.update, inputs.reference
    mitigations = mitigations_of(settings)
    plan = plan_of(settings, incoming, mitigations=mitigations)
    encoder = open_encoder(settings, progress)

    evidence = analyse(dataset, encoder, settings.seed, progress)
    taught, unforecast = readable_update(incoming, encoder)
    task = None if unforecast else base_task(evidence)
    evidence = dataclasses.replace(
        evidence,
        forecast=forecast(task, taught, plan, progress) if task else None,
        unforecast=unforecast,
        reference=_reference(unlabelled, encoder) if unlabelled and unlabelled[0] else None,
    )
    findings, skipped = run_checks(evidence, checks)
    skipped = (*skipped, *_unread(incoming))

    shown = map_sample(dataset, findings, settings.map_points)
    progress("map", 0, 1)
    places = project(evidence.embeddings.vectors[shown], settings.seed)
    progress("map", 1, 1)
    limits = {check.code: limits_of(check) for check in checks}
    result = summarise(evidence, findings, skipped, limits, shown, places, settings)
    return without_text(result) if settings.no_text else result


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
    evidence = analyse(dataset, open_encoder(settings, progress), settings.seed, progress)
    return dataset, run_checks(evidence, checks)[0]


@named_options
@one_blas_thread()
def backtest(
    data: Source,
    output: str | Path | None = None,
    *,
    updates: int = 8,
    seeds: int = 2,
    settings: Settings | None = None,
    progress: Watching = None,
    **options: Unpack[Options],
) -> Backtest:
    """Leaves categories of `data` out, fine-tunes on them, and compares the drops with forecasts.

    data: as `audit` takes it. Each of `updates` is fine-tuned `seeds` times, and stays in `output`,
    by default `reports/<name>/backtest`, as soon as it is measured; what is there already is not
    done again. `progress` and `options` are as in `auditor.audit`. Raises
    `auditor.errors.AuditorError` for what the user can mend. No file of settings is read; see
    `auditor.load_settings`.
    """
    settings, progress = with_options(settings, options, backtest), heard(progress)
    fidelity, coefficients = _backtested_fidelity(settings), coefficients_of(settings)
    dataset = load_dataset(data, settings)
    folder = Path(output or Path("reports") / as_path(dataset.name) / "backtest")
    if not can_be_written(folder):
        raise MachineError(f"{folder}: cannot be written; choose another folder with --output")
    target = open_named_target(settings)
    encoder = open_encoder(settings, progress)
    chosen = choose_held_out_categories(
        encoder.embed(dataset.texts).vectors, dataset.codes, updates
    )
    if not chosen:
        raise DataError(f"{dataset.name}: too few categories to leave one out; 4 are needed")
    evidence = analyse(dataset, encoder, settings.seed, progress, parts=["templates"])
    full_dataset = FullDataset(
        dataset=dataset,
        embeddings=evidence.embeddings,
        copies=evidence.same_text,
        templates=computed(evidence.templates),
    )
    folder.mkdir(parents=True, exist_ok=True)
    return run_backtest(
        full_dataset,
        chosen,
        target,
        folder,
        coefficients=coefficients,
        fidelity=fidelity,
        seeds=seeds,
        seed=settings.seed,
        progress=progress,
    )


@named_options
@one_blas_thread()
def claims(
    data: Source,
    updates: Sequence[Source] = (),
    *,
    seeds: int = 3,
    settings: Settings | None = None,
    progress: Watching = None,
    **options: Unpack[Options],
) -> Claims:
    """Whether replay keeps what its buffer lacks, elastic weight consolidation protects wrong
    labels, and distillation passes errors on: measured by fine-tunes on `data`.

    updates: made one after the other; where they are fewer than three, categories of `data` are
    left out as further ones. data, progress, options: as `audit` takes them. Raises
    `auditor.errors.AuditorError` for what the user can mend.
    """
    settings, progress = with_options(settings, options, claims), heard(progress)
    dataset = load_dataset(data, settings)
    beside = dataclasses.replace(settings, input_format=None)
    given = [load_dataset(update, beside, strict_roles=False) for update in updates]
    target = open_named_target(settings)
    encoder = open_encoder(settings, progress)
    parts = ["subtypes", "errors"]
    evidence = analyse(dataset, encoder, settings.seed, progress, parts=parts)
    material = gather(
        dataset,
        evidence.embeddings,
        keep_near_together(dataset, evidence.same_text, computed(evidence.templates)),
        computed(evidence.subtypes),
        computed(evidence.label_errors),
        given,
        seeds,
    )
    return measure_claims(
        material,
        target,
        dataset.name,
        len(dataset.examples),
        seeds=range(settings.seed, settings.seed + seeds),
        progress=progress,
    )


def _backtested_fidelity(settings: Settings) -> str:
    """Raises UsageError for `full`: that is the measurement itself. Says what is not used."""
    if settings.recipe:
        _LOG.info("a backtest is of the default recipe; %s is not used", ", ".join(settings.recipe))
    if settings.probe == "full":
        raise UsageError(
            "--probe full is what a backtest measures against; give similarity or head"
        )
    return settings.probe or "head"


def _unread(update: Dataset | None) -> tuple[SkippedCheck, ...]:
    """That rows of the update could not be read, where there are such."""
    if update is None or not update.rejected:
        return ()
    reason = f"of the update {rejected_summary(update)}"
    return (SkippedCheck(code="forecast", reason=reason),)


def _reference(unlabelled: tuple[list[str], list[int]], encoder: Encoder) -> Reference:
    """Texts of real use that the model can read, in an order of their own; with their rows in that
    file."""
    texts, rows = zip(*sorted(zip(*unlabelled, strict=True)), strict=True)
    embeddings = encoder.embed(texts)
    known = np.flatnonzero(embeddings.known)
    return Reference(
        texts=[texts[i] for i in known.tolist()],
        rows=[rows[i] for i in known.tolist()],
        vectors=embeddings.vectors[known],
        unread="" if embeddings.readable is not None else embeddings.unread("reference texts"),
    )
