"""Splitting texts into tokens, with what varies by nature masked by general rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import regex

from auditor.structure.characters import UNSPACED

_ALONE = rf"{UNSPACED}\p{{So}}"  # emoji, too, say something by themselves
_CHARACTER = rf"[{UNSPACED}]\p{{M}}*"
_W = rf"[\w--[{_ALONE}]]"  # Chinese right before an address or a number is no part of it
_LETTER = rf"[\p{{L}}\p{{M}}--[{_ALONE}]]"  # vowel signs belong to their word
# Tried in this order at each place of a text; the first that matches names the token.
_MONTH = (  # English
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_RULES = {
    "email": rf"(?:{_W}|[.+-])+@(?:{_W}|-)+\.(?:{_W}|[.-])*{_W}",
    "url": rf"(?:https?://|www\.)[\S--[{_ALONE}]]+",
    "date": r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    rf"|\b{_MONTH} {_DAY}\b(?:,? \d{{4}}\b)?|\b{_DAY} (?:of )?{_MONTH}\b(?:,? \d{{4}}\b)?",
    # Letters and digits in one word.
    "id": rf"(?={_W}*\d)(?={_W}*[{_W}--[\d_]]){_W}+(?:-{_W}*\d{_W}*)*",
    "number": r"\d+(?:[.,:/-]\d+)*",
    # Initials ("u. s. d.") and paths are one word, not a layout.
    "word": rf"(?:\b{_LETTER}\. ?){{2,}}|{_LETTER}+(?:['’._/-]{_LETTER}+)*|{_CHARACTER}|\p{{So}}",
    "newline": r"\n+",
    "mark": r"(?P<one>[^\w\s]|_)(?P=one)*",  # a line of dashes is one mark
}
_TOKEN = regex.compile(
    "|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()), regex.VERSION1
)
MASKS = ("email", "url", "date", "id", "number")
_WORD = regex.compile(rf"{_CHARACTER}|\p{{So}}|[\w\p{{M}}--[{_ALONE}]]+", regex.VERSION1)
# As they are written, with digits and low lines, but no emoji.
WORD = regex.compile(
    rf"{_CHARACTER}|[\p{{L}}\p{{N}}_--[{UNSPACED}]][\w\p{{M}}--[{_ALONE}]]*", regex.VERSION1
)
# What people add without saying anything new (English; copies are judged by `wording`).
PLEASANTRIES = frozenset({"please", "pls", "plz", "kindly", "thanks", "thank", "thx"})


def tokens(text: str) -> list[tuple[str, int, int]]:
    """(token, start, end) of each piece of `text`: words in lower case, masks as `<number>`."""
    return [
        (_token(m.lastgroup or "mark", m.group()), m.start(), m.end())
        for m in _TOKEN.finditer(text)
    ]


def _token(kind: str, piece: str) -> str:
    if kind in MASKS:
        return f"<{kind}>"
    if kind == "newline":
        return "\n"
    return piece[0] if kind == "mark" else piece.lower().replace(" ", "")


def words(text: str) -> list[str]:
    """The words of a text that say its subject: folded, without marks and pleasantries."""
    folded = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return [w for w in folded if w not in PLEASANTRIES] or folded


def as_strings(token_lists: Iterable[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Each list as a string of one character a token, and the token of each character.

    String algorithms in C then work on tokens. The surrogates, which no string may hold, are
    skipped; the vocabulary may have 1,112,000 tokens.
    """
    code: dict[str, int] = {}
    strings = [
        "".join(
            chr(c if c < 0xD800 else c + 0x800) for c in (code.setdefault(t, len(code)) for t in ts)
        )
        for ts in token_lists
    ]
    return strings, list(code)
