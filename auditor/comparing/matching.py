"""Both sets at equal size: the larger one sampled, category by category, to the smaller one's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from auditor.records.arrays import Ints

DRAWS = 3  # samples of the larger set at the size of the smaller


def matched_samples(
    codes: Ints, smaller: Ints, larger: Ints, draws: int, seed: int
) -> Iterator[Ints]:
    """Samples of `larger` with the size, and as far as it can the mix, of `smaller`.

    smaller, larger: positions of the rows of either set; codes (n,): the category of each row.
    """
    random = np.random.default_rng(seed)
    wanted = np.bincount(codes[smaller], minlength=int(codes.max()) + 1)
    for _ in range(draws):
        yield larger[sample(codes[larger], wanted, len(smaller), random)]


def sample(codes: Ints, size_of: Ints, total: int, random: np.random.Generator) -> Ints:
    """(total,) sorted positions of a sample of rows with the categories `codes` (n,).

    size_of (K,): rows of each category that the smaller set has; what the larger one lacks of a
    category is made up from its others, in proportion to what they have left.
    """
    available = np.bincount(codes, minlength=len(size_of))
    wanted = np.minimum(available, size_of)
    room = available - wanted
    missing = min(total - int(wanted.sum()), int(room.sum()))
    if missing > 0:
        exact = room * missing / room.sum()
        wanted = wanted + exact.astype(np.int64)
        rest = np.argsort(-(exact % 1.0), kind="stable")[: total - int(wanted.sum())]
        wanted[rest] += 1
    sampled = [
        random.choice(np.flatnonzero(codes == c), n, replace=False)
        for c, n in enumerate(wanted.tolist())
    ]
    return np.sort(np.concatenate(sampled))
