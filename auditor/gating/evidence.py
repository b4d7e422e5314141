"""What a gate knows of the two sets: each alone, both together, and which labels look wrong to what
the base teaches, and to what both do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from auditor.pool import Pool
from auditor.prediction.label_errors import doubtful, suspect
from auditor.prediction.label_probes import LabelProbes
from auditor.records.arrays import Ints, Mask
from auditor.records.dataset import Dataset
from auditor.records.evidence import Evidence, computed
from auditor.records.structure import Neighbours
from auditor.structure.consensus import representatives
from auditor.structure.neighbours import nearest

Analyse = Callable[[Dataset, Collection[str]], Evidence]  # of a set the parts that are wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class GateEvidence:
    """The evidence that the tests rest on; arrays are by position in the pool."""

    pool: Pool
    both: Evidence  # of the pool
    candidate: Evidence  # of the candidate alone, its rows numbered as in the pool
    base: Evidence | None  # of the base alone, the same
    base_family: Ints  # (n,) copy family in the base alone; -1 on other rows

    @property
    def family(self) -> Ints:
        """(n,) copy family in the pool."""
        return self.both.copies.family

    @property
    def unit(self) -> Ints:
        """(n,) rows of one number are not independent: copies, near copies, one group."""
        return self.both.fold_units


def gather(
    pool: Pool,
    base: Evidence | None,
    analyse: Analyse,
    *,
    parts: Collection[str],
    own: Collection[str],
) -> GateEvidence:
    """The evidence of each set alone and of both, each analysed once.

    base: that of the base, of whatever candidate it is the base; parts: of `analysis.PARTS`, what
    is wanted of both; own: what is wanted of the candidate alone.
    """
    # Where no row has left, of other splits neither, the pool is the candidate.
    same = not pool.removed.any() and len(pool.dataset.held_out) == len(pool.candidate.held_out)
    both = analyse(pool.dataset, {*parts, *own} if same else parts)
    base_family = np.full(len(pool.in_base), -1, dtype=np.int64)
    if pool.base is not None and base is not None:
        base = replace(base, dataset=_numbered(pool.base, pool.in_base))
        base_family[pool.in_base] = base.copies.family
    candidate = _numbered(pool.candidate, pool.in_candidate)
    return GateEvidence(
        pool=pool,
        both=both,
        candidate=both if same else analyse(candidate, own),
        base=base,
        base_family=base_family,
    )


def _numbered(dataset: Dataset, rows: Mask) -> Dataset:
    """One of the sets by itself; a row's number is its position in the pool, in which `rows` (n,)
    are its rows."""
    numbered = zip(dataset.examples, np.flatnonzero(rows).tolist(), strict=True)
    return replace(dataset, examples=tuple(replace(e, row=i) for e, i in numbered))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """Rows whose labels look wrong, as positions in the pool."""

    rival: Ints  # (n,) code of the likeliest other category, of the base's
    base: Ints  # to what the base teaches
    added: Ints  # to what the base teaches, of categories that it has
    together: Ints  # to what both teach


def suspects(found: GateEvidence, seed: int) -> Suspects:
    """The rows that would rather be wrong than right if one label in a hundred were.

    The witnesses are those of the base; a row is read by none that was taught it or a copy of it.
    Where both teach, a row is judged whichever set it is in: of a source that gives several rows
    at a time, in other words each, a base row has similar ones in the base and a new one has them
    among what was added. The score from which a label is wrong is the base's all the same: where
    many labels of one kind are added wrong, the two sets together take them for hard texts.
    """
    pool, base, both = found.pool, found.base, computed(found.both.label_errors)
    assert base is not None  # noqa: S101 - called only where there is a base
    codes = _base_codes(pool, base.dataset)
    known = found.both.embeddings.known
    family = np.where(pool.in_base & known, found.base_family, -1)
    other_labels = _known_other_labels(found, base.dataset)
    suspected, share = suspect(
        _probes(found, base), np.maximum(codes, 0), family, other_labels, seed
    )
    threshold = doubtful(share)
    # A text that several annotators labelled is judged once, by the label that most gave it.
    once = representatives(pool.dataset, found.both.items)
    wrong = (suspected.score >= threshold) & known & once
    together = np.empty(0) if both is None else np.flatnonzero(both.score >= threshold)
    return Suspects(
        rival=suspected.rival,
        base=np.flatnonzero(wrong & pool.in_base),
        added=np.flatnonzero(wrong & pool.added & (codes >= 0)),
        together=together.astype(np.int64),
    )


def _probes(found: GateEvidence, base: Evidence) -> LabelProbes:
    """Of all rows of the pool, taught those of the base.

    An added row that belongs together with several base rows, which are separate there, is kept
    from the first of them alone.
    """
    pool, both, unit = found.pool, found.both, found.unit
    of_base, added = np.flatnonzero(pool.in_base), np.flatnonzero(~pool.in_base)
    read = of_base[both.embeddings.known[of_base]]
    vectors, width = both.embeddings.vectors, base.neighbours.index.shape[1]
    index = np.full((len(unit), width), -1, dtype=np.int64)
    cosine = np.full((len(unit), width), -1.0, dtype=np.float32)
    near = nearest(vectors[added], width, among=vectors[read])
    for rows, known, place in ((of_base, base.neighbours, of_base), (added, near, read)):
        index[rows] = np.where(known.index >= 0, place[known.index], -1)
        cosine[rows] = known.cosine
    own = base.fold_units
    together = len(unit) + unit
    together[of_base] = own
    first = np.full(len(unit), -1)
    first[unit[of_base[::-1]]] = own[::-1]
    together[added] = np.where(first[unit[added]] >= 0, first[unit[added]], together[added])
    stripped = dict(zip(of_base.tolist(), computed(base.stripped), strict=True))
    every = [stripped.get(i, text) for i, text in enumerate(computed(both.stripped))]
    return LabelProbes.of(vectors, every, Neighbours(index=index, cosine=cosine), together, read)


def _base_codes(pool: Pool, base: Dataset) -> Ints:
    """(n,) the base's code of each row's category; -1 where the base has no such category."""
    return np.asarray(_known_categories(pool, base)[pool.dataset.codes])


def _known_categories(pool: Pool, base: Dataset) -> Ints:
    """(K,) the base's code of each category of the pool; -1 where it has no such one."""
    number = {name: code for code, name in enumerate(base.categories)}
    return np.array([number.get(c, -1) for c in pool.dataset.categories], dtype=np.int64)


def _known_other_labels(found: GateEvidence, base: Dataset) -> dict[int, set[int]]:
    """`Evidence.labels_of_other_kinds` by the base's codes: a base row's as in the base alone."""
    pool, evidence = found.pool, found.base
    assert evidence is not None  # noqa: S101 - called only where there is a base
    place, code = np.flatnonzero(pool.in_base), _known_categories(pool, base).tolist()
    of_base = {int(place[i]): others for i, others in evidence.labels_of_other_kinds.items()}
    of_pool = {
        i: {code[c] for c in others if code[c] >= 0}
        for i, others in found.both.labels_of_other_kinds.items()
        if not pool.in_base[i]
    }
    return {**of_base, **of_pool}
