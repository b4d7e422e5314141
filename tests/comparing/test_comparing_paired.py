"""Intervals of accuracies that are read on the same rows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.comparing.estimates import independent_contrast
from auditor.comparing.fitted import EvaluationRows
from auditor.comparing.paired import paired_contrast
from auditor.records.dataset import Dataset, Example


def evaluation(n):
    rows = tuple(Example(row=i, text=str(i), category="ab"[i % 2]) for i in range(n))
    every = np.ones(n, dtype=bool)
    return EvaluationRows(
        dataset=Dataset(name="d", examples=rows, rows_read=n, roles={}),
        base=every,
        units=np.arange(n),
        taught=frozenset(),
        shared=0.5,
    )


def test_intervals_of_a_paired_difference_hold_it_about_four_times_in_five():
    held = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        base = random.random(120) < 0.7
        right = np.stack([base, np.where(random.random(120) < 0.2, True, base)], axis=1)
        # The second is right in .7 + .2 x .3
        difference = paired_contrast(
            right.astype(float), evaluation(120), np.ones(120, bool), seed
        ).difference
        held += difference.low <= 0.06 <= difference.high
    assert 0.7 <= held / 200 <= 0.9


def test_pairing_makes_the_interval_of_the_difference_narrower():
    random = np.random.default_rng(0)
    right = np.repeat((random.random(200) < 0.6)[:, None], 2, axis=1).astype(float)
    told = paired_contrast(right, evaluation(200), np.ones(200, bool), 0)
    assert (
        told.difference.high < 0.2 * independent_contrast(told.base, told.candidate).difference.high
    )


@pytest.mark.parametrize(("rows", "of_one"), [(30, 1), (30, 3), (100, 3), (300, 10)])
def test_rows_on_which_nothing_differs_do_not_show_that_nothing_ever_does(rows, of_one):
    """Units of `of_one` rows: of as many, one in ten can well differ."""
    right = np.repeat((np.arange(rows) % 4 > 0)[:, None], 2, axis=1).astype(float)
    data = dataclasses.replace(evaluation(rows), units=np.arange(rows) // of_one)
    found = paired_contrast(right, data, np.ones(rows, bool), 0).difference
    units = rows / of_one
    assert found.high == -found.low == pytest.approx(1.2816 / (units + 2), rel=0.05)


def test_one_large_customer_among_small_ones_is_most_of_what_is_known():
    right = np.ones((120, 2))
    owner = np.minimum(np.arange(120), 20)  # the last has a hundred rows
    found = paired_contrast(
        right, dataclasses.replace(evaluation(120), units=owner), np.ones(120, bool), 0
    ).difference
    assert found.high > 0.3
