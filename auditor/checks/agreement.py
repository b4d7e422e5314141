"""What several annotators say of each text: what most of them do, and how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from auditor.checks.annotators import PAIRS_NAMED
from auditor.checks.scales import MAX_STEPS, scale_of
from auditor.records.arrays import Ints, Mask, Table
from auditor.records.evidence import Evidence
from auditor.structure.consensus import annotator_numbers, representatives, shared_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The texts that several annotators labelled, and their labels."""

    texts: Ints  # (m,) their numbers (`Evidence.items`)
    counts: csr_array[Any]  # (m, K) annotators who gave each text each label
    annotators: int
    scale: tuple[str, ...]  # the labels from the lowest step to the highest; () of no scale
    steps: Ints  # (K,) the step of each label; all 0 of no scale

    @property
    def people(self) -> Ints:
        """(m,) labels of each text."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)

    @property
    def share(self) -> Table:
        """(m,) of the labels of each text, the share of the commonest."""
        return np.asarray(self.counts.max(axis=1).toarray().ravel() / self.people)

    @property
    def several(self) -> Mask:
        """(m,) whether a text has several labels."""
        return np.asarray((self.counts > 0).sum(axis=1) > 1)

    @property
    def apart(self) -> Ints:
        """(m,) steps between the lowest and the highest label of each text; of no scale 0 where
        all agree, else 1."""
        labels = self.counts.tocoo()
        if not self.scale:
            return self.several.astype(np.int64)
        low = np.full(len(self.texts), len(self.steps), dtype=np.int64)
        high = np.full(len(self.texts), -1, dtype=np.int64)
        np.minimum.at(low, labels.row, self.steps[labels.col])
        np.maximum.at(high, labels.row, self.steps[labels.col])
        return high - low


def agreement_of(evidence: Evidence) -> Agreement:
    """The labels of texts that two annotators gave one, or more; one given twice is one."""
    item, codes = evidence.items.family, evidence.dataset.codes
    who, names = annotator_numbers(evidence.dataset), evidence.dataset.categories
    texts = shared_texts(item, who)
    given = np.unique(np.c_[item, who, codes][(who >= 0) & np.isin(item, texts)], axis=0)
    place = np.searchsorted(texts, given[:, 0])
    size = (len(texts), len(names))
    counts = csr_array((np.ones(len(given)), (place, given[:, 2])), shape=size)
    scale: tuple[str, ...] = ()
    if len(names) <= MAX_STEPS:
        scale = scale_of(names, (counts.T @ counts).toarray(), evidence.seed)
    steps = [scale.index(name) if scale else 0 for name in names]
    return Agreement(
        texts=texts,
        counts=counts,
        annotators=len(np.unique(given[:, 1])),
        scale=scale,
        steps=np.array(steps, dtype=np.int64),
    )


def disputed(evidence: Evidence, found: Agreement, open_: Ints) -> dict[str, dict[str, Any]]:
    """Row of the file that stands for a text -> what its annotators say, the commonest first, and
    the share of that; of the places `open_` in `found.texts`, the least agreed first."""
    names, in_file = evidence.dataset.categories, evidence.dataset.rows
    family = evidence.items.family
    once = np.flatnonzero(representatives(evidence.dataset, evidence.items))
    row_of = dict(zip(family[once].tolist(), in_file[once].tolist(), strict=True))
    share, apart = found.share, found.apart
    texts = {}
    for at in open_[np.lexsort((open_, share[open_], -apart[open_]))].tolist():
        votes = found.counts[[at]].tocoo()
        given = sorted(zip((-votes.data).astype(int).tolist(), votes.col.tolist(), strict=True))
        texts[str(row_of[int(found.texts[at])])] = {
            "labels": {names[code]: -n for n, code in given},
            "majority": names[given[0][1]],
            "share": round(float(share[at]), 4),
            **({"steps_apart": int(apart[at])} if found.scale else {}),
        }
    return texts


def confused(counts: csr_array[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
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
