"""What `--no-text` keeps of an audit or a comparison, made anew or rendered again.

Of what a check measured numbers are kept, and the values that it declares to be names
(`interfaces.Check`): a value that nobody thought of is left out, not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor.checks import CHECKS
from auditor.records.audit import Audit, SubtypeSummary
from auditor.records.comparison import Comparison
from auditor.records.findings import Finding

NAMES = {check.code: frozenset(check.names) for check in CHECKS}


def holds_words(value: object) -> bool:
    """Whether there is a string anywhere in a value, such as might quote the data."""
    if isinstance(value, Mapping):
        return any(map(holds_words, (*value.keys(), *value.values())))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(holds_words, value))
    return not (value is None or isinstance(value, bool | int | float))


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
    names = NAMES.get(finding.code, frozenset())
    return replace(
        finding, measured=_kept(finding.measured, names), limit=_kept(finding.limit, frozenset())
    )


def _kept(values: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k in names or not holds_words(v)}


def _unquoted_subtype(subtype: SubtypeSummary) -> SubtypeSummary:
    templates = tuple(replace(t, pattern=None) for t in subtype.templates)
    return replace(subtype, keywords=(), templates=templates)
