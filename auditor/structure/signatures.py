"""Pairs of texts that may be copies, from exact signatures.

The deletion neighbourhood of a text: two texts one edit apart share a deletion (Garbe's SymSpell,
Bocek et al.'s FastSS). And texts that stand whole in another, from the words that they begin with.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from auditor.records.arrays import Ints
from auditor.structure.ngrams import ngrams

Pair = tuple[int, int]
Tokens = tuple[str, ...]
Hashes = NDArray[np.uint64]

MAX_SIGNED = 240  # characters; deletions of longer texts cost more than they find
MIN_CONTAINED = 6  # tokens; fewer are a phrase that many texts have
MAX_CONTAINING = 4  # texts around one; in more it is how such texts begin or end
BASE = 0x9E3779B97F4A7C15
_INVERSE = np.uint64(pow(BASE, -1, 2**64))


def one_edit_apart(joined: Iterable[tuple[int, str]]) -> Iterator[Pair]:
    """Pairs (i < j) of texts, by their numbers, that share a text-but-one-character."""
    found = [(i, text) for i, text in joined if 0 < len(text) <= MAX_SIGNED]
    if not found:
        return
    numbers = np.array([i for i, _ in found])
    key, of = _deletions([text for _, text in found])
    order = np.lexsort((of, key))
    key, owner = key[order], numbers[of[order]]
    once = np.r_[True, (key[1:] != key[:-1]) | (owner[1:] != owner[:-1])]  # "ll" less either "l"
    key, owner = key[once], owner[once]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    stops = np.r_[starts[1:], len(key)]
    several = stops - starts > 1
    for start, stop in zip(starts[several], stops[several], strict=True):
        # Distinct texts that share one differ in one place: few, an alphabet at most.
        yield from combinations(owner[start:stop].tolist(), 2)


def contained(texts: Mapping[int, Tokens]) -> Iterator[Pair]:
    """Pairs (i < j) of token lists, by their numbers, of which one stands whole in the other."""
    long = {tokens: i for i, tokens in texts.items() if len(tokens) >= MIN_CONTAINED}
    beginnings = _Beginnings(long)
    starts = {tokens[:MIN_CONTAINED] for tokens in long}
    around = {
        (long[inside], i)
        for i, tokens in texts.items()
        for at, start in enumerate(ngrams(tokens, MIN_CONTAINED))
        if start in starts
        for inside in beginnings.of(tokens[at:])
        if long[inside] != i
    }
    often = Counter(inside for inside, _ in around)
    yield from ((min(pair), max(pair)) for pair in around if often[pair[0]] <= MAX_CONTAINING)


class _Beginnings:
    """Token lists in their order, each with the longest other one that it begins with.

    However many begin alike, those that a text begins with are all found on the way from the last
    one that stands before it.
    """

    def __init__(self, texts: Iterable[Tokens]) -> None:
        self._texts = sorted(texts)
        self._shorter: list[int] = []
        for k, tokens in enumerate(self._texts):
            other = k - 1
            while other >= 0 and not self._begins(tokens, other):
                other = self._shorter[other]
            self._shorter.append(other)

    def of(self, tokens: Tokens) -> Iterator[Tokens]:
        """Those that `tokens` begin with, themselves among them."""
        k = bisect_right(self._texts, tokens) - 1
        while k >= 0:
            if self._begins(tokens, k):
                yield self._texts[k]
            k = self._shorter[k]

    def _begins(self, tokens: Tokens, k: int) -> bool:
        return tokens[: len(self._texts[k])] == self._texts[k]


def _deletions(texts: Sequence[str]) -> tuple[Hashes, Ints]:
    """Hashes of each text and of it with each one character left out, and which text it is of.

    The hash of characters c_0, c_1, ... is the sum of c_k / BASE^k, modulo 2**64 (BASE is odd, so
    it has an inverse). All texts stand in one row: a running sum of it gives every hash at once.
    """
    sizes = np.array([len(text) for text in texts])
    stop = np.cumsum(sizes)
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, dtype=np.uint32).astype(np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        power = np.cumprod(np.full(len(codes), BASE, dtype=np.uint64)) * _INVERSE
        sums = np.r_[np.uint64(0), np.cumsum(codes * np.cumprod(np.full(len(codes), _INVERSE)))]
        scale, first = power[stop - sizes], sums[stop - sizes]
        whole = (sums[stop] - first) * scale
        of = np.repeat(np.arange(len(texts)), sizes)
        before, after = sums[:-1] - first[of], sums[stop][of] - sums[1:]
        without = (before + after * np.uint64(BASE)) * scale[of]
    return np.r_[whole, without], np.r_[np.arange(len(texts)), of]
