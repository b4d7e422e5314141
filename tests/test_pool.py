"""Two sets in one pool: what is on which side."""

from __future__ import annotations

from auditor.pool import make_pool
from auditor.records.dataset import Dataset, Example

SNOW = ("Is the pass open after the snow?", "roads")
TOLL = ("Why was I charged the toll twice?", "billing")
BRIDGE = ("The bridge is closed to lorries.", "roads")


def texts(pool, rows):
    return [e.text for e, there in zip(pool.dataset.examples, rows, strict=True) if there]


def test_rows_of_one_text_and_label_are_the_same_row(pooled):
    pool = pooled([SNOW, TOLL], [TOLL, BRIDGE])
    assert texts(pool, pool.kept) == [TOLL[0]]
    assert texts(pool, pool.added) == [BRIDGE[0]]
    assert texts(pool, pool.removed) == [SNOW[0]]


def test_a_row_with_another_label_left_and_came(pooled):
    pool = pooled([SNOW, TOLL], [("Is the pass open after the snow?", "weather"), TOLL])
    assert texts(pool, pool.added) == texts(pool, pool.removed) == [SNOW[0]]


def test_what_a_side_has_twice_is_matched_twice(pooled):
    pool = pooled([SNOW, SNOW, TOLL], [SNOW, SNOW, SNOW, TOLL])
    assert (pool.kept.sum(), pool.added.sum(), pool.removed.sum()) == (3, 1, 0)


def test_rows_lead_back_to_both_files(pooled):
    pool = pooled([SNOW, TOLL], [BRIDGE, TOLL])
    sides = zip(pool.base_rows, pool.candidate_rows, strict=True)
    assert dict(zip(pool.dataset.texts, sides, strict=True)) == {
        SNOW[0]: (0, -1),
        TOLL[0]: (1, 1),
        BRIDGE[0]: (-1, 0),
    }


def test_the_order_of_the_files_decides_nothing(pooled):
    one = pooled([SNOW, TOLL], [TOLL, BRIDGE])
    other = pooled([TOLL, SNOW], [BRIDGE, TOLL])
    assert one.dataset.texts == other.dataset.texts
    assert one.kept.tolist() == other.kept.tolist()


def test_without_a_base_all_rows_are_added(pooled):
    pool = pooled(None, [SNOW, TOLL])
    assert pool.added.all()
    assert not pool.in_base.any()


def test_rows_that_several_annotators_labelled_are_matched_by_annotator():
    """One annotator's label is gone, though another gave the same."""

    def voted(*people):
        rows = [Example(row=i, text="Hi", category="a", annotator=p) for i, p in enumerate(people)]
        return Dataset(
            name="d", examples=(*rows,), rows_read=len(rows), roles={}, several_annotators=True
        )

    pool = make_pool(voted("ada", "bob"), voted("bob", "cyd"))
    of = [e.annotator for e in pool.dataset.examples]
    assert (of, pool.dataset.several_annotators) == (["ada", "bob", "cyd"], True)
    assert pool.removed.tolist() == [True, False, False]
    assert pool.added.tolist() == [False, False, True]
