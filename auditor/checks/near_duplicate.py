"""near-duplicate: one example that stands in the data several times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.checks.limits import limit
from auditor.records.dataset import Example
from auditor.records.evidence import Evidence
from auditor.records.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicate:
    code: ClassVar[str] = "near-duplicate"
    title: ClassVar[str] = "Near-duplicates"
    needs: ClassVar[tuple[str, ...]] = ()
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ()

    many: int = limit(
        4,
        "Rows from which a group is a warning. Pairs occur in any large set of real messages (7 "
        "in 1,000 rows of CLINC150 as published); from four on, one example outvotes others.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        families = [m for m in evidence.copies.members() if len(m) > 1]
        labels: dict[tuple[int, ...], set[str]] = {}  # rows -> theirs; a row may have several
        for members in families:
            examples = [evidence.dataset.examples[i] for i in members]
            labels.setdefault(_rows(examples), set()).update(e.category for e in examples)
        for members in sorted(families, key=lambda m: (-len(m), int(m[0]))):
            examples = [evidence.dataset.examples[i] for i in members]
            categories = sorted(labels.pop(_rows(examples), ()))
            if not categories:
                continue  # the same rows, as copies under another of their labels
            distinct = len({e.text for e in examples})
            one = categories[0] if len(categories) == 1 else None
            kind = "identical" if distinct == 1 else "the same but for a trivial edit"
            yield evidence.finding(
                code=self.code,
                severity="warning" if len(members) >= self.many else "note",
                category=one,
                members=members,
                summary=f"{len(members)} rows of {' and '.join(categories)} are {kind}",
                measured={"rows": len(members), "distinct_texts": distinct},
                limit={"rows": 1, "warning_from": self.many},
                advice="Keep one of them; copies add no information, and leak between "
                "training and test when the set is split.",
            )


def _rows(examples: Iterable[Example]) -> tuple[int, ...]:
    return tuple(sorted(e.row for e in examples))
