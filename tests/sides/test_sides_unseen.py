"""Which rows can be read, and an interval that holds the difference nineteen times in twenty."""

from __future__ import annotations

import numpy as np

from auditor.records import Dataset, Example
from auditor.sides.retention import Scored, Told
from auditor.sides.unseen import contrast, readable

SEEDS = 5


def scored(n):
    rows = tuple(Example(row=i, text=str(i), category="ab"[i % 2]) for i in range(n))
    return Scored(
        dataset=Dataset(name="d", examples=rows, rows_read=n, roles={}),
        base=np.ones(n, dtype=bool),
        units=np.arange(n),
        taught=frozenset(),
        shared=0.5,
    )


def told(right):
    return Told(rows=right.shape[1], right=right, forecast=None)


def differing(random, n, by, wobble=0.0):
    """One set and another that is right `by` more often; seeds differ by `wobble`."""
    hard = random.random(n)
    sides = []
    for level in (0.6, 0.6 + by):
        levels = level + wobble * random.standard_normal(SEEDS)
        sides.append(told(hard + 0.1 * random.standard_normal((SEEDS, n)) < levels[:, None]))
    return sides


def test_the_interval_of_a_difference_holds_it_nineteen_times_in_twenty():
    held = 0
    for seed in range(150):
        base, candidate = differing(np.random.default_rng(seed), 150, 0.0, wobble=0.02)
        rows = np.ones(150, dtype=bool)
        difference = contrast([base], [candidate], scored(150), rows, seed).difference
        held += difference.low <= 0.0 <= difference.high
    assert 0.9 <= held / 150 <= 1.0


def test_probes_that_differ_by_their_seeds_make_it_wider():
    calm, restless = (differing(np.random.default_rng(0), 400, 0.1, wobble=w) for w in (0.0, 0.1))
    rows = np.ones(400, dtype=bool)
    widths = []
    for base, candidate in (calm, restless):
        difference = contrast([base], [candidate], scored(400), rows, 0).difference
        widths.append(difference.high - difference.low)
    assert widths[1] > 1.5 * widths[0]


def test_draws_that_differ_make_it_wider():
    random = np.random.default_rng(0)
    right = [random.random((SEEDS, 400)) < level for level in (0.5, 0.6, 0.7)]
    same, other = [told(right[1])] * 3, [told(r) for r in right]
    rows = np.ones(400, dtype=bool)
    narrow, wide = (contrast(same, of, scored(400), rows, 0).candidate for of in (same, other))
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_a_row_is_read_where_both_sets_are_still_taught_its_category():
    codes = np.array([0, 0, 1, 1, 2, 2])
    folds = np.array([0, 1, 0, 1, 0, 1])
    one, other = np.ones(6, dtype=bool), codes != 2
    barred = np.zeros((2, 6), dtype=bool)
    base = np.arange(6)
    assert readable(base, codes, folds, barred, (one, other)).tolist() == [1, 1, 1, 1, 0, 0]
    barred[0, 3] = True  # all that the other fold has of a category
    assert readable(base, codes, folds, barred, (one, other)).tolist() == [1, 1, 0, 1, 0, 0]
