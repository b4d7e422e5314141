"""Pairs of texts that may be copies, from exact signatures."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from auditor.structure import signatures
from auditor.structure.signatures import MAX_CONTAINING, MAX_SIGNED, contained, one_edit_apart

TEXTS = st.lists(st.text("abc", min_size=1, max_size=6), unique=True, min_size=2, max_size=12)


@given(texts=TEXTS)
def test_every_pair_one_edit_apart_is_found(texts):
    found = set(one_edit_apart(enumerate(texts)))
    for j, text in enumerate(texts):
        for i in range(j):
            if OSA.distance(texts[i], text) == 1:
                assert (i, j) in found


@given(texts=TEXTS)
def test_what_is_found_shares_a_text_but_one_character(texts):
    def deletions(text):
        return {text, *(text[:i] + text[i + 1 :] for i in range(len(text)))}

    for i, j in one_edit_apart(enumerate(texts)):
        assert deletions(texts[i]) & deletions(texts[j])


def test_characters_of_all_planes_and_lone_surrogates_are_characters():
    texts = ["a😀b", "a😀", "\ud800x", "\ud800xy"]
    assert set(one_edit_apart(enumerate(texts))) == {(0, 1), (2, 3)}


def test_long_texts_and_empty_ones_are_left_out():
    assert list(one_edit_apart(enumerate(["a" * (MAX_SIGNED + 1)] * 2))) == []
    assert list(one_edit_apart(enumerate(["", ""]))) == []
    assert list(one_edit_apart([])) == []


SHORT = ("my", "parcel", "stood", "in", "the", "rain")


def test_a_text_that_another_holds_whole_is_found_wherever_it_stands():
    texts = {3: ("so", *SHORT, "again"), 5: SHORT, 8: (*SHORT, "twice"), 9: ("parcel", "again")}
    assert set(contained(texts)) == {(3, 5), (5, 8)}


def test_what_many_texts_hold_is_left_out():
    around = {i: (*SHORT, str(i)) for i in range(1, 6)}
    assert list(contained({0: SHORT, **around})) == []


@given(texts=st.lists(st.text("ab", min_size=6, max_size=12), unique=True, max_size=14))
def test_every_text_that_stands_in_few_others_is_found(texts):
    """One letter a token here; six are the fewest that count."""
    around = [
        {j for j, other in enumerate(texts) if text in other and text != other} for text in texts
    ]
    few = {
        (min(i, j), max(i, j))
        for i, others in enumerate(around)
        if len(others) <= MAX_CONTAINING
        for j in others
    }
    assert set(contained({i: tuple(text) for i, text in enumerate(texts)})) == few


def test_texts_of_one_opening_are_not_each_held_against_each(monkeypatch):
    """Of all lengths, as contracts are; the next one in order says which others could fit."""
    looked = []
    begins = signatures._Beginnings._begins

    def counting(self, tokens, k):
        looked.append(k)
        return begins(self, tokens, k)

    monkeypatch.setattr(signatures._Beginnings, "_begins", counting)
    opening = ("this", "agreement", "is", "made", "by", "and", "between")
    texts = {i: (*opening, f"party{i}", *(f"w{i}x{k}" for k in range(i))) for i in range(300)}
    assert list(contained(texts)) == []
    assert 0 < len(looked) <= 5 * len(texts)
