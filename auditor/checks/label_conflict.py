"""label-conflict: copies of one example under different labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.records import Evidence, Example
from auditor.results import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelConflict:
    code: ClassVar[str] = "label-conflict"
    title: ClassVar[str] = "One example, two labels"
    needs: ClassVar[tuple[str, ...]] = ()

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        families = []
        for members in evidence.copies.members():
            examples = [evidence.dataset.examples[i] for i in members]
            if len({e.category for e in examples}) > 1:
                exact = len({" ".join(e.text.casefold().split()) for e in examples}) == 1
                families.append((not exact, int(members[0]), members, examples))
        for differs, _, members, examples in sorted(families, key=lambda f: f[:2]):
            counts = Counter(e.category for e in examples)
            names = [c for c, _ in sorted(counts.items(), key=lambda x: (-x[1], x[0]))]
            yield evidence.finding(
                code=self.code,
                severity="warning" if differs else "error",
                members=members,
                category=None,
                summary=f"{len(examples)} copies of one example are labelled {' and '.join(names)}",
                measured={
                    "labels": {c: counts[c] for c in names},
                    "same_text": not differs,
                    "annotators": _annotators(examples),
                },
                limit={"labels": 1},
                advice=f"Decide between {' and '.join(names)} and keep one copy; if both are "
                "right, the guideline that tells them apart is missing.",
            )


def _annotators(examples: list[Example]) -> dict[str, list[str]]:
    """Who gave which labels, where the data says it."""
    names = sorted({e.annotator for e in examples if e.annotator})
    return {a: sorted({e.category for e in examples if e.annotator == a}) for a in names}
