"""Evidence and findings -> the Audit that users keep; what every result says that it came of.

Positions become rows of the file, and only texts that a report shows are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, TypedDict

import numpy as np

from auditor.checks import lacking
from auditor.checks.fragile_category import FragileCategory
from auditor.embedding.model_files import PACKAGED
from auditor.embedding.scripts import scripts_of
from auditor.records.arrays import Floats, Ints
from auditor.records.audit import (
    Audit,
    DatasetSummary,
    EmbedderSummary,
    LabelErrorSummary,
    SubtypeSummary,
    TemplateSummary,
    UnreadTexts,
)
from auditor.records.dataset import Dataset
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding, Limit, SkippedCheck
from auditor.records.structure import Embeddings, Subtype, effective_examples
from auditor.reporting.relabelling import rows_to_label_again
from auditor.settings import Settings
from auditor.structure.languages import texts_of_languages
from auditor.structure.tokens import words

OF_A_LANGUAGE = 0.2  # of the texts: fewer may be names, or short texts that are mistaken for it
SHOWN_A_FINDING = 8  # example texts a finding; a report shows no more of them
PACKAGES = ("auditor", "torch", "sentence-transformers", "scikit-learn")
OF_THE_MAP = "umap-learn"


def map_sample(dataset: Dataset, findings: Sequence[Finding], max_points: int) -> Ints:
    """Positions on the map: a sample of `max_points` rows, those of findings about single rows
    first.

    Rows are in canonical order, by a hash of their content, so a prefix of them is a sample.
    """
    rows = dataset.rows
    first = np.flatnonzero(np.isin(rows, sorted(_to_label_again(findings))))[: max_points // 2]
    rest = np.setdiff1d(np.arange(len(rows)), first)[: max_points - len(first)]
    return np.sort(np.concatenate([first, rest])).astype(np.int64)


def summarise(
    evidence: Evidence,
    findings: Sequence[Finding],
    skipped: Sequence[SkippedCheck],
    limits: Mapping[str, tuple[Limit, ...]],
    shown: Ints,
    places: Floats | None,
    settings: Settings,
) -> Audit:
    """The audit, with its text."""
    dataset, embeddings = evidence.dataset, evidence.embeddings
    rows = dataset.rows
    counts = np.bincount(dataset.codes)
    forecast, subtypes = computed(evidence.forecast), computed(evidence.subtypes)
    if forecast is None:
        reason = lacking(evidence, FragileCategory()) or ""
        skipped = [*skipped, SkippedCheck(code="forecast", reason=reason)]
    return Audit(
        dataset=DatasetSummary(
            name=dataset.name,
            rows_read=dataset.rows_read,
            rows_rejected=dataset.rejected,
            categories={c: int(n) for c, n in zip(dataset.categories, counts, strict=True)},
            fingerprint=dataset.fingerprint,
            roles=dict(dataset.roles),
            effective_examples=round(effective_examples(evidence.items.family), 1),
            long_texts=int((embeddings.windows > 1).sum()),
            unknown_script=int((~embeddings.known).sum()),
            mapped_labels=dataset.mapped_labels,
            decisions=dataset.decisions,
        ),
        subtypes=tuple(_subtype(s, rows) for s in subtypes),
        findings=tuple(findings),
        forecast=forecast,
        examples=_examples(evidence, findings, shown),
        map=_map(rows[shown], places),
        skipped=tuple(skipped),
        limits=limits,
        ids=_ids(dataset, findings),
        label_errors=_label_errors(evidence, findings),
        unread=unread_texts(dataset.texts, embeddings),
        **provenance(embeddings, settings, (*PACKAGES, OF_THE_MAP)),
    )


def unread_texts(texts: Sequence[str], embeddings: Embeddings) -> UnreadTexts | None:
    """Those of `texts` (n,) in scripts that the model does not know, or in languages that it hardly
    knows; None without any."""
    rows = np.flatnonzero(~embeddings.known).tolist()
    languages = _hardly_known(texts) if embeddings.embedder == PACKAGED else {}
    if not rows and not languages:
        return None
    scripts = Counter(scripts_of(texts[i]).most_common(1)[0][0] for i in rows)
    return UnreadTexts(
        texts=len(rows),
        of=len(texts),
        scripts=dict(sorted(scripts.items(), key=lambda s: (-s[1], s[0]))),
        languages=languages,
    )


def _hardly_known(texts: Sequence[str]) -> dict[str, int]:
    """The languages but English of a good part of the texts: the packaged model was trained on
    English alone. Of 48 questions in German or Spanish 20 and 12 lie nearest to their own one of
    four categories, by chance 12; in English 41 do (`tests/benchmarks/languages.py`)."""
    votes = texts_of_languages(map(words, texts))
    likely = {c: n for c, n in votes.most_common() if c != "en" and n >= OF_A_LANGUAGE * len(texts)}
    return dict(sorted(likely.items(), key=lambda v: (-v[1], v[0])))


def _map(rows: Ints, places: Floats | None) -> tuple[tuple[int, float, float], ...]:
    """Each row with its place (n, 2); none where there is no map."""
    if places is None:
        return ()
    return tuple(
        (int(r), float(x), float(y)) for r, (x, y) in zip(rows, places.tolist(), strict=True)
    )


class Provenance(TypedDict):
    """What an audit, a verdict or a comparison came of, by their fields."""

    embedder: EmbedderSummary
    settings: dict[str, Any]
    versions: dict[str, str]


def provenance(
    embeddings: Embeddings, settings: Settings, packages: Sequence[str] = PACKAGES
) -> Provenance:
    """The model, the settings that decide, and the versions of `packages`, which decide too."""
    return Provenance(
        embedder=EmbedderSummary(
            name=embeddings.embedder,
            revision=embeddings.revision,
            dim=embeddings.dim,
            precision=embeddings.precision,
        ),
        settings=settings.deciding(),
        versions={p: version(p) for p in packages},
    )


def _examples(evidence: Evidence, findings: Sequence[Finding], shown: Ints) -> dict[str, str]:
    dataset = evidence.dataset
    texts = {e.row: e.text for e in (*dataset.examples, *dataset.held_out)}
    with_texts = [f for f in findings if f.code != "class-imbalance"]
    wanted = {r for f in with_texts for r in f.shown_rows[:SHOWN_A_FINDING]}
    wanted |= _to_label_again(findings)
    wanted |= {r for f in with_texts for r in f.measured.get("nearest_outside_rows", ())}
    wanted |= {int(r) for r in dataset.rows[[s.typical for s in computed(evidence.subtypes)]]}
    wanted |= {int(r) for r in dataset.rows[shown]}
    return {str(r): texts[r] for r in sorted(wanted)}


def _label_errors(evidence: Evidence, findings: Sequence[Finding]) -> LabelErrorSummary | None:
    found = computed(evidence.label_errors)
    if found is None or found.share is None:
        return None
    listed = [
        f.measured["probability"]
        for f in findings
        if f.code == "label-error" and "probability" in f.measured
    ]
    wrong, low, high = (round(found.assessed * share, 1) for share in found.share)
    # What is usual draws the estimate a little, at times to beyond an end of the data's interval.
    low, high = min(low, wrong), max(high, wrong)
    return LabelErrorSummary(
        rows=found.assessed,
        listed=len(listed),
        listed_wrong=round(sum(listed), 2),
        wrong=wrong,
        wrong_low=low,
        wrong_high=high,
    )


def _ids(dataset: Dataset, findings: Sequence[Finding]) -> dict[str, str]:
    ids = {e.row: e.id for e in dataset.examples}
    return {str(r): i for r in sorted(_to_label_again(findings)) if (i := ids.get(r))}


def _to_label_again(findings: Sequence[Finding]) -> set[int]:
    return {row for copies in rows_to_label_again(findings) for row in copies}


def _subtype(subtype: Subtype, rows: Ints) -> SubtypeSummary:
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
        keywords=subtype.keywords,
        effective_examples=round(subtype.effective_examples, 2),
        templates=tuple(
            TemplateSummary(
                pattern=t.pattern,
                rows=tuple(inside),
                share=round(len(inside) / len(members), 4),
            )
            for t, inside in shares
        ),
    )
