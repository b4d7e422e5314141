"""label-error: rows that look as if they belonged to another category.

Three witnesses, none of which has seen the row or its copies: a probe on the embeddings, the
nearest neighbours, and the words. Their log odds for the likeliest other category are added.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.limits import limit
from auditor.records import Evidence, Floats, Ints, OutOfFold, computed
from auditor.results import Finding, SkippedCheck

MOST_ODDS = 1e6  # said of a label: beyond, the witnesses' independence would be the claim


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the witnesses say against the label of each row."""

    witnesses: Floats  # (3, n, K)
    belief: Floats  # (n, K) of all together; -1 of a label that the text has beside its own
    rival: Ints  # (n,) the likeliest other category
    against: Floats  # (3, n) log odds of the rival against the label
    total: Floats  # (n,) their sum; -inf where a label cannot be assessed


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelError:
    code: ClassVar[str] = "label-error"
    title: ClassVar[str] = "Labels that look wrong"
    needs: ClassVar[tuple[str, ...]] = ("out_of_fold",)
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("suggested", "probe", "neighbours", "words")

    families: int = limit(
        5,
        "Copy families of a category below which its labels cannot be told from noise.",
    )
    neighbours: int = limit(
        10,
        "Neighbours that vote: enough to outvote one that is mislabelled itself, few enough to be "
        "near.",
    )
    floor: float = limit(
        0.02,
        "Least probability that each witness may give a category: .02 keeps one of them from "
        "outvoting the other two by certainty alone.",
    )
    beyond: float = limit(
        0.1,
        "Share of confident learning's count that is listed beyond it, as notes: where errors are "
        "many the count ends the list before the last of them (average precision .933 for .96 "
        "with a tenth more at 5 % flips, CLINC150, plant seeds 0-4), and on clean data a tenth is "
        "a few rows.",
    )
    sure: int = limit(
        1000,
        "Odds, all witnesses agreeing, from which a label is a warning, as long as no more are "
        "than confident learning counts: a thousand to one.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        out_of_fold, codes = computed(evidence.out_of_fold), evidence.dataset.codes
        if out_of_fold is None:
            return
        names = evidence.dataset.categories
        few = self.too_few(evidence.copies.family, codes)
        for c, count in few.items():
            told = f"{names[c]}: {count} different examples, {self.families} are needed"
            yield SkippedCheck(code=self.code, reason=f"not assessable for {told}")
        witnesses = self._witnesses(evidence, out_of_fold)
        found = self.suspect(witnesses, codes, [*few], evidence.labels_beside)
        budget = confident_errors(found.belief, codes)
        for place, i in enumerate(self.listed(found, codes).tolist()):
            agreed = bool((found.against[:, i] > 0).all())
            sure = agreed and place < budget and found.total[i] >= math.log(max(self.sure, 1))
            odds = round(math.exp(min(found.total[i], math.log(MOST_ODDS))))
            yield self._finding(evidence, i, int(found.rival[i]), found.witnesses[:, i], odds, sure)

    def suspect(
        self,
        witnesses: Floats,
        codes: Ints,
        aside: Sequence[int] = (),
        beside: Mapping[int, Collection[int]] | None = None,
    ) -> Suspicion:
        """What `witnesses` (3, n, K) say against the labels `codes` (n,) together.

        Nothing is said against rows of the categories `aside`, or for the labels that a row's text
        has `beside` its own (`Evidence.labels_beside`).
        """
        log = np.log(witnesses + self.floor)
        belief = _normalised(log.sum(axis=0))
        rows = np.arange(len(codes))
        for i, others in (beside or {}).items():
            belief[i, [*others]] = -1.0
        rival = _best_other(belief, codes)
        against = (log[:, rows, rival] - log[:, rows, codes]).round(5)  # (witnesses, n) log odds
        nothing = np.isin(codes, aside) | (belief[rows, rival] < 0)
        total = np.where(nothing, -np.inf, against.sum(axis=0))
        return Suspicion(witnesses, belief, rival, against, total)

    def listed(self, found: Suspicion, codes: Ints) -> Ints:
        """Positions that look wrong, surest first: what confident learning counts, and a tenth."""
        budget = confident_errors(found.belief, codes)
        order = np.argsort(-found.total, kind="stable")[: math.ceil(budget * (1 + self.beyond))]
        return np.asarray(order[found.total[order] > 0])

    def too_few(self, family: Ints, codes: Ints) -> dict[int, int]:
        """Categories that cannot be assessed, and how many different examples they have."""
        pairs = np.unique(np.stack([codes, family]), axis=1)[0]
        counts = np.bincount(pairs)
        return {c: int(n) for c, n in enumerate(counts) if n < self.families}

    def _witnesses(self, evidence: Evidence, out_of_fold: OutOfFold) -> Floats:
        """(3, n, K) probability of each category by probe, neighbours and words."""
        family, codes = evidence.same_text.family, evidence.dataset.codes
        near = evidence.neighbours
        votes = self.votes(near.index, near.cosine, family, family, codes)
        return np.stack([out_of_fold.probabilities.mean(axis=0), votes, out_of_fold.words])

    def _finding(
        self, evidence: Evidence, i: int, rival: int, witnesses: Floats, odds: int, sure: bool
    ) -> Finding:
        names, given = evidence.dataset.categories, int(evidence.dataset.codes[i])
        category, other = names[given], names[rival]
        said = zip(("probe", "neighbours", "words"), witnesses, strict=True)
        return evidence.finding(
            code=self.code,
            severity="warning" if sure else "note",
            category=category,
            members=[i],
            summary=f"labelled {category}, reads like {other}",
            measured={
                "suggested": other,
                "odds": odds,
                **{who: {category: _two(p[given]), other: _two(p[rival])} for who, p in said},
            },
            limit={"odds": self.sure},
            advice=f"Read it again: {category} or {other}?",
        )

    def votes(self, index: Ints, cosine: Floats, own: Ints, families: Ints, codes: Ints) -> Floats:
        """(n, K) share of the nearest neighbours outside a row's own copy family, by cosine.

        index, cosine (n, k): neighbours, nearest first, -1 where there are fewer; own (n,): family
        of each row; families, codes (p,): family and category of each row that `index` counts.
        """
        other = (index >= 0) & (families[index] != own[:, None])
        other &= np.cumsum(other, axis=1) <= self.neighbours
        votes = np.zeros((len(own), int(codes.max()) + 1), dtype=np.float32)
        rows = np.broadcast_to(np.arange(len(own))[:, None], index.shape)
        np.add.at(votes, (rows[other], codes[index[other]]), np.maximum(cosine[other], 0.0))
        return np.asarray(votes / np.maximum(votes.sum(axis=1, keepdims=True), 1e-9))


def confident_errors(belief: Floats, codes: Ints) -> int:
    """How many labels confident learning counts as wrong (Northcutt et al. 2021, section 3.1).

    belief (n, K) out-of-fold probabilities. A row counts where another category's probability
    reaches that category's threshold, the mean probability that its own rows have of it, and
    exceeds all others that do.
    """
    own = belief[np.arange(len(codes)), codes]
    threshold = np.bincount(codes, weights=own) / np.bincount(codes)
    confident = np.where(belief >= threshold, belief, 0.0)
    return int((confident.max(axis=1) > confident[np.arange(len(codes)), codes]).sum())


def _normalised(log: Floats) -> Floats:
    odds = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def _best_other(scores: Floats, codes: Ints) -> Ints:
    others = scores.copy()
    others[np.arange(len(codes)), codes] = -1.0
    return np.asarray(others.argmax(axis=1))


def _two(probability: float) -> float:
    return round(float(probability), 2)
