"""One character for all its variants, and words without case."""

from __future__ import annotations

import unicodedata
from functools import cache

import regex

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


def fold(word: str) -> str:
    """A word without case. "ß" stays: "Maße" are no "Masse"."""
    if word.isascii():
        return word.lower()
    lower = "ß".join(part.casefold() for part in word.replace("ẞ", "ß").split("ß"))
    return lower.replace("i\u0307", "i")  # the Turkish capital of "i"


def without_accents(word: str) -> str:
    """The letters alone: "años" as "anos"."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
