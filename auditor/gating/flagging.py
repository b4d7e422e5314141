"""Which rows each question of the gate counts. One function a measure.

The base's rows are counted as in the base alone, so that a base has one share whatever it is held
against. An added row is counted by the chance that it would be in a candidate of the base's size:
a larger set holds more copies of what it holds, though nothing has changed. A base that is larger
than the candidate is not cut down, which would divide what came together; that favours the
candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from auditor.gating.rate_test import Values
from auditor.pool import Pool, is_paraphrase
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.findings import Finding
from auditor.records.structure import Neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The rows that one measure counts, (n,) over the pool."""

    base: Mask  # rows of the base
    candidate: Mask  # rows of the candidate, kept ones too
    added: Values  # chance, 0-1, that an added row is counted at the base's size; 0 on other rows
    partner: Ints  # position of a row that each repeats or contradicts; -1: none
    spare: Mask  # added rows that could be left out: one of each family stays
    sure: Floats | None = None  # (n,) how near each is to its partner: the nearest are shown
    tested: Mask | None = None  # rows of the base that the test counts, where they are more
    together: Mask | None = None  # rows of both that are counted where no side is asked first
    judged: Mask | None = None  # rows that can be counted at all; None: all of them
    beside: Ints | None = None  # (n,) code of another category that a marked row concerns; -1: none

    def scope(self, codes: Ints, code: int | None) -> Mask:
        """(n,) the rows that a question about category `code` is about; all of them for None."""
        everywhere = np.ones(len(codes), dtype=bool) if self.judged is None else self.judged
        if code is None:
            return everywhere
        own = codes == code
        own = own if self.beside is None else own | (self.beside == code)
        return np.asarray(everywhere & own)


def chance_to_meet(others: Ints, size: int, among: int) -> Values:
    """(r,) chance that a row meets one of `others` (r,) rows in a random part of its set.

    The set has `among` rows, the part `size` of them, the row itself one of these; hypergeometric.
    """
    if size >= among:
        return (others > 0).astype(np.float64)
    none = (
        gammaln(among - others)
        + gammaln(among - size + 1)
        - gammaln(among)
        - gammaln(np.maximum(among - size + 1 - others, 1))
    )
    some = np.where(others > among - size, 1.0, -np.expm1(np.minimum(none, 0.0)))
    return np.where(others > 0, some, 0.0)


def copies(pool: Pool, base_family: Ints, family: Ints) -> Flags:
    """Rows that have a copy on their side.

    base_family (n,): copy family in the base alone, -1 on other rows; family (n,): in the pool.
    """
    inside, first = pool.in_candidate, _first_of(pool, family)
    again = inside & (first != np.arange(len(family)))
    return Flags(
        base=pool.in_base & (_sizes(base_family, pool.in_base) > 1),
        candidate=again,
        added=_at_one_size(pool, _sizes(family, inside) - 1),
        partner=np.where(again, first, _second_of(pool, family, first)),
        spare=again & pool.added,
    )


def conflicts(pool: Pool, base_family: Ints, family: Ints) -> Flags:
    """Rows whose label is not that of most copies of theirs on their side.

    base_family, family (n,): as in `copies`. Where no label is that of most, all rows count.
    """
    codes, inside = pool.dataset.codes, pool.in_candidate
    outvoted, others = _outvoted(family, codes, inside)
    base, _ = _outvoted(base_family, codes, pool.in_base)
    return Flags(
        base=base,
        candidate=outvoted,
        added=_at_one_size(pool, np.where(outvoted, others, 0)),
        partner=_of_another_label(pool, family, outvoted),
        spare=outvoted & pool.added,
    )


def paraphrases(
    pool: Pool, near: Neighbours, family: Ints, level: float, base_closest: Floats
) -> Flags:
    """Rows that are as near as `level` to another one of their side, copies aside.

    near (n, k): neighbours in the pool; family (n,): copy families; base_closest (n,): cosine of
    each base row to another one, in the base alone.
    """
    index = near.index
    other = (index >= 0) & pool.in_candidate[index] & (family[index] != family[:, None])
    as_near = other & is_paraphrase(near.cosine, level)
    base = pool.in_base & is_paraphrase(base_closest, level)
    added = _at_one_size(pool, as_near.sum(axis=1))
    parent = _parents(pool, near, as_near)
    return Flags(
        base=base,
        candidate=(base & pool.kept) | (added > 0),
        added=added,
        partner=parent,
        spare=parent >= 0,
        sure=np.where(near.index == parent[:, None], near.cosine, 0.0).max(axis=1),
    )


def _parents(pool: Pool, near: Neighbours, as_near: Mask) -> Ints:
    """(n,) for an added row the row that it is a variation of; -1 where it could be the original.

    Kept rows are originals. Of added ones that with most variations, and the nearest to them, comes
    first: variations are made of it, not of one another. Of two that are alike in this the shorter
    one does, since variations add words. What is near to an original is a variation of it.
    """
    parent, central = np.full(len(as_near), -1), (near.cosine * as_near).sum(axis=1).round(2)
    concerned = np.flatnonzero(pool.added & as_near.any(axis=1))
    length = np.array([len(pool.dataset.examples[i].text) for i in concerned])
    original = pool.kept.copy()
    for i in concerned[np.lexsort((length, -central[concerned]))].tolist():
        others = near.index[i][as_near[i]]
        taken = others[original[others]]
        if len(taken):
            parent[i] = taken[0]
        else:
            original[i] = True
    return parent


