"""Closed classes of words of thirty languages."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from auditor.structure.characters import fold

LANGUAGES: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
    files("auditor.structure").joinpath("languages.toml").read_text(encoding="utf-8")
)


@cache
def vocabulary(*kinds: str) -> frozenset[str]:
    """The words of these kinds in all languages, folded."""
    listed = (w for table in LANGUAGES.values() for k in kinds for w in table.get(k, ()))
    return frozenset(map(fold, listed))


@cache
def function_words(language: str) -> frozenset[str]:
    """The function words of a language; none for another language."""
    return frozenset(map(fold, LANGUAGES[language].get("common", ())))


@cache
def stop_words(language: str) -> frozenset[str]:
    """The words of a language that say nothing of what a text is about."""
    table, kinds = LANGUAGES[language], ("common", "questions", "negations", "anywhere", "answers")
    return frozenset(fold(w) for kind in kinds for w in table.get(kind, ()))


def texts_of_languages(texts: Iterable[Sequence[str]]) -> Counter[str]:
    """How many texts, each of some words, have more function words of a language than of others."""
    votes: Counter[str] = Counter()
    for words in texts:
        found = Counter(c for w in set(words) for c in _languages_with().get(w, ()))
        likely = [code for code, n in found.items() if n == max(found.values())]
        votes.update(likely if len(likely) == 1 else [])
    return votes


@cache
def _languages_with() -> Mapping[str, Sequence[str]]:
    """Function word -> the languages that have it."""
    found = defaultdict[str, list[str]](list)
    for code in LANGUAGES:
        for word in function_words(code):
            found[word].append(code)
    return dict(found)


def languages_of(words: Mapping[str, int]) -> dict[str, int]:
    """How many function words of each language there are among `words`, which are counted."""
    counts = {code: sum(words.get(w, 0) for w in function_words(code)) for code in LANGUAGES}
    return {code: count for code, count in counts.items() if count}
