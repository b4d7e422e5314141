"""Answers -> the Verdict that users keep; the candidate without the rows to leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace

from auditor.gating import baseline as baselines
from auditor.gating.answering import outcome
from auditor.gating.evidence import GateEvidence
from auditor.gating.hypotheses import STATUSES
from auditor.gating.policy import Policy
from auditor.records.dataset import Dataset
from auditor.records.findings import SkippedCheck
from auditor.records.verdict import BaselineSummary, Dropped, SetSummary, Standing, Tested, Verdict
from auditor.settings import Settings
from auditor.summary import OF_THE_MAP, PACKAGES, provenance

QUOTED = 5  # rows that an answer shows with their text, besides its pairs
REJECTED = 3  # rows that could not be read, and are named


def make_verdict(
    found: GateEvidence,
    base: Dataset | None,
    tested: Sequence[Tested],
    drop: tuple[Dropped, ...],
    skipped: Sequence[SkippedCheck],
    policy: Policy,
    settings: Settings,
    *,
    baseline: baselines.Standing | None = None,
    renamed: Mapping[str, str] | None = None,
    standing: Standing | None = None,
) -> Verdict:
    """The verdict on `tested`; base: as the user gave it, its categories under their old names."""
    sides = found.pool
    tested = sorted(tested, key=lambda t: STATUSES.index(t.status))
    told = [t for t in tested if t.status != "pass"]
    shown = {r for t in told for r in (*t.rows[:QUOTED], *_paired(t, "candidate"))}
    lost = {r for t in told for r in (*t.base_rows[:QUOTED], *_paired(t, "base"))}
    beside = {(d.repeats.other_in, d.repeats.other) for d in drop if d.repeats}
    shown |= {d.row for d in drop} | {r for side, r in beside if side == "candidate"}
    named = shown | {r for t in told for r in t.rows}
    lines = {e.row: e.line for e in sides.candidate.examples if e.row in named}
    return Verdict(
        outcome=outcome(tested),
        candidate=_summary(sides.candidate),
        base=None if base is None else _summary(base),
        added=int(sides.added.sum()),
        removed=int(sides.removed.sum()),
        kept=int(sides.kept.sum()),
        tested=tuple(tested),
        baseline=None if baseline is None else _summed(baseline),
        false_alarms=policy.false_alarms,
        file=sides.candidate.name,
        lines={str(r): line for r, line in sorted(lines.items()) if line is not None},
        examples=_texts(sides.candidate, shown),
        base_examples=_texts(sides.base, lost) if sides.base else {},
        skipped=tuple(skipped),
        policy=asdict(policy),
        standing=standing,
        renamed=dict(renamed or {}),
        drop=drop,
        # It lists the map's package too, as it did, though it draws none.
        **provenance(found.both.embeddings, settings, (*PACKAGES, OF_THE_MAP)),
    )


def without(dataset: Dataset, drop: Sequence[Dropped]) -> Dataset | None:
    """The dataset with some rows of its file left out; None where nothing would be left."""
    gone = {d.row for d in drop}
    left = tuple(e for e in dataset.examples if e.row not in gone)
    read = len(left) + len(dataset.held_out)
    return replace(dataset, examples=left, rows_read=read) if left else None


def _paired(tested: Tested, side: str) -> Iterator[int]:
    """The rows of a side that stand in pairs."""
    for pair in tested.pairs:
        if side == "candidate":
            yield pair.row
        if pair.other_in == side:
            yield pair.other


def _summed(standing: baselines.Standing) -> BaselineSummary:
    return BaselineSummary(
        known=len(standing.known),
        new=len(standing.new),
        fixed=len(standing.fixed),
        expired=len(standing.expired),
        grown=sum(len(g.findings) for g in standing.growth),
        untouched=len(standing.untouched),
    )


def _summary(dataset: Dataset) -> SetSummary:
    return SetSummary(
        name=dataset.name,
        rows=len(dataset.examples),
        rejected=len(dataset.rejected),
        categories=len(dataset.categories),
        fingerprint=dataset.fingerprint,
        first_rejected=dataset.rejected[:REJECTED],
    )


def _texts(dataset: Dataset, rows: set[int]) -> dict[str, str]:
    return {
        str(e.row): e.text for e in sorted(dataset.examples, key=lambda e: e.row) if e.row in rows
    }
