"""Categories that go by another name in the candidate: the same texts, or the same word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from auditor.records import Dataset, Example
from auditor.spelling import spelling_key

MOST = 0.9  # of the texts that are still there, under the new name; the rest may be relabelled


def find_renames(base: Dataset, candidate: Dataset) -> dict[str, str]:
    """Category of the base -> that of the candidate, of those that one side has and the other not.

    Both ways: nearly all texts of the old category that are still there stand under the new one,
    and nearly all texts of the new one that were there before stood under the old one.
    """
    gone = {*base.categories} - {*candidate.categories}
    new = {*candidate.categories} - {*base.categories}
    if not gone or not new:
        return {}
    before, now = _labels(base), _labels(candidate)
    forth, back = _moves(before, now, gone), _moves(now, before, new)
    named = {old: name for old, name in forth.items() if back.get(name) == old}
    return dict(sorted({**_spelled(gone - {*named}, new - {*named.values()}), **named}.items()))


def _spelled(gone: set[str], new: set[str]) -> dict[str, str]:
    """Names that are spellings of one another, where no third one is."""
    keys = Counter(map(spelling_key, (*gone, *new)))
    written = {spelling_key(name): name for name in new}
    return {
        old: written[key]
        for old in gone
        if (key := spelling_key(old)) in written and keys[key] == 2
    }


def rename(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    """The dataset with its categories called by other names, in canonical order."""

    def renamed(example: Example) -> Example:
        return replace(example, category=names.get(example.category, example.category))

    if not names:
        return dataset
    examples = sorted(map(renamed, dataset.examples), key=lambda e: (e.content, e.row))
    return replace(
        dataset, examples=tuple(examples), held_out=tuple(map(renamed, dataset.held_out))
    )


def _labels(dataset: Dataset) -> dict[str, set[str]]:
    """Text, its spaces aside -> the categories that it stands in."""
    found: dict[str, set[str]] = defaultdict(set)
    for example in dataset.examples:
        found[" ".join(example.text.split())].add(example.category)
    return found


def _moves(
    here: Mapping[str, set[str]], there: Mapping[str, set[str]], names: set[str]
) -> dict[str, str]:
    """For each of `names` the one category in which its texts stand on the other side."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    texts: Counter[str] = Counter()
    for text, categories in here.items():
        for name in categories & names:
            if text in there:
                texts[name] += 1
                places[name].update(there[text])
    found = {}
    for name, counts in places.items():
        most, number = max(counts.items(), key=lambda c: (c[1], c[0]))
        if number >= MOST * texts[name]:
            found[name] = most
    return found
