"""Results as pandas tables: an audit's findings row by row, a verdict's tests, a comparison's
measures.

Columns and their types are the same whatever was found. Words are objects, None where there are
none: strings of pandas cannot hold every text that a file holds, and mark what is missing in
another way from version to version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError
from auditor.records.audit import Audit
from auditor.records.comparison import Comparison, Contrast, Retention
from auditor.records.findings import Finding
from auditor.records.verdict import Verdict
from auditor.reporting.scores import score_of, suggested_label

if TYPE_CHECKING:
    import pandas as pd

AUDIT_COLUMNS = {
    "row": "int64",
    "id": "object",
    "text": "object",
    "label": "object",
    "code": "object",
    "severity": "object",
    "score": "float64",
    "suggested_label": "object",
    "subtype": "object",
    "finding": "object",
}
VERDICT_COLUMNS = {
    **dict.fromkeys(("check", "category", "subject", "kind", "status"), "object"),
    **dict.fromkeys(("base", "candidate", "effect", "low", "high", "margin"), "float64"),
    **dict.fromkeys(("smallest_detectable", "p"), "float64"),
    "rows": "int64",
    **dict.fromkeys(("summary", "advice", "finding"), "object"),
}
_FIGURES = ("base", "candidate", "difference")
COMPARISON_COLUMNS = {
    **dict.fromkeys(("measure", "size", "category"), "object"),
    **{f"{of}{end}": "float64" for of in _FIGURES for end in ("", "_low", "_high")},
    "differs": "bool",
}


def audit_frame(audit: Audit) -> pd.DataFrame:
    """A line for each row of each finding, in the order of the findings; see `Audit.to_frame`."""
    return _frame(_lines(audit, audit.findings), AUDIT_COLUMNS)


def rows_frame(audit: Audit, finding: Finding | str) -> pd.DataFrame:
    """The lines of one finding, which a fingerprint or the beginning of one may name.

    Raises UsageError where the audit has none of that name, or several.
    """
    named = finding.fingerprint if isinstance(finding, Finding) else str(finding)
    found = [f for f in audit.findings if named and f.fingerprint.startswith(named)]
    several = sorted({f.fingerprint for f in found})
    if not found:
        raise UsageError(
            f"no finding of this audit has the fingerprint {named!r}; "
            "they are in the column 'finding' of its to_frame()"
        )
    if len(several) > 1:
        raise UsageError(
            f"{len(several)} findings have fingerprints that begin with {named!r}; give more of "
            f"it, such as {several[0]!r}"
        )
    return _frame(_lines(audit, found), AUDIT_COLUMNS)


def verdict_frame(verdict: Verdict) -> pd.DataFrame:
    """A line for each test, in their order; see `Verdict.to_frame`."""
    lines = (
        [
            *(test.check, test.category, test.subject or None, test.kind, test.status),
            *(test.base, test.candidate, test.effect, test.low, test.high, test.margin),
            *(test.smallest_detectable, test.p, len(test.rows)),
            *(test.summary, test.advice, test.fingerprint),
        ]
        for test in verdict.tested
    )
    return _frame(lines, VERDICT_COLUMNS)


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """A line for each measure of both sets, by size and category; see `Comparison.to_frame`."""
    lines = (
        [
            *(measure, size, category),
            *(
                getattr(getattr(contrast, of), end)
                for of in _FIGURES
                for end in ("value", "low", "high")
            ),
            contrast.differs,
        ]
        for measure, size, category, contrast in _contrasts(comparison)
    )
    return _frame(lines, COMPARISON_COLUMNS)


def _frame(lines: Iterable[Sequence[Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """The lines under `columns`, which give each its type; a number that is missing is NaN."""
    import numpy as np
    import pandas as pd

    cells = [*zip(*lines, strict=True)] or [() for _ in columns]
    made = {
        name: pd.Series(np.array(of, dtype=kind) if kind != "object" else _objects(of), dtype=kind)
        for (name, kind), of in zip(columns.items(), cells, strict=True)
    }
    return pd.DataFrame(made, columns=[*columns])


def _objects(cells: Sequence[Any]) -> Any:
    import numpy as np

    made = np.empty(len(cells), dtype=object)
    made[:] = cells
    return made


def _lines(audit: Audit, findings: Iterable[Finding]) -> Iterator[list[Any]]:
    labels: dict[int, dict[str, str]] = defaultdict(dict)  # row -> its label -> the subtype there
    for subtype in audit.subtypes:
        for row in subtype.rows:
            labels[row][subtype.category] = subtype.id
    for finding in findings:
        for row in finding.rows:
            known = labels.get(row, {})
            # Where a row has several labels, it is the one that the finding is about.
            own = finding.category in known or not known
            label = finding.category if own else next(iter(known))
            yield [
                *(row, audit.ids.get(str(row)), audit.examples.get(str(row)), label),
                *(finding.code, finding.severity, score_of(finding, row, label)),
                suggested_label(finding, row),
                *(known.get(label or "", finding.subtype), finding.fingerprint),
            ]


def _contrasts(comparison: Comparison) -> Iterator[tuple[str, str, str | None, Contrast]]:
    if unseen := comparison.unseen:
        yield "accuracy on unseen rows", "full", None, unseen.full
        yield "accuracy on unseen rows", "equal", None, unseen.matched
    if comparison.random_split:
        yield "accuracy by a random split", "full", None, comparison.random_split
    for size, retention in (("full", comparison.full), ("equal", comparison.matched)):
        if retention:
            yield from _forecast(size, retention)
    for diversity in comparison.diversity:
        yield diversity.measure, "equal", None, diversity.contrast


def _forecast(size: str, retention: Retention) -> Iterator[tuple[str, str, str | None, Contrast]]:
    for of in (None, *retention.categories):
        for name in ("before", "drop", "after"):
            contrast = getattr(of or retention, name)
            yield f"forecast: {_FORECAST[name]}", size, of.category if of else None, contrast


_FORECAST = {
    "before": "accuracy before the update",
    "drop": "loss, average during the update",
    "after": "accuracy, average during the update",
}
