"""What a gate knows of the two sets: each alone, both together, and which labels look wrong to what
the base teaches, and to what both do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from auditor.checks.label_error import LabelError, Suspicion
from auditor.embedding.embed import Encoder
from auditor.embedding.neighbours import nearest
from auditor.embedding.templates import without_templates
from auditor.interfaces import Progress
from auditor.pipeline import NEIGHBOURS, look
from auditor.prediction.folds import FOLDS, assign_folds, keep_near_together
from auditor.prediction.out_of_fold import probabilities
from auditor.prediction.words import word_probabilities
from auditor.records import Dataset, Evidence, Ints
from auditor.settings import Settings
from auditor.sides.pool import Flags, Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The evidence that questions rest on; arrays are by position in the pool."""

    pool: Pool
    both: Evidence  # of the pool
    candidate: Evidence  # of the candidate alone, its rows numbered as in the pool
    base: Evidence | None  # of the base alone, the same
    base_family: Ints  # (n,) copy family in the base alone; -1 on other rows
    unit: Ints  # (n,) rows of one number are not independent: copies, near copies, one group

    @property
    def family(self) -> Ints:
        """(n,) copy family in the pool."""
        return self.both.copies.family


def find_structure(
    pool: Pool,
    parts: Collection[str],
    encoder: Encoder,
    settings: Settings,
    progress: Progress,
) -> Structure:
    """The evidence of each set alone and of both; parts: of `pipeline.PARTS`, what is wanted."""
    # Where no row has left, the pool is the candidate.
    left = bool(pool.removed.any())

    def looked(dataset: Dataset, parts: Collection[str] = parts) -> Evidence:
        return look(dataset, [], encoder, settings, progress, parts=parts)

    both = looked(pool.dataset, [p for p in parts if p != "noise" or not left])
    base_family = np.full(len(pool.in_base), -1, dtype=np.int64)
    base = None
    if pool.base is not None:
        base = looked(_alone(pool.base, pool.in_base))
        base_family[pool.in_base] = base.copies.family
    return Structure(
        pool=pool,
        both=both,
        candidate=looked(_alone(pool.candidate, pool.in_candidate)) if left else both,
        base=base,
        base_family=base_family,
        unit=_together(both),
    )


def _together(evidence: Evidence) -> Ints:
    """(n,) a number for each set of rows that are not independent: copies, pairs that may be
    copies, and rows of one group."""
    return keep_near_together(evidence.dataset, evidence.same_text)


def _alone(dataset: Dataset, side: Flags) -> Dataset:
    """One of the sets by itself; a row's number is its position in the pool, in which `side` (n,)
    are its rows."""
    numbered = zip(dataset.examples, np.flatnonzero(side).tolist(), strict=True)
    return replace(dataset, examples=tuple(replace(e, row=i) for e, i in numbered))


def suspect_added(found: Structure, check: LabelError, seed: int) -> tuple[Suspicion, Ints]:
    """What the base teaches against the label of each row, (n,), and the base's own suspects.

    Probes, neighbours and words are those of the base; a row is read by a probe that was taught
    neither it nor a copy of it, and as many rows whichever side it is on. `rival` is a code of the
    base's categories. The suspects are positions, surest first, as the check lists them in the base
    alone.
    """
    pool, base = found.pool, found.base
    assert base is not None  # noqa: S101 - asked only where there is a base
    of_base, added = np.flatnonzero(pool.in_base), np.flatnonzero(~pool.in_base)
    codes = _base_codes(pool, base.dataset)
    own, known = _together(base), base.dataset.codes
    folds = _folds(found, assign_folds(own, known))
    vectors = found.both.embeddings.vectors
    said = probabilities(vectors, np.maximum(codes, 0), folds, seed, taught=of_base)
    witnesses = np.zeros((3, *said.shape[1:]), dtype=np.float32)
    witnesses[0] = said.mean(axis=0)
    near = base.neighbours
    witnesses[1, of_base] = check.votes(near.index, near.cosine, own, own, known)
    near, unit = nearest(vectors[added], NEIGHBOURS, among=vectors[of_base]), found.unit
    witnesses[1, added] = check.votes(near.index, near.cosine, unit[added], unit[of_base], known)
    texts = without_templates(base.dataset.texts, base.templates)
    witnesses[2, of_base] = word_probabilities(texts, known, own)
    stripped = dict(zip(of_base.tolist(), texts, strict=True))
    both = without_templates(pool.dataset.texts, found.both.templates)
    every = [stripped.get(i, text) for i, text in enumerate(both)]
    witnesses[2, added] = word_probabilities(every, codes, found.unit, taught=of_base)[added]
    few = [*check.too_few(base.copies.family, known)]
    alone = check.suspect(witnesses[:, of_base], known, few, base.labels_beside)
    beside = _known_beside(found, base.dataset)
    everyone = check.suspect(witnesses, np.maximum(codes, 0), few, beside)
    return everyone, of_base[check.listed(alone, known)]


