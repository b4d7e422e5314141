"""coverage-gap: a subtype that a category has hardly any examples of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from auditor.checks.limits import limit
from auditor.records.arrays import Ints, Mask
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding
from auditor.records.structure import Subtype
from auditor.structure.consensus import representatives

NEAREST = 5  # rows outside that a finding names, as what it is to be compared with
ColumnValues = NDArray[Any]  # (n,) strings or None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    code: ClassVar[str] = "coverage-gap"
    title: ClassVar[str] = "Rare kinds of text"
    needs: ClassVar[tuple[str, ...]] = ("readable", "subtypes")
    quotes: ClassVar[tuple[str, ...]] = ("keywords", "sources", "annotators", "declared")
    names: ClassVar[tuple[str, ...]] = ("all_from", "chance")

    separation: float = limit(
        0.3,
        "How far a rare kind of text must lie from the rest of its category (cosine distance). "
        "Without reference texts from real use, few such candidates are a rare kind that was made "
        "on purpose (15 of 150 on CLINC150, 5 of 266 on HWU64, seeds 0-4), so they are notes.",
    )
    one_template: float = limit(
        0.85,
        "Share of a row that is the template's fixed words, from which all rows say the same: this "
        "kind is found nearly always where it was made on purpose (CLINC150, HWU64), so it is a "
        "warning.",
    )
    by_chance: float = limit(
        0.05,
        "Rows all from one source, annotator or value of a declared column count as such when "
        "that is less likely than this by chance, all columns of all candidates taken together "
        "(Bonferroni); never fewer than four, copies and rows of one group counted once.",
    )
    single_rows: int = limit(4)
    enough: int = limit(
        20,
        "Examples to aim for: published intent sets have 20 to 100 of each kind.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        once = representatives(evidence.dataset, evidence.items)
        thin = [
            s
            for s in computed(evidence.subtypes)
            if s.separation is not None and _is_of_its_category(evidence, s, once)
        ]
        origins = _origins(evidence)
        codes, units = evidence.dataset.codes, evidence.units
        own = {c: np.flatnonzero(codes == i) for i, c in enumerate(evidence.dataset.categories)}
        level = self.by_chance / max(len(origins) * len(thin), 1)
        candidates = [
            (s, self._templated(s), self._single_origins(s, own, origins, units, level))
            for s in thin
        ]
        candidates.sort(key=lambda c: (not (c[1] or c[2]), -(c[0].separation or 0), c[0].id))
        for subtype, templated, chances in candidates:
            why = (*(["one template"] if templated else []), *(f"one {c}" for c in chances))
            if why or (subtype.separation or 0) >= self.separation:
                yield self._finding(evidence, subtype, why, chances, origins)

    def _finding(
        self,
        evidence: Evidence,
        subtype: Subtype,
        why: Sequence[str],
        chances: Mapping[str, float],
        origins: Mapping[str, ColumnValues],
    ) -> Finding:
        n, examples = len(subtype.members), evidence.dataset.examples
        effective = round(subtype.effective_examples, 1)
        fewer = f" (amounting to {effective} different ones)" if effective < n else ""
        origin = f", all from {' and '.join(why)}" if why else ""
        counts = {c: _count(values[subtype.members]) for c, values in origins.items()}
        return evidence.finding(
            code=self.code,
            severity="warning" if why else "note",
            category=subtype.category,
            subtype=subtype.id,
            members=subtype.members,
            summary=f"rare kind of text in {subtype.category}: {n} examples{fewer}{origin}",
            measured={
                "rows": n,
                "effective_examples": subtype.effective_examples,
                "separation": subtype.separation or 0.0,
                "all_from": list(why),
                "chance": {c: float(f"{p:.2g}") for c, p in chances.items()},
                "keywords": list(subtype.keywords),
                "sources": counts.pop("source"),
                "annotators": counts.pop("annotator"),
                "declared": counts,
                "typical_row": examples[subtype.typical].row,
                "nearest_outside_rows": [examples[i].row for i in _outside(evidence, subtype)],
            },
            limit={"separation": self.separation, "rows": self.enough},
            advice=f"Collect about {max(self.enough - n, n)} more examples of this kind, from "
            "different people and sources and in different forms.",
        )

    def _templated(self, subtype: Subtype) -> bool:
        """Whether one template holds all rows of the subtype."""
        inside = set(subtype.members.tolist())
        return any(
            t.coverage >= self.one_template and inside <= set(t.members.tolist())
            for t in subtype.templates
        )

    def _single_origins(
        self,
        subtype: Subtype,
        own: Mapping[str, Ints],
        origins: Mapping[str, ColumnValues],
        units: Ints,
        level: float,
    ) -> dict[str, float]:
        """Columns of which all rows have one value, with the chance that rows of the category's
        own mix would; only those whose chance is below `level`."""
        units_inside = len(np.unique(units[subtype.members]))
        if units_inside < self.single_rows:
            return {}
        category = own[subtype.category]
        found = {}
        for column, values in origins.items():
            inside = values[subtype.members]
            if inside[0] is not None and (inside == inside[0]).all():
                found[column] = _chance(inside[0], values[category], units[category], units_inside)
        return {column: chance for column, chance in found.items() if chance < level}


def _chance(seen: str, values: ColumnValues, units: Ints, count: int) -> float:
    """The chance that `count` units of a category all have one value as rare as that `seen`.

    values, units (m,) of the category's rows; of a unit each row is a part. Of one value are all
    with the sum over the values of share^count. Where one source has most rows that is never
    small, however surprising another would be: only values no commoner than the one seen count,
    so what is at most a level by chance still is with at most that chance.
    """
    sizes = np.unique(units, return_inverse=True, return_counts=True)
    weight = 1.0 / sizes[2][sizes[1]]
    total: dict[str | None, float] = defaultdict(float)
    for value, part in zip(values.tolist(), weight.tolist(), strict=True):
        total[value] += part / len(sizes[0])
    rare = total[seen] + 1e-9
    return sum(p**count for value, p in total.items() if value is not None and p <= rare)


def _origins(evidence: Evidence) -> dict[str, ColumnValues]:
    """Column -> (n,) values, None where missing: where a row comes from, as far as data say it."""
    examples = evidence.dataset.examples
    columns: dict[str, list[str | None]] = {
        **(evidence.declared or {}),
        "source": [e.source for e in examples],
        "annotator": [e.annotator for e in examples],
    }
    return {c: np.array(values, dtype=object) for c, values in columns.items()}


def _is_of_its_category(evidence: Evidence, subtype: Subtype, once: Mask) -> bool:
    """Whether at least half of its texts have its category by most annotators: a few who differ
    make no kind of text. once (n,): `representatives`."""
    texts = len(np.unique(evidence.items.family[subtype.members]))
    return bool(2 * once[subtype.members].sum() >= texts)


def _outside(evidence: Evidence, subtype: Subtype) -> list[int]:
    """Positions of the rows outside the subtype that are nearest to one of its, nearest first."""
    index = evidence.neighbours.index[subtype.members].ravel()
    cosine = evidence.neighbours.cosine[subtype.members].ravel()
    outside = ~np.isin(index, subtype.members) & (index >= 0)
    order = np.lexsort((index[outside], -cosine[outside]))
    return list(dict.fromkeys(index[outside][order].tolist()))[:NEAREST]


def _count(values: ColumnValues) -> dict[str, int]:
    return dict(sorted(Counter(v for v in values if v).items()))
