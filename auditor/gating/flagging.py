"""Which rows each of the gate's measures flags. One function a measure.

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

from auditor.pool import Pool, is_paraphrase
from auditor.records.arrays import Floats, Ints, Mask, Table
from auditor.records.findings import Finding
from auditor.records.structure import Neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The rows that one measure counts, (n,) over the pool."""

    base: Mask  # rows of the base
    candidate: Mask  # rows of the candidate, kept ones too
    added: Table  # chance, 0-1, that an added row is counted at the base's size; 0 on other rows
    partner: Ints  # position of a row that each repeats or contradicts; -1: none
    droppable: Mask  # added rows that could be left out: one of each family stays
    similarity: Floats | None = None  # (n,) how near each is to its partner: the nearest are shown
    base_tested: Mask | None = None  # rows of the base that the test counts, where they are more
    flagged_by_both: Mask | None = None  # rows that are flagged by what both sets teach
    assessable: Mask | None = None  # rows that can be counted at all; None: all of them
    rival: Ints | None = None  # (n,) code of another category that a flagged row concerns; -1: none

    def scope(self, codes: Ints, code: int | None) -> Mask:
        """(n,) the rows that a hypothesis about category `code` concerns; all of them for None."""
        everywhere = np.ones(len(codes), dtype=bool) if self.assessable is None else self.assessable
        if code is None:
            return everywhere
        own = codes == code
        own = own if self.rival is None else own | (self.rival == code)
        return np.asarray(everywhere & own)


def chance_to_meet(others: Ints, size: int, among: int) -> Table:
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
    """Rows that have a copy in their own set.

    base_family (n,): copy family in the base alone, -1 on other rows; family (n,): in the pool.
    """
    inside, first = pool.in_candidate, _first_of(pool, family)
    again = inside & (first != np.arange(len(family)))
    return Flags(
        base=pool.in_base & (_sizes(base_family, pool.in_base) > 1),
        candidate=again,
        added=_at_base_size(pool, _sizes(family, inside) - 1),
        partner=np.where(again, first, _second_of(pool, family, first)),
        droppable=again & pool.added,
    )


def conflicts(pool: Pool, base_family: Ints, family: Ints) -> Flags:
    """Rows whose label is not that of most copies of theirs in their own set.

    base_family, family (n,): as in `copies`. Where no label is that of most, all rows count.
    """
    codes, inside = pool.dataset.codes, pool.in_candidate
    outvoted, others = _outvoted(family, codes, inside)
    base, _ = _outvoted(base_family, codes, pool.in_base)
    return Flags(
        base=base,
        candidate=outvoted,
        added=_at_base_size(pool, np.where(outvoted, others, 0)),
        partner=_of_another_label(pool, family, outvoted),
        droppable=outvoted & pool.added,
    )


def paraphrases(
    pool: Pool, near: Neighbours, family: Ints, level: float, base_closest: Floats
) -> Flags:
    """Rows that are as near as `level` to another one of their own set, copies aside.

    near (n, k): neighbours in the pool; family (n,): copy families; base_closest (n,): cosine of
    each base row to another one, in the base alone.
    """
    index = near.index
    other = (index >= 0) & pool.in_candidate[index] & (family[index] != family[:, None])
    as_near = other & is_paraphrase(near.cosine, level)
    base = pool.in_base & is_paraphrase(base_closest, level)
    added = _at_base_size(pool, as_near.sum(axis=1))
    source = _source_rows(pool, near, as_near)
    return Flags(
        base=base,
        candidate=(base & pool.kept) | (added > 0),
        added=added,
        partner=source,
        droppable=source >= 0,
        similarity=np.where(near.index == source[:, None], near.cosine, 0.0).max(axis=1),
    )


