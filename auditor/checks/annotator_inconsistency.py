"""annotator-inconsistency: people who label alike cases in different ways.

Among themselves: where several labelled copies of one text, Krippendorff's alpha says how far they
agree beyond chance. Each for themselves: how far an annotator's labels differ from what probes say
that have not seen the row, against the same sum with annotators permuted within each category. So
nobody is blamed for a category that is hard for all; somebody who alone labelled its hard kinds may
be.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from auditor.checks.agreement import Agreement, agreement_of, confused, disputed
from auditor.checks.annotators import (
    PAIRS_NAMED,
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
from auditor.structure.consensus import annotator_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorInconsistency:
    code: ClassVar[str] = "annotator-inconsistency"
    title: ClassVar[str] = "Annotators who disagree"
    needs: ClassVar[tuple[str, ...]] = ("who_labelled", "readable", "out_of_fold")
    quotes: ClassVar[tuple[str, ...]] = ("annotator",)
    names: ClassVar[tuple[str, ...]] = ("confused", "read_as", "columns", "scale", "disputed")

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
    majority: float = limit(
        0.67,
        "Share of a text's labels up to which it is open what most annotators say, and is to be "
        "decided: one of three who differs, or three of nine.",
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
            yield from self._unnamed(evidence)
            return
        names = sorted({a for a in evidence.annotators if a})
        if len(names) < 2:
            yield SkippedCheck(code=self.code, reason="all labels are by one annotator")
            return
        yield from self._agreement(evidence)
        yield from self._against_probes(evidence, annotator_numbers(evidence.dataset), names)

    def _unnamed(self, evidence: Evidence) -> Iterator[Finding]:
        """Where no column says who labelled a row, the one that may."""
        columns = evidence.dataset.annotator_columns
        if not columns:
            return
        sizes = np.bincount(evidence.same_text.family)
        flag = f"--role annotator={shlex.quote(columns[0])}"
        others = f" (or {', '.join(columns[1:])})" if columns[1:] else ""
        yield evidence.finding(
            code=self.code,
            severity="note",
            members=np.flatnonzero(sizes[evidence.same_text.family] > 1),
            summary=f"try {flag}: that column looks like who labelled each row",
            measured={"columns": list(columns), "texts": int((sizes > 1).sum()), "relabel": []},
            limit={"columns": 0},
            advice=f"If column {columns[0]}{others} says who labelled a row, audit again with "
            f"{flag}: labels of one text by several people then say how they agree, and are "
            "neither copies nor conflicts.",
            quoted=columns,
        )

    def _agreement(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        """How well annotators agree on the copies of one text: always told where they were asked
        about the same texts by design, else if they do badly."""
        found, by_design = agreement_of(evidence), evidence.dataset.several_annotators
        measured: dict[str, Any] = {}
        alpha, low, high = 1.0, 1.0, 1.0
        if enough := len(found.texts) >= self.items:
            steps = found.steps if by_design and found.scale else None
            alpha, low, high = krippendorff_alpha(found.counts, evidence.seed, steps)
            measured = {"alpha": alpha, "alpha_interval": [round(low, 4), round(high, 4)]}
        else:
            few = f"{len(found.texts)} texts were labelled by two annotators or more"
            reason = f"{few}, {self.items} are needed to measure their agreement"
            yield SkippedCheck(code=self.code, reason=reason)
        badly = enough and high < self.alpha
        if by_design:
            yield self._by_design(evidence, found, measured, badly=badly)
        elif badly:
            yield self._found_badly(evidence, found, measured)

    def _found_badly(
        self, evidence: Evidence, found: Agreement, measured: Mapping[str, Any]
    ) -> Finding:
        split = found.texts[found.several]
        known = annotator_numbers(evidence.dataset) >= 0
        alpha, (low, high) = measured["alpha"], measured["alpha_interval"]
        return evidence.finding(
            code=self.code,
            severity="warning",
            members=np.flatnonzero(known & np.isin(evidence.items.family, split)),
            summary=f"annotators agree with an alpha of {alpha:.2f} ({low:.2f} to {high:.2f}) on "
            f"the {len(found.texts)} texts that several of them labelled",
            measured={
                **measured,
                "items": len(found.texts),
                "items_under_two_labels": len(split),
                "confused": confused(found.counts, evidence.dataset.categories),
            },
            limit={"alpha": self.alpha},
            advice="Write a rule that separates the confused categories, and have these rows "
            "relabelled.",
        )

    def _by_design(
        self, evidence: Evidence, found: Agreement, measured: Mapping[str, Any], *, badly: bool
    ) -> Finding:
        """All that several annotators say of the same texts, and which of these are open."""
        far = found.apart > (1 if found.scale else 0)
        texts = disputed(evidence, found, np.flatnonzero(far & (found.share <= self.majority)))
        summary = f"{len(texts)} of {len(found.texts)} texts with several annotators are open"
        if measured:
            summary += f"; alpha {measured['alpha']:.2f}"
        if found.scale:
            summary += f", by the scale {found.scale[0]} to {found.scale[-1]}"
        split = found.texts[found.several]
        return evidence.finding(
            code=self.code,
            severity="warning" if badly else "note",
            members=np.flatnonzero(np.isin(evidence.items.family, split)),
            summary=summary,
            measured={
                **measured,
                "items": len(found.texts),
                "labels_each": round(float(found.people.mean()), 1),
                "items_under_two_labels": len(split),
                **({"one_step_apart": int((found.apart == 1).sum())} if found.scale else {}),
                "scale": list(found.scale),
                "confused": confused(found.counts, evidence.dataset.categories),
                "disputed": texts,
                "relabel": [int(row) for row in texts],
            },
            limit={"alpha": self.alpha, "majority": self.majority},
            advice="Train on the majority of each text or on the shares of its labels, not on all "
            "rows; decide the texts in relabel.csv, one line each."
            + " Labels one step apart are no conflict."
            * bool(found.scale),
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
                **(
                    {"relabel": []}  # its texts are decided by what all annotators say
                    if evidence.dataset.several_annotators
                    else {"read_as": _read_as(differing, predicted, names, in_file)}
                ),
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


def _read_as(
    differing: Ints, predicted: Ints, names: tuple[str, ...], in_file: Ints
) -> dict[str, list[int]]:
    """Category -> rows of the file of those `differing` that probes have `predicted` (n,) as it."""
    return {
        names[c]: sorted(in_file[differing[predicted[differing] == c]].tolist())
        for c in np.unique(predicted[differing])
    }
