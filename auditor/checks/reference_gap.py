"""reference-gap: a subtype that real use has and training lacks or starves.

Each reference text asks how many of its nearest texts, reference and training together, are
reference: where training covers it, about their share of the whole; where it does not, all. Small
nodes of two trees of the reference (Ward's and average linkage; they err differently) gather such
texts; a node's score is Stouffer's z, the sum over the root of its size. The limits are scores that
nodes reach where reference and training are shuffled together and split anew, a permutation
test of the best one. A large reference is sampled to a size at which a node is about a subtype; the
texts left out then join the gap of their nearest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.spatial.distance import pdist

from auditor.checks.limits import limit
from auditor.records.arrays import Floats, Ints
from auditor.records.evidence import Evidence, Reference
from auditor.records.findings import Finding, SkippedCheck
from auditor.structure.trees import Tree, average, ward

MIN_SAMPLED = 200  # reference texts that are all used, however small the training set
BLOCK = 4096  # texts whose cosines are in memory at once
NEAREST = (10, 20, 30)  # neighbours asked; their mean is steadier than any one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceGap:
    code: ClassVar[str] = "reference-gap"
    title: ClassVar[str] = "Kinds of text missing from training"
    needs: ClassVar[tuple[str, ...]] = ("reference", "readable")
    quotes: ClassVar[tuple[str, ...]] = ("typical_text",)
    names: ClassVar[tuple[str, ...]] = ()

    fewest: int = limit(
        5,
        "Reference texts of one gap, at least and at most: fewer may be one person's habit, more "
        "mix several kinds of text. Of 4-5 and 12-40 those that find most gaps made on purpose in "
        "CLINC150, seeds 0-4.",
    )
    most: int = limit(12)
    proportion: float = limit(
        0.3,
        "Reference texts used, for each training row: with four times as many, one kind of text is "
        "split over several clusters, and no gap made on purpose is found (CLINC150, seeds 0-1).",
    )
    splits: int = limit(
        9,
        "Random splits of reference and training together, compared with each other. A score above "
        "the best of them all is a warning: where the reference is like training, one audit in ten "
        "has one.",
    )
    by_chance: float = limit(
        1.5,
        "Gaps per category that such a split may show; scores above that level are listed, as "
        "notes: on CLINC150 and HWU64 .5 and .7 false ones per category (seeds 0-4).",
    )
    enough: int = limit(
        60,
        "Reference texts that are needed at least for a comparison of neighbours.",
    )
    sample: int = limit(
        8000,
        "Training rows used, a sample of larger sets: memory and time grow with the square.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        reference = evidence.reference
        if reference is None:
            return
        if reference.unread:
            yield SkippedCheck(code=self.code, reason=reference.unread)
            return
        train = evidence.embeddings.vectors[evidence.embeddings.known][: self.sample]
        size = max(self.enough, MIN_SAMPLED, round(self.proportion * len(train)))
        sampled = np.array(
            sorted(range(len(reference.texts)), key=lambda i: _hash(reference.texts[i]))
        )[:size]
        wanted = reference.vectors[sampled]
        if min(len(wanted), len(train)) < self.enough:
            few = f"{len(wanted)} reference texts and {len(train)} rows, {self.enough} of each"
            yield SkippedCheck(code=self.code, reason=f"{few} are needed")
            return
        chance = self._chance(wanted, train, evidence.seed)
        allowed = self.by_chance * len(evidence.dataset.categories) * self.splits
        limit = chance[min(round(allowed), len(chance) - 1)]
        gaps = [g for g in self._gaps(_lacking(wanted, train), _trees(wanted)) if g[0] > limit]
        extended = _extended([node for _, node in gaps], sampled, reference.vectors)
        for (score, _), node in zip(gaps, extended, strict=True):
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
            summary=f"{len(node)} reference texts have no counterpart in training; the closest "
            f"rows have a mean cosine similarity of {cosine.max(axis=1).mean():.2f}",
            measured={"reference_texts": len(node), "score": score, **quote},
            limit={"score": round(limit, 4), "warning_from": round(sure, 4)},
            advice="Label texts of this kind from real use and add them, 20 or more.",
            reference_rows=tuple(sorted(int(reference.rows[i]) for i in node)),
            quoted=[reference.texts[i] for i in node],
        )

    def _chance(self, wanted: Floats, train: Floats, seed: int) -> list[float]:
        """Scores of gaps where both are shuffled and split, as many to either side, best first.

        Smaller parts of the training rows alone would have fewer nodes, and so lower best scores.
        """
        random, both = np.random.default_rng(seed), np.concatenate([wanted, train])
        scores = [0.0]
        for _ in range(self.splits):
            order = random.permutation(len(both))
            one, other = both[order[: len(wanted)]], both[order[len(wanted) :]]
            scores += [score for score, _ in self._gaps(_lacking(one, other), _trees(one))]
        return sorted(scores, reverse=True)

    def _gaps(self, z: Floats, trees: Sequence[Tree]) -> Iterator[tuple[float, Ints]]:
        """Nodes of a fit size that do not overlap, best score first."""
        nodes = {
            tuple(node.tolist()): _stouffer(z[node])
            for tree in trees
            for node in tree.nodes(self.fewest, self.most)
        }
        taken = np.zeros(len(z), dtype=bool)
        for rows, score in sorted(nodes.items(), key=lambda n: (-n[1], n[0])):
            node = np.array(rows, dtype=np.int64)
            if not taken[node].any():
                taken[node] = True
                yield score, node


def _hash(text: str) -> bytes:
    """What a sample goes by, so that the order of the file decides nothing."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _stouffer(z: Floats) -> float:
    """One z of several (n,): their sum over the root of n (Stouffer et al. 1949)."""
    return round(float(z.sum() / np.sqrt(len(z))), 4)


def _trees(vectors: Floats) -> tuple[Tree, ...]:
    """Ward's tree and the average-linkage tree of unit vectors (m, dim)."""
    return ward(vectors), average(pdist(vectors))


def _extended(gaps: Sequence[Ints], sampled: Ints, vectors: Floats) -> list[Ints]:
    """The gaps, nodes of the `sampled` texts, with the other texts that are nearest to one of
    theirs.

    vectors (m, dim): of all reference texts, which the returned positions count.
    """
    owner = np.full(len(sampled), -1)
    for number, node in enumerate(gaps):
        owner[node] = number
    of_all = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), BLOCK):
        cosine = vectors[start : start + BLOCK] @ vectors[sampled].T
        of_all[start : start + BLOCK] = owner[cosine.argmax(axis=1)]
    of_all[sampled] = owner
    return [np.flatnonzero(of_all == number) for number in range(len(gaps))]


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
