"""What texts there are to collect, one kind a line.

How much to collect is what the check asks for, so that doing it ends the finding:

    coverage-gap        to `enough` rows, and at least as many as there are: the limit of the check
    reference-gap       20: what coverage-gap asks of a subtype, and of this one there is nothing
    combination-gap     to the fewest rows that are not thin
    template-dominance  as many rows as the template loses when it is cut to the most that are no
                        finding; where many small ones recur, until they are too small a share,
                        if no new row is of them
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from auditor.records.audit import Audit, SubtypeSummary
from auditor.records.findings import Finding, Severity

_NEW_SUBTYPE = 20  # examples: what published intent sets give a subtype at least
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """One kind of text that there is too little of."""

    finding: Finding
    rows: int  # now
    effective: float | None  # different examples that they amount to; None: not measured
    collect: int
    rule: str  # where that number comes from
    like: str
    keywords: tuple[str, ...]
    unlike: str  # the pattern of the template not to repeat
    nearest: str  # a text that is close and yet another kind
    from_one_template: int | None  # of the new ones, at most; None: not known


def collecting(audit: Audit) -> list[Collect]:
    """A line for each thin kind of text; templates that all categories share ask for none."""
    codes = ("coverage-gap", "combination-gap", "reference-gap", "template-dominance")
    return [
        line
        for finding in _by_severity(audit, *codes)
        if (line := _line(audit, finding)).collect > 0
    ]


def _by_severity(audit: Audit, *codes: str) -> Iterator[Finding]:
    for severity in _SEVERITIES:
        yield from (f for code in codes for f in audit.of(code) if f.severity == severity)


def _line(audit: Audit, finding: Finding) -> Collect:
    measured = finding.measured
    subtype = next((s for s in audit.subtypes if s.id == finding.subtype), None)
    collect, rule = _how_many(audit, finding)
    kept = _template_limit(audit, "rows")
    return Collect(
        finding=finding,
        rows=0 if finding.code == "reference-gap" else int(measured.get("rows", len(finding.rows))),
        effective=measured.get("effective_examples"),
        collect=collect,
        rule=rule,
        like=_like(audit, finding, subtype),
        keywords=subtype.keywords if subtype else (),
        unlike=_unlike(finding, subtype),
        nearest=_first_text(audit, measured.get("nearest_outside_rows", ())),
        from_one_template=None if kept is None else int(kept) - 1,
    )


def _how_many(audit: Audit, finding: Finding) -> tuple[int, str]:
    """How many texts to collect, and the rule that says so."""
    rows = int(finding.measured.get("rows", len(finding.rows)))
    limit = finding.limit.get("rows")
    if finding.code == "reference-gap":
        return (
            _NEW_SUBTYPE,
            f"{_NEW_SUBTYPE}, the least that published intent sets have of a kind of text",
        )
    if finding.code == "template-dominance":
        return _instead(audit, finding, rows)
    if limit is None:
        return 0, ""
    if finding.code == "combination-gap":
        return int(limit) - rows, f"bring to {limit} rows, from which the combination is not rare"
    return max(int(limit) - rows, rows), f"bring to {limit} rows, at least doubling"


def _instead(audit: Audit, finding: Finding, rows: int) -> tuple[int, str]:
    """How many varied rows in the place of a template's."""
    if finding.severity == "note":
        return 0, ""
    if repeated := finding.limit.get("repeated"):
        whole = audit.dataset.categories.get(finding.category or "", rows)
        more = math.ceil(whole * (finding.measured["repeated"] / repeated - 1))
        return max(more, 1), f"until less than {repeated:.0%} of the wording is repeated"
    kept = int(finding.limit["rows"]) - 1
    return rows - kept, f"replace all but {kept} of these rows"


def _like(audit: Audit, finding: Finding, subtype: SubtypeSummary | None) -> str:
    measured = finding.measured
    if text := measured.get("typical_text"):
        return str(text)
    if pattern := measured.get("combination"):
        return ", ".join(f"{column}={value}" for column, value in pattern.items())
    typical = [subtype.typical_row] if subtype else []
    return _first_text(audit, [*typical, *finding.rows])


def _unlike(finding: Finding, subtype: SubtypeSummary | None) -> str:
    """The pattern of the finding's template, or of the one that most of its subtype is of."""
    patterns: Any = finding.measured.get("pattern") or finding.measured.get("patterns")
    if isinstance(patterns, str):
        return patterns
    if patterns:
        return "\n".join(patterns)
    templates = sorted(subtype.templates, key=lambda t: -t.share) if subtype else []
    return next((t.pattern for t in templates if t.pattern), "")


def _first_text(audit: Audit, rows: Iterable[int]) -> str:
    return next((audit.examples[str(r)] for r in rows if str(r) in audit.examples), "")


def _template_limit(audit: Audit, name: str) -> int | float | None:
    limits = audit.limits.get("template-dominance", ())
    return next((limit.value for limit in limits if limit.name == name), None)
