"""Two lists of tokens are apart by what stands between the tokens that both have in one order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from auditor.structure import differences
from auditor.structure.differences import aligned, changed

WORDS = st.lists(st.sampled_from(["the", "a", "van", "left", "late", "."]), max_size=12)


def told(before: str, after: str) -> list[tuple[str, str]]:
    old, new = before.split(), after.split()
    return [
        (" ".join(old[a.start : a.stop]), " ".join(new[b.start : b.stop]))
        for a, b in changed(old, new)
    ]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("the van is late", "the boat is late", [("van", "boat")]),
        ("the van is late", "the van is very late", [("", "very")]),
        ("so the van is late", "the van is", [("so", ""), ("late", "")]),
        ("my van", "their boat", [("my van", "their boat")]),
        ("the van", "the van", []),
        ("", "the van", [("", "the van")]),
        ("", "", []),
    ],
)
def test_what_was_replaced_stands_with_what_replaces_it(before, after, changes):
    assert told(before, after) == changes


def test_words_that_moved_leave_the_others_in_place():
    assert told("please cancel it now", "cancel it now please") == [("please", ""), ("", "please")]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("It is late .", "It is late . Thanks .", "Thanks ."),
        ("It is late . Thanks . Bye", "It is late . Bye", "Thanks ."),
        ("there is a fee", "hello there ! there is a fee", "hello there !"),
        ("so there is a fee", "so is it there there is a fee", "is it there"),
    ],
)
def test_of_equal_words_those_are_kept_that_stand_by_others(before, after, change):
    assert told(before, after) in ([(change, "")], [("", change)])


@given(WORDS, WORDS)
def test_as_many_words_as_can_be_are_kept_in_one_order(before, after):
    pairs = aligned(before, after)
    assert len(pairs) == LCSseq.similarity(before, after)
    assert all(before[i] == after[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


@given(WORDS, WORDS)
def test_the_changes_make_the_one_of_the_other(before, after):
    made, at = [], 0
    for old, new in changed(before, after):
        assert old or new
        made += [*before[at : old.start], *after[new.start : new.stop]]
        at = old.stop
    assert made + before[at:] == after


@given(WORDS, WORDS)
def test_so_they_do_where_the_lists_are_too_long_to_keep_all_pairs(before, after):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(differences, "MAX_PAIRS", 0)
        test_the_changes_make_the_one_of_the_other.hypothesis.inner_test(before, after)
        assert all(before[i] == after[j] for i, j in aligned(before, after))


def test_a_change_far_behind_in_a_long_text_is_found():
    """Forty thousand words: no text is too long to be compared to its end."""
    before = [f"clause-{i % 977}" for i in range(40_000)]
    after = [*before[:100], "and", *before[100:39_000], "never", *before[39_001:]]
    assert list(changed(before, after)) == [
        (range(100, 100), range(100, 101)),
        (range(39_000, 39_001), range(39_001, 39_002)),
    ]
