"""Categories that go by another name in the candidate: the same texts, or the same word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from auditor.label_spelling import spelling_key
from auditor.records.dataset import Dataset, Example


def find_renames(base: Dataset, candidate: Dataset) -> dict[str, str]:
    """Category of the base -> that of the candidate, of those that one set has and the other not.

    Both ways: half or more of the texts of the old category that are still there stand under the
    new one, and more than half of those of the new one that were there stood under the old one.
    """
    gone = {*base.categories} - {*candidate.categories}
    new = {*candidate.categories} - {*base.categories}
    if not gone or not new:
        return {}
    shared, before, now = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    old, fresh = _labels(base), _labels(candidate)
    for text in old.keys() & fresh.keys():
        shared.update((a, b) for a in old[text] & gone for b in fresh[text] & new)
        before.update(old[text] & gone)
        now.update(fresh[text] & new)
    named: dict[str, str] = {}
    for (a, b), number in sorted(shared.items(), key=lambda s: (-s[1], s[0])):
        if a not in named and 2 * number >= before[a] and 2 * number > now[b]:
            named[a] = b
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
