"""fragile-category: a category that the update is expected to take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.checks.limits import limit
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FragileCategory:
    code: ClassVar[str] = "fragile-category"
    title: ClassVar[str] = "Categories at risk of being forgotten"
    needs: ClassVar[tuple[str, ...]] = ("readable", "forecast")
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ()

    lower_bound: float = limit(
        0.10,
        "Users notice ten percentage points of accuracy; the lower end of the interval of what is "
        "lost by the end of the update, when the model is used, makes such a loss likely.",
    )
    half: float = limit(
        0.5,
        "A category that ends with less than half of its accuracy is lost, however low it was.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        forecast = computed(evidence.forecast)
        if forecast is None:
            return
        given = forecast.update.kind == "given"
        names, codes = evidence.dataset.categories, evidence.dataset.codes
        new = ", ".join(forecast.update.categories) if given else "another category"
        for f in forecast.categories:
            lost, surely = f.accuracy_before - f.accuracy_at_end, f.accuracy_before - f.end_high
            if surely <= self.lower_bound and lost <= self.half * f.accuracy_before:
                continue
            yield evidence.finding(
                code=self.code,
                # A simulated update is a what-if, and an unidentifiable drop a prior.
                severity="warning" if given and f.identifiable else "note",
                category=f.category,
                members=np.flatnonzero(codes == names.index(f.category)),
                summary=f"{f.category} falls from {f.accuracy_before:.0%} to "
                f"{f.accuracy_at_end:.0%} ({100 * f.end_low:.0f} to {100 * f.end_high:.0f}) by "
                f"the end of the update, when {new} is added",
                measured={
                    "expected_drop": f.expected_drop,
                    "low": f.low,
                    "high": f.high,
                    "accuracy_before": f.accuracy_before,
                    "accuracy_at_end": f.accuracy_at_end,
                    "end_low": f.end_low,
                    "end_high": f.end_high,
                    "rank": f.rank,
                    "identifiable": f.identifiable,
                },
                limit={"lower_bound": self.lower_bound, "half_of_accuracy": self.half},
                advice=f"Fix the problems in {f.category} before the update, and keep varied "
                "rows of it in the mix while fine-tuning.",
            )
