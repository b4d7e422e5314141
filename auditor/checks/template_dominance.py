"""template-dominance: rows of a category that are filled from one frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.records import Evidence, Template
from auditor.results import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDominance:
    code: ClassVar[str] = "template-dominance"
    title: ClassVar[str] = "Rows filled from one template"
    needs: ClassVar[tuple[str, ...]] = ()

    # Fewer rows share a frame by chance in any large set ("book a flight from ... to ...").
    rows: int = 4
    # Fixed tokens beyond what untouched text shares; `Template.excess` has the formula and source.
    excess: float = 0.0
    # Share of a row that is frame; planted frames have .43 or more (CLINC150).
    coverage: float = 0.3
    # A category of which half comes from one frame teaches the frame.
    most: float = 0.5

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        for template in self._outermost(evidence.templates):
            n, category = len(template.members), template.category
            yield evidence.finding(
                code=self.code,
                severity="error" if template.share >= self.most else "warning",
                category=category,
                members=template.members,
                summary=f"{n} rows of {category} ({template.share:.0%}) are filled from one "
                f"template, which makes up {template.coverage:.0%} of them",
                measured={
                    "rows": n,
                    "share": template.share,
                    "coverage": template.coverage,
                    "fixed_tokens": template.fixed_tokens,
                    "excess": template.excess,
                    "skeleton": template.skeleton,
                },
                limit={"rows": self.rows, "excess": self.excess, "coverage": self.coverage},
                advice="Rewrite most of these rows in the words of different people, or keep a "
                f"few and collect varied ones: a model can learn {category} by the frame alone.",
            )

    def _outermost(self, templates: tuple[Template, ...]) -> list[Template]:
        """The evident templates, most rows first, without those inside one already listed."""
        listed: list[tuple[Template, set[int]]] = []
        for template in templates:
            members = set(template.members.tolist())
            evident = template.excess > self.excess and template.coverage >= self.coverage
            if len(members) < self.rows or not evident:
                continue
            if not any(
                t.category == template.category and 2 * len(members & m) >= len(members)
                for t, m in listed
            ):
                listed.append((template, members))
        return [t for t, _ in listed]
