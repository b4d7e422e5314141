"""Whether one of two words is a misspelling of the other, or a word of its own.

A misspelling is a form that neither the dataset nor the language has otherwise, one slip from one
that they have. What a language has is read from two offline lists: simplemma's inflected forms
(Barbaresi; 54 languages) and pyspellchecker's words with counts from subtitles (Barrus; 12
languages). Lists of words as they are typed (wordfreq) hold the common misspellings too.

No list is whole: of the 93,000 commonest lower-case English forms of wordfreq, 29,000 are in
neither. What a word that they lack differs in is mostly its ending or its first letters (ketone,
ketose; affect, effect; a case or a tense in Finnish and Turkish), or it is a name. So the slip
decides too: two letters swapped may stand in any language, a letter doubled or single where
endings are not piled up, another letter only well inside a common word, a wrong consonant only of
a word that the dataset has (brands respell words: outcast, outkast). Where it is not known
which language a text is in, nothing is a misspelling for certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from rapidfuzz.distance import OSA
from simplemma.strategies.dictionaries import StreamDictionaryFactory
from spellchecker import SpellChecker

from auditor.structure.characters import without_accents
from auditor.structure.languages import function_words, languages_of

Slip = Literal["swapped", "doubled", "vowel", "letter", "consonant"]

COMMON_WORD = 3  # texts; what stands in as many is a word of the dataset's own
RARE = 0.05  # of the texts of the right word: a misspelling that many rows share
OFTEN_HEARD = 1000  # of pyspellchecker's counts; its English list has 19,000 such words
HEARD = 100  # words that nobody was heard to say are listed with 50: "ther" next to "there"
SHORTEST_TYPO = 4  # letters; "on" and "in" are words, "bilk" for "bill" is a typo
SHORTEST_PIECE = 3  # letters that a compound begins with; "re", "un", "co" are prefixes
SHORTEST_SWAP = 5  # letters; shorter ones are abbreviations ("hbo", "hob"), unless words here
SHORTEST_LETTER_TYPO = 6  # letters where one is wrong, missing or too many
AGGLUTINATIVE = frozenset({"fi", "hu", "tr"})  # endings make more words than any list holds
CAPITAL_NOUNS = frozenset({"de"})  # there a capital makes no name
_DICTIONARIES = StreamDictionaryFactory(cache_max_size=8)


@dataclass(frozen=True, slots=True)
class Spelling:
    """What is a word in a dataset.

    seen_in: in how many different texts each word stands; function_words: how many of each
    language there are.
    """

    seen_in: Mapping[str, int]
    function_words: Mapping[str, int]
    languages: dict[Collection[str], str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> Spelling:
        """What is a word in these texts, which are different ones."""
        seen_in = Counter(w for words in texts for w in set(words))
        return cls(seen_in=seen_in, function_words=languages_of(seen_in))

    def are_words(self, a: str, b: str) -> bool:
        """Whether the dataset has both often enough that each is a word of its own."""
        fewer, more = sorted((self.seen_in[a], self.seen_in[b]))
        return fewer >= COMMON_WORD and fewer > RARE * more

    def is_slip(self, a: str, b: str, text: Sequence[str], *, name: bool = False) -> bool:
        """Whether one of the words `a` and `b` in `text` is a misspelling of the other.

        name: one of them is written like a name, of which no list knows all.
        """
        kind, language = slip(a, b), self.language(text)
        if kind is None or language is None:
            return False
        return any(
            self._meant(right, kind, language, name) and self._no_word(wrong, right, kind, language)
            for wrong, right in ((a, b), (b, a))
        )

    def is_split(self, a: Sequence[str], b: Sequence[str], text: Sequence[str]) -> bool:
        """Whether a space, hyphen or apostrophe between `a` and `b` says nothing.

        It has moved and left what is no word, or stands in an English compound or contraction.
        """
        language = self.language(text)
        if language is None:
            return False
        if len(a) == len(b) == 1 and any(_contracted(w) for w in (*a, *b)):
            return True
        if language == "en" and _compound(max(a, b, key=len)):
            return True
        return any(
            self._broken(wrong, right, language) or self._shifted(wrong, right)
            for wrong, right in ((a, b), (b, a))
        )

    def _broken(self, wrong: Sequence[str], right: Sequence[str], language: str) -> bool:
        """Whether all of one are words, and a piece of the other is none."""
        known = all(self._known(w, language) for w in right)
        return known and not all(self._said(w, language) for w in wrong)

    def _shifted(self, wrong: Sequence[str], right: Sequence[str]) -> bool:
        """Whether a letter has moved to the next word ("credits core"), by the dataset's words."""
        usual = min(self.seen_in[w] for w in right) >= COMMON_WORD
        return (
            len(wrong) == len(right) and usual and min(self.seen_in[w] for w in wrong) < COMMON_WORD
        )

    def language(self, text: Sequence[str]) -> str | None:
        """The language of a text, if at least half of its words are words there.

        That of most of its function words; where two have as many, the one that the dataset has
        more of.
        """
        words = frozenset(w for w in text if w[0].isalpha())
        if words not in self.languages:
            found = languages_of(dict.fromkeys(words, 1))
            commonest = [c for c in found if found[c] == max(found.values())] or [
                *self.function_words
            ]
            language = max(commonest, key=lambda c: self.function_words.get(c, 0), default=None)
            if language and sum(_listed(w, language) for w in words) < len(words) / 2:
                language = None
            self.languages[words] = language
        return self.languages[words]

    def _known(self, word: str, language: str) -> bool:
        if len(word) == 1:
            return word in function_words(language)
        return self.seen_in[word] >= COMMON_WORD or _listed(word, language)

    def _said(self, word: str, language: str) -> bool:
        """Whether a piece of a split word is a word that somebody says."""
        if len(word) == 1 or word in function_words(language):
            return word in function_words(language)
        heard = _heard(language) or _heard("en")
        listed = language not in SpellChecker.languages() and _listed(word, language)
        return self.seen_in[word] > 1 or listed or heard[word] >= HEARD

    def _meant(self, right: str, kind: Slip, language: str, name: bool) -> bool:
        """Whether a slip of this kind may come from this word."""
        common = self.seen_in[right] >= COMMON_WORD or right in function_words(language)
        if kind == "swapped":
            listed = _listed(right, language) or _listed(right, "en")
            return common or (len(right) >= SHORTEST_SWAP and listed)
        if language in AGGLUTINATIVE or name or (kind == "consonant" and not common):
            return False
        capital = language not in CAPITAL_NOUNS and not _listed(right, language, lower=True)
        if capital and not common:
            return False
        return common or kind == "doubled" or _heard(language)[right] >= OFTEN_HEARD

    def _no_word(self, wrong: str, right: str, kind: Slip, language: str) -> bool:
        """Whether neither the dataset nor the language, or English among it, has this form."""
        heard = any(_heard(code)[wrong] or _listed(wrong, code) for code in (language, "en"))
        few = COMMON_WORD - 1 if kind == "swapped" else 1
        if self.seen_in[wrong] > max(few, self.seen_in[right] * RARE):
            return False
        if wrong in function_words(language):
            return False
        if kind != "swapped":
            return not heard
        # "od" is listed as a word; next to "do", in a text or two of many, it is none.
        little = len(wrong) < SHORTEST_TYPO and right in function_words(language)
        return little or not heard


