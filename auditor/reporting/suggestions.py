"""The rows to label again, one line each, whatever number of findings concern a row.

One example has one label, so its copies stand beneath each other and are suggested the same one.
Where several findings speak of it, the one that knows most is believed: a conflict weighs all that
is known of the copies (`checks/favoured.py`), a label that looks wrong is judged by its text, and
an annotator who differs from the probes too often only casts doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from auditor.records.audit import Audit
from auditor.records.findings import SEVERITIES, Finding, Severity
from auditor.reporting.cards import category_of_rows
from auditor.reporting.relabelling import about_labels, rows_to_label_again, rows_to_read
from auditor.reporting.wording import listing

Action = Literal["change", "decide", "keep"]

SURE = 0.8  # probability from which a label is to be changed, as a label error is then a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabel:
    """One row whose label may be wrong, or which is a copy of one."""

    row: int
    id: str
    text: str
    label: str
    suggested: tuple[str, ...]  # one label, or those that are as likely
    confidence: float | None  # 0-1, of the first of them; None: not known
    wrong: float | None  # probability 0-1 that the label is; None: not known
    action: Action
    copies: tuple[int, ...]  # the rows of its example, itself among them; () where it is alone
    findings: tuple[Finding, ...]  # about it or, where there is none, about a copy
    own: bool  # whether the findings are about the row itself

    @property
    def severity(self) -> Severity:
        return min((f.severity for f in self.findings), key=SEVERITIES.index)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f.code for f in self.findings))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f.fingerprint for f in self.findings))

    @property
    def why(self) -> str:
        """All that was found about it."""
        copy = "" if self.own else "copy of a row with this finding: "
        return copy + "; ".join(_said(finding, self.row) for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Belief:
    """What the label of an example is believed to be."""

    labels: Mapping[str, float | None]  # the likeliest first, with its probability
    favours: str | None  # the one to suggest; None: none is likely enough
    wrong: float | None = None  # probability that a label other than those is; None: not known

    def wrong_in(self, label: str) -> float | None:
        """The probability that `label` is wrong."""
        probability = self.labels.get(label)
        return self.wrong if probability is None else round(1 - probability, 4)


def relabelling(audit: Audit) -> list[Relabel]:
    """A line for each row, those of which the label is likeliest wrong first; copies together."""
    about: dict[int, list[Finding]] = defaultdict(list)
    for finding in about_labels(audit.findings):
        for row in rows_to_read(finding):
            about[row].append(finding)
    labels = category_of_rows(audit)
    examples = [_lines(audit, c, about, labels) for c in rows_to_label_again(audit.findings)]
    # Examples that are as likely keep the order of the findings.
    examples.sort(key=lambda lines: -_likelihood(lines[0]))
    return [line for lines in examples for line in lines]


def _likelihood(line: Relabel) -> float:
    return -1.0 if line.wrong is None else line.wrong


def _lines(
    audit: Audit,
    rows: Sequence[int],
    about: Mapping[int, list[Finding]],
    labels: Mapping[int, str],
) -> list[Relabel]:
    """The lines of one example, the row whose label is likeliest wrong first."""
    of_example = {id(f): f for row in rows for f in about.get(row, ())}
    belief = _belief([*of_example.values()], rows)
    lines = []
    for row in rows:
        own = about.get(row, [])
        findings = own or [*of_example.values()]
        doubted = (f.category for f in own if f.code == "label-error" and f.category)
        # Where a row has several labels, it is the one that the finding doubts.
        label = next(doubted, None) or labels.get(row, findings[0].category or "")
        suggested = (belief.favours,) if belief.favours else tuple(belief.labels)
        wrong = belief.wrong_in(label)
        lines.append(
            Relabel(
                row=row,
                id=audit.ids.get(str(row), ""),
                text=audit.examples.get(str(row), ""),
                label=label,
                suggested=suggested,
                confidence=belief.labels.get(suggested[0]) if suggested else None,
                wrong=wrong,
                action=_action(belief, label, wrong),
                copies=tuple(rows) if len(rows) > 1 else (),
                findings=tuple(findings),
                own=bool(own),
            )
        )
    return sorted(lines, key=lambda line: (-_likelihood(line), line.label, line.row))


def _action(belief: _Belief, label: str, wrong: float | None) -> Action:
    if belief.favours is None or wrong is None:
        return "decide"
    if label == belief.favours:
        return "keep"
    return "change" if wrong >= SURE else "decide"


def _belief(findings: Sequence[Finding], rows: Sequence[int]) -> _Belief:
    """What the findings about the copies `rows` of one example make of it, taken together."""
    for finding in findings:
        if finding.code == "label-conflict" and "probabilities" in finding.measured:
            probabilities = finding.measured["probabilities"]
            return _Belief(labels=probabilities, favours=finding.measured["favours"], wrong=1.0)
    for finding in findings:
        if votes := votes_of(finding, rows):
            most = max(votes["labels"].values())
            as_common = [label for label, n in votes["labels"].items() if n == most]
            return _Belief(labels=dict.fromkeys(as_common, votes["share"]), favours=None)
    errors = [f for f in findings if f.code == "label-error"]
    doubts = [d for f in findings if (d := doubt_of(f, rows))]
    surest = max((p for _, p in doubts if p is not None), default=None)
    if errors:
        first = max(errors, key=lambda f: f.measured.get("probability") or 0.0)
        return _toward(str(first.measured["suggested"]), surest)
    if doubts:
        return _toward(doubts[0][0], surest)
    named = dict.fromkeys(c for f in findings for c in f.measured.get("labels", ()))
    return _Belief(labels=named, favours=None)


def _toward(label: str, probability: float | None) -> _Belief:
    return _Belief(labels={label: probability}, favours=label, wrong=probability)


def doubt_of(finding: Finding, rows: Sequence[int]) -> tuple[str, float | None] | None:
    """The label that a finding suggests for one of `rows`, and the probability that it is wrong.

    Of an annotator's labels that differ from the probes' as many would usually; what is beyond is
    the fraction attributable to the annotator, on the mean of the rows (Levin 1953).
    """
    measured = finding.measured
    if "suggested" in measured:
        return str(measured["suggested"]), measured.get("probability")
    for label, read in measured.get("read_as", {}).items():
        if not set(rows).isdisjoint(read):
            return label, round(max(1 - measured["usual_rate"] / measured["rate"], 0.0), 4)
    return None


def votes_of(finding: Finding, rows: Collection[int]) -> Mapping[str, Any] | None:
    """What annotators say of the text that one of `rows` stands for; None of any other."""
    disputed = finding.measured.get("disputed", {})
    return next((disputed[str(row)] for row in rows if str(row) in disputed), None)


def _said(finding: Finding, row: int) -> str:
    """What was found, and what is made of it."""
    if votes := votes_of(finding, [row]):
        each = listing((f"{label} {n}" for label, n in votes["labels"].items()), 9)
        return f"annotators differ: {each}; the commonest label has {votes['share']:.0%}"
    measured, parts = finding.measured, [finding.summary]
    if measured.get("difference"):
        parts.append(f"what differs: {measured['difference']}")
    if probabilities := measured.get("probabilities"):
        chances = listing(f"{label} {p:.0%}" for label, p in probabilities.items())
        sure = measured["favours"] is not None
        parts.append(f"likely {chances}" if sure else f"undecided: {chances}")
    return "; ".join(parts)
