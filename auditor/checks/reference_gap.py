"""reference-gap: a subtype that real use has and training lacks or starves.

Each reference text asks how many of its nearest texts, reference and training together, are
reference: where training covers it, about their share of the whole; where it does not, all. Ward's
tree of the reference gathers such texts; a node's score is its mean z times the root of its size.
The limits are scores that training rows reach when splits of them are held against the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.cluster.hierarchy import linkage

from auditor.records import Evidence, Floats, Ints, Reference
from auditor.results import Finding, SkippedCheck

NEAREST = (10, 20, 30)  # neighbours asked; their mean is steadier than any one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceGap:
    code: ClassVar[str] = "reference-gap"
    title: ClassVar[str] = "What real use has and training lacks"
    needs: ClassVar[tuple[str, ...]] = ("reference",)

    # Reference texts of a gap: fewer may be one person's whim, more would be seen by anyone.
    fewest: int = 4
    most: int = 20
    # Splits of the training rows, held against one another. A score beyond the best of them all
    # is a warning: where the reference is like training, about one audit in ten has one.
    splits: int = 9
    # Gaps that such a split may show on average; scores beyond that level are listed, as notes.
    by_chance: float = 1.0
    # Reference texts below which neighbours say nothing.
    enough: int = 60
    # Rows of either side looked at, a sample beyond (Ward's tree is quadratic in memory).
    sample: int = 8000

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        reference = evidence.reference
        if reference is None:
            return
        wanted, train = reference.vectors[: self.sample], evidence.embeddings.vectors[: self.sample]
        if min(len(wanted), len(train)) < self.enough:
            few = f"{len(wanted)} reference texts and {len(train)} rows, {self.enough} of each"
            yield SkippedCheck(code=self.code, reason=f"{few} are needed")
            return
        chance = self._chance(train, len(wanted))
        limit = chance[min(round(self.by_chance * self.splits), len(chance) - 1)]
        for score, node in self._gaps(wanted, train):
            if score <= limit:
                break
            yield self._finding(evidence, reference, node, score, limit, chance[0])

    def _finding(
        self,
        evidence: Evidence,
        reference: Reference,
        node: Ints,
        score: float,
        limit: float,
        sure: float,
    ) -> Finding:
        cosine = reference.vectors[node] @ evidence.embeddings.vectors.T
        near = np.unique(cosine.argmax(axis=1))
        typical = int(node[(reference.vectors[node] @ reference.vectors[node].T).sum(1).argmax()])
        quote = {"typical_text": reference.texts[typical]}
        return evidence.finding(
            code=self.code,
            severity="warning" if score > sure else "note",
            category=None,
            members=near,
            summary=f"{len(node)} reference texts have no counterpart in training; "
            f"the nearest rows have a cosine of {cosine.max(axis=1).mean():.2f}",
            measured={"reference_texts": len(node), "score": score, **quote},
            limit={"score": round(limit, 4), "warning_from": round(sure, 4)},
            advice="Label texts of this kind from real use and add them, 20 or more.",
            reference_rows=tuple(sorted(int(reference.rows[i]) for i in node)),
            quoted=[reference.texts[i] for i in node],
        )

    def _chance(self, train: Floats, size: int) -> list[float]:
        """Scores of gaps in splits of the training rows, of like proportion, best first."""
        share = min(0.5, size / (len(train) + size))
        random = np.random.default_rng(0)
        scores = [0.0]
        for _ in range(self.splits):
            drawn = random.permutation(len(train)) < share * len(train)
            scores += [score for score, _ in self._gaps(train[drawn], train[~drawn])]
        return sorted(scores, reverse=True)

    def _gaps(self, wanted: Floats, train: Floats) -> Iterator[tuple[float, Ints]]:
        """Nodes that do not overlap, best score first."""
        taken = np.zeros(len(wanted), dtype=bool)
        for score, node in self._nodes(wanted, train):
            if not taken[node].any():
                taken[node] = True
                yield score, node

    def _nodes(self, wanted: Floats, train: Floats) -> list[tuple[float, Ints]]:
        """Nodes of Ward's tree of `wanted` with their scores, best first."""
        z = _lacking(wanted, train)
        merges = linkage(wanted, "ward")
        inside: dict[int, list[int]] = {i: [i] for i in range(len(wanted))}
        nodes = []
        for step, (a, b, _, size) in enumerate(merges):
            if size <= self.most:
                rows = sorted(inside[int(a)] + inside[int(b)])
                inside[len(wanted) + step] = rows
                if size >= self.fewest:
                    score = float(z[rows].mean() * np.sqrt(len(rows)))
                    nodes.append((round(score, 4), np.array(rows, dtype=np.int64)))
        return sorted(nodes, key=lambda n: (-n[0], n[1].tolist()))


def _lacking(wanted: Floats, train: Floats) -> Floats:
    """(m,) z of how many of the nearest of each `wanted` are wanted ones, mean over NEAREST."""
    own = wanted @ wanted.T
    np.fill_diagonal(own, -2.0)
    both = np.concatenate([own, wanted @ train.T], axis=1)
    width = min(max(NEAREST), both.shape[1] - 1)
    nearest = np.argpartition(-both, width - 1, axis=1)[:, :width]
    order = np.argsort(-np.take_along_axis(both, nearest, 1), axis=1, kind="stable")
    mine = np.take_along_axis(nearest, order, 1) < len(wanted)
    share = (len(wanted) - 1) / (both.shape[1] - 1)
    z = [
        (mine[:, :k].sum(axis=1) - k * share) / np.sqrt(k * share * (1 - share))
        for k in NEAREST
        if k <= width
    ]
    return np.asarray(np.mean(z, axis=0), dtype=np.float32)
