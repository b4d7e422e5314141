"""One counter of n-grams, for rows of words and for strings of one character a token."""

from __future__ import annotations

import numpy as np

from auditor.structure.ngrams import count_ngrams, ngrams, rows_with

ROWS = [
    ("where", "is", "my", "parcel"),
    ("is", "my", "parcel", "my", "parcel"),
    (),
]


def test_ngrams_are_runs_of_neighbours():
    assert list(ngrams(ROWS[0], 3)) == [("where", "is", "my"), ("is", "my", "parcel")]
    assert list(ngrams("abcd", 2)) == ["ab", "bc", "cd"]


def test_a_row_shorter_than_an_ngram_has_none():
    assert list(ngrams(("parcel",), 2)) == []
    assert list(ngrams((), 1)) == []


def test_a_row_that_repeats_an_ngram_holds_it_once():
    held = rows_with(ROWS, 2)
    assert held["my", "parcel"] == 2
    assert held["parcel", "my"] == 1


def test_counts_are_of_each_row_and_each_size():
    counted = count_ngrams(ROWS, 1, 2)
    column = counted.names.index(("my", "parcel"))
    assert counted.counts[:, [column]].toarray().ravel().tolist() == [1, 2, 0]
    assert counted.held[:, [column]].toarray().ravel().tolist() == [1, 1, 0]
    assert {len(name) for name in counted.names} == {1, 2}


def test_ngrams_stand_as_they_come_unless_asked_for_by_name():
    counted = count_ngrams(ROWS, 1, 1)
    assert counted.names == (("where",), ("is",), ("my",), ("parcel",))
    by_name = counted.by_name()
    assert by_name.names == (("is",), ("my",), ("parcel",), ("where",))
    assert by_name.counts.toarray().tolist() == [[1, 1, 1, 1], [1, 2, 2, 0], [0, 0, 0, 0]]


def test_by_name_the_order_of_the_rows_does_not_matter():
    one, other = (count_ngrams(rows, 1, 2).by_name() for rows in (ROWS, ROWS[::-1]))
    assert one.names == other.names
    assert np.array_equal(one.counts.toarray(), other.counts.toarray()[::-1])


def test_rows_without_words_have_no_ngram():
    counted = count_ngrams([(), ()], 1, 3)
    assert (counted.names, counted.held.shape) == ((), (2, 0))
