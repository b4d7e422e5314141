"""One character for all its variants, and words without case."""

from __future__ import annotations

import unicodedata
from functools import cache

import regex

# Scripts that put no spaces between words, inside a set: each character with its marks is a token.
# The long vowel of kana is of several scripts to Unicode. A library that cuts such text into words
# would have to cut a word in one way whatever stands beside it: BudouX 0.10 cuts four of six Thai
# sentences inside a word, numbers too, and Japanese into whole phrases.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\u30FC\uFF70\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_UNSPACED = regex.compile(rf"[{UNSPACED}]", regex.VERSION1)
# Words that a character with its marks amounts to, by how many of them say what an English word
# says: 0.72 in Chinese, 0.47 in Japanese (where a third is Han), 0.35 in Thai, over the 60 parallel
# sentences of `tests/benchmarks/languages.toml`.
_HAN = regex.compile(r"\p{Han}")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}\u30FC\uFF70]")
_STRAIGHT = str.maketrans(
    dict.fromkeys("’‘‛ʼʹ´`′", "'")
    | dict.fromkeys("“”„‟«»″「」『』", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
)
# Controls of layout and joining, and the Arabic stroke that only widens; the tags of a flag stay.
_INVISIBLE = regex.compile(
    r"[[\p{Cf}\p{Variation_Selector}\u0640]--[\U000E0020-\U000E007F]]", regex.VERSION1
)
# A compatible character is a variant of another, unless it is raised or enclosed: 10² is not 102.
_SAME = (
    *("<wide>", "<narrow>", "<compat>", "<noBreak>", "<font>"),
    *("<initial>", "<medial>", "<final>", "<isolated>"),
)


def with_plain_characters(text: str) -> str:
    """`text` in NFC, with one kind of quote and of dash, without marks that have no width."""
    if not text.isascii():
        text = _INVISIBLE.sub("", "".join(map(_plain, unicodedata.normalize("NFC", text))))
        text = unicodedata.normalize("NFC", text)
    return text.translate(_STRAIGHT)


@cache
def _plain(char: str) -> str:
    if unicodedata.decomposition(char).startswith(_SAME):
        return unicodedata.normalize("NFKC", char)
    return char


@cache
def is_unspaced(char: str) -> bool:
    """Whether words in the script of `char` stand without spaces."""
    return bool(_UNSPACED.match(char))


@cache
def words_in(token: str) -> float:
    """How many words a token amounts to: a part of one where each character is a token."""
    if not is_unspaced(token[0]):
        return 1.0
    return 0.7 if _HAN.match(token) else 0.4 if _KANA.match(token) else 0.35


def fold(word: str) -> str:
    """A word without case. "ß" stays: "Maße" are no "Masse"."""
    if word.isascii():
        return word.lower()
    lower = "ß".join(part.casefold() for part in word.replace("ẞ", "ß").split("ß"))
    return lower.replace("i\u0307", "i")  # the Turkish capital of "i"


def without_accents(word: str) -> str:
    """The letters alone: "años" as "anos"."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
