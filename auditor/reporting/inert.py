"""Dataset text made harmless to look at: in a page, on a terminal, in a CI log.

Jinja's autoescape keeps text from becoming markup. What is left are characters that act where
they are shown: terminal controls, bidirectional overrides that reorder what stands around them,
invisible characters that hide a difference. They become visible symbols here.
"""

from __future__ import annotations

import re
import unicodedata

# C0 without tab and newline, DEL and C1; soft hyphen, the bidi controls, invisible spaces, line
# separators, lone surrogates and tag characters. The joiners U+200C and U+200D stay: Persian and
# emoji are written with them.
_ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# In a name, spaces at either end, spaces beside another and those that only look like one; joiners
# and variation selectors; the letters (jamo) that a Hangul syllable is made of.
_HIDDEN = re.compile(
    "^ +| +$| {2,}|[^\\S ]|[\u034f\u115f\u1160\u17b4\u17b5\u200c\u200d\u3164\ufe00-\ufe0f\uffa0]"
)
_JAMO = re.compile("[\u1100-\u11ff]")
_LINE_BREAKS = str.maketrans({"\n": "\N{SYMBOL FOR NEWLINE}", "\t": " "})
# GitHub and Azure obey these anywhere in a line of a log.
_COMMAND = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)


def inert(text: str) -> str:
    """`text` with every character that would act on its surroundings made visible."""
    return _ACTIVE.sub(_symbol, text)


def spelled(name: str) -> str:
    """A name of which each character can be told: spaces that nobody sees as ␣, other hidden
    characters and, where it is not composed (NFC), accents apart from their letters by number."""
    shown = _HIDDEN.sub(lambda m: "".join(map(_told, m.group())), name)
    if unicodedata.is_normalized("NFC", name):
        return inert(shown)
    apart = (_number(c) if unicodedata.combining(c) or _JAMO.match(c) else c for c in shown)
    return inert("".join(apart))


def _told(character: str) -> str:
    return "\N{OPEN BOX}" if character == " " else _number(character)


def _number(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"


def one_line(text: str, columns: int = 100) -> str:
    """`text` fit for one line of a terminal or CI log, cut to `columns` cells."""
    line = _COMMAND.sub("# #", inert(text).translate(_LINE_BREAKS))
    if line.lstrip().startswith("::"):  # a workflow command, even when indented
        line = f"' {line.lstrip()}"
    return line if cells(line) <= columns else _cut(line, columns - 1) + "…"


def _symbol(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point < 0x20:
        return chr(0x2400 + point)  # Unicode's own pictures of control characters
    return "\N{SYMBOL FOR DELETE}" if point == 0x7F else _number(match.group())


def cells(text: str) -> int:
    """How many columns a terminal gives `text`."""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _cut(text: str, columns: int) -> str:
    used = 0
    for at, character in enumerate(text):
        used += cells(character)
        if used > columns:
            return text[:at]
    return text
