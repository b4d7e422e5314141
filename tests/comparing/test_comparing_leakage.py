"""What is not taught while a base row is read: whatever resembles it, in either set."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from auditor.comparing.leakage import barred, groups, halves
from auditor.dataset import load_dataset
from auditor.pool import make_pool
from auditor.settings import Settings

NO_PAIRS = np.empty((0, 2), dtype=np.int64)


def dataset(**columns):
    return load_dataset(pd.DataFrame(columns), Settings())


def test_a_row_of_both_sets_is_in_the_group_that_either_names():
    texts = ["where is my kettle", "the lamp is broken", "how do i pay", "my kettle has gone"]
    base = dataset(text=texts, label=list("aabb"), group=["ann", "bob", "ann", "cid"])
    other = dataset(text=[*texts[:2], "may i pay by card"], label=list("aab"))
    both = make_pool(base, other)
    (anns,) = (g for g in groups(both) if len(g) > 1)
    assert {both.dataset.texts[i] for i in anns} == {texts[0], texts[2]}


def test_groups_reach_across_the_sets():
    base = dataset(text=["where is my kettle", "how do i pay"], label=["a", "b"], group=["x", "y"])
    other = dataset(text=["it never came", "who pays"], label=["a", "b"], group=["x", "z"])
    both = make_pool(base, other)
    assert {frozenset(both.dataset.texts[i] for i in g) for g in groups(both) if len(g) > 1} == {
        frozenset({"where is my kettle", "it never came"})
    }


@pytest.fixture
def plane():
    """Six rows as directions: degrees from the first."""
    angle = np.radians([0, 90, 5, 80, 30, 60])
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


BASE = np.array([True, True, False, False, False, False])
FOLDS = np.array([0, 1, 1, 0, 1, 0])


def test_what_lies_near_a_row_that_is_read_is_not_taught(plane):
    out = barred(plane, FOLDS, BASE, np.arange(6), NO_PAIRS, level=0.95)
    assert np.flatnonzero(out[0] & (FOLDS != 0)).tolist() == [2]
    assert np.flatnonzero(out[1] & (FOLDS != 1)).tolist() == [3]


def test_nor_are_the_copies_of_that_nor_pairs_for_review(plane):
    families = np.array([0, 1, 2, 3, 2, 5])  # what copies the near one lies further off
    out = barred(plane, FOLDS, BASE, families, np.array([[1, 5]]), level=0.95)
    assert np.flatnonzero(out[0] & (FOLDS != 0)).tolist() == [2, 4]
    assert np.flatnonzero(out[1] & (FOLDS != 1)).tolist() == [3, 5]
    backwards = barred(plane, FOLDS, BASE, families, np.array([[5, 1]]), level=0.95)
    assert (out == backwards).all()


def test_with_fewer_units_than_folds_the_last_folds_are_empty(plane):
    out = barred(plane, FOLDS, BASE, np.arange(6), NO_PAIRS, level=0.95)
    assert len(out) == 5
    assert not out[2:].any()


def test_halves_divide_no_unit_and_take_half_of_each_category():
    units = np.repeat(np.arange(40), 3)
    codes = np.repeat([0, 1], 60)
    taught = halves(units, codes, 4, 0)
    for half in taught:
        assert half.sum() == 60
        assert half[codes == 0].sum() == 30
        assert (half.reshape(40, 3).min(axis=1) == half.reshape(40, 3).max(axis=1)).all()
    assert len({half.tobytes() for half in taught}) == 4
