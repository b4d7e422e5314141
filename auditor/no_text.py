"""What `--no-text` leaves out of an audit or a comparison, made anew or rendered again."""

from __future__ import annotations

from dataclasses import replace

from auditor.comparison import Comparison
from auditor.results import Audit, Finding, SubtypeSummary

# What a finding may measure that quotes the data.
QUOTES = (
    *("skeleton", "skeletons", "typical_text", "keywords", "difference"),
    *("annotator", "annotators", "sources", "declared", "combination"),
)


def without_text(audit: Audit) -> Audit:
    """The audit without any text, skeleton, keyword or id of the data, without annotators, sources
    and values of declared columns. Names of categories and splits stay."""
    rejected = tuple(replace(r, found="") for r in audit.dataset.rows_rejected)
    return replace(
        audit,
        dataset=replace(audit.dataset, rows_rejected=rejected),
        settings={**audit.settings, "no_text": True},
        subtypes=tuple(_unquoted_subtype(s) for s in audit.subtypes),
        findings=tuple(_unquoted(f) for f in audit.findings),
        examples={},
        ids={},
    )


def comparison_without_text(comparison: Comparison) -> Comparison:
    """The comparison without any text, keyword or n-gram of the data."""
    told = comparison.two_sample
    return replace(
        comparison,
        settings={**comparison.settings, "no_text": True},
        regions=tuple(replace(r, keywords=()) for r in comparison.regions),
        two_sample=replace(told, ngrams=()) if told else None,
        examples={},
        base_examples={},
    )


def _unquoted(finding: Finding) -> Finding:
    kept = {k: v for k, v in finding.measured.items() if k not in QUOTES}
    return replace(finding, measured=kept)


def _unquoted_subtype(subtype: SubtypeSummary) -> SubtypeSummary:
    templates = tuple(replace(t, skeleton=None) for t in subtype.templates)
    return replace(subtype, keywords=(), templates=templates)
