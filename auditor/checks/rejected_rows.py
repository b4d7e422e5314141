"""rejected-rows: rows of the file that could not be read as examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.checks.limits import limit
from auditor.records.dataset import Dataset
from auditor.records.evidence import Evidence
from auditor.records.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRows:
    code: ClassVar[str] = "rejected-rows"
    title: ClassVar[str] = "Rows that could not be read"
    needs: ClassVar[tuple[str, ...]] = ()
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("reasons", "first")

    share: float = limit(
        0.01,
        "Share of the file's rows, and number of rows, above both of which this is an error. A "
        "slip costs a row or two; one row in a hundred means that a column or an export went "
        "wrong, and that the rest is no fair sample.",
    )
    rows: int = limit(5)

    def too_many(self, rejected: int, of: int) -> bool:
        """Whether so many unread rows, of all rows of the file, are more than a slip."""
        return rejected > self.rows and rejected > self.share * of

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        rejected = evidence.dataset.rejected
        if not rejected:
            return
        of, first = evidence.dataset.rows_read + len(rejected), rejected[0]
        reasons = Counter(r.reason for r in rejected)
        yield evidence.finding(
            code=self.code,
            severity="error" if self.too_many(len(rejected), of) else "note",
            members=(),  # they are no examples
            summary=rejected_summary(evidence.dataset),
            measured={
                "rejected_rows": len(rejected),
                "share": len(rejected) / of,
                "reasons": dict(sorted(reasons.items(), key=lambda x: (-x[1], x[0]))),
                "first": [r.place for r in rejected[:3]],
            },
            limit={"share": self.share, "rejected_rows": self.rows},
            advice=f"Look at {first.place} of the file: the others mostly have the same problem "
            f"({first.reason}). Fix the file, or how it was exported.",
            quoted=sorted(reasons),
        )


def rejected_summary(dataset: Dataset) -> str:
    """How many rows of a dataset that has such could not be read, with the first reason."""
    first, number = dataset.rejected[0], len(dataset.rejected)
    of = dataset.rows_read + number
    share = f"{number / of:.0%}" if number >= 0.01 * of else "under 1%"
    return (
        f"{number} of {of} rows ({share}) could not be read "
        f"(first in {first.place}: {first.reason})"
    )
