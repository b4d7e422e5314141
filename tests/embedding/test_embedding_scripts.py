"""Which scripts a vocabulary knows, and how much of a text is in others."""

import pytest

from auditor.embedding.scripts import known_scripts, scripts_of, unknown_share


def test_a_script_is_known_by_whole_pieces_of_it():
    latin = [f"{a}{b}{c}" for a in "abcdefgh" for b in "aeiou" for c in "klmnopqrst"]
    assert known_scripts([*latin, *"абвгдежз", "да"]) == {"LATIN"}


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Where is my parcel?", 0.0),
        ("Où est passé mon colis à l'été ?", 0.0),
        ("我的包裹", 1.0),
        ("VPN 断了", 2 / 5),
        ("12:30 👍 ?!", 0.0),
        ("", 0.0),
        ("Ｗｈｅｒｅ", 0.0),  # the same letters, wider
    ],
)
def test_the_share_of_letters_in_unknown_scripts(text, share):
    assert unknown_share(text, {"LATIN"}) == pytest.approx(share)


def test_a_long_vowel_is_no_script_of_its_own():
    assert set(scripts_of("サーバー")) == {"KATAKANA"}
    assert unknown_share("サーバー", {"KATAKANA"}) == 0.0
    assert unknown_share("ｻｰﾊﾞｰ", {"KATAKANA"}) == 0.0
