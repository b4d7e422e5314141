"""Whether one of two words is a misspelling of the other, or a word of its own."""

import pytest

from auditor.structure.misspellings import Spelling, slip

TEXT = ["is", "the", "{}", "of", "the", "shop", "open", "on", "monday"]


def judged(a, b, rows=(), **options):
    spelling = Spelling.of([[*TEXT, a], [*TEXT, b], *(row.split() for row in rows)])
    return spelling.is_slip(a, b, TEXT, **options)


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("entrance", "entrnace", "swapped"),
        ("entrance", "enttrance", "doubled"),
        ("entrance", "entrace", "letter"),
        ("entrance", "entrence", "vowel"),
        ("butane", "butene", None),  # near the end
        ("entrance", "encrance", "consonant"),
        ("ketone", "ketose", None),
        ("affect", "effect", None),
        ("order", "orders", None),
        ("year", "years", None),
        ("año", "ano", None),
        ("bus", "bug", None),
        ("same", "same", None),
    ],
)
def test_only_some_differences_are_slips(a, b, kind):
    assert slip(a, b) == slip(b, a) == kind


def test_a_form_that_no_list_has_beside_a_word_that_one_has_is_a_misspelling():
    assert judged("entrance", "entrnace")


def test_two_words_of_the_language_are_two_words():
    assert not judged("trial", "trail")


def test_two_forms_that_nobody_knows_are_for_a_person_to_judge():
    assert not judged("quimzelo", "qiumzelo")
    assert judged("quimzelo", "qiumzelo", rows=["quimzelo is slow", "get quimzelo"])


def test_a_wrong_consonant_is_certain_only_of_a_word_that_the_dataset_has():
    assert not judged("entrance", "encrance")
    assert judged("entrance", "encrance", rows=["the entrance", "no entrance here"])


def test_what_is_written_like_a_name_has_only_swapped_letters():
    assert not judged("entrance", "enttrance", name=True)
    assert judged("entrance", "entrnace", name=True)


def test_in_a_language_that_is_not_known_nothing_is_certain():
    text = ["qu", "ze", "lo", "entrance"]
    assert not Spelling.of([text]).is_slip("entrance", "entrnace", text)


def test_a_space_that_moved_leaves_what_is_no_word():
    spelling = Spelling.of([TEXT])
    assert spelling.is_split(("th", "eshop"), ("the", "shop"), TEXT)
    assert not spelling.is_split(("now", "here"), ("nowhere",), TEXT)
    assert not spelling.is_split(("a", "part"), ("apart",), TEXT)


def test_a_contraction_without_its_apostrophe_is_the_same():
    spelling = Spelling.of([TEXT])
    assert spelling.is_split(("dont",), ("don't",), TEXT)
    assert not spelling.is_split(("were",), ("we're",), TEXT)
