"""Whether one of two words is a misspelling of the other, or a word of its own.

A misspelling is a form that neither the dataset nor the language has otherwise, one slip from one
that they have. The language's words are simplemma's (Barbaresi 2021; 54 languages, offline);
where it is not known which language a text is in, nothing is a misspelling for certain.

Word lists are never whole, and what a rare word differs in is mostly its ending or its first
letters (ketone, ketose; affect, effect; a case or a tense in Finnish and Turkish). So the slip
decides too: two letters swapped may stand in any language, a letter doubled or single where
endings are not piled up, another letter only there and well inside a word.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from rapidfuzz.distance import OSA
from simplemma.strategies.dictionaries import StreamDictionaryFactory

from auditor.embedding.characters import without_accents
from auditor.embedding.languages import function_words, languages_of

Slip = Literal["swapped", "doubled", "letter"]

COMMON_WORD = 3  # texts; what stands in as many is a word of the dataset's own
SHORTEST_TYPO = 4  # letters; "on" and "in" are words, "bilk" for "bill" is a typo
SHORTEST_LETTER_TYPO = 6  # letters where one is wrong, missing or too many
# Endings alone make new words there, more than any list holds.
AGGLUTINATIVE = frozenset({"fi", "hu", "tr"})
_DICTIONARIES = StreamDictionaryFactory(cache_max_size=8)


@dataclass(frozen=True, slots=True)
class Spelling:
    """What is a word in a dataset. seen_in: in how many different texts each word stands."""

    seen_in: Mapping[str, int]
    all: Mapping[str, int]  # how many function words of each language the dataset has
    languages: dict[Collection[str], str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> Spelling:
        """What is a word in these texts, which are different ones."""
        seen_in = Counter(w for words in texts for w in set(words))
        return cls(seen_in=seen_in, all=languages_of(seen_in))

    def is_slip(self, a: str, b: str, text: Sequence[str], *, name: bool = False) -> bool:
        """Whether one of the words `a` and `b` in `text` is a misspelling of the other.

        name: one of them is written like a name, of which no list knows all.
        """
        kind = slip(a, b)
        language = self.language(text)
        if kind is None or language is None:
            return False
        if kind != "swapped" and (name or language in AGGLUTINATIVE):
            return False
        return any(
            self._known(right, language) and self._no_word(wrong, right, kind, language)
            for wrong, right in ((a, b), (b, a))
        )

    def is_split(self, a: Sequence[str], b: Sequence[str], text: Sequence[str]) -> bool:
        """Whether a space or apostrophe has moved from `a` to `b` and left what is no word."""
        language = self.language(text)
        if language is None:
            return False
        if len(a) == len(b) == 1 and any(w.endswith("n't") for w in (*a, *b)):
            return True
        shifted = len(a) == len(b)  # no word more or less: "credits core"
        return any(
            all(self._known(w, language) for w in right)
            and not all(self._word(w, language) for w in wrong)
            or shifted
            and min(self.seen_in[w] for w in right) >= COMMON_WORD
            and min(self.seen_in[w] for w in wrong) < COMMON_WORD
            for wrong, right in ((a, b), (b, a))
        )

    def language(self, text: Sequence[str]) -> str | None:
        """The language of a text, if at least half of its words are words there.

        That of most of its function words; where two have as many, the one that the dataset has
        more of.
        """
        words = frozenset(w for w in text if w[0].isalpha())
        if words not in self.languages:
            found = languages_of(dict.fromkeys(words, 1))
            most = [code for code in found if found[code] == max(found.values())] or [*self.all]
            language = max(most, key=lambda code: self.all.get(code, 0), default=None)
            if language and sum(_listed(w, language) for w in words) < len(words) / 2:
                language = None
            self.languages[words] = language
        return self.languages[words]

    def _known(self, word: str, language: str) -> bool:
        if len(word) == 1:
            return word in function_words(language)
        return self.seen_in[word] >= COMMON_WORD or _listed(word, language)

    def _word(self, word: str, language: str) -> bool:
        """Whether it may be a word: of the language, of English among it, or of the dataset."""
        if len(word) == 1:
            return word in function_words(language)
        return self.seen_in[word] > 1 or _listed(word, language) or _listed(word, "en")

    def _no_word(self, wrong: str, right: str, kind: Slip, language: str) -> bool:
        if kind != "swapped":
            return not self._word(wrong, language)
        if self.seen_in[wrong] >= COMMON_WORD or wrong in function_words(language):
            return False
        # "od" is listed as a word; beside "do", in a text or two of many, it is none.
        little = len(wrong) < SHORTEST_TYPO and right in function_words(language)
        return little or not (_listed(wrong, language) or _listed(wrong, "en"))


def slip(a: str, b: str) -> Slip | None:
    """The one slip between two words, if it is one that makes a misspelling."""
    if OSA.distance(a, b, score_cutoff=1) != 1 or without_accents(a) == without_accents(b):
        return None
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), -1)
    shorter, longer = sorted((a, b), key=len)
    start = len(shorter) if start < 0 else start
    after = len(longer) - 1 - start  # letters after the first that differs
    if len(a) == len(b) and a[start + 1 :] != b[start + 1 :]:
        return "swapped"
    if len(shorter) < SHORTEST_TYPO:
        return None
    if len(a) != len(b):
        if start and longer[start] == longer[start - 1]:
            return "doubled"
        inside = start > 0 and after > 0
        return "letter" if inside and len(longer) >= SHORTEST_LETTER_TYPO else None
    vowels = all(without_accents(c) in "aeiouyаеиоуыэюяіїєαεηιουω" for c in (a[start], b[start]))
    inside = start > 1 and after > (2 if vowels else 1)
    return "letter" if inside and len(a) >= SHORTEST_LETTER_TYPO else None


@cache
def _listed(word: str, language: str) -> bool:
    """Whether simplemma lists the word, in lower case or with a capital."""
    listed = _DICTIONARIES.get_dictionary(language)
    if word.endswith("σ"):
        word = f"{word[:-1]}ς"
    forms = (word, word.capitalize(), unicodedata.normalize("NFD", word))
    return any(form in listed for form in forms) or word in function_words(language)