def _compound(pieces: Sequence[str]) -> bool:
    """Whether an English word is written in one or in two: "sign up", but not "a part", "re-sign".

    Elsewhere the two differ ("gut schreiben" writes well, "gutschreiben" credits).
    """
    whole, first = "".join(pieces), pieces[0]
    content = len(first) >= SHORTEST_PIECE and first not in function_words("en")
    known = all(_listed(w, "en") for w in (whole, *pieces))
    return len(pieces) == 2 and content and known


def _contracted(word: str) -> bool:
    """Whether an English contraction says the same without its apostrophe: no "we're", "I'll"."""
    head, _, tail = word.rpartition("'")
    return word.endswith("n't") or (tail in ("s", "m", "ve") and head in function_words("en"))


def slip(a: str, b: str) -> Slip | None:
    """The one slip between two words, if it is one that makes a misspelling."""
    if OSA.distance(a, b, score_cutoff=1) != 1 or without_accents(a) == without_accents(b):
        return None
    shorter, longer = sorted((a, b), key=len)
    differ = (i for i, (x, y) in enumerate(zip(shorter, longer, strict=False)) if x != y)
    start = next(differ, len(shorter))
    after = len(longer) - 1 - start  # letters after the first that differs
    kind: Slip
    if len(a) == len(b) and a[start + 1 :] != b[start + 1 :]:
        return "swapped"
    if len(shorter) < SHORTEST_TYPO:
        return None
    if len(a) != len(b):
        if start and longer[start] == longer[start - 1]:
            return "doubled"
        kind, inside = "letter", start > 0 and after > 0
    elif {without_accents(c) for c in (a[start], b[start])} <= _VOWELS:
        kind, inside = "vowel", start > 1 and after > 2  # not "butane" for "butene"
    else:
        kind, inside = "consonant", start > 1 and after > 1
    return kind if inside and len(longer) >= SHORTEST_LETTER_TYPO else None


_VOWELS = frozenset("aeiouyаеиоуыэюяіїєαεηιουω")


@cache
def _listed(word: str, language: str, *, lower: bool = False) -> bool:
    """Whether simplemma lists the word, in lower case or (but with `lower`) with a capital."""
    listed = _DICTIONARIES.get_dictionary(language)
    if word.endswith("σ"):
        word = f"{word[:-1]}ς"
    forms = (word,) if lower else (word, word.capitalize())
    return word in function_words(language) or any(form in listed for form in forms)


@cache
def _heard(language: str) -> Mapping[str, int]:
    """How often each word was heard, by pyspellchecker; no word in a language that it lacks."""
    if language not in SpellChecker.languages():
        return Counter()
    return Counter(SpellChecker(language=language).word_frequency.dictionary)
