"""One character for each of the ways to draw it."""

import pytest

from auditor.structure.characters import fold, with_plain_characters


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("can’t", "can't"),
        ("„Tram“ – «Bus»", '"Tram" - "Bus"'),
        ("Ｒｏｏｍ １２", "Room 12"),
        ("oﬃce", "office"),
        ("cafe\u0301", "caf\u00e9"),
        ("vou\u200bcher\ufeff", "voucher"),
        ("❤\ufe0f", "❤"),
        ("−3", "-3"),
    ],
)
def test_ways_to_draw_one_mark_are_one(text, alike):
    assert with_plain_characters(text) == alike


@pytest.mark.parametrize("text", ["10²", "½", "①", "año", "🏴\U000e0067\U000e007f", ":-)"])
def test_what_means_something_stays(text):
    assert with_plain_characters(text) == text


@pytest.mark.parametrize(
    ("word", "folded"),
    [("TRAM", "tram"), ("ΟΔΟΣ", "οδοσ"), ("οδος", "οδοσ"), ("İade", "iade"), ("ılık", "ılık")],
)
def test_case_is_folded(word, folded):
    assert fold(word) == folded


def test_a_sharp_s_is_no_double_s():
    assert fold("Maße") != fold("Masse")
