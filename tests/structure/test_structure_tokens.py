"""Texts -> tokens for templates, and words for copies."""

import pytest

from auditor.structure.tokens import WORD, as_strings, tokens, words


def names(text):
    return [token for token, _, _ in tokens(text)]


@pytest.mark.parametrize(
    ("piece", "mask"),
    [
        ("42", "<number>"),
        ("3.50", "<number>"),
        ("1,299.00", "<number>"),
        ("14:30", "<number>"),
        ("2024-03-02", "<date>"),
        ("2.3.2024", "<date>"),
        ("03/02/24", "<date>"),
        ("March 3, 2024", "<date>"),
        ("Sept. 5th", "<date>"),
        ("1st of June", "<date>"),
        ("24/7", "<number>"),
        ("3-5", "<number>"),
        ("ada.lovelace+billing@mail.example.org", "<email>"),
        ("https://shop.example/orders?id=7&x=1", "<url>"),
        ("www.example.org/returns", "<url>"),
        ("AB12", "<id>"),
        ("X9-4471-2C", "<id>"),
        ("2nd", "<id>"),
    ],
)
def test_what_varies_by_nature_is_masked(piece, mask):
    assert names(f"see {piece} for details") == ["see", mask, "for", "details"]


def test_a_full_stop_after_an_address_or_number_is_a_mark_of_its_own():
    assert names("Write to ada@example.org. I paid 20.") == [
        *["write", "to", "<email>", "."],
        *["i", "paid", "<number>", "."],
    ]


def test_words_are_in_lower_case_and_keep_their_apostrophes():
    assert names("DON'T send it, I don’t want it") == [
        *["don't", "send", "it", ","],
        *["i", "don’t", "want", "it"],
    ]


def test_each_mark_is_a_token():
    assert names("Really?! (yes)") == ["really", "?", "!", "(", "yes", ")"]


def test_a_mark_that_is_repeated_is_one_mark():
    assert names("Notes\n-----\nwait...") == ["notes", "\n", "-", "\n", "wait", "."]


@pytest.mark.parametrize(
    "word", ["well-known", "snake_case", "etc/cron", "numpy.linalg", "U.S.", "i. e."]
)
def test_marks_inside_a_word_are_part_of_it(word):
    assert names(f"the {word} thing") == ["the", word.lower().replace(" ", ""), "thing"]


def test_a_sentence_that_ends_in_one_letter_is_no_initials():
    assert names("So it was I. Then") == ["so", "it", "was", "i", ".", "then"]


def test_may_is_a_month_only_beside_a_day():
    assert names("may I pay, maybe 5") == ["may", "i", "pay", ",", "maybe", "<number>"]


def test_line_breaks_are_one_token_however_many_and_spaces_none():
    assert names("Name: Ada\n\n\nCity:   Paris") == [
        *["name", ":", "ada", "\n"],
        *["city", ":", "paris"],
    ]


def test_windows_line_breaks_are_line_breaks():
    assert names("Name: Ada\r\nCity: Paris") == names("Name: Ada\nCity: Paris")


def test_each_token_says_where_it_stands_in_the_text():
    text = "Order 42 on 2024-03-02:\nstill nothing, Ada!"
    pieces = [text[a:b] for _, a, b in tokens(text)]
    assert pieces == [
        *["Order", "42", "on", "2024-03-02", ":", "\n"],
        *["still", "nothing", ",", "Ada", "!"],
    ]


def test_a_text_of_spaces_has_no_tokens():
    assert tokens(" \t ") == []


@pytest.mark.parametrize("word", ["नमस्ते", "दुनिया", "مُدَرِّس"])
def test_a_word_written_with_vowel_signs_is_one_token(word):
    """Signs that stand above or below a letter are no punctuation."""
    assert names(word) == [word]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请退款", ["请", "退", "款"]),
        ("サーバー", ["サ", "ー", "バ", "ー"]),
        ("ที่ดี", ["ที่", "ดี"]),  # a letter keeps its vowel and its tone
        ("ម៉ោង", ["ម៉ោ", "ង"]),
    ],
)
def test_of_a_script_without_spaces_each_character_with_its_marks_is_a_token(text, expected):
    assert names(text) == words(text) == expected


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("订单40117没到", ["订", "单", "<number>", "没", "到"]),
        ("订单A7还没到", ["订", "单", "<id>", "还", "没", "到"]),
        ("写信给ada@example.org吧", ["写", "信", "给", "<email>", "吧"]),
        ("看https://example.org/a?b=1就好", ["看", "<url>", "就", "好"]),
    ],
)
def test_what_stands_right_beside_a_number_or_an_address_is_no_part_of_it(text, masked):
    assert names(text) == masked


def test_words_as_written_are_no_emoji_and_keep_their_signs():
    assert WORD.findall("Ok_2 👍 हिन्दी में 退款") == ["Ok_2", "हिन्दी", "में", "退", "款"]


def test_words_fold_case():
    assert words("WHERE is My Parcel") == ["where", "is", "my", "parcel"]
    assert words("STRASSE") == words("Straße")


def test_words_take_compatible_characters_for_one():
    assert words("Ｒｅｆｕｎｄ ﬁne") == ["refund", "fine"]
    assert words("cafe\u0301") == words("caf\u00e9")


def test_words_drop_marks_and_pleasantries():
    assert words("Please, cancel my order -- thanks!") == ["cancel", "my", "order"]
    assert words("pls cancel, thx") == ["cancel"]


def test_a_text_of_pleasantries_keeps_them():
    assert words("Thanks, please!") == ["thanks", "please"]


def test_words_keep_every_digit():
    assert words("invoice 0041") == ["invoice", "0041"]


def test_words_keep_vowel_signs():
    """The Hindi "of" in two genders, told apart by a vowel sign alone."""
    assert words("की") != words("का")


def test_as_strings_gives_each_token_one_character():
    strings, vocabulary = as_strings([["where", "is", "it"], ["is", "it", "is"]])
    assert [[vocabulary[ord(c)] for c in s] for s in strings] == [
        ["where", "is", "it"],
        ["is", "it", "is"],
    ]


def test_as_strings_skips_the_surrogates():
    many = [str(i) for i in range(0xD800 + 5)]
    strings, vocabulary = as_strings([many])
    assert len(set(strings[0])) == len(many) == len(vocabulary)
    assert strings[0].encode("utf-8").decode("utf-8") == strings[0]
