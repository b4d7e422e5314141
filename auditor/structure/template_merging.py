"""Variants: of many patterns, the two that share most of a template, taken again and again."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np
from rapidfuzz.distance import Postfix, Prefix
from rapidfuzz.process import cdist

from auditor.records.arrays import Ints, Table
from auditor.structure.characters import words_in
from auditor.structure.patterns import SLOT, STRUCTURAL, Pattern, is_word

MIN_TEMPLATE_WORDS, MIN_TEMPLATE_WEIGHT = (
    2,
    6,
)  # of how two patterns begin and end, to be one template


class Variants:
    """Patterns that are not merged yet, numbered as they come.

    Of each only the closest earlier one is known; the next is computed when that one is taken. So
    while n patterns become one they are compared about n squared times, not n cubed.
    """

    def __init__(self) -> None:
        self._character: dict[str, str] = {}  # of each token, for comparisons in C
        self._unmerged: dict[int, Pattern] = {}
        self._strings: dict[int, str] = {}
        self._closest: list[tuple[int, int, int]] = []  # heap of -weight, -earlier, -later
        self._came = 0

    def add(self, pattern: Pattern) -> None:
        """One more; its number is how many came before."""
        self._unmerged[self._came] = pattern
        self._strings[self._came] = "".join(map(self._written, pattern))
        self._push_closest(self._came)
        self._came += 1

    def take(self) -> tuple[int, int] | None:
        """The two that share most of a template, the later ones of equals; they are gone then."""
        while self._closest:
            _, earlier, later = (-number for number in heappop(self._closest))
            if later not in self._unmerged:
                continue
            if earlier in self._unmerged:
                for number in (earlier, later):
                    del self._unmerged[number], self._strings[number]
                return earlier, later
            self._push_closest(later)
        return None

    def _written(self, token: str) -> str:
        code = len(self._character)
        return self._character.setdefault(token, chr(code if code < 0xD800 else code + 0x800))

    def _push_closest(self, number: int) -> None:
        """Notes the earlier one that shares most of a template with this one, if one does."""
        earlier = [k for k in self._unmerged if k < number]
        if not earlier:
            return
        weights = self._weights(number, earlier)
        if heaviest := int(weights.max()):
            last = earlier[int(np.flatnonzero(weights == heaviest)[-1])]
            heappush(self._closest, (-heaviest, -last, -number))

    def _weights(self, number: int, others: Sequence[int]) -> Ints:
        """Weights of the templates that a pattern shares with each of the others; 0 for none."""
        own, listed = self._strings[number], [self._strings[k] for k in others]
        size = len(own)
        start, end = (
            cdist([own], listed, scorer=scorer.similarity, dtype=np.int64)[0]
            for scorer in (Prefix, Postfix)
        )
        shorter = np.minimum([len(s) for s in listed], size)
        end = np.minimum(end, shorter - start)

        def shared(values: Sequence[float]) -> Table:
            before = np.cumsum([0.0, *values])
            return np.asarray((before[start] + before[size] - before[size - end]).round(3))

        pattern = self._unmerged[number]
        words = shared([words_in(t) if is_word(t) else 0.0 for t in pattern])
        lines = shared([t == "\n" for t in pattern])
        structural = shared([not is_word(t) and t != SLOT for t in pattern])
        weights = words + STRUCTURAL * structural
        is_template = (weights >= MIN_TEMPLATE_WEIGHT) & (
            (words >= MIN_TEMPLATE_WORDS) | (lines > 0)
        )
        return np.where(is_template, weights, 0).astype(np.int64)
