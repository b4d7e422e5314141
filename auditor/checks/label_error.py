"""label-error: rows that look as if they belonged to another category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.stats import rankdata

from auditor.records import Evidence, Finding, Floats, Ints, SkippedCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelError:
    code: ClassVar[str] = "label-error"
    title: ClassVar[str] = "Labels that look wrong"
    needs: ClassVar[tuple[str, ...]] = ("out_of_fold",)

    # Copy families of a category below which its labels cannot be told from noise.
    families: int = 5
    # Neighbours that vote; ten did best on CLINC150 and Banking77.
    neighbours: int = 10
    # Probability of another category, by both witnesses, from which a label is a warning.
    sure: float = 0.8

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        dataset, out_of_fold = evidence.dataset, evidence.out_of_fold
        if out_of_fold is None:
            return
        codes, names = dataset.codes, dataset.categories
        families = [len(np.unique(evidence.copies.family[codes == c])) for c in range(len(names))]
        assessable = np.array(families) >= self.families
        for name, count in zip(names, families, strict=True):
            if count < self.families:
                few = f"{name}: {count} different examples, {self.families} are needed"
                yield SkippedCheck(code=self.code, reason=f"not assessable for {few}")
        probe = out_of_fold.probabilities.mean(axis=0)
        votes = self._votes(evidence, codes, len(names))
        suspicion = _suspicion(probe, codes) + _suspicion(votes, codes)
        suspicion[~assessable[codes]] = -np.inf
        for i in np.argsort(-suspicion, kind="stable")[: self._budget(probe, codes)]:
            rival = _best_other(probe, codes)[i]
            if not np.isfinite(suspicion[i]) or probe[i, rival] <= probe[i, codes[i]]:
                continue
            likely = min(float(probe[i, rival]), float(votes[i, rival]))
            category, other = names[codes[i]], names[rival]
            yield evidence.finding(
                code=self.code,
                severity="warning" if likely >= self.sure else "note",
                category=category,
                members=[int(i)],
                summary=f"labelled {category}, reads like {other}",
                measured={
                    "suggested": other,
                    "probe_suggested": float(probe[i, rival]),
                    "probe_given": float(probe[i, codes[i]]),
                    "neighbours_suggested": float(votes[i, rival]),
                    "neighbours_given": float(votes[i, codes[i]]),
                },
                limit={"sure": self.sure},
                advice=f"Read it again: {category} or {other}?",
            )

    def _votes(self, evidence: Evidence, codes: Ints, kinds: int) -> Floats:
        """(n, K) share of the nearest neighbours outside a row's own copy family, by cosine."""
        index, cosine = evidence.neighbours.index, evidence.neighbours.cosine
        family = evidence.copies.family
        other = (index >= 0) & (family[index] != family[:, None])
        other &= np.cumsum(other, axis=1) <= self.neighbours
        votes = np.zeros((len(codes), kinds), dtype=np.float32)
        rows = np.broadcast_to(np.arange(len(codes))[:, None], index.shape)
        np.add.at(votes, (rows[other], codes[index[other]]), np.maximum(cosine[other], 0.0))
        return votes / np.maximum(votes.sum(axis=1, keepdims=True), 1e-9)

    def _budget(self, probe: Floats, codes: Ints) -> int:
        """How many labels confident learning counts as wrong (Northcutt et al. 2021, section 3.1).

        A row counts where another category's probability reaches that category's threshold, the
        mean probability that its own rows have of it, and exceeds all others that do.
        """
        own = probe[np.arange(len(codes)), codes]
        threshold = np.bincount(codes, weights=own) / np.bincount(codes)
        confident = np.where(probe >= threshold, probe, 0.0)
        return int(((confident.argmax(axis=1) != codes) & confident.any(axis=1)).sum())


def _best_other(scores: Floats, codes: Ints) -> Ints:
    others = scores.copy()
    others[np.arange(len(codes)), codes] = -1.0
    return others.argmax(axis=1)


def _suspicion(scores: Floats, codes: Ints) -> Floats:
    """Rank of the margin by which another category wins, 0-1, most suspicious highest."""
    rows = np.arange(len(codes))
    margin = scores[rows, _best_other(scores, codes)] - scores[rows, codes]
    return np.asarray(rankdata(np.round(margin, 5)) / len(codes), dtype=np.float32)
