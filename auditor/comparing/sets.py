"""The two sets: two files, or the rows of one file by what a column says of them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.dataset import load_dataset
from auditor.embedding.embed import Encoder
from auditor.errors import DataError, UsageError
from auditor.records.audit import UnreadTexts
from auditor.records.dataset import Dataset, Example
from auditor.settings import Settings
from auditor.summary import unread_texts

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

NAMES = ("base", "candidate")  # where neither files nor values name the sets
HUMAN = ("human", "curated", "original", "real", "manual", "gold")  # how a base's rows are called


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    base: Dataset
    candidate: Dataset
    names: tuple[str, str]


def two_sets(
    base: Source,
    candidate: Source | None,
    split_by: str | None,
    names: tuple[str, ...],
    settings: Settings,
) -> Sets:
    """Both sets, and what to call them. Raises UsageError for one set alone, or three."""
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise UsageError(f"--names takes two different names, not {', '.join(names)!r}")
    if split_by is not None:
        if candidate is not None:
            raise UsageError("--split-by makes both sets from one file; leave the second one out")
        return _split(base, split_by, (names[0], names[1]), settings)
    if candidate is None:
        raise UsageError(
            "there is nothing to compare with: give a second file, or --split-by COLUMN"
        )
    base_data = load_dataset(base, settings)
    of_others = dataclasses.replace(settings, input_format=None)
    candidate_data = load_dataset(candidate, of_others, strict_roles=False)
    called = (
        (base_data.name, candidate_data.name)
        if names == NAMES and base_data.name != candidate_data.name
        else names
    )
    return Sets(base=base_data, candidate=candidate_data, names=(called[0], called[1]))


def readable_sets(sets: Sets, encoder: Encoder) -> tuple[Sets, UnreadTexts | None]:
    """The sets without the texts that the model cannot read, and which these are; with them where
    they are most texts of a set, of which nothing is then compared but words."""
    both = {e.content: e.text for e in (*sets.base.examples, *sets.candidate.examples)}
    unread = unread_texts([*both.values()], encoder.embed([*both.values()]))
    kept = [encoder.embed(of.texts).readable for of in (sets.base, sets.candidate)]
    if unread is None or kept[0] is None or kept[1] is None:
        return sets, unread
    base, candidate = (
        dataclasses.replace(of, examples=tuple(of.examples[i] for i in rows))
        for of, rows in ((sets.base, kept[0]), (sets.candidate, kept[1]))
    )
    return dataclasses.replace(sets, base=base, candidate=candidate), unread


def _split(source: Source, column: str, names: tuple[str, str], settings: Settings) -> Sets:
    """The rows of the base's value, and the whole file: the question is what its others add.

    Raises DataError where the column has one value, UsageError where it is open which is the base.
    """
    declared = tuple(dict.fromkeys([*settings.declared_columns, column]))
    dataset = load_dataset(source, dataclasses.replace(settings, declared_columns=declared))
    place = declared.index(column)
    counts = Counter(v for e in dataset.examples if (v := e.declared[place]) is not None)
    value = _base_value(counts, names, column)

    def in_base(example: Example) -> bool:
        return example.declared[place] == value

    base = dataclasses.replace(
        dataset,
        examples=tuple(filter(in_base, dataset.examples)),
        held_out=tuple(filter(in_base, dataset.held_out)),
        rejected=(),
    )
    if names == NAMES and not settings.no_text:
        others = sorted(set(counts) - {value})
        added = others[0] if len(others) == 1 else "others"
        names = (value, f"{value} + {added}")
    return Sets(base=base, candidate=dataset, names=names)


def _base_value(counts: Counter[str], names: tuple[str, str], column: str) -> str:
    if len(counts) < 2:
        raise DataError(
            f"column {column!r} has one value, {next(iter(counts), None)!r}; two needed"
        )
    if names[0] in counts:
        return names[0]
    human = [v for v in sorted(counts) if any(h in v.lower() for h in HUMAN)]
    if len(human) == 1:
        return human[0]
    if len(counts) == 2:
        return min(counts, key=lambda v: (-counts[v], v))
    raise UsageError(
        f"column {column!r} has {len(counts)} values and none is plainly the base; name it first "
        "in --names, as in --names human,synthetic"
    )
