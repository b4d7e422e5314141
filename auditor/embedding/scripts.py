"""Scripts: which of them a vocabulary knows, and how much of a text is in others."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache

# A vocabulary holds thousands of pieces of a script that it was trained on; ideographs are single.
PIECES_OF_A_KNOWN_SCRIPT, IDEOGRAPHS_OF_A_KNOWN_SCRIPT = 300, 3000


@cache
def script(letter: str) -> str:
    """`LATIN`, `CYRILLIC`, ...: the first word of its name in Unicode."""
    return unicodedata.name(letter, "UNNAMED").partition(" ")[0]


def scripts_of(text: str) -> Counter[str]:
    """How many letters of each script a text has, variants of width as the plain ones.

    What only modifies letters ("ー", "々", raised "ʰ") is of several scripts, and counts for none.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return Counter(script(c) for c in plain if c.isalpha() and unicodedata.category(c) != "Lm")


def unknown_share(text: str, known: Collection[str]) -> float:
    """The share of a text's letters in scripts that are not `known`; 0 without letters."""
    if text.isascii() and "LATIN" in known:
        return 0.0
    found = scripts_of(text)
    foreign = sum(n for name, n in found.items() if name not in known)
    return foreign / found.total() if foreign else 0.0


def known_scripts(vocabulary: Iterable[str]) -> frozenset[str]:
    """Scripts of which the vocabulary holds whole pieces, not just single letters."""
    letters = ["".join(c for c in piece if c.isalpha()) for piece in vocabulary]
    pieces = Counter(script(w[0]) for w in letters if len(w) > 1)
    known = {s for s, n in pieces.items() if n >= PIECES_OF_A_KNOWN_SCRIPT}
    if sum(script(w) == "CJK" for w in letters if len(w) == 1) >= IDEOGRAPHS_OF_A_KNOWN_SCRIPT:
        known.add("CJK")
    return frozenset(known)
