"""Copy families: rows that differ only by an edit no annotator would call a new example.

The edits: case, spacing, punctuation, a pleasantry, two letters swapped, or one letter changed in
one word. Never a digit: "invoice 41" and "invoice 42" are two examples. A swap of a real word for
another ("hotel", "hostel") is no typo, so one of the two words must be rare in the dataset.

Candidates come from exact signatures, not from a threshold: the deletion neighbourhood of the
text without its spaces (two texts one edit apart share a deletion; Garbe's SymSpell, Bocek et
al.'s FastSS). Long texts, where several edits still make a copy, come from nearest neighbours.
Each candidate pair is then judged word by word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, Indel
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.embedding.tokens import words
from auditor.records import CopyFamilies, Ints, Neighbours

Words = tuple[str, ...]

LONG_WORDS = 30  # from here on, a share of changed words decides, not one edit
LONG_SIMILARITY = 0.95  # of the words, in order: about one in twenty may change
LONGEST_SIGNED = 240  # characters; deletions of longer texts cost more than they find
SHORTEST_TYPO = 4  # letters; "on" and "in" are words, "bilk" for "bill" is a typo
COMMON_WORD = 3  # texts; a word in as many is a word, not a typo
MODULUS = np.uint64(0x9E3779B97F4A7C15)


def find_copies(texts: Sequence[str], neighbours: Neighbours) -> CopyFamilies:
    """The copy family of each of `texts` (n,); pairs that are copies are chained together."""
    listed = [tuple(words(t)) for t in texts]
    seen_in = Counter(w for ws in listed for w in set(ws))
    first: dict[tuple[str, ...], int] = {}
    same = [(first.setdefault(ws, i), i) for i, ws in enumerate(listed)]
    candidates = {
        *_near_signatures({i: "".join(ws) for ws, i in first.items()}),
        *_near_vectors(listed, neighbours),
    }
    pairs = same + [(i, j) for i, j in candidates if _copies(listed[i], listed[j], seen_in)]
    left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    links = coo_array((np.ones(len(left)), (left, right)), shape=(len(texts),) * 2)
    return CopyFamilies(family=_by_first(connected_components(links, directed=False)[1]))


def _by_first(labels: NDArray[np.int32]) -> Ints:
    """Family numbers in the order of their first members."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int64)[inverse]


def _near_signatures(joined: Mapping[int, str]) -> Iterator[tuple[int, int]]:
    """Pairs (i < j) of texts, by their numbers, that share a text-but-one-character."""
    found = {i: _deletions(text) for i, text in joined.items() if len(text) <= LONGEST_SIGNED}
    if not found:
        return
    key = np.concatenate(list(found.values()))
    owner = np.repeat(np.array(list(found)), [len(f) for f in found.values()])
    order = np.lexsort((owner, key))
    key, owner = key[order], owner[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    for start, stop in zip(starts, np.r_[starts[1:], len(key)], strict=True):
        if stop - start > 1:
            # Distinct texts that share one differ in one place: few, an alphabet at most.
            yield from combinations(sorted(set(owner[start:stop].tolist())), 2)


def _hashes(text: str) -> np.ndarray:
    """Polynomial hashes (len + 1,) of all prefixes, modulo 2**64."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64) + np.uint64(
        1
    )
    out = np.zeros(len(codes) + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for i, c in enumerate(codes):
            out[i + 1] = out[i] * MODULUS + c
    return out


def _deletions(text: str) -> np.ndarray:
    """Hashes of the text and of each text with one character left out."""
    prefix = _hashes(text)
    size = len(text)
    with np.errstate(over="ignore"):
        power = np.cumprod(np.r_[np.uint64(1), np.full(size, MODULUS, dtype=np.uint64)])
        tail = prefix[-1] - prefix[1:] * power[size - 1 :: -1][:size] if size else prefix[:0]
        without = prefix[:-1] * power[size - 1 :: -1][:size] + tail if size else prefix[:0]
    return np.unique(np.r_[prefix[-1], without])


def _near_vectors(listed: Sequence[Words], neighbours: Neighbours) -> Iterator[tuple[int, int]]:
    """Pairs of long texts among the nearest neighbours."""
    for i, near in enumerate(neighbours.index):
        if len(listed[i]) >= LONG_WORDS:
            for j in near[(near >= 0) & (neighbours.cosine[i] >= 0.9)].tolist():
                if len(listed[j]) >= LONG_WORDS:
                    yield min(i, j), max(i, j)


def _copies(a: Words, b: Words, seen_in: Counter[str]) -> bool:
    """Whether two lists of words are one example."""
    if min(len(a), len(b)) >= LONG_WORDS:
        same_numbers = [w for w in a if _digits(w)] == [w for w in b if _digits(w)]
        return same_numbers and Indel.normalized_similarity(a, b) >= LONG_SIMILARITY
    a, b = _difference(a, b)
    left, right = "".join(a), "".join(b)
    if _digits(left) or _digits(right):
        return a == b
    if left == right:
        return True
    # A word that the dataset uses elsewhere is no typo; what a moved space leaves is none either.
    if min(seen_in[left], seen_in[right]) >= COMMON_WORD:
        return False
    if OSA.distance(left, right, score_cutoff=1) > 1 or max(map(len, (*a, *b))) == 1:
        return False
    swapped = len(left) == len(right) and sorted(left) == sorted(right)
    return swapped or (len(a) == len(b) == 1 and min(len(left), len(right)) >= SHORTEST_TYPO)


def _difference(a: Words, b: Words) -> tuple[Words, Words]:
    """The two lists without the words that they begin and end with alike."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return a[start : len(a) - end], b[start : len(b) - end]


def _digits(text: str) -> bool:
    return any(c.isdigit() for c in text)
