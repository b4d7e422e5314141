"""Which rows count against a side."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from auditor.gating import flagging
from auditor.records.structure import Neighbours

LOST = "My parcel is lost"


def flagged_texts(pool, flags):
    return sorted(e.text for e, there in zip(pool.dataset.examples, flags, strict=True) if there)


def families(pool, *groups):
    """A family for each group of texts and one for each other text: of the base alone, of all."""
    number = {text: g for g, group in enumerate(groups) for text in group}
    family = np.array([number.get(t, len(groups) + i) for i, t in enumerate(pool.dataset.texts)])
    return np.where(pool.in_base, family, -1), family


def test_an_added_copy_counts_and_could_be_left_out(pooled):
    pool = pooled(
        [(LOST, "post"), ("x", "post")], [(LOST, "post"), ("x", "post"), ("Lost", "post")]
    )
    found = flagging.copies(pool, *families(pool, (LOST, "Lost")))
    assert flagged_texts(pool, found.droppable) == ["Lost"]
    assert flagged_texts(pool, found.base) == []
    assert pool.dataset.texts[found.partner[found.droppable][0]] == LOST


def test_of_copies_that_are_all_new_one_could_stay(pooled):
    base = [("x", "post"), ("y", "post"), ("z", "post")]
    pool = pooled(base, [*base, (LOST, "post"), ("Lost", "post")])
    found = flagging.copies(pool, *families(pool, (LOST, "Lost")))
    assert found.droppable.sum() == 1
    assert (found.added > 0).sum() == 2
    assert (found.partner[found.added > 0] >= 0).all()


def test_a_corrected_row_is_no_copy_of_what_it_was(pooled):
    pool = pooled([("My parcl is lost", "post")], [(LOST, "post")])
    found = flagging.copies(pool, *families(pool, (LOST, "My parcl is lost")))
    assert not found.base.any()
    assert not found.candidate.any()
    assert not found.added.any()


def test_added_rows_are_counted_at_the_size_of_the_base(pooled):
    """Of two sets of one source the larger holds more copies of its own; that is no change."""
    base = [(f"row {i}", "post") for i in range(100)]
    pool = pooled(base, [*base, *[(f"row {i} again", "post") for i in range(100)]])
    pairs = [(f"row {i}", f"row {i} again") for i in range(100)]
    found = flagging.copies(pool, *families(pool, *pairs))
    assert found.added[pool.added] == pytest.approx(99 / 199)


@pytest.mark.parametrize("case", [(3, 40, 100), (0, 40, 100), (1, 99, 100), (70, 40, 100)])
def test_the_chance_to_meet_a_copy_is_hypergeometric(case):
    others, size, among = case
    expected = 1 - hypergeom.pmf(0, among - 1, others, size - 1)
    assert flagging.chance_to_meet(np.array([others]), size, among) == pytest.approx(expected)


def test_a_row_that_was_relabelled_conflicts_with_nothing(pooled):
    pool = pooled([(LOST, "post"), ("y", "bank")], [(LOST, "bank"), ("y", "bank")])
    found = flagging.conflicts(pool, *families(pool, (LOST,)))
    assert not found.candidate.any()


def test_of_two_labels_of_one_text_neither_is_that_of_most(pooled):
    pool = pooled([(LOST, "post"), ("y", "bank")], [(LOST, "post"), (LOST, "bank"), ("y", "bank")])
    found = flagging.conflicts(pool, *families(pool, (LOST,)))
    assert flagged_texts(pool, found.candidate) == [LOST, LOST]
    assert not found.base.any()
    assert found.droppable.sum() == 1


def test_of_a_large_family_only_the_outvoted_row_counts(pooled):
    base = [*[(f"{LOST}{'!' * i}", "post") for i in range(9)], ("y", "bank")]
    pool = pooled(base, [*base, (f"{LOST}?", "bank")])
    found = flagging.conflicts(pool, *families(pool, [t for t, _ in base[:9]] + [f"{LOST}?"]))
    assert flagged_texts(pool, found.candidate) == [f"{LOST}?"]
    assert pool.dataset.examples[found.partner[found.candidate][0]].category == "post"


def test_a_variation_is_as_near_as_one_base_row_in_twenty(numbered):
    pool = numbered(post=(20, 3, 0))
    rows = np.arange(23)
    near = Neighbours(
        index=((rows + 1) % 23)[:, None],
        cosine=np.where(pool.added, 0.95, 0.5).astype(np.float32)[:, None],
    )
    closest = np.where(pool.in_base, 0.5, 0).astype(np.float32)
    found = flagging.paraphrases(pool, near, rows, 0.9, closest)
    assert (found.added > 0).tolist() == pool.added.tolist()
    assert not found.base.any()


def test_labels_of_a_category_that_the_base_lacks_are_not_judged_by_it(pooled):
    pool = pooled([("x", "post")], [("x", "post"), ("y", "bank")])
    codes = pool.dataset.codes
    known = codes == pool.dataset.categories.index("post")
    none = np.array([], dtype=np.int64)
    found = flagging.suspected(pool, none, none, codes, known, none)
    assert flagged_texts(pool, found.scope(codes, None)) == ["x"]
