"""Which rows are one example repeated, and which only look alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.records.structure import Neighbours
from auditor.structure.copies import find_copies

# Thirty-nine words; every one occurs once.
LETTER = (
    "Good morning, the blue armchair which was delivered to our holiday house near Brighton on "
    "Monday has a long scratch across its left leg, so could somebody collect it and bring another "
    "before guests arrive this weekend without charging us again?"
)
NO_NEIGHBOUR = -1
TABLES = ("outside", "tonight", "upstairs", "again", "early")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Where is my parcel?", "WHERE IS MY PARCEL?"),
        ("Where is my parcel?", "  where  is my\tparcel ?"),
        ("Where is my parcel?", "where is my par cel?"),
        ("Where is my parcel?", "Where is my parcel!!"),
        ("I can't log in", "I can’t log in"),
        ("Cancel my order", "Please cancel my order, thanks"),
        ("Where is my parcel?", "Where is my pacrel?"),
        ("The answer was definite", "The answer was defanite"),
        ("Where is my parcel?", "Where is my parcell?"),
        ("Where is my parcel?", "Where is my pacel?"),
        ("Tisch für zwei im Café", "Tisch für zwei im Cafe\u0301"),
    ],
    ids=[
        *["case", "spacing", "a split word", "punctuation", "apostrophe", "pleasantries"],
        *["two letters swapped", "a wrong letter", "a letter too many", "a letter too few"],
        "composition",
    ],
)
def test_a_trivial_edit_is_a_copy(families, text, other):
    assert families([text, other]) == [0, 0]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Send me invoice 41", "Send me invoice 42"),
        ("Wake me at 7:15", "Wake me at 7:51"),
        ("My flight is BA117", "My flight is BA177"),
        ("turn the lights on", "turn the lights off"),
        ("lights on", "lights off"),
        ("I can log in", "I can't log in"),
        ("I was able to pay", "I was unable to pay"),
        ("put it in the box", "put it on the box"),
        ("is my card safe", "my card is safe"),
        ("book a table", "book a table for two"),
        ("I want a refund", "I want no refund"),
    ],
)
def test_an_edit_that_changes_the_meaning_is_no_copy(families, text, other):
    assert families([text, other]) == [0, 1]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("transfer 1.50 to savings", "transfer 15.0 to savings"),
        ("add 12.5 ml of vanilla", "add 1.25 ml of vanilla"),
        ("that will be 1.5 kilos", "that will be 15 kilos"),
        ("room 4 12 people", "room 41 2 people"),
    ],
)
def test_a_moved_decimal_point_is_another_number(families, text, other):
    assert families([text, other]) == [0, 1]


def test_a_swap_of_two_common_words_is_no_copy(families):
    """Each word stands in three texts, so neither can be a typo of the other."""
    hotels = ["book me a hotel in Rome", "the hotel was loud", "is the hotel near the beach"]
    hostels = ["book me a hostel in Rome", "our hostel has no lift", "how far is the hostel"]
    assert families(hotels + hostels) == list(range(6))


def test_a_form_that_only_one_row_has_is_a_typo_of_what_the_dataset_has(families):
    """Neither is in a list of words."""
    apps = ["open quimzelo on my phone", "quimzelo is slow today", "is quimzelo free"]
    assert families([*apps, "open qiumzelo on my phone"]) == [0, 1, 2, 0]
    assert families(["open quimzelo on my phone", "open qiumzelo on my phone"]) == [0, 1]


def test_a_form_that_the_dataset_has_elsewhere_is_no_typo(families):
    rows = ["when does the mechanic come", "when does the mechnaic come"]
    assert families(rows) == [0, 0]
    elsewhere = ["the mechnaic is my band", "we heard the mechnaic live"]
    assert families([*rows, *elsewhere]) == [0, 1, 2, 3]


def test_two_common_words_with_two_letters_swapped_are_two_words(families):
    """A swap of a real word for another is no typo, whichever edit lies between them."""
    diaries = ["where is the diary", "my diary is on the desk", "I write a diary every evening"]
    dairies = ["where is the dairy", "the dairy opens at six", "no dairy for me, I am allergic"]
    assert families(diaries + dairies) == list(range(6))


def test_words_of_fewer_than_four_letters_have_no_typos(families):
    assert families(["I took the bus", "I took the bug"]) == [0, 1]


def test_thumbs_up_and_thumbs_down_are_two_answers(families):
    """A symbol is no punctuation: there a message of emoji says what it says."""
    assert families(["👍", "👎"]) == [0, 1]


def test_one_ideograph_is_a_word_not_a_letter(families):
    """Chinese: "I want to book a hotel", "I want to cancel the hotel"."""
    assert families(["我要订酒店", "我要退酒店"]) == [0, 1]


def test_a_vowel_sign_is_no_punctuation(families):
    """Hindi: "the fruit of this day", "the fruit of this gift"."""
    assert families(["इस दिन का फल", "इस दान का फल"]) == [0, 1]


def test_two_misspellings_in_forty_words_are_a_copy(families):
    other = LETTER.replace("scratch", "scrtach").replace("somebody", "someboddy")
    assert families([LETTER, other]) == [0, 0]


def test_one_changed_word_of_a_long_text_is_for_review(find):
    other = LETTER.replace("Monday", "Wednesday")
    found = find([LETTER, other])
    assert found.family.tolist() == [0, 1]
    assert found.review.tolist() == [[0, 1]]


def test_a_negation_in_a_long_text_makes_it_another(families):
    assert families([LETTER, LETTER.replace("was delivered", "was not delivered")]) == [0, 1]


def test_four_changed_words_in_forty_are_another_text(families):
    other = LETTER
    for word, instead in (
        *[("Monday", "Wednesday"), ("scratch", "dent")],
        *[("armchair", "sofa"), ("Brighton", "Hastings")],
    ):
        other = other.replace(word, instead)
    assert families([LETTER, other]) == [0, 1]


def test_a_changed_number_in_a_long_text_is_another_text(families):
    one, other = (LETTER.replace("Monday", f"the {day}") for day in ("3rd", "4th"))
    assert families([one, other]) == [0, 1]


def test_a_number_that_moved_within_a_long_text_is_another_text(families):
    one = LETTER.replace("a long", "2 long").replace("its left", "7 left")
    other = LETTER.replace("a long", "7 long").replace("its left", "2 left")
    assert families([one, other]) == [0, 1]


def test_long_texts_are_compared_only_where_their_vectors_are_near(families):
    other = LETTER.replace("scratch", "scrtach").replace("somebody", "someboddy")
    assert families([LETTER, other], cosine=0.8) == [0, 1]


def test_exact_copies_are_found_without_any_neighbour():
    texts = [LETTER, "Where is it?", LETTER]
    none = Neighbours(
        index=np.full((3, 1), NO_NEIGHBOUR), cosine=np.full((3, 1), -1.0, dtype=np.float32)
    )
    assert find_copies(texts, none).family.tolist() == [0, 1, 0]


def test_copies_of_copies_are_one_family(families):
    """First and last are two edits apart; the one between joins them."""
    texts = [
        "when is the recpetion open",
        "when is the reception open",
        "whne is the reception open",
    ]
    assert families([texts[0], texts[2]]) == [0, 1]
    assert families(texts) == [0, 0, 0]


def test_a_row_that_holds_another_whole_is_for_review(find):
    texts = ["my parcel was left in the rain", "so my parcel was left in the rain again, typical"]
    found = find(texts)
    assert found.family.tolist() == [0, 1]
    assert found.review.tolist() == [[0, 1]]


def test_what_many_rows_hold_is_how_they_begin(find):
    texts = ["I would like to book a table", *(f"I would like to book a table {w}" for w in TABLES)]
    assert find(texts).review.tolist() == []


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("the talk this morning :)", "the talk this morning :("),
        ("we want to import the lesson", "we want to impart the lesson"),
        ("you have done it?", "you have done it!"),
        ("no, wait for the bus", "no wait for the bus"),
    ],
)
def test_what_differs_in_one_place_is_for_review(find, text, other):
    found = find([text, other])
    assert found.family.tolist() == [0, 1]
    assert found.review.tolist() == [[0, 1]]


def test_copies_are_not_for_review(find):
    texts = ["where is my pacrel now", "where is my parcel now", "where is my parcel now :("]
    found = find(texts)
    assert found.family.tolist() == [0, 0, 1]
    assert all(2 in pair for pair in found.review.tolist())


@pytest.mark.parametrize(
    ("text", "other"), [("C", "C#"), ("plan A", "plan B"), ("call me", "cell me")]
)
def test_short_texts_differ_by_nature_and_nothing_is_said(find, text, other):
    found = find([text, other])
    assert found.family.tolist() == [0, 1]
    assert found.review.tolist() == []


def test_families_are_numbered_by_their_first_member(families):
    texts = ["Where is it?", "Cancel it", "where is it", "Refund me", "cancel it!", "where is it!"]
    assert families(texts) == [0, 1, 0, 2, 1, 0]


def test_members_lists_every_family_by_number():
    texts = ["Where is it?", "Cancel it", "where is it"]
    none = Neighbours(index=np.full((3, 1), -1), cosine=np.full((3, 1), -1.0, dtype=np.float32))
    assert [m.tolist() for m in find_copies(texts, none).members()] == [[0, 2], [1]]


def test_texts_without_a_word_do_not_disturb_the_others(families):
    found = families(["", "Where is it?", "?!", "where is it"])
    assert found[1] == found[3] != found[0]


def test_a_single_text_is_a_family(families):
    assert families(["Where is it?"]) == [0]


def test_a_typo_is_found_where_very_many_rows_share_the_rest(families):
    """Sixty orders that differ in a digit share a signature with the two copies among them."""
    orders = [f"please cancel that order {i % 9 + 1}" for i in range(60)]
    found = families(["please cancel that order", *orders, "please cancel that orrder"])
    assert found[0] == found[-1]


WORDS = ("cancel", "cancle", "order", "orders", "Order", "my", "please", "off", "on", "41", "42")
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=2, max_size=25
)


@given(data=st.data(), texts=TEXTS)
@settings(max_examples=150, deadline=None)
def test_the_order_of_the_rows_does_not_matter(families, data, texts):
    order = data.draw(st.permutations(range(len(texts))))
    before, after = families(texts), families([texts[i] for i in order])
    where = {i: place for place, i in enumerate(order)}
    for i in range(len(texts)):
        for j in range(i):
            assert (before[i] == before[j]) == (after[where[i]] == after[where[j]])


@given(texts=TEXTS)
@settings(max_examples=100, deadline=None)
def test_a_repeated_row_is_always_in_the_family_of_the_first(families, texts):
    found = families([*texts, *texts])
    assert found[: len(texts)] == found[len(texts) :]
