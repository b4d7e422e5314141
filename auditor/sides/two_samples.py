"""A classifier two-sample test: can a row that was held out be told to be of the one set?

Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample Tests" (ICLR 2017). Copies and variations of
a row would be told by the row itself, and are not independent; so of each family one row takes
part, on one side. The classifier is a ridge regression, whose held-out scores are linear in the
labels: one matrix gives them for the true labels and for every permutation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from auditor.records import Floats, Ints
from auditor.sides.pool import Flags

FOLDS = 5
LARGEST = 1000  # rows of each set
FEWEST = 20  # of each: fewer say nothing
PERMUTATIONS = 999
RIDGE = 1.0  # of unit vectors, as scikit-learn's RidgeClassifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """The outcome, and the rows that took part, of equal number in each category."""

    accuracy: float
    p: float
    base: Ints  # positions
    added: Ints
    all_base: Ints  # one row of each family on either side: what words are counted on
    all_added: Ints


def two_samples(
    vectors: Floats, codes: Ints, families: Ints, sides: tuple[Flags, Flags], seed: int
) -> Test | None:
    """Tests the rows of the first of `sides` (n,) against those of the second; None for too few.

    vectors (n, dim) unit rows; codes, families (n,). The p-value counts the permutations within
    categories that are told at least as well as the true sides.
    """
    random = np.random.default_rng(seed)
    base, added = balanced(codes, families, sides, random)
    if len(base) < FEWEST:
        return None
    rows = np.concatenate([base, added])
    side = np.repeat([-1.0, 1.0], [len(base), len(added)])
    stratum = codes[rows]
    scores = _held_out(vectors[rows].astype(np.float64), _folds(stratum, side, random))
    labels = np.stack([side, *_permuted(side, stratum, random)], axis=1)
    right = ((scores @ labels) * labels > 0).mean(axis=0)
    p = float((right >= right[0]).mean())
    beside = _apart(codes, families, sides, random)
    return Test(
        accuracy=float(right[0]),
        p=p,
        base=base,
        added=added,
        all_base=beside[0],
        all_added=beside[1],
    )


def balanced(
    codes: Ints, families: Ints, sides: tuple[Flags, Flags], random: np.random.Generator
) -> tuple[Ints, Ints]:
    """As many rows of one side as of the other in each category, no two of one family.

    A family with rows on both sides goes to the side that lacks rows; the choice is by chance.
    """
    order = random.permutation(len(codes))
    chosen = [
        pair
        for code in np.unique(codes)
        for pair in [_of_category(order[codes[order] == code], families, sides, random)]
    ]
    share = min(1.0, LARGEST / max(sum(len(a) for a, _ in chosen), 1))
    one, other = (
        np.sort(np.concatenate([rows[: int(np.ceil(share * len(rows)))] for rows in of]))
        for of in zip(*chosen, strict=True)
    )
    # What two categories share of a family stays once.
    _, first = np.unique(families[np.concatenate([one, other])], return_index=True)
    kept = np.zeros(len(one) + len(other), dtype=bool)
    kept[first] = True
    return one[kept[: len(one)]], other[kept[len(one) :]]


def _apart(
    codes: Ints, families: Ints, sides: tuple[Flags, Flags], random: np.random.Generator
) -> tuple[Ints, Ints]:
    """As `balanced`, but a family may have a row on each side: twice the words, not for tests."""
    twice = np.concatenate([families, families.max() + 1 + families])
    both = np.concatenate([sides[0], np.zeros_like(sides[0])])
    other = np.concatenate([np.zeros_like(sides[1]), sides[1]])
    base, added = balanced(np.concatenate([codes, codes]), twice, (both, other), random)
    return base, added - len(codes)


def _of_category(
    rows: Ints, families: Ints, sides: tuple[Flags, Flags], random: np.random.Generator
) -> tuple[Ints, Ints]:
    """`rows` are in an order of chance."""
    first, second = (
        dict(zip(families[side].tolist()[::-1], side.tolist()[::-1], strict=True))
        for side in (rows[sides[0][rows]], rows[sides[1][rows]])
    )
    both = sorted(first.keys() & second.keys())
    random.shuffle(both)
    alone = len(first) - len(both), len(second) - len(both)
    to_first = int(np.clip((alone[1] - alone[0] + len(both)) // 2, 0, len(both)))
    for family in both[:to_first]:
        del second[family]
    for family in both[to_first:]:
        del first[family]
    size = min(len(first), len(second))
    one, other = (
        random.permutation(np.array(sorted(side.values()), dtype=np.int64))[:size]
        for side in (first, second)
    )
    return one, other


def _folds(stratum: Ints, side: NDArray[np.float64], random: np.random.Generator) -> Ints:
    """(m,) a fold for each row, as many of each category and side in each as can be."""
    order = random.permutation(len(side))
    order = order[np.lexsort((side[order], stratum[order]))]
    folds = np.empty(len(side), dtype=np.int64)
    folds[order] = np.arange(len(side)) % FOLDS
    return folds


def _held_out(vectors: NDArray[np.float64], folds: Ints) -> NDArray[np.float64]:
    """(m, m) the matrix that turns labels of -1 and 1 into the scores of rows in other folds.

    Kernel ridge regression with the kernel x'y + 1, whose constant is the intercept.
    """
    kernel = vectors @ vectors.T + 1.0
    out = np.zeros_like(kernel)
    for fold in range(FOLDS):
        held, taught = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        inner = kernel[np.ix_(taught, taught)] + RIDGE * np.eye(len(taught))
        weights = solve(inner, kernel[np.ix_(taught, held)], assume_a="pos")
        out[np.ix_(held, taught)] = weights.T
    return out


def _permuted(
    side: NDArray[np.float64], stratum: Ints, random: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """The sides of the rows dealt out anew within each category."""
    order = np.argsort(stratum, kind="stable")
    for _ in range(PERMUTATIONS):
        dealt = np.lexsort((random.random(len(side)), stratum))
        permuted = np.empty_like(side)
        permuted[order] = side[dealt]
        yield permuted
