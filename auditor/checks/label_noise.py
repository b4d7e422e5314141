"""label-noise: labels that the texts do not tell, and a set of which too many labels are wrong.

Which rows are wrong is label-error's to say; its list ends where nothing stands out any more, which
is soonest where most is wrong. This check speaks of the set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.checks.limits import limit
from auditor.checks.naming import named
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.records.probes import CategorySkill, NoiseEstimate

CERTAIN = 0.05  # p from which labels may be random


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelNoise:
    code: ClassVar[str] = "label-noise"
    title: ClassVar[str] = "Labels that do not match the texts"
    needs: ClassVar[tuple[str, ...]] = ("readable", "label_noise")
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ()

    wrong: float = limit(
        0.10,
        "Share of wrong labels, at the lower end of its interval, that is an error: a tenth, where "
        "the gate fails a set with so many suspicious labels.",
    )
    suspicious: float = limit(
        0.05,
        "The same for a warning: unchanged public sets stay below .02 (CLINC150, HWU64, Bitext, "
        "and their categories that are hard to separate).",
    )
    unclear: float = limit(
        0.18,
        "Upper end from which the share is too uncertain: a set of which nearly a fifth may be "
        "wrong is not shown to be right (500 unchanged rows with an accuracy of .7 reach .145).",
    )
    hardly: float = limit(
        0.10,
        "Skill (0 is chance, 1 is perfect), at the upper end of its interval, below which labels "
        "are predicted hardly better than by chance: of two labels the right one is then predicted "
        "in less than 55 of 100.",
    )
    skill: float = limit(
        0.30,
        "The same where the labels are predicted no better than shuffled labels (p above .05): 150 "
        "rows with two labels suffice to say so; pairs of similar intents reach .8 or more "
        "(CLINC150, HWU64, Bitext).",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        noise = computed(evidence.label_noise)
        if noise is None:
            return
        if noise.reason:
            yield self._skipped(f"not enough data: {noise.reason}")
        elif self._blind(noise):
            yield self._no_signal(evidence, noise)
        else:
            yield from self._of_categories(evidence, noise)
            yield from self._of_share(evidence, noise)

    def clear(self, noise: NoiseEstimate) -> bool:
        """Whether the data decide that too many labels are wrong, or that they are not."""
        return noise.reason is None and (
            noise.low > self.wrong or noise.high < self.unclear or self._blind(noise)
        )

    def _blind(self, skill: NoiseEstimate | CategorySkill) -> bool:
        """Whether texts do not tell the labels, and would have shown it if they did."""
        bound = self.skill if skill.p > CERTAIN else self.hardly
        return skill.skill_high < bound

    def _skipped(self, reason: str) -> SkippedCheck:
        return SkippedCheck(code=self.code, reason=reason)

    def _no_signal(self, evidence: Evidence, noise: NoiseEstimate) -> Finding:
        how = "no better" if noise.p > CERTAIN else "hardly better"
        return evidence.finding(
            code=self.code,
            severity="error",
            members=np.arange(len(evidence.dataset.examples)),
            summary=f"These labels can be predicted from the texts {how} than by chance: accuracy "
            f"{_three(noise.accuracy)}, chance {_three(noise.chance)}, p {_three(noise.p)}",
            measured={**_measured(noise), "skill_high": noise.skill_high},
            limit={"skill_high": self.skill if noise.p > CERTAIN else self.hardly},
            advice="Check that labels and texts still belong together: a shifted column, a join by "
            "the wrong key. If they do, check fifty rows against the guideline before training.",
        )

    def _of_categories(
        self, evidence: Evidence, noise: NoiseEstimate
    ) -> Iterator[Finding | SkippedCheck]:
        unclear = []
        if len(noise.categories) <= 2:
            return  # the skill of either is that of both
        for skill in noise.categories:
            if self._blind(skill):
                yield self._category(evidence, skill)
            elif skill.p > CERTAIN:
                unclear.append(skill.category)
        if unclear:
            yield self._skipped(f"too few rows to separate from other categories: {named(unclear)}")

    def _category(self, evidence: Evidence, skill: CategorySkill) -> Finding:
        code = evidence.dataset.categories.index(skill.category)
        how = "no better" if skill.p > CERTAIN else "hardly better"
        return evidence.finding(
            code=self.code,
            severity="warning",
            category=skill.category,
            members=np.flatnonzero(evidence.dataset.codes == code),
            summary=f"{skill.category} can be separated from other categories {how} than by "
            f"chance: skill {_three(skill.skill)} of 1, p {_three(skill.p)}",
            measured={
                "skill": skill.skill,
                "skill_high": skill.skill_high,
                "p": skill.p,
                "units": skill.units,
            },
            limit={"skill_high": self.skill if skill.p > CERTAIN else self.hardly},
            advice=f"Read twenty rows of {skill.category}: write in the guideline what belongs to "
            "it, and relabel it, or leave it out.",
        )

    def _of_share(
        self, evidence: Evidence, noise: NoiseEstimate
    ) -> Iterator[Finding | SkippedCheck]:
        low, high = f"{100 * noise.low:.0f}", f"{100 * noise.high:.0f}"
        if noise.low <= self.suspicious:
            if noise.high >= self.unclear:
                yield self._skipped(
                    f"the share of wrong labels is too uncertain: {low} to {high}% may be wrong"
                )
            return
        error = noise.low > self.wrong
        yield evidence.finding(
            code=self.code,
            severity="error" if error else "warning",
            members=noise.suspects,
            summary=f"About {100 * noise.share:.0f}% of the labels look wrong ({low} to {high}%)",
            measured=_measured(noise),
            limit={"low": self.wrong if error else self.suspicious},
            advice="Relabel a random hundred rows and count: if as many differ, relabel the whole "
            "set; label-error lists the most certain rows.",
        )


def _measured(noise: NoiseEstimate) -> dict[str, float | int]:
    return {
        "accuracy": noise.accuracy,
        "chance": noise.chance,
        "p": noise.p,
        "share": noise.share,
        "low": noise.low,
        "high": noise.high,
        "rows": len(noise.rows),
        "units": noise.units,
    }


def _three(number: float) -> str:
    """.24, as figures of this kind are written."""
    return f"{number:.2f}".removeprefix("0").replace("-0", "-")
