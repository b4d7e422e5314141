"""Simulated updates: which categories stand in for what comes next."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.prediction.simulated import simulate


def scattered(sizes, dim=16):
    """Rows of categories of these sizes, in random directions."""
    codes = np.repeat(np.arange(len(sizes)), sizes)
    centres = np.random.default_rng(1).normal(size=(len(sizes), dim))
    return centres[codes], codes


def of_size(updates, size):
    return [u for u in updates if len(u) == size]


@pytest.mark.parametrize("kinds", [2, 9, 60])
def test_up_to_sixty_categories_are_each_an_update(kinds):
    assert of_size(simulate(*scattered([5] * kinds)), 1) == [(c,) for c in range(kinds)]


def test_of_more_there_are_48_spread_over_sizes():
    sizes = [40] * 50 + [10] * 50 + [20] * 50
    alone = of_size(simulate(*scattered(sizes)), 1)
    assert len(alone) == 48
    assert np.bincount([sizes[c] for (c,) in alone])[[10, 20, 40]].tolist() == [16] * 3


@pytest.mark.parametrize(
    ("kinds", "pairs", "batches"),
    [(2, 0, 0), (4, 0, 0), (5, 2, 0), (7, 3, 1), (9, 4, 2), (24, 12, 6), (64, 12, 6), (150, 12, 6)],
)
def test_pairs_and_batches_are_few_and_leave_three_categories(kinds, pairs, batches):
    updates = simulate(*scattered([5] * kinds))
    assert (len(of_size(updates, 2)), len(of_size(updates, 4))) == (pairs, batches)
    assert len(updates) == min(kinds, 60 if kinds <= 60 else 48) + pairs + batches
    assert len(set(updates)) == len(updates)


def test_half_of_the_pairs_and_batches_are_of_like_categories_and_half_of_unlike():
    """Forty categories in ten groups of like direction."""
    codes = np.repeat(np.arange(40), 20)
    vectors = np.eye(10)[codes // 4] + 0.01 * np.random.default_rng(0).normal(size=(800, 10))
    updates = simulate(vectors, codes)
    for size in (2, 4):
        groups = [len({c // 4 for c in u}) for u in of_size(updates, size)]
        assert groups == [1] * (len(groups) // 2) + [size] * (len(groups) // 2)


def test_no_category_is_in_two_pairs_or_in_two_batches():
    updates = simulate(*scattered([5, 9, 30] * 10))
    for size in (2, 4):
        members = [c for u in of_size(updates, size) for c in u]
        assert len(set(members)) == len(members)


def test_the_order_of_rows_within_a_category_changes_nothing():
    vectors, codes = scattered([5, 9, 30] * 10)
    random = np.random.default_rng(2)
    vectors = vectors + 0.1 * random.normal(size=vectors.shape)
    order = random.permutation(len(codes))
    assert simulate(vectors[order], codes[order]) == simulate(vectors, codes)
