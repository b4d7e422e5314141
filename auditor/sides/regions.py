"""Coverage gained and lost: kinds of text that one set has and the other hardly.

One average-linkage tree a category over the rows of both sets, so a region is the same for both
whatever either calls it. Copies and variations of a row count once a set: ten variations of one row
cover no more than the row. How many of a region's rows are of one set is hypergeometric where sets
are drawn from one source; the p-values are adjusted for all regions of both directions (Holm).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.stats import hypergeom

from auditor.comparison import Region, SideName
from auditor.records import Floats, Ints
from auditor.sides.pool import Flags, Pool
from auditor.sides.telling import Grams, keywords
from auditor.statistics import holm

FEWEST = 8  # rows of a region: fewer cannot be told from chance after Holm
LARGEST = 4000  # rows of a category in one tree, a sample beyond (its memory is their square)
LEVEL = 0.05  # chance of any region where the sets are drawn from one source
HARDLY = 1 / 3  # of the rows expected: a set that has more does not lack a region
SHOWN = 3  # rows of each set that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """Rows of one region, and how many of two sets are in it and in its category."""

    members: Ints
    lacks: SideName
    p: float
    expected: float
    has: int  # rows of the set that lacks it


def find_regions(pool: Pool, vectors: Floats, families: Ints, grams: Grams) -> tuple[Region, ...]:
    """The regions that are gained or lost, lost ones first, the surest of each first.

    vectors (n, dim): unit rows of the pool; families (n,): rows of one number are copies or
    variations of one another; grams: the words of each text.
    """
    codes = pool.dataset.codes
    tested = [
        node
        for code in range(len(pool.dataset.categories))
        for node in _of_category(pool, vectors, families, np.flatnonzero(codes == code))
    ]
    adjusted = holm(np.array([n.p for n in tested]))
    order = sorted(range(len(tested)), key=lambda i: (adjusted[i], -len(tested[i].members), i))
    taken, found = np.zeros(len(codes), dtype=bool), list[Region]()
    for i in order:
        node = tested[i]
        lacking = node.has <= HARDLY * node.expected
        if adjusted[i] <= LEVEL and lacking and not taken[node.members].any():
            taken[node.members] = True
            found.append(_region(pool, vectors, grams, node, float(adjusted[i])))
    return tuple(sorted(found, key=lambda r: r.missing_in == "base"))


def _of_category(pool: Pool, vectors: Floats, families: Ints, rows: Ints) -> Iterator[_Node]:
    """The nodes of one category's tree, tested for rows of either set that are missing."""
    one_each = np.union1d(
        _one_each(families, rows[pool.in_base[rows]]),
        _one_each(families, rows[pool.in_candidate[rows]]),
    )
    rows = one_each[:: -(-len(one_each) // LARGEST)] if len(one_each) else one_each
    if len(rows) < 2 * FEWEST:
        return
    order, starts, sizes = _nodes(vectors[rows])
    fit = (sizes >= FEWEST) & (sizes <= len(rows) // 2)
    starts, sizes, rows = starts[fit], sizes[fit], rows[order]
    code = int(pool.dataset.codes[rows[0]])
    pairs: tuple[tuple[SideName, Flags, Flags], ...] = (
        ("base", pool.in_base, _not_relabelled(pool, families, pool.added, pool.in_base, code)),
        (
            "candidate",
            pool.in_candidate,
            _not_relabelled(pool, families, pool.removed, pool.in_candidate, code),
        ),
    )
    for lacks, side, other in pairs:
        mine, theirs = (_within(flags[rows], starts, sizes) for flags in (side, other))
        total, others = int(side[rows].sum()), int(other[rows].sum())
        if not total or not others:
            continue
        p = np.asarray(hypergeom.cdf(mine, total + others, mine + theirs, total))
        expected = (mine + theirs) * total / (total + others)
        for start, size, chance, due, has in zip(starts, sizes, p, expected, mine, strict=True):
            members = np.sort(rows[start : start + size])
            yield _Node(
                members=members, lacks=lacks, p=float(chance), expected=float(due), has=int(has)
            )


def _not_relabelled(pool: Pool, families: Ints, rows: Flags, side: Flags, code: int) -> Flags:
    """(n,) `rows` that the `side` does not have under another label than `code`: a row that was
    relabelled is neither gained nor lost."""
    relabelled = np.isin(families, families[side & (pool.dataset.codes != code)])
    return np.asarray(rows & ~relabelled)


def _one_each(families: Ints, rows: Ints) -> Ints:
    """The first row of each family."""
    return rows[np.unique(families[rows], return_index=True)[1]]


def _nodes(vectors: Floats) -> tuple[Ints, Ints, Ints]:
    """The leaves (m,) of the average-linkage tree in its order; where each node starts in it and
    how many leaves it has, (m - 1,) each."""
    size = len(vectors)
    distance = 1.0 - np.clip(np.round(vectors @ vectors.T, 5), -1.0, 1.0)
    tree = linkage(distance[np.triu_indices(size, 1)], "average")
    order = leaves_list(tree).astype(np.int64)
    starts = np.empty(2 * size - 1, dtype=np.int64)
    starts[order] = np.arange(size)
    for step, (left, right) in enumerate(tree[:, :2].astype(np.int64)):
        starts[size + step] = min(starts[left], starts[right])
    return order, starts[size:], tree[:, 3].astype(np.int64)


def _within(flags: Flags, starts: Ints, sizes: Ints) -> NDArray[np.int64]:
    """How many of `flags` each node holds."""
    sums = np.concatenate([[0], np.cumsum(flags)]).astype(np.int64)
    return np.asarray(sums[starts + sizes] - sums[starts])


def _region(pool: Pool, vectors: Floats, grams: Grams, node: _Node, p: float) -> Region:
    dataset, rows = pool.dataset, node.members
    category = dataset.examples[int(rows[0])].category
    among = np.flatnonzero(dataset.codes == dataset.codes[rows[0]])
    closeness = np.round(vectors[rows] @ vectors[rows].mean(axis=0), 5)
    typical = rows[np.lexsort((rows, -closeness))]
    base, candidate = (typical[side[typical]] for side in (pool.in_base, pool.in_candidate))
    return Region(
        category=category,
        missing_in=node.lacks,
        keywords=keywords(grams, rows, among),
        base=len(base),
        candidate=len(candidate),
        expected=round(node.expected, 1),
        p=float(f"{p:.2g}"),
        base_rows=tuple(int(r) for r in pool.base_rows[base[:SHOWN]]),
        candidate_rows=tuple(int(r) for r in pool.candidate_rows[candidate[:SHOWN]]),
    )
