"""Encodings that nothing names."""

import pytest

from auditor.dataset.opening.guessing import guessed

SENTENCES = {
    "windows-1252": "Das Päckchen für Köln, die Gebühr, die Größe, ein Gruß aus der Küche",
    "windows-1251": "Посылка весь день лежала под дождём, а курьер так и не позвонил",
    "windows-1253": "Το δέμα έμεινε όλη μέρα στη βροχή και κανείς δεν χτύπησε το κουδούνι",
    "gb18030": "包裹在雨里放了一整天，快递员没有按门铃就走了",
    "cp932": "荷物が雨の中に置かれていて、配達員は呼び鈴を鳴らしませんでした",
    "cp949": "소포가 하루 종일 빗속에 있었고 배달원은 초인종을 누르지 않았습니다",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_tells_its_encoding(name):
    assert guessed(SENTENCES[name].encode(name)).name == name


@pytest.mark.parametrize(
    "sample",
    [
        b"A caf\xe9 by the sea",  # one character may be of any encoding
        "Der Gruß, die Größe, die Küche".encode() + " für Köln".encode("cp1252"),
        SENTENCES["windows-1252"].encode("cp850"),  # as DOS wrote it, which is not taken
        bytes(range(128, 256)),
    ],
)
def test_what_is_in_doubt_has_no_name(sample):
    assert guessed(sample).name is None


def test_utf_8_with_a_damaged_byte_is_called_so():
    assert guessed("Der Gruß, die Größe, die Küche".encode() + b" f\xfcr").damaged


@pytest.mark.parametrize("marks", ["It’s great", "“Quoted” – and so on…"])
def test_typographic_marks_alone_are_those_of_windows(marks):
    assert guessed(" ".join([marks] * 3).encode("cp1252")).name == "windows-1252"


def test_the_words_show_what_the_encoding_makes_of_them():
    assert guessed(SENTENCES["windows-1252"].encode("cp1252")).words == ("Päckchen", "für", "Köln")
