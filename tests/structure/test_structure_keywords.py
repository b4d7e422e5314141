"""Keywords name what a group is about, in whatever language."""

import numpy as np
import pytest

from auditor.structure.keywords import KEYWORDS, Vocabulary, subtype_keywords


def keywords(group, others):
    [found] = subtype_keywords([*group, *others], [np.arange(len(group))])
    return found


def test_words_that_others_use_too_are_none():
    found = keywords(
        ["the voucher expired", "my voucher code", "voucher for the shop"],
        ["the parcel is late", "my parcel code", "the shop is closed"],
    )
    assert found[0] == "voucher"
    assert not {"the", "for", "my"} & set(found)


def test_stop_words_of_the_texts_own_language_are_none():
    found = keywords(
        ["der Gutschein ist nicht gültig", "ich habe einen Gutschein", "warum gilt der nicht"],
        ["die Lieferung ist nicht da", "ich warte auf eine Lieferung", "wann kommt die Lieferung"],
    )
    assert found[0] == "gutschein"
    assert not {"der", "ist", "nicht", "ich", "einen", "warum"} & set(found)


def test_what_is_a_stop_word_elsewhere_is_a_word_in_english():
    """ "Die" and "war" are function words of German."""
    found = keywords(
        ["when did he die in the war", "they die at war", "the war was long"],
        ["what is the weather", "how was the weather in May", "is it the weather"],
    )
    assert {"die", "war"} <= set(found)


def test_words_with_vowel_signs_are_words():
    found = keywords(
        ["पासवर्ड काम नहीं करता", "मेरा पासवर्ड बदल दो", "पासवर्ड भूल गया"],
        ["पार्सल नहीं आया", "मेरा पार्सल कहाँ है", "पार्सल टूटा था"],
    )
    assert found[0] == "पासवर्ड"
    assert not {"नहीं", "मेरा"} & set(found)


@pytest.mark.parametrize(
    ("group", "others", "expected"),
    [
        (
            ["我要退款", "退款在哪里", "退款还没到"],
            ["包裹在哪里", "我的包裹破了", "包裹还没到"],
            "退款",
        ),
        (
            ["パスワードを忘れました", "パスワードが違います", "新しいパスワード"],
            ["カードを忘れました", "カードが違います", "新しいカード"],
            "パスワード",
        ),
    ],
)
def test_of_a_script_without_spaces_they_are_what_stands_together(group, others, expected):
    assert keywords(group, others)[0] == expected


def test_of_thai_they_begin_and_end_where_a_syllable_may():
    found = keywords(
        ["รหัสผ่านผิด", "ลืมรหัสผ่าน", "เปลี่ยนรหัสผ่านที่ไหน"], ["พัสดุยังไม่มา", "พัสดุแตก", "พัสดุอยู่ที่ไหน"]
    )
    assert found[0] in "รหัสผ่าน"
    assert not any(w[0] in "ะาำ" or w[-1] in "เแโใไ" for w in found)


def test_there_are_at_most_six_of_them_and_none_of_no_words():
    vocabulary = Vocabulary(["one two three four five six seven eight nine", "1 2 3 !", ""])
    assert len(vocabulary.keywords(np.array([0]))) <= KEYWORDS
    assert vocabulary.keywords(np.array([1, 2])) == ()
