"""illusion-gap: accuracy that a category has on a random split alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.checks.limits import limit
from auditor.checks.naming import named
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.records.probes import TemplateLeakage


@dataclass(frozen=True, slots=True, kw_only=True)
class IllusionGap:
    code: ClassVar[str] = "illusion-gap"
    title: ClassVar[str] = "Accuracy inflated by templates"
    needs: ClassVar[tuple[str, ...]] = ("readable", "out_of_fold", "template_leakage")
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ()

    effect: float = limit(
        0.05,
        "A gap clearly above five percentage points decides between models; a smaller one seldom "
        "does.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        leakage = computed(evidence.template_leakage) or {}
        measured = {c: i for c, i in leakage.items() if isinstance(i, TemplateLeakage)}
        for category, found in sorted(measured.items(), key=lambda m: (-m[1].gap_low, m[0])):
            if found.gap_low > self.effect and self._calm(found):
                yield self._finding(evidence, category, found)
        reasons = {c: reason for c, reason in leakage.items() if isinstance(reason, str)}
        for reason in sorted(set(reasons.values())):
            of = named(sorted(c for c, r in reasons.items() if r == reason))
            yield SkippedCheck(code=self.code, reason=f"cannot be tested, {reason}: {of}")

    def _calm(self, found: TemplateLeakage) -> bool:
        """Whether two random splits may agree: else the gap may be what splitting alone makes."""
        return found.placebo_low <= self.effect and found.placebo_high >= -self.effect

    def _finding(self, evidence: Evidence, category: str, found: TemplateLeakage) -> Finding:
        code = evidence.dataset.categories.index(category)
        return evidence.finding(
            code=self.code,
            severity="warning",
            category=category,
            members=found.lost,
            summary=f"{category} has {found.random:.0%} accuracy on a random split, but "
            f"{found.disjoint:.0%} if no template is in both training and test: "
            f"{100 * found.gap:.0f} percentage points ({100 * found.gap_low:.0f} to "
            f"{100 * found.gap_high:.0f}) come from templates",
            measured={
                "gap": found.gap,
                "gap_low": found.gap_low,
                "gap_high": found.gap_high,
                "placebo": found.placebo,
                "placebo_low": found.placebo_low,
                "placebo_high": found.placebo_high,
                "accuracy_random_split": found.random,
                "accuracy_template_disjoint": found.disjoint,
                "rows": int((evidence.dataset.codes == code).sum()),
                "templates": found.templates,
            },
            limit={"gap_low": self.effect},
            advice="Keep the rows of one template in one split, and believe the lower accuracy; "
            f"then collect rows of {category} that are not worded like its templates.",
        )
