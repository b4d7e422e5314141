"""Exact nearest neighbours by blocks of matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from auditor.records.arrays import Floats, Ints
from auditor.records.structure import Embeddings, Neighbours

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = 1024  # rows a product: 60 MB of cosines at 15,000 rows


def _settle_ties(product: Tensor, value: Tensor, place: Tensor, width: int) -> None:
    """Where the last taken value stands beyond `width` too, takes its lowest positions."""
    if value.shape[1] == width:
        return
    for row in (value[:, width] == value[:, width - 1]).nonzero()[:, 0].tolist():
        last = value[row, width - 1]
        taken = value[row, :width] == last
        lowest = (product[row] == last).nonzero()[:, 0]
        place[row, :width][taken] = lowest[: int(taken.sum())]


def nearest(vectors: Floats, k: int, *, among: Floats | None = None) -> Neighbours:
    """The `k` nearest of `among` to each of `vectors` (n, dim); of the others, without `among`.

    Ties go to the lower position. Cosines are rounded to five digits first, so that the last bits
    of a product decide nothing.
    """
    import torch

    pool = torch.from_numpy(vectors if among is None else among)
    queries = torch.from_numpy(vectors)
    width = min(k, len(pool) - (among is None))
    index = np.full((len(queries), k), -1, dtype=np.int64)
    cosine = np.full((len(queries), k), -1.0, dtype=np.float32)
    if width < 1:
        return Neighbours(index=index, cosine=cosine)
    for start in range(0, len(queries), BLOCK):
        product = queries[start : start + BLOCK] @ pool.T
        if among is None:
            own = torch.arange(len(product))
            product[own, own + start] = -2.0
        product = product.round_(decimals=5)
        value, place = torch.topk(product, min(width + 1, product.shape[1]), dim=1)
        _settle_ties(product, value, place, width)
        value, place = value[:, :width], place[:, :width]
        order = np.lexsort((place.numpy(), -value.numpy()), axis=1)
        index[start : start + len(product), :width] = np.take_along_axis(place.numpy(), order, 1)
        cosine[start : start + len(product), :width] = np.take_along_axis(value.numpy(), order, 1)
    return Neighbours(index=index, cosine=cosine)


def nearest_readable(embeddings: Embeddings, k: int) -> Neighbours:
    """The `k` nearest of each text that the model can read, among such texts; none of others."""
    rows = np.flatnonzero(embeddings.known)
    if len(rows) == len(embeddings.known):
        return nearest(embeddings.vectors, k)
    return placed(nearest(embeddings.vectors[rows], k), rows, len(embeddings.known))


def placed(near: Neighbours, rows: Ints, size: int, others: Neighbours | None = None) -> Neighbours:
    """Neighbours of the positions `rows` (m,) among one another, as of all `size` texts; the rest
    have those in `others`, or none."""
    shape = size, near.index.shape[1]
    index = np.full(shape, -1, dtype=np.int64) if others is None else others.index.copy()
    cosine = np.full(shape, -1, dtype=np.float32) if others is None else others.cosine.copy()
    index[rows], cosine[rows] = np.where(near.index >= 0, rows[near.index], -1), near.cosine
    return Neighbours(index=index, cosine=cosine)
