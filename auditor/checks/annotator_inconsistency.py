"""annotator-inconsistency: people who label alike cases in different ways.

Among themselves: where several labelled copies of one text, Krippendorff's alpha says how far they
agree beyond chance. Each for themselves: how far an annotator's labels differ from what probes say
that have not seen the row, against the same sum with annotators permuted within each category. So
nobody is blamed for a category that is hard for all; somebody who alone labelled its hard kinds may
be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_array

from auditor.checks.annotators import (
    comparable,
    deviations,
    doubt,
    krippendorff_alpha,
    usual_rates,
    z_of_half,
)
from auditor.checks.limits import limit
from auditor.records.arrays import Ints
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.statistics import Z80, step_down

PAIRS_NAMED = 3  # of categories that a finding says are confused


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorInconsistency:
    code: ClassVar[str] = "annotator-inconsistency"
    title: ClassVar[str] = "Annotators who disagree"
    needs: ClassVar[tuple[str, ...]] = ("annotators", "readable", "out_of_fold")
    quotes: ClassVar[tuple[str, ...]] = ("annotator",)
    names: ClassVar[tuple[str, ...]] = ("confused", "read_as")

    alpha: float = limit(
        0.667,
        "The lowest alpha that allows even tentative conclusions (Krippendorff 2004, Content "
        "analysis, 2nd edition, p. 241). A finding has its whole 80 % interval below.",
    )
    items: int = limit(
        20,
        "Texts with two annotators from which the bootstrap's interval is accurate: where alpha is "
        "exactly at the limit, 8 to 15 in a hundred sets of 20 to 200 texts are found, and 10 "
        "should be.",
    )
    rows: int = limit(
        30,
        "Rows of an annotator from which a bad one shows: of thirty, where a tenth is usual, "
        "somebody who differs three times as often is detected in seven of ten audits of six "
        "people.",
    )
    excess: float = limit(
        0.05,
        "Share of an annotator's labels above the usual: one in thirty is wrong in published "
        "test sets (Northcutt, Athalye and Mueller 2021), so one in twenty more is worth a talk.",
    )
    by_chance: float = limit(
        0.05,
        "The chance that any annotator is reported where all label alike (corrected for all "
        "annotators by the method of Westfall and Young).",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        if evidence.annotators is None:
            return
        names = sorted({a for a in evidence.annotators if a})
        number = {name: i for i, name in enumerate(names)}
        who = np.array([number.get(a or "", -1) for a in evidence.annotators], dtype=np.int64)
        if len(names) < 2:
            yield SkippedCheck(code=self.code, reason="all labels are by one annotator")
            return
        yield from self._agreement(evidence, who)
        yield from self._against_probes(evidence, who, names)

    def _agreement(self, evidence: Evidence, who: Ints) -> Iterator[Finding | SkippedCheck]:
        """How well annotators (n,) agree on the copies of one text, if they do badly."""
        family, codes = evidence.copies.family, evidence.dataset.codes
        known = who >= 0
        labels = np.unique(np.c_[family, who, codes][known], axis=0)  # a label given twice is one
        people = np.bincount(np.unique(labels[:, :2], axis=0)[:, 0])
        shared = np.flatnonzero(people > 1)
        if len(shared) < self.items:
            few = f"{len(shared)} texts were labelled by two annotators or more"
            reason = f"{few}, {self.items} are needed to measure their agreement"
            yield SkippedCheck(code=self.code, reason=reason)
            return
        labels = labels[np.isin(labels[:, 0], shared)]
        item = np.searchsorted(shared, labels[:, 0])
        size = (len(shared), len(evidence.dataset.categories))
        counts = csr_array((np.ones(len(labels)), (item, labels[:, 2])), shape=size)
        alpha, low, high = krippendorff_alpha(counts, evidence.seed)
        if high >= self.alpha:
            return
        split = shared[(counts > 0).sum(axis=1) > 1]
        yield evidence.finding(
            code=self.code,
            severity="warning",
            members=np.flatnonzero(known & np.isin(family, split)),
            summary=f"annotators agree with an alpha of {alpha:.2f} ({low:.2f} to {high:.2f}) on "
            f"the {len(shared)} texts that several of them labelled",
            measured={
                "alpha": alpha,
                "alpha_interval": [round(low, 4), round(high, 4)],
                "items": len(shared),
                "items_under_two_labels": len(split),
                "confused": _confused(counts, evidence.dataset.categories),
            },
            limit={"alpha": self.alpha},
            advice="Write a rule that separates the confused categories, and have these rows "
            "relabelled.",
        )

    def _against_probes(
        self, evidence: Evidence, who: Ints, names: list[str]
    ) -> Iterator[Finding | SkippedCheck]:
        """Annotators (n,) whose labels differ from the probes' more than chance would have it."""
        out_of_fold = computed(evidence.out_of_fold)
        if out_of_fold is None:
            reason = "there is only one category, so its labels cannot be checked against others"
            yield SkippedCheck(code=self.code, reason=reason)
            return
        codes = evidence.dataset.codes
        predicted, odds = doubt(out_of_fold.probabilities.mean(axis=0), codes)
        rows = comparable(evidence, who)
        counts = np.bincount(who[rows], minlength=len(names))
        assessable = np.flatnonzero(counts >= self.rows)
        if len(assessable) < len(names):
            few = f"{len(names) - len(assessable)} of {len(names)} annotators have fewer than"
            needed = f"{self.rows} rows in categories that others also label"
            yield SkippedCheck(code=self.code, reason=f"not assessable: {few} {needed}")
        differs = (predicted != codes)[rows]
        usual, spread = usual_rates(who[rows], codes[rows], differs.astype(np.float64), len(names))
        z, permuted = deviations(who[rows], codes[rows], odds[rows], assessable, evidence.seed)
        p = step_down(z, permuted)
        found = []
        for i in np.argsort(p, kind="stable"):
            a = int(assessable[i])
            mine = rows[who[rows] == a]
            differing = mine[predicted[mine] != codes[mine]]
            if p[i] <= self.by_chance and len(differing) >= (usual[a] + self.excess) * len(mine):
                ends = usual[a] - Z80 * spread[a], usual[a], usual[a] + Z80 * spread[a]
                found.append(a)
                yield self._finding(evidence, names[a], differing, predicted, len(mine), ends, p[i])
        sure = np.quantile(permuted.max(axis=1, initial=0.0), 1.0 - self.by_chance)
        unseen = assessable[
            z_of_half(who[rows], codes[rows], differs, len(names))[assessable] <= sure + 1e-6
        ]
        if hidden := len(np.setdiff1d(unseen, found)):
            many = f"{hidden} of {len(names)} annotators could not be detected"
            reason = f"not assessable: {many} even if half of their labels differed"
            yield SkippedCheck(code=self.code, reason=reason)

    def _finding(
        self,
        evidence: Evidence,
        annotator: str,
        differing: Ints,
        predicted: Ints,
        n: int,
        ends: tuple[float, float, float],
        p: float,
    ) -> Finding:
        """Of `n` labels of the annotator those `differing` from what probes have `predicted` (n,).

        ends: the usual rate in these categories, between the ends of its 80 % interval.
        """
        names, codes = evidence.dataset.categories, evidence.dataset.codes
        low, usual, high = ends
        in_file = evidence.dataset.rows
        return evidence.finding(
            code=self.code,
            severity="warning",
            members=differing,
            summary=f"{len(differing)} of {n} labels of one annotator differ from what models "
            f"predict ({len(differing) / n:.0%}); {usual:.0%} would be usual for these categories",
            measured={
                "annotator": annotator,
                "rate": len(differing) / n,
                "usual_rate": usual,
                "usual_low": max(low, 0.0),
                "usual_high": min(high, 1.0),
                "rows": n,
                "p": float(f"{p:.2g}"),
                "confused": _mislabelled(codes[differing], predicted[differing], names),
                "read_as": {
                    names[c]: sorted(in_file[differing[predicted[differing] == c]].tolist())
                    for c in np.unique(predicted[differing])
                },
            },
            limit={"excess": self.excess, "p": self.by_chance},
            advice="Go through these rows together with the annotator: either the labels are "
            "wrong, or the guideline leaves these cases open.",
            quoted=[annotator],
        )


def _mislabelled(codes: Ints, predicted: Ints, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The commonest pairs of a label and what probes predict instead, of codes (m,) each."""
    pairs, rows = np.unique(np.c_[codes, predicted], axis=0, return_counts=True)
    return [
        {"labelled": names[pairs[i, 0]], "reads_like": names[pairs[i, 1]], "rows": int(rows[i])}
        for i in np.argsort(-rows, kind="stable")[:PAIRS_NAMED]
    ]


def _confused(counts: csr_array[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The pairs of categories that most items have both of."""
    given = (counts > 0).astype(np.int64)
    both = (given.T @ given).tocoo()
    pairs = [
        (-int(n), int(a), int(b))
        for n, a, b in zip(both.data, both.row, both.col, strict=True)
        if a < b
    ]
    return [
        {"one": names[a], "other": names[b], "items": -n} for n, a, b in sorted(pairs)[:PAIRS_NAMED]
    ]
