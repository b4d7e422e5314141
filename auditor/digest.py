"""Evidence and findings -> the Audit that users keep.

Positions become rows of the file, and only texts that a report shows are kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from auditor.records import (
    Dataset,
    Evidence,
    Floats,
    Ints,
    Subtype,
    effective_examples,
)
from auditor.results import (
    Audit,
    DatasetSummary,
    EmbedderSummary,
    Finding,
    SkippedCheck,
    SubtypeSummary,
    TemplateSummary,
)
from auditor.settings import Settings

MOSTLY = 0.5  # share of letters in unknown scripts from which a text counts as such
SHOWN_A_FINDING = 8  # example texts a finding; a report shows no more of them
PACKAGES = ("auditor", "torch", "sentence-transformers", "scikit-learn", "umap-learn")
# What a finding may measure that quotes the data; gone with `no_text`.
QUOTES = (
    *("skeleton", "skeletons", "typical_text", "keywords", "difference"),
    *("annotator", "annotators", "sources", "declared", "combination"),
)


def drawn(dataset: Dataset, findings: Sequence[Finding], most: int) -> Ints:
    """Positions on the map: a sample of `most` rows, those of findings about single rows first.

    Rows are in canonical order, by a hash of their content, so a prefix of them is a sample.
    """
    rows = dataset.rows
    pointed = {r for f in findings if f.code in ("label-error", "label-conflict") for r in f.rows}
    first = np.flatnonzero(np.isin(rows, sorted(pointed)))[: most // 2]
    rest = np.setdiff1d(np.arange(len(rows)), first)[: most - len(first)]
    return np.sort(np.concatenate([first, rest])).astype(np.int64)


def digest(
    evidence: Evidence,
    findings: Sequence[Finding],
    skipped: Sequence[SkippedCheck],
    shown: Ints,
    places: Floats,
    settings: Settings,
) -> Audit:
    """The audit; with `settings.no_text` it holds no text, skeleton, keyword or id of the data,
    no annotator or source, and no value of a declared column."""
    dataset, embeddings = evidence.dataset, evidence.embeddings
    rows, hidden = dataset.rows, settings.no_text
    counts = np.bincount(dataset.codes)
    examples = {} if hidden else _examples(evidence, findings, shown)
    if evidence.forecast is None:
        alone = "there is one category, so nothing can be forgotten in favour of another"
        skipped = [*skipped, SkippedCheck(code="forecast", reason=alone)]
    return Audit(
        dataset=DatasetSummary(
            name=dataset.name,
            rows_read=dataset.rows_read,
            rows_rejected=dataset.rejected,
            categories={c: int(n) for c, n in zip(dataset.categories, counts, strict=True)},
            fingerprint=dataset.fingerprint,
            roles=dict(dataset.roles),
            effective_examples=round(effective_examples(evidence.copies.family), 1),
            long_texts=int((embeddings.windows > 1).sum()),
            unknown_script=int((embeddings.unknown > MOSTLY).sum()),
        ),
        embedder=EmbedderSummary(
            name=embeddings.embedder,
            revision=embeddings.revision,
            dim=embeddings.dim,
            precision=embeddings.precision,
        ),
        settings=settings.deciding(),
        subtypes=tuple(_subtype(s, rows, hidden) for s in evidence.subtypes),
        findings=tuple(_without_quotes(f) if hidden else f for f in findings),
        forecast=evidence.forecast,
        examples=examples,
        map=tuple(
            (int(r), float(x), float(y))
            for r, (x, y) in zip(rows[shown], places.tolist(), strict=True)
        ),
        skipped=tuple(skipped),
        versions={p: version(p) for p in PACKAGES},
    )


def _examples(evidence: Evidence, findings: Sequence[Finding], shown: Ints) -> dict[str, str]:
    dataset = evidence.dataset
    texts = {e.row: e.text for e in (*dataset.examples, *dataset.held_out)}
    told = [f for f in findings if f.code != "class-imbalance"]
    wanted = {r for f in told for r in f.shown_rows[:SHOWN_A_FINDING]}
    wanted |= {r for f in told for r in f.measured.get("nearest_outside_rows", ())}
    wanted |= {int(r) for r in dataset.rows[[s.typical for s in evidence.subtypes]]}
    wanted |= {int(r) for r in dataset.rows[shown]}
    return {str(r): texts[r] for r in sorted(wanted)}


def _subtype(subtype: Subtype, rows: Ints, hidden: bool) -> SubtypeSummary:
    members = set(subtype.members.tolist())
    shares = [
        (t, sorted(int(rows[i]) for i in members.intersection(t.members.tolist())))
        for t in subtype.templates
    ]
    return SubtypeSummary(
        id=subtype.id,
        category=subtype.category,
        rows=tuple(sorted(int(r) for r in rows[subtype.members])),
        typical_row=int(rows[subtype.typical]),
        keywords=() if hidden else subtype.keywords,
        effective_examples=round(subtype.effective_examples, 2),
        templates=tuple(
            TemplateSummary(
                skeleton=None if hidden else t.skeleton,
                rows=tuple(inside),
                share=round(len(inside) / len(members), 4),
            )
            for t, inside in shares
        ),
    )


def _without_quotes(finding: Finding) -> Finding:
    kept = {k: v for k, v in finding.measured.items() if k not in QUOTES}
    return dataclasses.replace(finding, measured=kept)