def _source_rows(pool: Pool, near: Neighbours, as_near: Mask) -> Ints:
    """(n,) for an added row the source row that it paraphrases; -1 where it could be the original.

    Kept rows are originals. Of added ones that with most paraphrases, and the nearest to them,
    comes first: paraphrases are made of it, not of one another. Of two that are alike in this the
    shorter one does, since paraphrases add words. What is near to an original paraphrases it.
    """
    source, central = np.full(len(as_near), -1), (near.cosine * as_near).sum(axis=1).round(2)
    concerned = np.flatnonzero(pool.added & as_near.any(axis=1))
    length = np.array([len(pool.dataset.examples[i].text) for i in concerned])
    is_original = pool.kept.copy()
    for i in concerned[np.lexsort((length, -central[concerned]))].tolist():
        others = near.index[i][as_near[i]]
        taken = others[is_original[others]]
        if len(taken):
            source[i] = taken[0]
        else:
            is_original[i] = True
    return source


def suspected(
    pool: Pool, base: Ints, added: Ints, rival: Ints, known: Mask, flagged_by_both: Ints
) -> Flags:
    """Rows whose label looks wrong to what the base teaches; each concerns its rival, too.

    base, added: positions; rival (n,): code of the likeliest other category; known (n,): rows of
    categories that the base has: of others it can say nothing. together: positions whose label
    looks wrong to what both sets teach.
    """
    flagged = np.zeros((2, len(known)), dtype=bool)
    flagged[0, base], flagged[1, added] = True, True
    either = flagged.any(axis=0)
    return Flags(
        base=flagged[0],
        candidate=(flagged[0] & pool.kept) | flagged[1],
        added=flagged[1].astype(np.float64),
        partner=np.full(len(known), -1),
        droppable=flagged[1],
        flagged_by_both=np.isin(np.arange(len(known)), flagged_by_both),
        assessable=known,
        rival=np.where(either, rival, -1),
    )


def in_findings(pool: Pool, base: Iterable[Finding], both: Sequence[Finding]) -> Flags:
    """Rows in findings of the base alone, and in those of the pool.

    The test counts base rows by the pool's findings where these are more: what is found there does
    not depend on the set, so where nothing has changed either set has its share of it.
    """
    alone, together = _rows_of(pool, base), _rows_of(pool, both)
    more = together & pool.in_base
    return Flags(
        base=alone & pool.in_base,
        candidate=together & pool.in_candidate,
        added=(together & pool.added).astype(np.float64),
        partner=np.full(len(together), -1),
        droppable=together & pool.added,
        base_tested=more if more.sum() > (alone & pool.in_base).sum() else None,
    )


def _rows_of(pool: Pool, findings: Iterable[Finding]) -> Mask:
    rows = np.array(sorted({r for f in findings for r in f.rows}), dtype=np.int64)
    return np.isin(np.arange(len(pool.in_base)), rows)


def _at_base_size(pool: Pool, others: Ints) -> Table:
    """(n,) chance that each added row meets one of its `others` (n,) at the base's size."""
    among = int(pool.in_candidate.sum())
    base = int(pool.in_base.sum())
    return np.where(pool.added, chance_to_meet(others, min(base or among, among), among), 0.0)


def _sizes(family: Ints, rows: Mask) -> Ints:
    """(n,) how many of the `rows` (n,) of a set are of each row's family; 0 on other rows."""
    counts = np.bincount(family[rows], minlength=max(int(family.max()) + 1, 1))
    return np.where(rows, counts[family], 0)


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


def _outvoted(family: Ints, codes: Ints, rows: Mask) -> tuple[Mask, Ints]:
    """(n,) `rows` of a set whose label is not that of most of their family there, with ties; and
    how many of the family have another label."""
    kinds = int(codes.max()) + 1
    pair = np.where(rows, family * kinds + codes, -1)
    names, owner, counts = np.unique(pair, return_inverse=True, return_counts=True)
    own = counts[owner.ravel()]
    of_pair = np.where(names >= 0, names // kinds, 0)
    largest = np.zeros(int(family.max()) + 2, dtype=np.int64)
    np.maximum.at(largest, of_pair[names >= 0], counts[names >= 0])
    leaders = np.zeros_like(largest)
    lead = (names >= 0) & (counts == largest[of_pair])
    np.add.at(leaders, of_pair[lead], 1)
    others = np.where(rows, _sizes(family, rows) - own, 0)
    behind = (own < largest[family]) | (leaders[family] > 1)
    return rows & (others > 0) & behind, others


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
