"""Which rows are to be labelled again, and which of them are copies of one example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.records.findings import Finding

_CODES = ("label-error", "label-conflict", "annotator-inconsistency")


def about_labels(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings whose rows are read again one by one, in their order."""
    for finding in findings:
        row_by_row = "suggested" in finding.measured or finding.code != "label-error"
        if row_by_row and finding.code in _CODES:
            yield finding


def rows_to_read(finding: Finding) -> Sequence[int]:
    """Those of its rows that are read again: of a text that several annotators labelled by design
    one stands for all."""
    chosen: Sequence[int] = finding.measured.get("relabel", finding.rows)
    return chosen


def are_copies(finding: Finding) -> bool:
    """Whether the finding's rows are one example, rather than texts that are nearly alike."""
    conflict = finding.code == "label-conflict" and finding.measured.get("certainty") != "review"
    return conflict or finding.code == "near-duplicate"


def rows_to_label_again(findings: Sequence[Finding]) -> list[tuple[int, ...]]:
    """Rows that findings doubt, each with all copies of its example, as the findings name them.

    One example has one label: who changes a row has to change its copies. Where a text stands
    under several labels by intent (`multi-label`), each of its rows is for itself.
    """
    several = {row for f in findings if f.code == "multi-label" for row in f.rows}
    copies: dict[int, tuple[int, ...]] = {}
    for finding in filter(are_copies, findings):
        if several.isdisjoint(finding.rows):
            for row in finding.rows:
                copies.setdefault(row, finding.rows)
    doubted = (row for f in about_labels(findings) for row in rows_to_read(f))
    return list(dict.fromkeys(copies.get(row, (row,)) for row in doubted))
