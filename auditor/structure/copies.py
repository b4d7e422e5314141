"""Copy families: rows that differ only in what carries nothing.

Certain are case, spaces, marks at the end, variants of one character, politeness (`normal_form`),
and a misspelling (`misspellings`). What else is alike in all but one place is for review: the
meaning may sit in a mark, a sign, a letter. Never a digit: "invoice 41" and "invoice 42" are two
examples.

Candidates come from exact signatures (`signatures`), not from a threshold. Long texts, where
several edits still make a copy, come from nearest neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import regex
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, Indel, Levenshtein
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.embedding.hashing import HashingEmbedder
from auditor.records.arrays import Ints
from auditor.records.structure import CopyFamilies, Embeddings, Neighbours
from auditor.structure.languages import vocabulary
from auditor.structure.misspellings import SHORTEST_TYPO, Spelling
from auditor.structure.neighbours import nearest, placed
from auditor.structure.normal_form import Pauses, Wording, wording
from auditor.structure.signatures import Pair, contained, one_edit_apart

Words = tuple[str, ...]
Relation = Literal["copy", "review", "different"]

LONG_WORDS = 30  # from here on, a share of changed words decides, not one edit
LONG_SIMILARITY = 0.95  # of the words, in order: about one in twenty may change
LONG_COSINE = 0.9  # of two long texts that are compared
MIN_PAUSED = 5  # words; "let's eat, grandma" says another thing without its comma
MIN_WORDS = 3  # in "form A" nothing tells that "from A" was meant
MIN_REVIEWED = 4  # words; shorter texts differ in one place by nature
# Alphabets where one wrong letter mostly leaves no word; in an abjad or a syllabary it leaves one.
_SPELT = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{M}'\-]+", regex.VERSION1)


def find_copies(texts: Sequence[str], neighbours: Neighbours) -> CopyFamilies:
    """The copy family of each of `texts` (n,); pairs that are copies are chained together."""
    known = {text: wording(text) for text in set(texts)}
    worded = [known[text] for text in texts]
    alike: dict[Words, list[int]] = defaultdict(list)
    for i, w in enumerate(worded):
        alike[w.tokens].append(i)
    found: dict[Relation, list[Pair]] = {"copy": [], "review": [], "different": []}
    for members in alike.values():
        parts = _agreeing(worded, members)
        found["copy"] += [(part[0], i) for part in parts for i in part]
        found["review"] += pairwise(part[0] for part in parts)
    first = {members[0]: worded[members[0]] for members in alike.values()}
    comparison = _Comparison(spelling=Spelling.of(alike))
    for i, j in {*one_edit_apart(_joined(first)), *_near_vectors(worded, neighbours)}:
        found[comparison.relation(worded[i], worded[j])].append((i, j))
    found["review"] += contained({i: w.tokens for i, w in first.items()})
    family = _chained(found["copy"], len(texts))
    review = np.unique(np.array(found["review"], dtype=np.int64).reshape(-1, 2), axis=0)
    return CopyFamilies(family=family, review=review[family[review[:, 0]] != family[review[:, 1]]])


def find_embedded_copies(
    texts: Sequence[str], embeddings: Embeddings, neighbours: Neighbours
) -> CopyFamilies:
    """The same, with the nearest neighbours by words of texts that the model cannot read: they have
    none among `neighbours`."""
    others = np.flatnonzero(~embeddings.known)
    if len(others):
        hashed = HashingEmbedder().embed([texts[i] for i in others.tolist()])
        near = nearest(hashed.vectors, neighbours.index.shape[1])
        neighbours = placed(near, others, len(texts), neighbours)
    return find_copies(texts, neighbours)


def _joined(first: dict[int, Wording]) -> Iterator[tuple[int, str]]:
    """Each text without its spaces, with and without its politeness."""
    for i, w in first.items():
        yield from ((i, joined) for joined in {"".join(w.tokens), "".join(w.whole)})


def _near_vectors(worded: Sequence[Wording], neighbours: Neighbours) -> Iterator[Pair]:
    """Pairs of long texts, of different tokens, among the nearest neighbours."""
    long = np.array([len(w.tokens) >= LONG_WORDS for w in worded], dtype=bool)
    for i in np.flatnonzero(long).tolist():
        near = neighbours.index[i][neighbours.cosine[i] >= LONG_COSINE]
        for j in near[near >= 0].tolist():
            if long[j] and worded[i].tokens != worded[j].tokens:
                yield min(i, j), max(i, j)


def _chained(pairs: Sequence[Pair], size: int) -> Ints:
    """(size,) family of each text, numbered in the order of their first members."""
    left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    links = coo_array((np.ones(len(left)), (left, right)), shape=(size, size))
    labels: NDArray[np.int32] = connected_components(links, directed=False)[1]
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int64)[inverse]


# --- texts of the same words and marks ----------------------------------------------------------


def _agreeing(worded: Sequence[Wording], members: Sequence[int]) -> list[list[int]]:
    """Texts of the same tokens, by number, divided where pauses or ends may say something.

    Who leaves the pauses out says the same as who sets them, in a sentence long enough; two who
    set them in different places may not. So with a question mark against a full stop, but after a
    question word, where the mark says nothing new.
    """
    if len(members) == 1:
        return [[members[0]]]
    tokens = worded[members[0]].tokens
    ends = {worded[i].end for i in members}
    paused = _pauses_say(tokens, {worded[i].pauses for i in members})
    asked = {"?", "."} <= ends and tokens[0] not in vocabulary("questions")
    parts: dict[object, list[int]] = defaultdict(list)
    for i in members:
        asks = asked and worded[i].end == "?"
        parts[worded[i].pauses if paused else None, asks].append(i)
    return list(parts.values())


def _pauses_say(tokens: Words, pauses: set[Pauses]) -> bool:
    """Whether the ways to set pauses between `tokens` may be different sayings."""
    set_ = [p for p in pauses if p]
    if len(pauses) == 1:
        return False
    words = vocabulary("negations", "answers")
    adjacent = {w for at, _ in set().union(*set_) for w in tokens[at - 1 : at + 1]}
    return len(set_) > 1 or len(tokens) < MIN_PAUSED or not adjacent.isdisjoint(words)


def _pauses_clash(a: Wording, b: Wording) -> bool:
    """Whether two texts of nearly the same tokens set their pauses in two ways."""
    kinds = [[kind for _, kind in sorted(w.pauses)] for w in (a, b)]
    return kinds[0] != kinds[1] and (all(kinds) or len(a.tokens) < MIN_PAUSED)


# --- texts of nearly the same -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    spelling: Spelling

    def relation(self, a: Wording, b: Wording) -> Relation:
        """What the difference between two texts makes of them."""
        names = a.names | b.names
        found = self._tokens(a.tokens, b.tokens, names)
        if found != "copy" and (a.whole, b.whole) != (a.tokens, b.tokens):
            whole = self._tokens(a.whole, b.whole, names)  # a misspelt "please"
            found = "copy" if whole == "copy" else found
        if found == "copy" and ({a.end, b.end} == {"?", "."} or _pauses_clash(a, b)):
            found = "review"
        if found == "review" and min(len(a.tokens), len(b.tokens)) < MIN_REVIEWED:
            found = "different"
        return found

    def _tokens(self, a: Words, b: Words, names: frozenset[str]) -> Relation:
        if a == b:
            return "copy"
        if min(len(a), len(b)) < LONG_WORDS:
            return self._place(*_difference(a, b), (*a, *b), names)
        same_numbers = [w for w in a if w[0].isdigit()] == [w for w in b if w[0].isdigit()]
        if not same_numbers or Indel.normalized_similarity(a, b) < LONG_SIMILARITY:
            return "different"
        places = [
            (a[o.src_start : o.src_end], b[o.dest_start : o.dest_end])
            for o in Levenshtein.opcodes(a, b)
            if o.tag != "equal"
        ]
        sure = all(self._place(*place, (*a, *b), names) == "copy" for place in places)
        return "copy" if sure else "review"

    def _place(self, a: Words, b: Words, text: Words, names: frozenset[str]) -> Relation:
        """What `a` in the place of `b` in `text` says."""
        left, right = (tuple(w for w in words if w[0].isalpha()) for words in (a, b))
        one, other = "".join(left).replace("'", ""), "".join(right).replace("'", "")
        marks = [w for w in (*a, *b) if not w[0].isalpha()]
        if any(w[0].isdigit() for w in marks) or not _near(one, other):
            return "different"
        if {*marks} - {"-"} or not _SPELT.fullmatch(one + other):
            return "review" if marks or max(map(len, (*left, *right))) > 1 else "different"
        if one == other:
            return "copy" if self.spelling.is_split(left, right, text) else "review"
        if self.spelling.are_words("".join(left), "".join(right)):
            return "different"
        if len(left) == len(right) == 1 and not marks and len(text) >= 2 * MIN_WORDS:
            name = not names.isdisjoint((*left, *right))
            if self.spelling.is_slip(left[0], right[0], text, name=name):
                return "copy"
        return "review"


def _near(a: str, b: str) -> bool:
    """Whether letters are the same, or one edit apart and not too few for that."""
    if a == b:
        return True
    swapped = len(a) == len(b) > 1 and sorted(a) == sorted(b)
    long_enough = swapped or min(len(a), len(b)) >= SHORTEST_TYPO
    return long_enough and OSA.distance(a, b, score_cutoff=1) == 1


def _difference(a: Words, b: Words) -> tuple[Words, Words]:
    """The two lists without the words that they begin and end with alike."""
    places = [o for o in Levenshtein.opcodes(a, b) if o.tag != "equal"]
    first, last = places[0], places[-1]
    return a[first.src_start : last.src_end], b[first.dest_start : last.dest_end]
