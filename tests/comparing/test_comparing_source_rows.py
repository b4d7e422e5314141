"""Variations of base rows are found, counted for each parent, and held to their parents' labels."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.comparing.agreement import label_agreement
from auditor.comparing.effective import families_with, near_copies
from auditor.comparing.source_rows import amplification, find_source_rows
from auditor.pool import closest_other, make_pool
from auditor.records.dataset import Dataset, Example
from auditor.records.structure import Neighbours

BASE = np.arange(100)
CLOSEST = np.linspace(0.0, 0.99, 100, dtype=np.float32)  # of base rows to another: 5 from .95 on


def dataset(rows):
    examples = sorted(
        (Example(row=i, text=t, category=c) for i, (t, c) in enumerate(rows)),
        key=lambda e: e.content,
    )
    return Dataset(name="d", examples=tuple(examples), rows_read=len(examples), roles={})


def found(cosines, near, families=None):
    added = np.arange(100, 100 + len(near))
    return find_source_rows(
        CLOSEST,
        BASE,
        added,
        np.array(near, dtype=np.int64),
        np.array(cosines, dtype=np.float32),
        np.arange(100 + len(near)) if families is None else families,
    )


def test_one_base_row_in_twenty_would_count_as_a_variation():
    level = found([0.5], [0]).level
    assert (level <= CLOSEST).mean() == pytest.approx(0.05)


def test_variations_are_counted_for_each_parent():
    near = [0] * 7 + [1] * 2 + [2]
    told = amplification(found([0.99] * 9 + [0.3], near), 100, BASE, np.arange(110))
    assert (told.paraphrases, told.added, told.source_rows) == (9, 10, 2)
    assert (told.mean, told.median, told.max) == (4.5, 4.5, 7)
    assert told.share.value == 0.9
    assert sum(rows for _, _, rows in told.histogram) == 100
    assert {low: rows for low, _, rows in told.histogram}[0] == 98
    assert [p.paraphrases for p in told.largest] == [7, 2]


def test_a_copy_is_no_variation_and_its_label_is_held_against_its_parent_all_the_same():
    families = np.where(np.arange(102) == 100, 4, np.arange(102))  # the first added row is a copy
    told = found([1.0, 0.99], [4, 4], families)
    assert told.paraphrase.tolist() == [False, True]
    assert amplification(told, 100, BASE, np.arange(102)).paraphrases == 1
    assert families_with(families, told, told.matched)[100:].tolist() == [4, 4]
    rows = tuple(Example(row=i, text=str(i), category="ab"[i == 100]) for i in range(102))
    data = Dataset(name="d", examples=rows, rows_read=102, roles={})
    (wrong,) = label_agreement(data, told, np.arange(102), np.arange(102)).disagreements
    assert (wrong.base_row, wrong.candidate_row) == (4, 100)


def test_without_added_rows_there_is_no_amplification():
    assert amplification(found([], []), 100, BASE, BASE) is None


def test_the_nearest_of_another_family_is_what_counts():
    index = np.array([[1, 2], [0, 2], [0, 1]])
    cosine = np.array([[0.9, 0.5], [0.9, 0.4], [0.5, 0.4]], dtype=np.float32)
    family = np.array([0, 0, 2])
    assert closest_other(Neighbours(index=index, cosine=cosine), family).tolist() == pytest.approx(
        [0.5, 0.4, 0.5]
    )


def test_variations_join_the_family_of_their_parent():
    told = found([0.99, 0.99, 0.1], [4, 4, 5])
    family = families_with(np.arange(103), told, told.matched)
    assert family[100] == family[101] == family[4]
    assert family[102] == 102


def test_labels_of_variations_are_held_against_those_of_their_parents():
    rows = [(f"text {i}", "ab"[i % 2]) for i in range(102)]
    examples = tuple(Example(row=i, text=t, category=c) for i, (t, c) in enumerate(rows))
    data = Dataset(name="d", examples=examples, rows_read=102, roles={})
    told = label_agreement(data, found([0.99, 0.98], [0, 0]), np.arange(102), np.arange(102))
    assert (told.pairs, told.same) == (2, 1)
    (wrong,) = told.disagreements
    assert (wrong.base_row, wrong.candidate_row) == (0, 101)
    assert (wrong.base_category, wrong.candidate_category) == ("a", "b")
    assert told.confusions == (("a", "b", 1),)


def test_the_agreement_of_many_variations_of_one_row_rests_on_one_row():
    rows = tuple(Example(row=i, text=str(i), category="a") for i in range(150))
    data = Dataset(name="d", examples=rows, rows_read=150, roles={})
    one = label_agreement(data, found([0.99] * 50, [0] * 50), np.arange(150), np.arange(150))
    many = label_agreement(
        data, found([0.99] * 50, list(range(50))), np.arange(150), np.arange(150)
    )
    assert one.share.low < many.share.low


def test_copies_across_the_sets_are_told_from_rows_that_are_the_same():
    both = make_pool(
        dataset([("one", "a"), ("two", "a"), ("two!", "a")]), dataset([("one", "a"), ("two.", "a")])
    )
    texts = both.dataset.texts
    family = np.array([0 if t == "one" else 1 for t in texts])
    told = near_copies(both, family)
    assert (told.identical, told.across, told.in_base, told.in_candidate) == (1, 1, 1, 0)
