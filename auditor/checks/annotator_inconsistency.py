"""annotator-inconsistency: people who label alike cases in different ways.

Among themselves: where several labelled copies of one text, Krippendorff's alpha says how far they
agree beyond chance. Each for themselves: how far an annotator's labels differ from what probes say
that have not seen the row, against the same sum if annotators had been dealt out anew within each
category. So nobody is blamed for a category that is hard for all; somebody who alone labelled its
hard kinds may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from auditor.checks.limits import limit
from auditor.records.arrays import Floats, Ints
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.statistics import Z80, step_down

Reals = NDArray[np.float64]

RESAMPLES = 1000  # of the items; the ends of an 80 % interval then move by a fiftieth of its width
DRAWS = 1000  # permutations: a p of .05 then has a standard error of .007
CELLS = 2_000_000  # permuted at a time: 16 MB
FLOOR = 0.02  # least probability of a category, as in label-error: no row outvotes fifty others
PAIRS_NAMED = 3  # of categories that a finding says are confused


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorInconsistency:
    code: ClassVar[str] = "annotator-inconsistency"
    title: ClassVar[str] = "Annotators who disagree"
    needs: ClassVar[tuple[str, ...]] = ("annotators", "out_of_fold")
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
        alpha, low, high = agreement(counts, evidence.seed)
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
        said, odds = _doubt(out_of_fold.probabilities.mean(axis=0), codes)
        rows = _comparable(evidence, who)
        counts = np.bincount(who[rows], minlength=len(names))
        enough = np.flatnonzero(counts >= self.rows)
        if len(enough) < len(names):
            few = f"{len(names) - len(enough)} of {len(names)} annotators have fewer than"
            beside = f"{self.rows} rows in categories that others also label"
            yield SkippedCheck(code=self.code, reason=f"not assessable: {few} {beside}")
        hit = (said != codes)[rows]
        usual, spread = _usual(who[rows], codes[rows], hit.astype(np.float64), len(names))
        z, drawn = _standing(who[rows], codes[rows], odds[rows], enough, evidence.seed)
        p = step_down(z, drawn)
        found = []
        for i in np.argsort(p, kind="stable"):
            a = int(enough[i])
            mine = rows[who[rows] == a]
            differing = mine[said[mine] != codes[mine]]
            if p[i] <= self.by_chance and len(differing) >= (usual[a] + self.excess) * len(mine):
                ends = usual[a] - Z80 * spread[a], usual[a], usual[a] + Z80 * spread[a]
                found.append(a)
                yield self._finding(evidence, names[a], differing, said, len(mine), ends, p[i])
        sure = np.quantile(drawn.max(axis=1, initial=0.0), 1.0 - self.by_chance)
        unseen = enough[_z_of_half(who[rows], codes[rows], hit, len(names))[enough] <= sure + 1e-6]
        if hidden := len(np.setdiff1d(unseen, found)):
            many = f"{hidden} of {len(names)} annotators could not be detected"
            reason = f"not assessable: {many} even if half of their labels differed"
            yield SkippedCheck(code=self.code, reason=reason)

    def _finding(
        self,
        evidence: Evidence,
        annotator: str,
        differing: Ints,
        said: Ints,
        n: int,
        ends: tuple[float, float, float],
        p: float,
    ) -> Finding:
        """Of `n` labels of the annotator those `differing` from what is `said` (n,) by probes.

        ends: the usual rate in these categories, between the ends of its 80 % interval.
        """
        names, codes = evidence.dataset.categories, evidence.dataset.codes
        pairs, rows = np.unique(
            np.c_[codes[differing], said[differing]], axis=0, return_counts=True
        )
        most = np.argsort(-rows, kind="stable")[:PAIRS_NAMED]
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
                "confused": [
                    {
                        "labelled": names[pairs[i, 0]],
                        "reads_like": names[pairs[i, 1]],
                        "rows": int(rows[i]),
                    }
                    for i in most
                ],
                "read_as": {
                    names[c]: sorted(in_file[differing[said[differing] == c]].tolist())
                    for c in np.unique(said[differing])
                },
            },
            limit={"excess": self.excess, "p": self.by_chance},
            advice="Go through these rows together with the annotator: either the labels are "
            "wrong, or the guideline leaves these cases open.",
            quoted=[annotator],
        )


def agreement(counts: csr_array[Any], seed: int) -> tuple[float, float, float]:
    """Krippendorff's alpha and its 80 % interval; items are drawn anew (Zapf et al. 2016).

    counts (items, categories): how many annotators gave each item each category.
    """
    items = counts.shape[0]
    random = np.random.default_rng(seed)
    draws = random.multinomial(items, np.full(items, 1 / items), RESAMPLES)
    low, high = np.quantile(_alpha(counts, draws.astype(np.float64)), (0.1, 0.9))
    return float(_alpha(counts, np.ones((1, items)))[0]), float(low), float(high)


def _alpha(counts: csr_array[Any], weights: Reals) -> Reals:
    """(draws,) nominal alpha, 1 - observed / expected disagreement (Krippendorff 2011, Computing
    Krippendorff's alpha-reliability).

    weights (draws, items): how often an item was drawn. 1 where all labels are one.
    """
    # The package that computes it is under the GPL, which this project's licence does not allow.
    people = counts.sum(axis=1)
    agreeing = ((counts * counts).sum(axis=1) - people) / (people - 1)
    n = weights @ people
    by_category = (counts.T @ weights.T).T
    alike = (by_category * (by_category - 1)).sum(axis=1) / (n - 1)
    observed, expected = n - weights @ agreeing, n - alike
    return np.asarray(1.0 - observed / np.where(expected > 0, expected, 1.0))


def _standing(who: Ints, strata: Ints, score: Reals, of: Ints, seed: int) -> tuple[Reals, Reals]:
    """(m,) how many standard deviations the annotators `of` (m,) are beyond their mean score, and
    (DRAWS, m) how many they are where annotators are dealt out anew within strata."""
    place = np.full(who.max(initial=-1) + 1, len(of))  # all others as one
    place[of] = np.arange(len(of))
    people = len(of) + 1
    mean, spread = _usual(place[who], strata, score, people)
    rows = np.maximum(np.bincount(place[who], minlength=people), 1)
    own = np.bincount(place[who], weights=score, minlength=people)
    sums = np.concatenate([own[None], dealt(place[who], strata, score, people, DRAWS, seed)])
    z = np.where(spread > 1e-9, (sums / rows - mean) / np.maximum(spread, 1e-9), 0.0)[:, :-1]
    return z[0], z[1:]


def dealt(who: Ints, strata: Ints, score: Reals, people: int, draws: int, seed: int) -> Reals:
    """(draws, people) sum of each annotator's scores, annotators permuted within strata.

    who, strata, score (n,). Permuting the scores below a fixed order of annotators is the same.
    """
    random = np.random.default_rng(seed)
    sums = np.zeros((draws, people))
    order = np.lexsort((who, strata))
    for rows in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        starts = np.flatnonzero(np.diff(who[rows], prepend=-1))
        step = max(CELLS // max(len(rows), 1), 1)
        for first in range(0, draws if len(rows) else 0, step):
            deck = np.tile(score[rows], (min(step, draws - first), 1))
            random.permuted(deck, axis=1, out=deck)
            held = np.add.reduceat(deck, starts, axis=1)
            sums[first : first + step, who[rows][starts]] += held
    return sums


def _doubt(probabilities: Floats, codes: Ints) -> tuple[Ints, Reals]:
    """(n,) category that probes say, and log odds of the likeliest other one to the label's.

    The odds find more than whether the two differ: of 30 times that one annotator in five got 20 %
    wrong labels, z-tests of the odds found 29 and 28, of the difference 23 and 25 (support_clean
    and contracts_rebuilt of the samples, 330 and 679 rows).
    """
    rows = np.arange(len(codes))
    given, others = probabilities[rows, codes], probabilities.copy()
    others[rows, codes] = -1.0
    odds = np.log(others.max(axis=1) + FLOOR) - np.log(given + FLOOR)
    return np.asarray(probabilities.argmax(axis=1)), np.asarray(odds, dtype=np.float64)


def _usual(who: Ints, strata: Ints, score: Reals, people: int) -> tuple[Reals, Reals]:
    """(people,) mean and standard deviation of each one's mean score, permuted within strata.

    In a stratum the scores are drawn without replacement. who, strata, score (n,).
    """
    own, total = _shares(who, strata, people)
    mean = np.bincount(strata, weights=score, minlength=len(total)) / total
    square = np.bincount(strata, weights=(score - mean[strata]) ** 2, minlength=len(total)) / total
    variance = (own * (total - own)) @ (square / np.maximum(total - 1, 1))
    n = np.maximum(own.sum(axis=1), 1)
    return own @ mean / n, np.sqrt(np.maximum(variance, 0.0)) / n


def _z_of_half(who: Ints, strata: Ints, hit: NDArray[np.bool_], people: int) -> Reals:
    """(people,) by how many standard deviations each would stand out of whose labels half were
    hits, those of the others being as they are. who, strata, hit (n,)."""
    own, total = _shares(who, strata, people)
    hits = np.zeros_like(own)
    np.add.at(hits, (who, strata), hit)
    rest = total - own
    usual = (hits.sum(axis=0) - hits) / np.maximum(rest, 1)
    share = (own / 2 + rest * usual) / total
    variance = (own * rest * share * (1 - share)) / np.maximum(total - 1, 1)
    beyond = (own * rest / total * (0.5 - usual)).sum(axis=1)
    return np.asarray(beyond / np.sqrt(np.maximum(variance.sum(axis=1), 1e-9)))


def _shares(who: Ints, strata: Ints, people: int) -> tuple[Reals, Reals]:
    """(people, S) rows of each one in each stratum, and (S,) of all, at least 1."""
    own = np.zeros((people, strata.max(initial=-1) + 1))
    np.add.at(own, (who, strata), 1)
    return own, np.maximum(own.sum(axis=0), 1)


def _comparable(evidence: Evidence, who: Ints) -> Ints:
    """Positions by which annotators can be compared: in categories that two of them label.

    Rows of one copy family or group with one label of one annotator are one decision, so the
    first of them stands for all.
    """
    codes, unit = evidence.dataset.codes, evidence.units
    rows = np.sort(np.unique(np.c_[unit, who, codes], axis=0, return_index=True)[1])
    rows = rows[who[rows] >= 0]
    pairs = np.unique(np.c_[codes[rows], who[rows]], axis=0)
    people = np.bincount(pairs[:, 0], minlength=codes.max() + 1)
    return np.asarray(rows[people[codes[rows]] > 1], dtype=np.int64)


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