def suspected(
    pool: Pool, base: Ints, added: Ints, rival: Ints, known: Mask, together: Ints
) -> Flags:
    """Rows whose label looks wrong to what the base teaches; each concerns its rival, too.

    base, added: positions; rival (n,): code of the likeliest other category; known (n,): rows of
    categories that the base has: of others it can say nothing. together: positions whose label
    looks wrong to what both sets teach.
    """
    marked = np.zeros((2, len(known)), dtype=bool)
    marked[0, base], marked[1, added] = True, True
    either = marked.any(axis=0)
    return Flags(
        base=marked[0],
        candidate=(marked[0] & pool.kept) | marked[1],
        added=marked[1].astype(np.float64),
        partner=np.full(len(known), -1),
        spare=marked[1],
        together=np.isin(np.arange(len(known)), together),
        judged=known,
        beside=np.where(either, rival, -1),
    )


def in_findings(pool: Pool, base: Iterable[Finding], both: Sequence[Finding]) -> Flags:
    """Rows in findings of the base alone, and in those of the pool.

    The test counts base rows by the pool's findings where these are more: what is found there does
    not depend on the side, so where nothing has changed either side has its share of it.
    """
    alone, together = _rows_of(pool, base), _rows_of(pool, both)
    more = together & pool.in_base
    return Flags(
        base=alone & pool.in_base,
        candidate=together & pool.in_candidate,
        added=(together & pool.added).astype(np.float64),
        partner=np.full(len(together), -1),
        spare=together & pool.added,
        tested=more if more.sum() > (alone & pool.in_base).sum() else None,
    )


def _rows_of(pool: Pool, findings: Iterable[Finding]) -> Mask:
    rows = np.array(sorted({r for f in findings for r in f.rows}), dtype=np.int64)
    return np.isin(np.arange(len(pool.in_base)), rows)


def _at_one_size(pool: Pool, others: Ints) -> Values:
    """(n,) chance that each added row meets one of its `others` (n,) at the base's size."""
    among = int(pool.in_candidate.sum())
    base = int(pool.in_base.sum())
    return np.where(pool.added, chance_to_meet(others, min(base or among, among), among), 0.0)


def _sizes(family: Ints, side: Mask) -> Ints:
    """(n,) how many rows of a side are of each row's family; 0 on other rows."""
    counts = np.bincount(family[side], minlength=max(int(family.max()) + 1, 1))
    return np.where(side, counts[family], 0)


def _first_of(pool: Pool, family: Ints) -> Ints:
    """(n,) the candidate's first row of each row's family, kept ones come first; -1: none."""
    inside = np.flatnonzero(pool.in_candidate)
    order = inside[np.lexsort((inside, pool.added[inside]))]
    first = np.full(int(family.max()) + 1, -1, dtype=np.int64)
    first[family[order[::-1]]] = order[::-1]
    return np.where(family >= 0, first[family], -1)


def _second_of(pool: Pool, family: Ints, first: Ints) -> Ints:
    """(n,) for the first rows of a family of several, another one; -1 elsewhere."""
    later = np.flatnonzero(pool.in_candidate & (first != np.arange(len(first))))
    second = np.full(int(family.max()) + 1, -1, dtype=np.int64)
    second[family[later[::-1]]] = later[::-1]
    is_first = first == np.arange(len(first))
    return np.where(is_first & (family >= 0), second[family], -1)


def _outvoted(family: Ints, codes: Ints, side: Mask) -> tuple[Mask, Ints]:
    """(n,) rows of a side whose label is not that of most of their family there, with ties; and
    how many of the family have another label."""
    kinds = int(codes.max()) + 1
    pair = np.where(side, family * kinds + codes, -1)
    names, owner, counts = np.unique(pair, return_inverse=True, return_counts=True)
    own = counts[owner.ravel()]
    of_pair = np.where(names >= 0, names // kinds, 0)
    most = np.zeros(int(family.max()) + 2, dtype=np.int64)
    np.maximum.at(most, of_pair[names >= 0], counts[names >= 0])
    leaders = np.zeros_like(most)
    lead = (names >= 0) & (counts == most[of_pair])
    np.add.at(leaders, of_pair[lead], 1)
    others = np.where(side, _sizes(family, side) - own, 0)
    behind = (own < most[family]) | (leaders[family] > 1)
    return side & (others > 0) & behind, others


def _of_another_label(pool: Pool, family: Ints, outvoted: Mask) -> Ints:
    """(n,) for each outvoted row of the candidate one of its family with another label."""
    codes, partner = pool.dataset.codes, np.full(len(family), -1)
    concerned = np.flatnonzero(pool.in_candidate & np.isin(family, family[outvoted]))
    order = concerned[np.lexsort((concerned, pool.added[concerned], family[concerned]))]
    starts = np.flatnonzero(np.diff(family[order], prepend=-2))
    for rows in np.split(order, starts[1:]) if len(order) else ():
        for i in rows[outvoted[rows]]:
            partner[i] = rows[codes[rows] != codes[i]][0]
    return partner
