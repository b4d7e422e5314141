"""Scripts: which of them a vocabulary knows."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

# A vocabulary holds thousands of pieces of a script that it was trained on; ideographs are single.
PIECES_OF_A_KNOWN_SCRIPT, IDEOGRAPHS_OF_A_KNOWN_SCRIPT = 300, 3000


def script(letter: str) -> str:
    """`LATIN`, `CYRILLIC`, ...: the first word of its name in Unicode."""
    return unicodedata.name(letter, "UNNAMED").partition(" ")[0]


def known_scripts(vocabulary: Iterable[str]) -> frozenset[str]:
    """Scripts of which the vocabulary holds whole pieces, not just single letters."""
    letters = ["".join(c for c in piece if c.isalpha()) for piece in vocabulary]
    pieces = Counter(script(w[0]) for w in letters if len(w) > 1)
    known = {s for s, n in pieces.items() if n >= PIECES_OF_A_KNOWN_SCRIPT}
    if sum(script(w) == "CJK" for w in letters if len(w) == 1) >= IDEOGRAPHS_OF_A_KNOWN_SCRIPT:
        known.add("CJK")
    return frozenset(known)
