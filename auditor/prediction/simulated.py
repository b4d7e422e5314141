"""Which updates to simulate where none is given: single categories of the data, and several."""

from __future__ import annotations

import numpy as np

from auditor.records.arrays import Floats, Ints

MAX_ALONE = 60  # categories: up to so many, each is an update of its own ...
SPREAD = 48  # ... and of more, so many, spread over sizes and similarities
PAIRS, BATCHES = 12, 6  # at most
BATCH = 4  # categories
STRATA = 3  # of size: large, middling and small categories
MIN_LEFT = 3  # old categories: with fewer there is no order to forecast


def simulate(vectors: Floats, codes: Ints) -> tuple[tuple[int, ...], ...]:
    """The categories of each update: single ones, then pairs, then batches of four.

    vectors (n, dim) with the categories `codes` (n,), of which there are K. Pairs are K / 2 and at
    most 12, batches K / 4 and at most 6, where they leave three categories.
    """
    cosine = resemblance(vectors, codes)
    order = spread(np.bincount(codes), cosine.max(axis=1))
    alone = order if len(order) <= MAX_ALONE else order[:SPREAD]
    return (
        *((int(c),) for c in np.sort(alone)),
        *_groups(order, cosine, 2, PAIRS),
        *_groups(order, cosine, BATCH, BATCHES),
    )


def resemblance(vectors: Floats, codes: Ints) -> Floats:
    """(K, K) cosine between the centres of categories; -inf to itself."""
    centres = np.stack([vectors[codes == c].mean(axis=0) for c in range(int(codes.max()) + 1)])
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
    cosine = centres @ centres.T
    np.fill_diagonal(cosine, -np.inf)
    return np.asarray(cosine)


def spread(sizes: Ints, similarity: Floats) -> Ints:
    """(K,) all categories, in such an order that the first few are spread over all strata.

    sizes (K,) rows; similarity (K,) to what each resembles most.
    """
    kinds = len(sizes)
    stratum = np.empty(kinds, dtype=np.int64)
    stratum[np.argsort(-sizes, kind="stable")] = np.arange(kinds) * STRATA // kinds
    order = np.lexsort((-similarity, stratum))
    bits = (kinds - 1).bit_length()
    # Bits in reverse: the first, the middle, the quarters, the eighths, ...
    turn = sorted(range(kinds), key=lambda i: int(f"{i:0{bits}b}"[::-1], 2))
    return np.asarray(order[turn])


def _groups(order: Ints, cosine: Floats, size: int, max_groups: int) -> list[tuple[int, ...]]:
    """Groups that share no category: half of them of like categories, the others of unlike ones.

    A group starts with the first of `order` that is free, and takes what is most like, or least
    like, those that it has.
    """
    if len(order) < size + MIN_LEFT:
        return []
    free, groups = order.tolist(), []
    count = min(max_groups, len(order) // size)
    for i in range(count):
        group = [free.pop(0)]
        sign = 1 if 2 * i < count else -1
        while len(group) < size:
            nearness = cosine[np.ix_(free, group)].max(axis=1)
            group.append(free.pop(int((sign * nearness).argmax())))
        groups.append(tuple(sorted(group)))
    return groups
