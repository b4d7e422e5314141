"""Which rows can be read, and when two sets are told apart on them."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.comparing.fitted import EvaluationRows, FittedSet
from auditor.comparing.unseen_accuracy import evaluable, unseen_contrast
from auditor.records.dataset import Dataset, Example

SEEDS, DRAWS = 5, 10


def evaluation(n):
    rows = tuple(Example(row=i, text=str(i), category="ab"[i % 2]) for i in range(n))
    return EvaluationRows(
        dataset=Dataset(name="d", examples=rows, rows_read=n, roles={}),
        base=np.ones(n, dtype=bool),
        units=np.arange(n),
        taught=frozenset(),
        shared=0.5,
    )


def told(right, halves):
    return FittedSet(rows=right.shape[1], right=right, halves=halves, forecast=None)


def sets(random, n, by=0.0, wobble=0.0):
    """A set, and another that is right `by` more often.

    How good a set is differs by `wobble` from one set of its kind to the next.
    """
    hard = random.random(n)

    def answers(levels):
        noise = 0.1 * random.standard_normal((len(levels), n))
        return hard + noise < np.asarray(levels)[:, None]

    return [
        told(
            answers([level + wobble * random.standard_normal()] * SEEDS),
            answers(level - 0.1 + wobble * random.standard_normal(DRAWS)),
        )
        for level in (0.6, 0.6 + by)
    ]


def difference(base, candidate, n, seed=0):
    rows = np.ones(n, dtype=bool)
    return unseen_contrast(([base], [candidate]), evaluation(n), rows, seed).difference


@pytest.mark.parametrize("wobble", [0.0, 0.04])
def test_two_sets_of_one_kind_are_told_apart_once_in_twenty_at_most(wobble):
    differs = 0
    for seed in range(150):
        found = difference(*sets(np.random.default_rng(seed), 200, wobble=wobble), 200, seed)
        differs += found.low > 0 or found.high < 0
    assert differs / 150 <= 0.08


def test_a_real_difference_is_seen():
    found = difference(*sets(np.random.default_rng(0), 400, by=0.2, wobble=0.02), 400)
    assert found.low > 0
    assert found.low < 0.2 < found.high


def test_sets_that_differ_from_one_to_the_next_make_the_interval_wider():
    widths = []
    for wobble in (0.0, 0.1):
        found = difference(*sets(np.random.default_rng(0), 400, wobble=wobble), 400)
        widths.append(found.high - found.low)
    assert widths[1] > 1.5 * widths[0]


def test_a_row_is_read_where_both_sets_are_still_taught_its_category():
    codes = np.array([0, 0, 1, 1, 2, 2])
    folds = np.array([0, 1, 0, 1, 0, 1])
    one, other = np.ones(6, dtype=bool), codes != 2
    barred = np.zeros((2, 6), dtype=bool)
    base = np.arange(6)
    assert evaluable(base, codes, folds, barred, (one, other)).tolist() == [1, 1, 1, 1, 0, 0]
    barred[0, 3] = True  # all that the other fold has of a category
    assert evaluable(base, codes, folds, barred, (one, other)).tolist() == [1, 1, 0, 1, 0, 0]
