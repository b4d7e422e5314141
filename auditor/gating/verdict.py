"""Results -> the Verdict that users keep; the candidate without the rows to leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace

from auditor.gating import baseline as baselines
from auditor.gating.decisions import outcome
from auditor.gating.evidence import GateEvidence
from auditor.gating.hypotheses import STATUSES
from auditor.gating.policy import Policy
from auditor.records.dataset import Dataset
from auditor.records.findings import SkippedCheck
from auditor.records.verdict import (
    AcceptedErrors,
    BaselineSummary,
    Dropped,
    SetSummary,
    Tested,
    Verdict,
)
from auditor.settings import Settings
from auditor.summary import OF_THE_MAP, PACKAGES, provenance, unread_texts

MAX_QUOTED = 5  # rows that a result shows with their text, besides its pairs
MAX_REJECTED = 3  # rejected rows that are named


def make_verdict(
    found: GateEvidence,
    base: Dataset | None,
    tested: Sequence[Tested],
    drop: tuple[Dropped, ...],
    skipped: Sequence[SkippedCheck],
    policy: Policy,
    settings: Settings,
    *,
    baseline: baselines.BaselineDiff | None = None,
    renamed: Mapping[str, str] | None = None,
    accepted_errors: AcceptedErrors | None = None,
) -> Verdict:
    """The verdict on `tested`; base: as the user gave it, its categories under their old names."""
    pool = found.pool
    tested = sorted(tested, key=lambda t: STATUSES.index(t.status))
    notable = [t for t in tested if t.status != "pass"]
    shown = {r for t in notable for r in (*t.rows[:MAX_QUOTED], *_paired(t, "candidate"))}
    shown_base = {r for t in notable for r in (*t.base_rows[:MAX_QUOTED], *_paired(t, "base"))}
    repeated = {(d.repeats.other_in, d.repeats.other) for d in drop if d.repeats}
    shown |= {d.row for d in drop} | {r for which, r in repeated if which == "candidate"}
    named = shown | {r for t in notable for r in t.rows}
    lines = {e.row: e.line for e in pool.candidate.examples if e.row in named}
    return Verdict(
        outcome=outcome(tested),
        candidate=_set_summary(pool.candidate),
        base=None if base is None else _set_summary(base),
        added=int(pool.added.sum()),
        removed=int(pool.removed.sum()),
        kept=int(pool.kept.sum()),
        tested=tuple(tested),
        baseline=None if baseline is None else _baseline_summary(baseline),
        false_alarms=policy.false_alarms,
        file=pool.candidate.name,
        lines={str(r): line for r, line in sorted(lines.items()) if line is not None},
        examples=_texts(pool.candidate, shown),
        base_examples=_texts(pool.base, shown_base) if pool.base else {},
        skipped=tuple(skipped),
        policy=asdict(policy),
        accepted_errors=accepted_errors,
        renamed=dict(renamed or {}),
        drop=drop,
        unread=unread_texts(found.both.dataset.texts, found.both.embeddings),
        # It lists the map's package too, as it did, though it draws none.
        **provenance(found.both.embeddings, settings, (*PACKAGES, OF_THE_MAP)),
    )


def without_rows(dataset: Dataset, drop: Sequence[Dropped]) -> Dataset | None:
    """The dataset with some rows of its file left out; None where nothing would be left."""
    dropped = {d.row for d in drop}
    left = tuple(e for e in dataset.examples if e.row not in dropped)
    read = len(left) + len(dataset.held_out)
    return replace(dataset, examples=left, rows_read=read) if left else None


def _paired(tested: Tested, which: str) -> Iterator[int]:
    """The rows of a set that stand in pairs."""
    for pair in tested.pairs:
        if which == "candidate":
            yield pair.row
        if pair.other_in == which:
            yield pair.other


def _baseline_summary(accepted_errors: baselines.BaselineDiff) -> BaselineSummary:
    return BaselineSummary(
        known=len(accepted_errors.known),
        new=len(accepted_errors.new),
        fixed=len(accepted_errors.fixed),
        expired=len(accepted_errors.expired),
        grown=sum(len(g.findings) for g in accepted_errors.growth),
        untouched=len(accepted_errors.untouched),
    )


def _set_summary(dataset: Dataset) -> SetSummary:
    return SetSummary(
        name=dataset.name,
        rows=len(dataset.examples),
        rejected=len(dataset.rejected),
        categories=len(dataset.categories),
        fingerprint=dataset.fingerprint,
        first_rejected=dataset.rejected[:MAX_REJECTED],
    )


def _texts(dataset: Dataset, rows: set[int]) -> dict[str, str]:
    return {
        str(e.row): e.text for e in sorted(dataset.examples, key=lambda e: e.row) if e.row in rows
    }
