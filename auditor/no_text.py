"""What `--no-text` keeps of an audit, a verdict or a comparison, made anew or rendered again.

Of what a check measured, its declaration decides (`interfaces.Check`): what it says to quote goes,
what only names stays. Of the rest numbers stay: a value that nobody thought of is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from auditor.checks import CHECKS
from auditor.interfaces import Result
from auditor.records.audit import Audit, DatasetSummary, SubtypeSummary
from auditor.records.comparison import ComparedSet, Comparison
from auditor.records.dataset import Reject
from auditor.records.findings import Finding
from auditor.records.verdict import SetSummary, Verdict

Kind = TypeVar("Kind", bound=Result)
Set = TypeVar("Set", DatasetSummary, ComparedSet)

_CHECKS = {check.code: check for check in CHECKS}


def holds_words(value: object) -> bool:
    """Whether there is a string anywhere in a value, such as might quote the data."""
    if isinstance(value, Mapping):
        return any(map(holds_words, (*value.keys(), *value.values())))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(holds_words, value))
    return not (value is None or isinstance(value, bool | int | float))


def without_text(result: Kind) -> Kind:
    """The result without any text, pattern, keyword, n-gram or id of the data, without annotators,
    sources and values of declared columns. Names of categories and splits stay."""
    bare = replace(result, settings={**result.settings, "no_text": True}, examples={})
    without: Kind = _WITHOUT[type(result)](bare)
    return without


def _audit(audit: Audit) -> Audit:
    decisions = tuple(replace(d, values=()) for d in audit.dataset.decisions)
    return replace(
        audit,
        dataset=replace(_unquoted_rejects(audit.dataset), decisions=decisions),
        subtypes=tuple(_unquoted_subtype(s) for s in audit.subtypes),
        findings=tuple(_unquoted(f) for f in audit.findings),
        ids={},
    )


def _verdict(verdict: Verdict) -> Verdict:
    return replace(
        verdict,
        candidate=_unquoted_set(verdict.candidate),
        base=None if verdict.base is None else _unquoted_set(verdict.base),
        tested=tuple(replace(t, subject="") for t in verdict.tested),
        base_examples={},
    )


def _comparison(comparison: Comparison) -> Comparison:
    two_sample = comparison.two_sample
    return replace(
        comparison,
        base=_unquoted_rejects(comparison.base),
        candidate=_unquoted_rejects(comparison.candidate),
        regions=tuple(replace(r, keywords=()) for r in comparison.regions),
        two_sample=replace(two_sample, ngrams=()) if two_sample else None,
        base_examples={},
    )


def _unquoted(finding: Finding) -> Finding:
    check = _CHECKS.get(finding.code)
    quotes, names = (check.quotes, check.names) if check else ((), ())
    return replace(
        finding,
        measured=_kept(finding.measured, quotes, names),
        limit=_kept(finding.limit, quotes, ()),
    )


def _kept(
    values: Mapping[str, Any], quotes: Collection[str], names: Collection[str]
) -> dict[str, Any]:
    """Numbers can be quoted as well; nothing at all quotes nothing."""
    return {
        name: value
        for name, value in values.items()
        if name in names or not (holds_words(value) or (value and name in quotes))
    }


def _unquoted_rejects(of: Set) -> Set:
    rejected = tuple(map(_unquoted_reject, of.rows_rejected))
    return replace(of, rows_rejected=rejected)


def _unquoted_reject(reject: Reject) -> Reject:
    return replace(reject, found="")


def _unquoted_set(summary: SetSummary) -> SetSummary:
    return replace(summary, first_rejected=tuple(map(_unquoted_reject, summary.first_rejected)))


def _unquoted_subtype(subtype: SubtypeSummary) -> SubtypeSummary:
    templates = tuple(replace(t, pattern=None) for t in subtype.templates)
    return replace(subtype, keywords=(), templates=templates)


_WITHOUT: Mapping[type, Callable[[Any], Any]] = {
    Audit: _audit,
    Verdict: _verdict,
    Comparison: _comparison,
}
