"""Keywords: words that a group of texts has and the rest of the dataset hardly uses.

A script without spaces has no words to count. There keywords are what stands together: two Chinese
characters, as search engines index them, a run of Katakana, four to six characters of Thai, Lao,
Khmer or Burmese, of which those that are as much the group's own the longest. Hiragana is mostly
grammar, and no keyword.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import regex

from auditor.records.arrays import Ints
from auditor.structure.characters import is_unspaced
from auditor.structure.languages import stop_words, texts_of_languages, vocabulary
from auditor.structure.ngrams import ngrams
from auditor.structure.tokens import words

KEYWORDS = 6
STEM = 6  # letters by which words count as one: "indemnify", "indemnification"
SHORTEST = 3  # letters of a keyword, where words have spaces between them
COMMON_LANGUAGE = 0.1  # of the texts: its stop words are no keywords
# Characters that stand together in a keyword, of each script without spaces.
_RUNS = {
    regex.compile(r"\p{Han}+"): (2, 2),
    regex.compile(r"[\p{Katakana}\u30FC]{2,}"): None,  # a word from abroad, whole
    regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{M}]+"): (4, 6),
}
_CHARACTER = regex.compile(r"\X")
_NO_START, _NO_END = "ะาำๅๆฯ", "เแโใไ"  # Thai vowels that stand after, before their consonant
_LETTERS = regex.compile(r"[\p{L}\p{M}]+")


class Vocabulary:
    """The words of each text, and in how many texts each stands."""

    def __init__(self, texts: Sequence[str]) -> None:
        listed = [words(t) for t in texts]
        dropped = _stop_words(listed)
        self.words = [
            {w for w in ws if _is_keyword(w) and w not in dropped}
            | {run for run in _runs(text) if dropped.isdisjoint(run)}
            for ws, text in zip(listed, texts, strict=True)
        ]
        self.stems = [{w[:STEM] for w in ws} for ws in self.words]
        self.texts_with = Counter(w for ws in self.words for w in ws)
        self.texts_with_stem = Counter(w for ws in self.stems for w in ws)

    def own_word(self, node: Ints) -> float:
        """How much some word is the node's own: the likelihood ratio of the best, a row.

        max over words of n log(share inside / share outside) / rows, n the rows that hold it.
        """
        size, outside = len(node), len(self.stems) - len(node)
        inside = Counter(w for i in node for w in self.stems[i])
        return max(
            (
                n
                * math.log((n / size) / ((self.texts_with_stem[w] - n + 0.5) / (outside + 1)))
                / size
                for w, n in inside.items()
                if n > 1
            ),
            default=0.0,
        )

    def keywords(self, node: Ints) -> tuple[str, ...]:
        """Words of this group that the rest of the dataset uses least, commonest first."""
        smoothing = 5.0  # rows: a word seen twice says little
        inside = Counter(w for i in node for w in self.words[i])
        score = {w: n * n / (self.texts_with[w] + smoothing) for w, n in inside.items()}
        ranked = sorted(score, key=lambda w: (-score[w], -len(w) * is_unspaced(w[0]), w))
        named: list[str] = []
        for word in ranked:
            if len(named) == KEYWORDS:
                break
            if not (is_unspaced(word[0]) and any(_overlap(word, other) for other in named)):
                named.append(word)
        return tuple(named)


def subtype_keywords(texts: Sequence[str], groups: Sequence[Ints]) -> list[tuple[str, ...]]:
    """Words of each of `groups` (positions in `texts`) that the other texts use least."""
    vocabulary = Vocabulary(texts)
    return [vocabulary.keywords(group) for group in groups]


def _is_keyword(word: str) -> bool:
    """Whether a word that stands between spaces is long enough, and nothing but letters."""
    long_enough = len(word) >= SHORTEST and not is_unspaced(word[0])
    return long_enough and _LETTERS.fullmatch(word) is not None


def _runs(text: str) -> Iterator[str]:
    """What stands together in scripts without spaces."""
    if text.isascii():
        return
    for pattern, sizes in _RUNS.items():
        for run in pattern.findall(text):
            if sizes is None:
                yield run
                continue
            characters = tuple(_CHARACTER.findall(run))
            for size in range(sizes[0], sizes[1] + 1):
                for gram in ngrams(characters, size):
                    if gram[0] not in _NO_START and gram[-1] not in _NO_END:
                        yield "".join(gram)


def _overlap(one: str, other: str) -> bool:
    """Whether two share as much as two of their characters that stand together."""
    return any(one[i : i + 2] in other for i in range(len(one) - 1))


def _stop_words(texts: Sequence[Sequence[str]]) -> frozenset[str]:
    """Those of English, of the other languages that enough of the texts are in, and of languages
    in scripts of their own."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    votes = texts_of_languages(texts)
    common = (code for code, n in votes.items() if n >= COMMON_LANGUAGE * len(texts))
    dropped = (stop_words(code) for code in common if code != "en")
    return frozenset(ENGLISH_STOP_WORDS).union(vocabulary("stop"), *dropped)
