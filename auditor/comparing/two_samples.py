"""A classifier two-sample test: is a held-out row classified as being of its own set?

Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample Tests" (ICLR 2017). The classifier is a ridge
regression, whose held-out scores are linear in the labels: one matrix gives them for the true
labels and for every permutation.

A permutation test is exact where all but membership of the sets is settled without a look at it
(Lehmann and Romano, "Testing Statistical Hypotheses", 15.2): which rows take part, which may be
swapped, and the folds. So of a family of rows that are not independent (copies, a customer's rows)
a set has one row. Where a family has rows in both sets, these two are swapped with one another. The
others are permuted among families of a category that are about as large: of a larger set, what is
said often is seldom missing, so the size of a family says something of its set. A similar row would
give a row away, so two rows that are nearest to one another are held out together.
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
MAX_ROWS = 1000  # rows of each set
MIN_ROWS = 20  # of each: fewer say nothing
PERMUTATIONS = 999
RIDGE = 1.0  # of unit vectors, as scikit-learn's RidgeClassifier
DIGITS = 5  # of a cosine: what lies beyond differs between machines, and must not settle folds


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSampleOutcome:
    """The outcome, and the rows that took part, of equal number in each category."""

    accuracy: float
    interval: tuple[float, float]  # of 80 %
    p: float
    base: Ints  # positions
    added: Ints


def two_samples(
    vectors: Floats, codes: Ints, families: Ints, sets: tuple[Mask, Mask], seed: int
) -> TwoSampleOutcome | None:
    """Tests the rows of the first of `sets` (n,) against those of the second; None for too few.

    vectors (n, dim) unit rows; codes (n,); families (n,): rows of one number are not independent,
    which must be settled without a look at the sets. The p-value counts the permutations that are
    predicted at least as well as the true sets.
    """
    random = np.random.default_rng(seed)
    base, added, stratum = balanced(codes, families, sets, random)
    if len(base) < MIN_ROWS:
        return None
    vectors_used = vectors[np.concatenate([base, added])].astype(np.float64)
    # The mean stands for the intercept: one of the training rows would give the fold's own sets
    # away, since what it lacks of a set the other folds have too much of.
    vectors_used -= vectors_used.mean(axis=0)
    kernel, membership = vectors_used @ vectors_used.T, np.repeat([-1.0, 1.0], len(base))
    folds = _folds(kernel, families[base] == families[added], random)
    labels = np.stack([membership, *_permuted(membership, np.tile(stratum, 2), random)], axis=1)
    correct = ((_held_out(kernel, folds) @ labels) * labels > 0).mean(axis=0)
    # Held-out rows are predicted by models that share their rows, so an accuracy varies by more
    # than that of as many independent rows: the effective number is that of the permuted variance.
    effective_rows = min(0.25 / max(float(correct[1:].var()), 1e-9), len(membership))
    accuracy = float(correct[0])
    return TwoSampleOutcome(
        accuracy=accuracy,
        interval=wilson(accuracy * effective_rows, effective_rows),
        p=float((correct >= accuracy).mean()),
        base=base,
        added=added,
    )


def balanced(
    codes: Ints, families: Ints, sets: tuple[Mask, Mask], random: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """(m,) rows of one set, (m,) of the other, and (m,) the stratum of both.

    A family has one row in a set at most, and one category: that of any of its rows. The sets are
    exchangeable within a stratum: the two rows of a family that is in both sets, or families in
    one set that are of one category and, to a power of two, of one size.
    """
    order = random.permutation(np.flatnonzero(sets[0] | sets[1]))
    _, first, family = np.unique(families[order], return_index=True, return_inverse=True)
    category = codes[order[first]]
    inside = codes[order] == category[family]
    order, family = order[inside], family[inside]
    on = [np.isin(np.arange(len(first)), family[in_set[order]]) for in_set in sets]
    size = np.frexp(np.bincount(family, minlength=len(first)))[1]  # 1, 2-3, 4-7, ...
    of_one_set = np.unique(np.stack([category, size]), axis=1, return_inverse=True)[1].ravel()
    stratum = np.where(on[0] & on[1], len(first) + np.arange(len(first)), of_one_set)
    one, other = (_of_set(order, family, in_set, stratum, random) for in_set in sets)
    _, i, k = np.intersect1d(one[1], other[1], assume_unique=True, return_indices=True)
    taken = np.sort(random.permutation(len(i))[:MAX_ROWS])
    i, k = i[taken], k[taken]
    return one[0][i], other[0][k], one[1][i] // len(codes)


def _of_set(
    order: Ints, family: Ints, in_set: Mask, stratum: Ints, random: np.random.Generator
) -> tuple[Ints, Ints]:
    """(r,) the first row of each family in the set, and (r,) its stratum and turn in it, as one
    number, so that rows of one number are to be paired."""
    own = in_set[order]
    found, first = np.unique(family[own], return_index=True)
    turned = random.permutation(len(found))
    rows, strata = order[own][first[turned]], stratum[found[turned]]
    at = np.argsort(strata, kind="stable")
    _, starts, counts = np.unique(strata[at], return_index=True, return_counts=True)
    turn = np.empty_like(at)
    turn[at] = np.arange(len(at)) - np.repeat(starts, counts)
    return rows, strata * len(in_set) + turn


def _folds(kernel: Table, paired: Mask, random: np.random.Generator) -> Ints:
    """(2m,) a fold for each row; kernel (2m, 2m) of m rows of one set, then m of the other.

    Together stay rows that are nearest to one another, and rows i and m + i where `paired` (m,).
    """
    near = kernel.round(DIGITS)
    np.fill_diagonal(near, -np.inf)
    nearest, rows = near.argmax(axis=1), np.arange(len(kernel))
    mutual = np.flatnonzero(nearest[nearest] == rows)
    twins = np.flatnonzero(paired)
    left = np.concatenate([mutual, twins])
    correct = np.concatenate([nearest[mutual], twins + len(paired)])
    graph = coo_array((np.ones(len(left)), (left, correct)), shape=kernel.shape)
    count, unit = connected_components(graph, directed=False)
    return np.asarray((random.permutation(count) % FOLDS)[unit], dtype=np.int64)


def _held_out(kernel: Table, folds: Ints) -> Table:
    """(n, n) the matrix that turns labels of -1 and 1 into the scores of rows in other folds.

    Kernel ridge regression without an intercept.
    """
    out = np.zeros_like(kernel)
    for fold in range(FOLDS):
        held_out, taught = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        inner = kernel[np.ix_(taught, taught)] + RIDGE * np.eye(len(taught))
        weights = solve(inner, kernel[np.ix_(taught, held_out)], assume_a="pos")
        out[np.ix_(held_out, taught)] = weights.T
    return out


def _permuted(membership: Table, stratum: Ints, random: np.random.Generator) -> Iterator[Table]:
    """The sets of the rows, permuted within each stratum."""
    order = np.argsort(stratum, kind="stable")
    for _ in range(PERMUTATIONS):
        dealt = np.lexsort((random.random(len(membership)), stratum))
        permuted = np.empty_like(membership)
        permuted[order] = membership[dealt]
        yield permuted
