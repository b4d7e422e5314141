"""A classifier two-sample test: can a row that was held out be told to be of the one set?

Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample Tests" (ICLR 2017). The classifier is a ridge
regression, whose held-out scores are linear in the labels: one matrix gives them for the true
labels and for every permutation.

A permutation test is exact where all but the sides is settled without a look at them (Lehmann and
Romano, "Testing Statistical Hypotheses", 15.2): which rows take part, which sides may be swapped,
and the folds. So of a family of rows that are not independent (copies, a customer's rows) a side
has one row. Where a family has rows on both sides, these two are swapped with one another. The
others are dealt out anew among families of a category that are about as large: of a larger set,
what is said often is seldom missing, so the size of a family says something of its side. A row
would be told by its like, so two rows that are nearest to one another are held out together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.records.arrays import Floats, Ints, Mask, Table
from auditor.statistics import wilson

FOLDS = 5
LARGEST = 1000  # rows of each set
FEWEST = 20  # of each: fewer say nothing
PERMUTATIONS = 999
RIDGE = 1.0  # of unit vectors, as scikit-learn's RidgeClassifier
DIGITS = 5  # of a cosine: what lies beyond differs between machines, and must not settle folds


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """The outcome, and the rows that took part, of equal number in each category."""

    accuracy: float
    interval: tuple[float, float]  # of 80 %
    p: float
    base: Ints  # positions
    added: Ints


def two_samples(
    vectors: Floats, codes: Ints, families: Ints, sides: tuple[Mask, Mask], seed: int
) -> Test | None:
    """Tests the rows of the first of `sides` (n,) against those of the second; None for too few.

    vectors (n, dim) unit rows; codes (n,); families (n,): rows of one number are not independent,
    which must be settled without a look at the sides. The p-value counts the permutations that are
    told at least as well as the true sides.
    """
    random = np.random.default_rng(seed)
    base, added, stratum = balanced(codes, families, sides, random)
    if len(base) < FEWEST:
        return None
    taking = vectors[np.concatenate([base, added])].astype(np.float64)
    # The mean stands for the intercept: one of the training rows would tell the fold's own sides,
    # since what it lacks of a side the other folds have too much of.
    taking -= taking.mean(axis=0)
    kernel, side = taking @ taking.T, np.repeat([-1.0, 1.0], len(base))
    folds = _folds(kernel, families[base] == families[added], random)
    labels = np.stack([side, *_permuted(side, np.tile(stratum, 2), random)], axis=1)
    right = ((_held_out(kernel, folds) @ labels) * labels > 0).mean(axis=0)
    # Held-out rows are told by models that share their rows, so an accuracy scatters by more than
    # that of as many independent rows: it is worth so many as would scatter as the permuted ones.
    worth = min(0.25 / max(float(right[1:].var()), 1e-9), len(side))
    accuracy = float(right[0])
    return Test(
        accuracy=accuracy,
        interval=wilson(accuracy * worth, worth),
        p=float((right >= accuracy).mean()),
        base=base,
        added=added,
    )


def balanced(
    codes: Ints, families: Ints, sides: tuple[Mask, Mask], random: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """(m,) rows of one side, (m,) of the other, and (m,) the stratum of both.

    A family has one row on a side at most, and one category: that of any of its rows. Sides are
    exchangeable within a stratum: the two rows of a family that is on both sides, or families on
    one side that are of one category and, to a power of two, of one size.
    """
    order = random.permutation(np.flatnonzero(sides[0] | sides[1]))
    _, first, family = np.unique(families[order], return_index=True, return_inverse=True)
    category = codes[order[first]]
    inside = codes[order] == category[family]
    order, family = order[inside], family[inside]
    on = [np.isin(np.arange(len(first)), family[side[order]]) for side in sides]
    size = np.frexp(np.bincount(family, minlength=len(first)))[1]  # 1, 2-3, 4-7, ...
    alone = np.unique(np.stack([category, size]), axis=1, return_inverse=True)[1].ravel()
    stratum = np.where(on[0] & on[1], len(first) + np.arange(len(first)), alone)
    one, other = (_of_side(order, family, side, stratum, random) for side in sides)
    _, i, k = np.intersect1d(one[1], other[1], assume_unique=True, return_indices=True)
    taken = np.sort(random.permutation(len(i))[:LARGEST])
    i, k = i[taken], k[taken]
    return one[0][i], other[0][k], one[1][i] // len(codes)


def _of_side(
    order: Ints, family: Ints, side: Mask, stratum: Ints, random: np.random.Generator
) -> tuple[Ints, Ints]:
    """(r,) the first row of each family on the side, and (r,) its stratum and turn in it, as one
    number, so that rows of one number are to be paired."""
    own = side[order]
    found, first = np.unique(family[own], return_index=True)
    turned = random.permutation(len(found))
    rows, strata = order[own][first[turned]], stratum[found[turned]]
    at = np.argsort(strata, kind="stable")
    _, starts, counts = np.unique(strata[at], return_index=True, return_counts=True)
    turn = np.empty_like(at)
    turn[at] = np.arange(len(at)) - np.repeat(starts, counts)
    return rows, strata * len(side) + turn


def _folds(kernel: Table, paired: Mask, random: np.random.Generator) -> Ints:
    """(2m,) a fold for each row; kernel (2m, 2m) of m rows of one side, then m of the other.

    Together stay rows that are nearest to one another, and rows i and m + i where `paired` (m,).
    """
    near = kernel.round(DIGITS)
    np.fill_diagonal(near, -np.inf)
    nearest, rows = near.argmax(axis=1), np.arange(len(kernel))
    mutual = np.flatnonzero(nearest[nearest] == rows)
    twins = np.flatnonzero(paired)
    left = np.concatenate([mutual, twins])
    right = np.concatenate([nearest[mutual], twins + len(paired)])
    graph = coo_array((np.ones(len(left)), (left, right)), shape=kernel.shape)
    count, unit = connected_components(graph, directed=False)
    return np.asarray((random.permutation(count) % FOLDS)[unit], dtype=np.int64)


def _held_out(kernel: Table, folds: Ints) -> Table:
    """(n, n) the matrix that turns labels of -1 and 1 into the scores of rows in other folds.

    Kernel ridge regression without an intercept.
    """
    out = np.zeros_like(kernel)
    for fold in range(FOLDS):
        held, taught = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        inner = kernel[np.ix_(taught, taught)] + RIDGE * np.eye(len(taught))
        weights = solve(inner, kernel[np.ix_(taught, held)], assume_a="pos")
        out[np.ix_(held, taught)] = weights.T
    return out


def _permuted(side: Table, stratum: Ints, random: np.random.Generator) -> Iterator[Table]:
    """The sides of the rows dealt out anew within each stratum."""
    order = np.argsort(stratum, kind="stable")
    for _ in range(PERMUTATIONS):
        dealt = np.lexsort((random.random(len(side)), stratum))
        permuted = np.empty_like(side)
        permuted[order] = side[dealt]
        yield permuted