def suspect_together(found: Structure, check: LabelError, seed: int) -> Ints:
    """Positions whose labels look wrong where both sets teach, whichever side a row is on.

    Of a source that gives several rows at a time, in other words each, a base row has its likes in
    the base and a new one has them among what was added: so either side is judged by both.
    """
    both, unit = found.both, found.unit
    codes = both.dataset.codes
    said = probabilities(both.embeddings.vectors, codes, assign_folds(unit, codes), seed)
    votes = check.votes(both.neighbours.index, both.neighbours.cosine, unit, unit, codes)
    stripped = without_templates(both.dataset.texts, both.templates)
    words = word_probabilities(stripped, codes, unit)
    few = [*check.too_few(found.family, codes)]
    witnesses = np.stack([said.mean(axis=0), votes, words])
    return check.listed(check.suspect(witnesses, codes, few, both.labels_beside), codes)


def added_suspects(everyone: Suspicion, listed: Ints, added: Ints, base: Ints) -> Ints:
    """Of the positions `added` those whose label looks as wrong as the least of those `listed`.

    Where none of the `base` is listed, more wrong than the base's most suspicious label.
    """
    total = everyone.total[added]
    if len(listed):
        return np.asarray(added[total >= everyone.total[listed].min()])
    return np.asarray(added[total > max(float(everyone.total[base].max(initial=0.0)), 0.0)])


def _base_codes(pool: Pool, base: Dataset) -> Ints:
    """(n,) the base's code of each row's category; -1 where the base has no such category."""
    return np.asarray(_known_categories(pool, base)[pool.dataset.codes])


def _known_categories(pool: Pool, base: Dataset) -> Ints:
    """(K,) the base's code of each category of the pool; -1 where it has no such one."""
    number = {name: code for code, name in enumerate(base.categories)}
    return np.array([number.get(c, -1) for c in pool.dataset.categories], dtype=np.int64)


def _known_beside(found: Structure, base: Dataset) -> dict[int, set[int]]:
    """`Evidence.labels_beside` of the pool, by the base's codes."""
    code = _known_categories(found.pool, base).tolist()
    beside = found.both.labels_beside
    return {i: {code[c] for c in others if code[c] >= 0} for i, others in beside.items()}


def _folds(found: Structure, of_base: Ints) -> Ints:
    """(n,) the base's folds; an added row's is that of a base row that it may not be read with.

    Others are dealt out in canonical order, which is as good as random.
    """
    pool, unit = found.pool, found.unit
    folds = np.arange(len(unit)) % FOLDS
    folds[pool.in_base] = of_base
    first = np.full(int(unit.max()) + 1, -1, dtype=np.int64)
    rows = np.flatnonzero(pool.in_base)[::-1]
    first[unit[rows]] = folds[rows]
    return np.where(~pool.in_base & (first[unit] >= 0), first[unit], folds)
