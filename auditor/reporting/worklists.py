"""What there is to do, one item a line: rows whose labels to look at, and texts to collect.

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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.reporting.cards import category_of_rows
from auditor.results import Audit, Finding, Severity, SubtypeSummary

_NEW_SUBTYPE = 20  # examples: what published intent sets give a subtype at least
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_WITNESSES = ("probe", "neighbours", "words")  # of a label error


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabel:
    """One row of one finding whose label may be wrong."""

    row: int
    id: str
    text: str
    label: str
    suggested: tuple[str, ...]  # other labels, the likeliest first
    confidence: float | None  # 0-1 in the first of them
    finding: Finding

    @property
    def why(self) -> str:
        """What was found, and what says so: the odds, or the words that differ."""
        measured = self.finding.measured
        odds = f", at odds of {measured['odds']:,} to 1" if "odds" in measured else ""
        differ = f"; what differs: {measured['difference']}" if measured.get("difference") else ""
        return f"{self.finding.summary}{odds}{differ}"


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
    unlike: str  # the skeleton of the template not to repeat
    nearest: str  # a text that is close and yet another kind
    from_one_template: int | None  # of the new ones, at most; None: not known


def relabelling(audit: Audit) -> list[Relabel]:
    """A line for each row of the findings about labels: errors, warnings, notes."""
    labels = category_of_rows(audit)
    return [
        Relabel(
            row=row,
            id=audit.ids.get(str(row), ""),
            text=audit.examples.get(str(row), ""),
            label=(label := labels.get(row, finding.category or "")),
            suggested=(suggested := _suggested(finding, label)),
            confidence=_confidence(finding, suggested),
            finding=finding,
        )
        for finding in _by_severity(audit, "label-error", "label-conflict")
        for row in finding.rows
    ]


def collecting(audit: Audit) -> list[Collect]:
    """A line for each thin kind of text; frames that all categories share ask for none."""
    codes = ("coverage-gap", "combination-gap", "reference-gap", "template-dominance")
    return [
        line
        for finding in _by_severity(audit, *codes)
        if (line := _line(audit, finding)).collect > 0
    ]


def _by_severity(audit: Audit, *codes: str) -> Iterator[Finding]:
    for severity in _SEVERITIES:
        yield from (f for code in codes for f in audit.of(code) if f.severity == severity)


def _suggested(finding: Finding, label: str) -> tuple[str, ...]:
    if finding.code == "label-error":
        return (str(told),) if (told := finding.measured.get("suggested")) else ()
    return tuple(other for other in finding.measured.get("labels", {}) if other != label)


def _confidence(finding: Finding, suggested: tuple[str, ...]) -> float | None:
    """In a label error the mean probability by its witnesses, in a conflict the share of copies."""
    if not suggested:
        return None
    if finding.code == "label-error":
        said = [finding.measured.get(w, {}).get(suggested[0]) for w in _WITNESSES]
        known = [p for p in said if p is not None]
        return round(sum(known) / len(known), 2) if known else None
    labels: Mapping[str, int] = finding.measured["labels"]
    return round(labels[suggested[0]] / sum(labels.values()), 2)


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
    asked = finding.limit.get("rows")
    if finding.code == "reference-gap":
        return _NEW_SUBTYPE, f"{_NEW_SUBTYPE}, as published intent sets give a subtype at least"
    if finding.code == "template-dominance":
        return _instead(audit, finding, rows)
    if asked is None:
        return 0, ""
    if finding.code == "combination-gap":
        return int(asked) - rows, f"to {asked} rows, from which the combination is not thin"
    return max(int(asked) - rows, rows), f"to {asked} rows, and at least as many as there are"


def _instead(audit: Audit, finding: Finding, rows: int) -> tuple[int, str]:
    """How many varied rows in the place of a template's."""
    if finding.severity == "note":
        return 0, ""
    if repeated := finding.limit.get("repeated"):
        whole = audit.dataset.categories.get(finding.category or "", rows)
        more = math.ceil(whole * (finding.measured["repeated"] / repeated - 1))
        return max(more, 1), f"until less than {repeated:.0%} of the wording recurs"
    kept = int(finding.limit["rows"]) - 1
    return rows - kept, f"in place of all but {kept} rows of the template, which are no finding"


def _like(audit: Audit, finding: Finding, subtype: SubtypeSummary | None) -> str:
    measured = finding.measured
    if text := measured.get("typical_text"):
        return str(text)
    if pattern := measured.get("combination"):
        return ", ".join(f"{column}={value}" for column, value in pattern.items())
    typical = [subtype.typical_row] if subtype else []
    return _first_text(audit, [*typical, *finding.rows])


def _unlike(finding: Finding, subtype: SubtypeSummary | None) -> str:
    """The skeleton of the finding's template, or of the one that most of its subtype is of."""
    told: Any = finding.measured.get("skeleton") or finding.measured.get("skeletons")
    if isinstance(told, str):
        return told
    if told:
        return "\n".join(told)
    templates = sorted(subtype.templates, key=lambda t: -t.share) if subtype else []
    return next((t.skeleton for t in templates if t.skeleton), "")


def _first_text(audit: Audit, rows: Iterable[int]) -> str:
    return next((audit.examples[str(r)] for r in rows if str(r) in audit.examples), "")


def _template_limit(audit: Audit, name: str) -> int | float | None:
    limits = audit.limits.get("template-dominance", ())
    return next((limit.value for limit in limits if limit.name == name), None)
