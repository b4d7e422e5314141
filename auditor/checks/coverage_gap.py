"""coverage-gap: a subtype that a category has hardly any examples of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.records import Evidence, Subtype
from auditor.results import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    code: ClassVar[str] = "coverage-gap"
    title: ClassVar[str] = "Thin subtypes"
    needs: ClassVar[tuple[str, ...]] = ()

    # How far a thin subtype must stand from its surroundings, in cosine. Without a reference of
    # real use, such candidates are seldom a planted subtype (15 of 150 on CLINC150, 5 of 266 on
    # HWU64, plant seeds 0-4), so they are notes.
    separation: float = 0.3
    # Coverage from which one template says the same thing in all rows: this kind is found nearly
    # always when planted (CLINC150, HWU64), so it is a warning.
    one_template: float = 0.85
    # Rows all from one source or annotator count as such when that is less likely than this by
    # chance, both columns of all candidates taken together (Bonferroni); never fewer than four.
    by_chance: float = 0.05
    single_rows: int = 4
    # Examples to aim for: published intent sets give a subtype 20 to 100.
    enough: int = 20

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        thin = [s for s in evidence.subtypes if s.separation is not None]
        level = self.by_chance / max(2 * len(thin), 1)
        candidates = [(s, self._why(s, evidence, level)) for s in thin]
        candidates.sort(key=lambda c: (not c[1], -(c[0].separation or 0), c[0].id))
        for subtype, why in candidates:
            if not why and (subtype.separation or 0) < self.separation:
                continue
            n = len(subtype.members)
            told = f", all from {' and '.join(why)}" if why else ""
            yield evidence.finding(
                code=self.code,
                severity="warning" if why else "note",
                category=subtype.category,
                subtype=subtype.id,
                members=subtype.members,
                summary=f"a subtype of {subtype.category} has {n} rows"
                f" ({subtype.effective_examples:.1f} effective){told}",
                measured={
                    "rows": n,
                    "effective_examples": subtype.effective_examples,
                    "separation": subtype.separation or 0.0,
                    "all_from": list(why),
                    "keywords": list(subtype.keywords),
                    "sources": _count(evidence, subtype, "source"),
                    "annotators": _count(evidence, subtype, "annotator"),
                },
                limit={"separation": self.separation, "rows": self.enough},
                advice=f"Collect about {max(self.enough - n, n)} examples of this subtype, from "
                "different people and sources and unlike one another in form.",
            )

    def _why(self, subtype: Subtype, evidence: Evidence, level: float) -> tuple[str, ...]:
        """What all rows of the subtype share: one template, one source, one annotator."""
        inside = set(subtype.members.tolist())
        framed = any(
            t.coverage >= self.one_template and inside <= set(t.members.tolist())
            for t in subtype.templates
        )
        told = len(subtype.members) >= self.single_rows
        columns = [
            c for c in ("source", "annotator") if told and _luck(evidence, subtype, c) < level
        ]
        return (*(["one template"] if framed else []), *(f"one {c}" for c in columns))


def _luck(evidence: Evidence, subtype: Subtype, column: str) -> float:
    """The chance that rows of the category's own mix would all have one value, if they do."""
    found = _count(evidence, subtype, column)
    if len(found) != 1 or sum(found.values()) != len(subtype.members):
        return 1.0
    value = next(iter(found))
    own = [e for e in evidence.dataset.examples if e.category == subtype.category]
    return float((sum(getattr(e, column) == value for e in own) / len(own)) ** len(subtype.members))


def _count(evidence: Evidence, subtype: Subtype, column: str) -> dict[str, int]:
    values = (getattr(evidence.dataset.examples[i], column) for i in subtype.members)
    return dict(sorted(Counter(v for v in values if v).items()))
