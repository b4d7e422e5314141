"""label-error: rows that look as if they belonged to another category.

Three witnesses, none of which has seen the row or its copies: a probe on the embeddings, the
nearest neighbours, and the words. Their log odds for the likeliest other category are added.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.limits import limit
from auditor.records import Evidence, Floats, Ints
from auditor.results import Finding, SkippedCheck

MOST_ODDS = 1e6  # said of a label: beyond, the witnesses' independence would be the claim


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelError:
    code: ClassVar[str] = "label-error"
    title: ClassVar[str] = "Labels that look wrong"
    needs: ClassVar[tuple[str, ...]] = ("out_of_fold",)

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
        dataset, out_of_fold = evidence.dataset, evidence.out_of_fold
        if out_of_fold is None:
            return
        codes, names = dataset.codes, dataset.categories
        assessable = np.ones(len(names), dtype=bool)
        for c, name in enumerate(names):
            count = len(np.unique(evidence.copies.family[codes == c]))
            assessable[c] = count >= self.families
            if not assessable[c]:
                few = f"{name}: {count} different examples, {self.families} are needed"
                yield SkippedCheck(code=self.code, reason=f"not assessable for {few}")
        witnesses = np.stack(
            [
                out_of_fold.probabilities.mean(axis=0),
                self._votes(evidence, codes, len(names)),
                out_of_fold.words,
            ]
        )
        log = np.log(witnesses + self.floor)
        belief = _normalised(log.sum(axis=0))
        rows = np.arange(len(codes))
        possible = belief.copy()  # of labels that the text has in other rows, rightly, none
        for i, others in evidence.labels_beside.items():
            possible[i, list(others)] = -1.0
        rival = _best_other(possible, codes)
        against = (log[:, rows, rival] - log[:, rows, codes]).round(5)  # (witnesses, n) log odds
        assessed = assessable[codes] & (possible[rows, rival] >= 0)
        total = np.where(assessed, against.sum(axis=0), -np.inf)
        budget = confident_errors(possible, codes)
        listed = np.argsort(-total, kind="stable")
        listed = listed[: math.ceil(budget * (1 + self.beyond))]
        for place, i in enumerate(listed[total[listed] > 0]):
            agreed = bool((against[:, i] > 0).all())
            sure = agreed and place < budget and total[i] >= math.log(max(self.sure, 1))
            odds = round(math.exp(min(total[i], math.log(MOST_ODDS))))
            yield self._finding(evidence, int(i), int(rival[i]), witnesses[:, i], odds, sure)

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

    def _votes(self, evidence: Evidence, codes: Ints, kinds: int) -> Floats:
        """(n, K) share of the nearest neighbours outside a row's own copy family, by cosine."""
        index, cosine = evidence.neighbours.index, evidence.neighbours.cosine
        family = evidence.same_text.family
        other = (index >= 0) & (family[index] != family[:, None])
        other &= np.cumsum(other, axis=1) <= self.neighbours
        votes = np.zeros((len(codes), kinds), dtype=np.float32)
        rows = np.broadcast_to(np.arange(len(codes))[:, None], index.shape)
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
