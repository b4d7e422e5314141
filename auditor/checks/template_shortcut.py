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
    title: ClassVar[str] = "Frames that give the label away"
    needs: ClassVar[tuple[str, ...]] = ("out_of_fold", "pattern_alone")
    quotes: ClassVar[tuple[str, ...]] = ("pattern",)
    names: ClassVar[tuple[str, ...]] = ()

    rows: int = limit(
        4,
        "Fewer rows share a frame by chance in any large set.",
    )
    most: float = limit(
        0.5,
        "A category of which frames alone give away half need not be understood to be scored "
        "right.",
    )
    part: float = limit(
        0.2,
        "From a fifth on, a probe that knows nothing but frames moves the category's accuracy.",
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
            summary=f"{len(right)} rows of {category} ({share:.0%}) are recognised by their frame "
            f"alone, with all content masked; {precision:.0%} of the rows in such frames are "
            f"{category}, and {prior:.0%} of all rows",
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
            advice=f"Rewrite most of these rows in other words, or give rows of the other "
            f"categories the same frames: a model can put them in {category} unread.",
        )
