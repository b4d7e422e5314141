"""Which rows must stay together, and folds that keep them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.records import CopyFamilies, Dataset, Ints, Template

FOLDS = 5


def keep_together(
    dataset: Dataset, copies: CopyFamilies, templates: Sequence[Template] = ()
) -> Ints:
    """(n,) a number for each set of rows that folds must not divide.

    Copy families and the rows of one `group` (a contract, a customer) always; with `templates`,
    the rows of each of them too.
    """
    n = len(dataset.examples)
    groups = {e.group for e in dataset.examples if e.group}
    place = {g: i for i, g in enumerate(sorted(groups))}
    sets: list[Ints] = [m for m in copies.members() if len(m) > 1]
    if groups:
        owner = np.array([place.get(e.group or "", -1) for e in dataset.examples])
        sets += [np.flatnonzero(owner == i) for i in range(len(place))]
    return _components(n, [*sets, *(t.members for t in templates if t.excess > 0)])


def _components(n: int, sets: Iterable[Ints]) -> Ints:
    links = [np.stack([s[:-1], s[1:]]) for s in sets if len(s) > 1]
    left, right = np.concatenate(links, axis=1) if links else np.empty((2, 0), dtype=np.int64)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def assign_folds(together: Ints, codes: Ints) -> Ints:
    """(n,) fold of each row: sets are dealt out in turn within their category, largest first.

    Rows are in canonical order, by a hash of their content, so the turn is as good as random.
    """
    _, first, inverse, sizes = np.unique(
        together, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes, codes[first]))
    fold = np.empty(len(first), dtype=np.int64)
    fold[order] = np.arange(len(order)) % FOLDS
    return fold[inverse]
