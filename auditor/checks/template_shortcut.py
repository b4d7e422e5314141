"""template-shortcut: a template that reveals the label, whatever the row says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.checks.limits import limit
from auditor.records.arrays import Ints
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding
from auditor.records.probes import PatternAlone
from auditor.statistics import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateShortcut:
    code: ClassVar[str] = "template-shortcut"
    title: ClassVar[str] = "Templates that reveal the label"
    needs: ClassVar[tuple[str, ...]] = ("several_categories", "pattern_alone")
    quotes: ClassVar[tuple[str, ...]] = ("pattern",)
    names: ClassVar[tuple[str, ...]] = ()

    rows: int = limit(
        4,
        "Fewer rows share a template by chance in any large set.",
    )
    most: float = limit(
        0.5,
        "Where templates alone reveal half of a category, a model need not understand it to score "
        "well.",
    )
    part: float = limit(
        0.2,
        "From a fifth on, knowing nothing but the templates changes the category's accuracy.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        alone = computed(evidence.pattern_alone)
        if alone is None:
            return
        codes = evidence.dataset.codes
        found = []
        for code in range(len(evidence.dataset.categories)):
            mine = codes == code
            right = np.flatnonzero(mine & (alone.classified == code))
            interval = wilson(len(right), int(mine.sum()))
            many = interval[0] >= self.part or len(right) >= self.most * mine.sum()
            if len(right) >= self.rows and many:
                found.append(self._finding(evidence, alone, code, right, interval))
        yield from sorted(found, key=lambda f: (-f.measured["share"], f.category or ""))

    def _finding(
        self,
        evidence: Evidence,
        alone: PatternAlone,
        code: int,
        right: Ints,
        interval: tuple[float, float],
    ) -> Finding:
        mine = evidence.dataset.codes == code
        category, share = evidence.dataset.categories[code], len(right) / int(mine.sum())
        main = computed(evidence.matches)[np.bincount(alone.match[right]).argmax()]
        precision, prior = len(right) / int((alone.classified == code).sum()), float(mine.mean())
        return evidence.finding(
            code=self.code,
            severity="error" if share >= self.most else "warning",
            category=category,
            members=right,
            summary=f"the template reveals the label of {len(right)} rows of {category} "
            f"({share:.0%}), with all content masked; {precision:.0%} of the rows in such "
            f"templates are {category}, of all rows {prior:.0%}",
            measured={
                "share": share,
                "share_low": interval[0],
                "share_high": interval[1],
                "accuracy_on_framed_rows": len(right) / int((mine & (alone.match >= 0)).sum()),
                "share_in_such_frames": precision,
                "share_of_data": prior,
                "lift": precision / prior,
                "frames": len(np.unique(alone.match[right])),
                "distinctiveness": main.distinctiveness,
                "pattern": main.template.pattern,
            },
            limit={"rows": self.rows, "share": self.most, "share_low": self.part},
            advice=f"Rewrite most of these rows in other words, or write rows of the other "
            f"categories in the same templates: a model need not read them to choose {category}.",
        )
