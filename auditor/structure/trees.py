"""Trees of hierarchical clustering: how they grow, and the rows of their nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from fastcluster import linkage_vector
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from auditor.records.arrays import Floats, Ints, Table

GRID = 2.0**-18  # coordinates of a Ward tree are multiples of it: five digits


@dataclass(frozen=True, slots=True)
class Tree:
    """The merges (m - 1, 4) of m rows: two nodes, their height, how many rows they have (scipy)."""

    merges: Table

    def nodes(self, smallest: int, largest: int) -> Iterator[Ints]:
        """The rows, ascending, of each merge of `smallest` to `largest` rows, inner ones first."""
        rows, start = self._leaves()
        sizes = self.merges[:, 3].astype(np.int64)
        for step in np.flatnonzero((sizes >= smallest) & (sizes <= largest)):
            first = start[len(rows) + step]
            yield np.sort(rows[first : first + sizes[step]])

    def cut(self, height: float) -> Ints:
        """(m,) number, from 1 on, of the cluster of each row below `height`."""
        if not len(self.merges):
            return np.ones(1, dtype=np.int64)
        return np.asarray(fcluster(self.merges, height, "distance"), dtype=np.int64)

    def _leaves(self) -> tuple[Ints, Ints]:
        """The rows in an order in which each node's stand together, and where each node's start.

        (m,) and (2 m - 1,); nodes are numbered as in the merges, rows first.
        """
        count = len(self.merges) + 1
        sizes = np.r_[np.ones(count), self.merges[:, 3]].astype(np.int64)
        start = np.zeros(2 * count - 1, dtype=np.int64)
        for step in range(count - 2, -1, -1):
            left, right = self.merges[step, :2].astype(np.int64)
            start[left] = start[count + step]
            start[right] = start[left] + sizes[left]
        return np.argsort(start[:count]), start


def average(distances: NDArray[np.floating]) -> Tree:
    """The average-linkage tree of the condensed `distances` (m (m - 1) / 2,) of m rows."""
    return Tree(linkage(distances, "average") if len(distances) else np.empty((0, 4)))


def ward(vectors: Floats) -> Tree:
    """Ward's tree of unit `vectors` (m, dim): memory of the order of m, time of its square.

    Coordinates are rounded to a grid, so that their last bits, which differ between machines,
    decide nothing. Squared distances of rows are then whole numbers of grid steps, 2**38 at most,
    and so exact in whatever order they are added up: rows as far apart as others tie everywhere.
    Which of a tie merges first is a matter of the order of the rows.
    """
    if len(vectors) == 1:
        return Tree(np.empty((0, 4)))
    grid = np.round(vectors.astype(np.float64) / GRID) * GRID
    return Tree(linkage_vector(grid, "ward"))
