"""Labels that are one category, written in several ways.

    look(label)           without what no reader can see: spaces at the ends, zero-width marks, ...
    spelling_key(label)   without what no reader takes for another category: case, width, dashes
    spelled(label)        with every mark shown that tells it from one that looks the same

Marks that can carry meaning stay: `c`, `c++` and `c#` are three categories, as are `A` and `A-`,
`1` and `01`, `m2` and `m²`, `Masse` and `Maße`, `resign` and `re-sign`.
"""

from __future__ import annotations

import re
from unicodedata import decomposition, normalize

# What Unicode calls default ignorable, and controls that are no white space. Of tag characters
# those stay that make a flag, as of Scotland.
_IGNORED = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"(\U0001f3f4[\U000e0020-\U000e007f]+)|[{_IGNORED}]")
_BLANK = re.compile(rf"[\s{_IGNORED}]*")
# Compatibility forms that say more than how a character is drawn: 10² is not 102.
_MEANING = ("<super>", "<sub>", "<fraction>", "<circle>")
_PUNCTUATION = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
}
_STRAIGHT = str.maketrans(_PUNCTUATION)
# Between words a space, a hyphen and an underscore are one; a sign stands before what it changes.
_SEPARATOR = re.compile(r"(?<=[^\s_-])(?: - |[-_ ])(?=[^\s_-])")


def is_blank(label: str) -> bool:
    """Whether nothing of it can be seen."""
    return _BLANK.fullmatch(label) is not None


def displayed_form(label: str) -> str:
    """The label as a reader sees it: composed (NFC), with single spaces, and no invisible mark."""
    return " ".join(normalize("NFC", _INVISIBLE.sub(r"\1", label)).split())


def spelling_key(label: str) -> str:
    """The same for labels that are spellings of one, and for no others.

    Beyond `displayed_form` these are alike: upper and lower case; full, half and other widths of a
    letter (NFKC, superscripts and the like aside); dashes and quotes of any kind; a space, a hyphen
    and an underscore between words. `ß` stays itself, since `Maße` and `Masse` are two words.
    """
    plain = "".join(
        c if decomposition(c).startswith(_MEANING) else normalize("NFKC", c)
        for c in displayed_form(label)
    ).translate(_STRAIGHT)
    folded = "ß".join(part.casefold() for part in plain.replace("ẞ", "ß").split("ß"))
    return _SEPARATOR.sub(" ", " ".join(normalize("NFC", folded).split()))


def spelled(label: str) -> str:
    """`billing␣`: what cannot be seen, or hardly, is written out; spaces as ␣, others by number.

    Where a label is not composed (NFC), accents and jamo stand apart from their letters.
    """
    return "".join(_shown(c) for c in _marked(label))


def visible(label: str) -> str:
    """`'billing␣'`: spelled, and quoted."""
    return f"'{spelled(label)}'"


def as_toml(label: str) -> str:
    """The label as a string of TOML, in which nothing is invisible."""
    return f'"{"".join(map(_escaped, _marked(label)))}"'


def _marked(label: str) -> list[tuple[str, bool]]:
    """Each character, and whether a reader could miss it."""
    composed = normalize("NFC", label)
    spaces = {at for found in re.finditer("^ +| {2,}| +$", label) for at in range(*found.span())}
    return [(c, i in spaces or _is_missed(c, composed)) for i, c in enumerate(label)]


def _is_missed(character: str, composed: str) -> bool:
    if character.isascii():
        return not character.isprintable()
    unseen = character.isspace() or _INVISIBLE.match(character) is not None
    unseen |= "\ud800" <= character <= "\udfff"  # a lone surrogate, which cannot be printed
    return unseen or character in _PUNCTUATION or character not in composed


def _shown(marked: tuple[str, bool]) -> str:
    character, missed = marked
    unseen = "\N{OPEN BOX}" if character == " " else f"⟨U+{ord(character):04X}⟩"
    return unseen if missed else character


def _escaped(marked: tuple[str, bool]) -> str:
    character, missed = marked
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    if not missed:
        return character
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
