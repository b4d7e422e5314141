"""label-error: rows that seem to belong to another category, and how likely that is.

The probability is calibrated on the user's own rows (`prediction/planted_errors.py`). Rows that
could be of either of two categories are not listed one by one: one finding a pair says how many
there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.checks.limits import limit
from auditor.checks.naming import named
from auditor.records.arrays import Ints, Table
from auditor.records.evidence import MIN_OF_CATEGORY, MIN_PLANTED_IN, Evidence, computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.records.probes import LabelErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelError:
    code: ClassVar[str] = "label-error"
    title: ClassVar[str] = "Suspicious labels"
    needs: ClassVar[tuple[str, ...]] = ("readable", "label_errors")
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("suggested", "probe", "neighbours", "words", "labels")

    sure: float = limit(
        0.8,
        "Probability of a wrong label from which it is a warning: at least four in five should be "
        "wrong.",
    )
    listed: float = limit(
        0.1,
        "Probability from which a row is listed: one wrong label in ten is worth the seconds it "
        "takes to read a row; with .2 the average precision falls by .02 where few labels are "
        "wrong (HWU64, 1 %).",
    )
    overlap: int = limit(
        5,
        "Rows below that probability which read more like one other category, from which the two "
        "are reported as overlapping: fewer are single difficult texts.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        found = computed(evidence.label_errors)
        if found is None:
            return
        if found.few:
            few = [f"{category} ({count})" for category, count in sorted(found.few.items())]
            needed = f"fewer than {MIN_OF_CATEGORY} different examples: {named(few)}"
            yield SkippedCheck(code=self.code, reason=f"not assessable, {needed}")
        if found.wrong is None:
            needed = f"{found.examples} different examples, {MIN_PLANTED_IN} are needed"
            yield SkippedCheck(
                code=self.code, reason=f"not enough data to find wrong labels: {needed}"
            )
            return
        wrong = found.wrong.round(2)  # judged as it is shown
        for i in self._listed(found.score, wrong):
            yield self._finding(evidence, found, i, float(wrong[i]))
        yield from self._overlaps(evidence, found, wrong)

    def _listed(self, score: Table, wrong: Table) -> list[int]:
        """Positions that are worth reading, surest first."""
        order = np.lexsort((-score, -wrong))
        listed = np.isfinite(score[order]) & (wrong[order] >= self.listed)
        return [int(i) for i in order[listed]]

    def _finding(
        self, evidence: Evidence, found: LabelErrors, i: int, probability: float
    ) -> Finding:
        names, given = evidence.dataset.categories, int(evidence.dataset.codes[i])
        rival = int(found.rival[i])
        category, other = names[given], names[rival]
        probabilities = zip(("probe", "neighbours", "words"), found.models[:, i], strict=True)
        likely = "Likely" if probability >= self.sure else "Perhaps"
        return evidence.finding(
            code=self.code,
            severity="warning" if probability >= self.sure else "note",
            category=category,
            members=[i],
            summary=f"labelled {category}, reads like {other}",
            measured={
                "suggested": other,
                "probability": probability,
                **{
                    who: {category: _two(p[given]), other: _two(p[rival])}
                    for who, p in probabilities
                },
            },
            limit={"probability": self.sure, "listed": self.listed},
            advice=f"{likely} {other}; check.",
        )

    def _overlaps(self, evidence: Evidence, found: LabelErrors, wrong: Table) -> Iterator[Finding]:
        """Pairs of categories between which many rows could be either, the commonest first."""
        codes, names = evidence.dataset.codes, evidence.dataset.categories
        pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i in np.flatnonzero((found.score > 0) & (wrong < self.listed)).tolist():
            one, other = sorted((int(codes[i]), int(found.rival[i])))
            pairs[one, other].append(i)
        for (one, other), members in sorted(pairs.items(), key=lambda p: (-len(p[1]), p[0])):
            if len(members) >= self.overlap:
                yield self._overlap(evidence, (names[one], names[other]), members, codes)

    def _overlap(
        self, evidence: Evidence, pair: tuple[str, str], members: list[int], codes: Ints
    ) -> Finding:
        names = evidence.dataset.categories
        labels = {name: int((codes[members] == names.index(name)).sum()) for name in pair}
        one, other = pair
        return evidence.finding(
            code=self.code,
            severity="note",
            members=members,
            summary=f"{one} and {other} overlap: {len(members)} rows could be either",
            measured={"labels": labels},
            limit={"rows": self.overlap},
            advice=f"Write a rule that separates {one} from {other}; checking "
            "single rows does not settle it.",
        )


def _two(probability: float) -> float:
    return round(float(probability), 2)
