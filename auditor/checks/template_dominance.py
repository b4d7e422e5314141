"""template-dominance: rows of a category that are filled from one template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from auditor.checks.limits import limit
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding, Severity
from auditor.records.structure import Repetition, Template, TemplateMatch, effective_examples


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDominance:
    code: ClassVar[str] = "template-dominance"
    title: ClassVar[str] = "Rows filled from one template"
    needs: ClassVar[tuple[str, ...]] = ()
    quotes: ClassVar[tuple[str, ...]] = ("pattern", "patterns")
    names: ClassVar[tuple[str, ...]] = ()

    rows: int = limit(
        4,
        'Fewer rows share a template by chance in any large set ("book a flight from ... to ...").',
    )
    excess: float = limit(
        0.0,
        "Weight of the fixed words beyond what unrelated texts share; `Template.excess` has the "
        "formula and source.",
    )
    coverage: float = limit(
        0.05,
        "Share of a row that is fixed words: a letterhead is a tenth of a long text; less is two "
        "headings.",
    )
    repeated: float = limit(
        0.4,
        "Share of the wording that recurs, in samples of 100 examples, from which a category is "
        "made of many small templates. Of 25 categories that people wrote the highest have .30 "
        "(HWU64) and .22 (CLINC150); of 11 from templates (Bitext) eight have .42 to .66, one .40, "
        "found by its larger templates, and two less.",
    )
    most: float = limit(
        0.5,
        "A category of which half comes from one template teaches the template.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        listed = self._outermost(computed(evidence.templates))
        effective = {c: _effective(evidence, c) for c in sorted({t.category for t in listed})}
        matches = {id(f.template): f for f in computed(evidence.matches)}
        for template in listed:
            match = matches.get(id(template))
            yield self._finding(evidence, template, match, effective[template.category])
        for repetition in sorted(
            computed(evidence.repetition), key=lambda r: (-r.coverage, r.category)
        ):
            if repetition.coverage >= self.repeated:
                yield self._repeated(evidence, repetition)

    def _finding(
        self, evidence: Evidence, template: Template, match: TemplateMatch | None, effective: float
    ) -> Finding:
        n, category = len(template.members), template.category
        shared = match is not None and match.shared
        severity: Severity = "error" if template.share >= self.most else "warning"
        advice = (
            "Rewrite most of these rows in the words of different people, or keep a few and "
            f"collect varied ones: a model can learn {category} from the template alone."
        )
        return evidence.finding(
            code=self.code,
            severity="note" if shared else severity,
            category=category,
            members=template.members,
            summary=f"{n} rows of {category} ({template.share:.0%}) are filled from one "
            f"template ({template.coverage:.0%} of their words)"
            + "; other categories share it, so it does not reveal the label"
            * shared,
            measured={
                "rows": n,
                "share": template.share,
                "coverage": template.coverage,
                "fixed_tokens": template.fixed_tokens,
                "excess": template.excess,
                "effective_templates": effective,
                **({"distinctiveness": match.distinctiveness} if match else {}),
                "pattern": template.pattern,
            },
            limit={"rows": self.rows, "excess": self.excess, "coverage": self.coverage},
            advice="Leave it out if real use does not have it: it adds words and no information."
            if shared
            else advice,
        )

    def _repeated(self, evidence: Evidence, repetition: Repetition) -> Finding:
        category = repetition.category
        return evidence.finding(
            code=self.code,
            severity="warning",
            category=category,
            members=repetition.members,
            summary=f"{repetition.coverage:.0%} of the wording of {category} recurs from row to "
            "row, as in text filled from many small templates",
            measured={
                "rows": len(repetition.members),
                "repeated": repetition.coverage,
                "low": repetition.low,
                "high": repetition.high,
                "examples": repetition.examples,
                "patterns": [f"{t.pattern} ({len(t.members)} rows)" for t in repetition.matches],
            },
            limit={"repeated": self.repeated},
            advice=f"Collect {category} in the words of many people: more rows from the same "
            "templates add no variety.",
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


def _effective(evidence: Evidence, category: str) -> float:
    """How many different templates a category's rows amount to; a row of none is one by itself.

    Of nested templates the one with most rows counts.
    """
    templates = computed(evidence.templates)
    family = evidence.items.family + len(templates)
    for number, template in reversed(list(enumerate(templates))):
        if template.excess > 0:
            family[template.members] = number
    mine = evidence.dataset.codes == evidence.dataset.categories.index(category)
    return effective_examples(family[mine])
