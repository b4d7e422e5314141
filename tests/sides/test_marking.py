"""Which rows count against a side."""

from __future__ import annotations

import numpy as np

from auditor.sides import marking

LOST = "My parcel is lost"


def marked(pool, flags):
    return [e.text for e, there in zip(pool.dataset.examples, flags, strict=True) if there]


def families(pool, *groups):
    """(n,) a family for each group of texts, and one for each other text."""
    number = {text: g for g, group in enumerate(groups) for text in group}
    return np.array([number.get(t, len(groups) + i) for i, t in enumerate(pool.dataset.texts)])


def test_of_a_copy_family_the_added_row_is_the_copy(pooled):
    pool = pooled([(LOST, "post"), ("x", "post")], [(LOST, "post"), (f"{LOST}!", "post")])
    found = marking.copies(pool, families(pool, (LOST, f"{LOST}!")))
    assert marked(pool, found.candidate) == [f"{LOST}!"]
    assert marked(pool, found.base) == []


def test_a_corrected_row_is_no_copy_of_what_it_was(pooled):
    pool = pooled([("My parcl is lost", "post")], [(LOST, "post")])
    found = marking.copies(pool, families(pool, (LOST, "My parcl is lost")))
    assert not found.base.any()
    assert not found.candidate.any()


def test_a_row_that_was_relabelled_conflicts_with_nothing(pooled):
    pool = pooled([(LOST, "post"), ("y", "bank")], [(LOST, "bank"), ("y", "bank")])
    found = marking.conflicts(pool, families(pool, (LOST,)))
    assert not found.candidate.any()


def test_the_same_text_under_two_labels_is_a_conflict(pooled):
    pool = pooled([(LOST, "post"), ("y", "bank")], [(LOST, "post"), (LOST, "bank"), ("y", "bank")])
    found = marking.conflicts(pool, families(pool, (LOST,)))
    assert marked(pool, found.candidate) == [LOST, LOST]
    assert not found.base.any()


def test_a_variation_is_closer_than_nine_in_ten_base_rows_are(numbered):
    pool = numbered(post=(10, 3, 0))
    base = np.where(pool.in_base, np.linspace(0.1, 0.6, 13), 0).astype(np.float32)
    close = np.where(pool.added, 0.9, 0).astype(np.float32)
    found = marking.variations(pool, base, close)
    assert (found.candidate & pool.added).sum() == 3
    assert found.base.sum() == 1
