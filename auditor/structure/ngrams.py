"""N-grams: runs of so many neighbouring tokens, and which rows hold each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from scipy.sparse import csr_array

from auditor.records.arrays import Ints

Row = TypeVar("Row", str, tuple[str, ...])  # tokens, or a string of one character a token


def ngrams(row: Row, size: int) -> Iterator[Row]:
    """The runs of `size` tokens of a row, from its start on."""
    return (row[i : i + size] for i in range(len(row) - size + 1))


def rows_with(rows: Iterable[Row], size: int) -> Counter[Row]:
    """How many of the rows hold each n-gram of `size` tokens."""
    return Counter(g for row in rows for g in set(ngrams(row, size)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Generic[Row]):
    """How often each row holds each n-gram: `counts` (n, g)."""

    names: tuple[Row, ...]
    counts: csr_array

    @property
    def held(self) -> csr_array:
        """(n, g) 1 where a row holds an n-gram."""
        counts = self.counts
        ones = np.ones_like(counts.data)
        return csr_array((ones, counts.indices, counts.indptr), shape=counts.shape)

    def take(self, columns: Ints) -> Counted[Row]:
        """Only these n-grams, in this order."""
        counts = self.counts[:, columns]
        counts.sort_indices()
        return replace(self, names=tuple(self.names[g] for g in columns), counts=counts)

    def by_name(self) -> Counted[Row]:
        """The n-grams in an order that does not depend on that of the rows."""
        order = sorted(range(len(self.names)), key=self.names.__getitem__)
        return self.take(np.array(order, dtype=np.int64))


def count_ngrams(rows: Sequence[Row], smallest: int, largest: int) -> Counted[Row]:
    """How often each row holds each n-gram of `smallest` to `largest` tokens, both included.

    The n-grams stand in the order in which they first come.
    """
    code: dict[Row, int] = {}
    listed: list[list[int]] = [
        [code.setdefault(g, len(code)) for n in range(smallest, largest + 1) for g in ngrams(r, n)]
        for r in rows
    ]
    indptr = np.cumsum([0, *map(len, listed)])
    indices = np.fromiter((c for found in listed for c in found), np.int64, int(indptr[-1]))
    ones = np.ones(len(indices), dtype=np.int32)
    counts = csr_array((ones, indices, indptr), shape=(len(rows), len(code)))
    counts.sum_duplicates()
    return Counted(names=tuple(code), counts=counts)
