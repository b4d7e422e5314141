"""Which encoding the bytes of a text speak for, where it is neither marked nor UTF-8.

`chardet` ranks the encodings of the lines that are not ASCII. Its first choice is taken where the
text that it gives can be read as words; fewer characters than can tell, bytes that are partly
UTF-8, and words that no language has leave it open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from auditor.dataset.values import printable

SAMPLE = 1 << 16  # bytes of lines that are not ASCII: more change no choice
FEW = 3  # characters that are not ASCII, below which nothing is told
TELLING = 20  # such characters, below which they are Western ones, of several bytes each, or
# undecided: of 790 samples with 3 to 20 chardet took Spanish for Polish and Japanese for Thai
ODD = 0.05  # share of words that no language writes, from which a choice is none
# Share of characters that are UTF-8, from which a file is UTF-8 that was damaged, or mixed. Of
# sentences in other encodings those in Latin letters have none, those in Chinese, Japanese, Korean
# and Thai up to .25.
PARTLY = {"latin": 0.1, "other": 0.4}
WESTERN = "windows-1252"
# What chardet may choose, by the names of the codecs that hold all that it means. Others, such as
# those of mainframes and of old Macs, are proposed at most.
TAKEN = {
    **dict.fromkeys(("windows-1252", "iso-8859-1", "iso8859-15", "ascii"), WESTERN),
    **{f"windows-125{n}": f"windows-125{n}" for n in (0, 1, 3, 4, 5, 6, 7, 8)},
    "iso-8859-2": "iso8859-2",
    "iso-8859-5": "iso8859-5",
    "iso-8859-7": "windows-1253",
    "iso-8859-8": "windows-1255",
    "iso-8859-9": "windows-1254",
    "iso-8859-6": "iso8859-6",
    "gb18030": "gb18030",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5",
    "big5hkscs": "big5hkscs",
    "cp932": "cp932",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "cp949": "cp949",
    "euc-kr": "cp949",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "cp874": "cp874",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "johab": "johab",
    "ibm866": "cp866",
}
WIDE = frozenset(("gb18030", "big5", "big5hkscs", "cp932", "euc_jp", "cp949", "johab"))
# Quotes, dashes and an ellipsis, which all code pages of Windows have at the same place.
MARKS = frozenset(b"\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97")
DIFFER = frozenset(
    "\u20ac\u0160\u0161\u017d\u017e\u0152\u0153\u0178"
)  # where ISO 8859-15 has others
ALPHABETS = frozenset(("CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI"))  # never in a Latin word
SIGNS = frozenset(("Sc", "Sk", "Sm", "So", "No"))
UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
WORD = re.compile(r"[^\W\d_]+(?:[^\s,;|\"]*[^\W\d_]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """An encoding, or those that it may be."""

    name: str | None = None  # None: it is not beyond doubt
    what: str = ""  # how a decision says it
    words: tuple[str, ...] = ()  # of the text that the choice shows in
    proposals: tuple[str, ...] = (WESTERN,)
    damaged: bool = False  # whether it is UTF-8 but for some bytes


def guessed(sample: bytes) -> Guess:
    """What the lines that are not ASCII speak for."""
    from chardet import detect_all

    high = len(re.findall(rb"[\x80-\xff]", sample))
    ranked = dict.fromkeys(
        TAKEN.get(str(found["encoding"]).lower(), str(found["encoding"]).lower())
        for found in detect_all(sample, ignore_threshold=True)
        if found["encoding"]
    )
    if set(re.findall(rb"[\x80-\xff]", sample)) <= {bytes([b]) for b in MARKS}:
        ranked = dict.fromkeys((WESTERN, *ranked))
    read = [name for name in ranked if name in TAKEN.values() and _reads(sample, name)]
    western = WESTERN if _reads(sample, WESTERN) else "latin-1"
    proposals = tuple(dict.fromkeys((*(read[:2] if high >= FEW else ()), western)))
    top = next((name for name in read if not _odd(sample.decode(name))), None)
    first = next(iter(ranked), None)
    kind = "latin" if top and top not in WIDE and _latin(sample.decode(top)) else "other"
    if _share_of_utf_8(sample) > PARTLY[kind]:
        return Guess(proposals=proposals, damaged=True)
    if top is None or high < FEW or (top != first and (top != WESTERN or high < TELLING)):
        return Guess(proposals=proposals)
    text = sample.decode(top)
    if top != WESTERN and high < TELLING and top not in WIDE:
        return Guess(proposals=tuple(dict.fromkeys((top, WESTERN))))
    return Guess(name=top, what=_what(top, text), words=_words(text), proposals=proposals)


def telling_lines(files: Iterable[Path]) -> bytes:
    """The first lines of the files that are not ASCII."""
    lines, size = [], 0
    for path in files:
        with path.open("rb") as file:
            while size < SAMPLE and (line := file.readline(SAMPLE)):
                if not line.isascii():
                    lines.append(line)
                    size += len(line)
    return b"".join(lines)


def _reads(sample: bytes, name: str) -> bool:
    """Whether the bytes are text in that encoding: no control character, none without meaning."""
    try:
        text = sample.decode(name)
    except (UnicodeDecodeError, LookupError):
        return False
    strange = {c for c in set(text) if unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs")}
    return strange <= set("\t\r\n\v\f")


def _share_of_utf_8(sample: bytes) -> float:
    """Of the characters that are not ASCII, those that are UTF-8."""
    whole = UTF_8.findall(sample)
    others = re.findall(rb"[\x80-\xff]", UTF_8.sub(b"", sample))
    return len(whole) / max(1, len(whole) + len(others))


def _odd(text: str) -> bool:
    """Whether too many words have what no language writes: a capital after a small letter, a
    sign between letters, letters of two scripts."""
    words = [word for word in WORD.findall(text) if not word.isascii()]
    return sum(map(_odd_word, words)) > ODD * max(1, len(words))


def _odd_word(word: str) -> bool:
    pairs = pairwise(word)
    capital = any(a.islower() and b.isupper() and not b.isascii() for a, b in pairs)
    inside = word[1:-1]
    sign = any(c in "‚„“”" or unicodedata.category(c) in SIGNS for c in inside)
    scripts = {unicodedata.name(c, "?").split()[0] for c in word if c.isalpha()}
    return capital or sign or ("LATIN" in scripts and bool(scripts & ALPHABETS))


def _latin(text: str) -> bool:
    """Whether its letters that are not ASCII are Latin ones."""
    return all(
        unicodedata.name(c, "?").startswith("LATIN")
        for c in set(text)
        if c.isalpha() and not c.isascii()
    )


def _what(name: str, text: str) -> str:
    if name != WESTERN:
        return f"the text is read as {name}"
    high = {c for c in text if not c.isascii()}
    if all(ord(c) < 0x100 for c in high) and not high & set("\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe"):
        return f"the text is read as {name}, as which its bytes mean the same as in latin-1"
    return f"the text is read as {name}, which differs from iso-8859-15 in some of its characters"


def _words(text: str) -> tuple[str, ...]:
    """Up to three words in which the encoding shows, each with another character."""
    found: dict[str, str] = {}
    for word in re.findall(r"[^\s,;|\t\"]+", text):
        shown = next((c for c in word if not c.isascii()), None)
        if shown is not None and shown not in found and len(word) <= 40:
            found[shown] = printable(word)
        if len(found) == 3:
            break
    return tuple(found.values())
