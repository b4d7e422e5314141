"""Pairs of texts that may be copies, from exact signatures.

The deletion neighbourhood of a text: two texts one edit apart share a deletion (Garbe's SymSpell,
Bocek et al.'s FastSS). And texts that stand whole in another, from the words that they begin with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int, int]
Hashes = NDArray[np.uint64]

LONGEST_SIGNED = 240  # characters; deletions of longer texts cost more than they find
FEWEST_CONTAINED = 6  # tokens; fewer are a phrase that many texts have
MOST_CONTAINING = 4  # texts around one; in more it is how such texts begin or end
BASE = 0x9E3779B97F4A7C15


def one_edit_apart(joined: Iterable[tuple[int, str]]) -> Iterator[Pair]:
    """Pairs (i < j) of texts, by their numbers, that share a text-but-one-character."""
    found = [(i, _deletions(text)) for i, text in joined if len(text) <= LONGEST_SIGNED]
    if not found:
        return
    key = np.concatenate([deletions for _, deletions in found])
    owner = np.repeat([i for i, _ in found], [len(deletions) for _, deletions in found])
    order = np.lexsort((owner, key))
    key, owner = key[order], owner[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    stops = np.r_[starts[1:], len(key)]
    several = stops - starts > 1
    for start, stop in zip(starts[several], stops[several], strict=True):
        # Distinct texts that share one differ in one place: few, an alphabet at most.
        yield from combinations(sorted(set(owner[start:stop].tolist())), 2)


def contained(texts: Mapping[int, tuple[str, ...]]) -> Iterator[Pair]:
    """Pairs (i < j) of token lists, by their numbers, of which one stands whole in the other."""
    by_start: dict[tuple[str, ...], dict[int, dict[tuple[str, ...], int]]] = defaultdict(dict)
    for i, tokens in texts.items():
        if len(tokens) >= FEWEST_CONTAINED:
            by_start[tokens[:FEWEST_CONTAINED]].setdefault(len(tokens), {})[tokens] = i
    around = [
        (inside, i)
        for i, tokens in texts.items()
        for at in range(len(tokens) - FEWEST_CONTAINED + 1)
        for size, known in by_start.get(tokens[at : at + FEWEST_CONTAINED], {}).items()
        if (inside := known.get(tokens[at : at + size], i)) != i
    ]
    often = Counter(inside for inside, _ in set(around))
    yield from (
        (min(pair), max(pair)) for pair in set(around) if often[pair[0]] <= MOST_CONTAINING
    )


def _deletions(text: str) -> Hashes:
    """Polynomial hashes, modulo 2**64, of the text and of it with each one character left out.

    The hash of a prefix is a running sum of codes, each times a power of 1 / BASE, scaled by a
    power of BASE: BASE is odd, so it has an inverse.
    """
    size = len(text)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    with np.errstate(over="ignore"):
        sums = np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * _INVERSE[:size])
        prefix = np.r_[np.uint64(0), sums * _POWERS[:size]]
        rest = _POWERS[:size][::-1]  # BASE to the number of characters after each
        tail = prefix[-1] - prefix[1:] * rest
        return np.unique(np.r_[prefix[-1], prefix[:-1] * rest + tail])


def _powers(base: int) -> Hashes:
    """base to the power of 0, 1, ..., modulo 2**64."""
    found = [1]
    for _ in range(LONGEST_SIGNED):
        found.append(found[-1] * base % 2**64)
    return np.array(found, dtype=np.uint64)


_POWERS, _INVERSE = _powers(BASE), _powers(pow(BASE, -1, 2**64))
