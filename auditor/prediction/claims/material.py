"""What the claims are measured on: a sample of the old rows, and updates to make in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.errors import DataError, UsageError
from auditor.prediction.fine_tuning.effort import Effort
from auditor.prediction.fine_tuning.evaluation import OldRows, UpdateRows, first_of_each
from auditor.prediction.folds import hold_out
from auditor.prediction.leave_out import choose_held_out_categories
from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.forecast import Recipe
from auditor.records.probes import LabelErrors
from auditor.records.structure import Embeddings, Subtype

UPDATES = 3  # at least, one after the other: what a buffer lacks shows after some
SUSPICIOUS = 0.5  # probability of a wrong label


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Rows to teach and to test, and the updates in their order."""

    old: OldRows
    subtypes: Ints  # (n,) of these rows
    updates: tuple[UpdateRows, ...]
    names: tuple[str, ...]  # of the updates
    left_out: int  # updates that are categories of the data itself
    right: Ints  # (n,) the likeliest label of a row whose own is suspicious; else -1


def gather(
    dataset: Dataset,
    embeddings: Embeddings,
    fold_units: Ints,
    subtypes: Sequence[Subtype],
    errors: LabelErrors | None,
    given: Sequence[Dataset],
    seeds: int,
) -> Material:
    """The material of `given` updates, and of categories left out where these are under UPDATES.

    fold_units (n,): rows of one unit, copies and templates, are all trained on or all tested.
    Raises DataError where the data has too few categories to leave some out, and UsageError where
    two updates bring one new category.
    """
    missing = max(UPDATES - len(given), 0)
    left = _left_out(embeddings, dataset.codes, missing)
    stays = ~np.isin(dataset.codes, left)
    kept = np.unique(dataset.codes[stays])
    number = np.full(len(dataset.categories), -1)
    number[kept] = np.arange(len(kept))
    rows = first_of_each(dataset.codes, stays, Effort().rows)
    codes = number[dataset.codes[rows]]
    updates = [*(_given(d, [dataset.categories[c] for c in kept]) for d in given)]
    updates += [_category(dataset, c, len(kept)) for c in left]
    _expect_new([{e.category for e in d.examples} - set(dataset.categories) for d in given])
    return Material(
        old=OldRows(
            texts=[dataset.texts[i] for i in rows],
            codes=codes,
            held_out=hold_out(fold_units[rows], codes, seeds),
        ),
        subtypes=_groups(subtypes, len(dataset.codes))[rows],
        updates=tuple(updates),
        names=(*(d.name for d in given), *(dataset.categories[c] for c in left)),
        left_out=len(left),
        right=_right(errors, number, len(dataset.codes))[rows],
    )


def _left_out(embeddings: Embeddings, codes: Ints, count: int) -> list[int]:
    if not count:
        return []
    chosen = choose_held_out_categories(embeddings.vectors, codes, 2 * count)
    single = [of[0] for of in chosen if len(of) == 1][:count]
    if len(single) < count:
        raise DataError(
            f"too few categories to leave {count} of them out as updates; give more with --update"
        )
    return single


def _given(update: Dataset, names: Sequence[str]) -> UpdateRows:
    new = sorted({e.category for e in update.examples} - set(names))
    number = {c: i for i, c in enumerate([*names, *new])}
    arriving = update.examples[: 2 * Recipe().batch * Recipe().steps]
    return UpdateRows(
        texts=[e.text for e in arriving],
        codes=np.array([number[e.category] for e in arriving], dtype=np.int64),
        held_out=np.zeros(len(arriving), dtype=bool),
    )


def _category(dataset: Dataset, code: int, kinds: int) -> UpdateRows:
    rows = np.flatnonzero(dataset.codes == code)[: 2 * Recipe().batch * Recipe().steps]
    return UpdateRows(
        texts=[dataset.texts[i] for i in rows],
        codes=np.full(len(rows), kinds, dtype=np.int64),
        held_out=np.zeros(len(rows), dtype=bool),
    )


def _expect_new(new: Sequence[set[str]]) -> None:
    seen: set[str] = set()
    for names in new:
        if twice := sorted(names & seen):
            raise UsageError(
                f"--update: two files bring the new category {twice[0]!r}; give it in one of them"
            )
        seen |= names


def _groups(subtypes: Sequence[Subtype], n: int) -> Ints:
    """(n,) the subtype of each row, from 0; those of no one have one of their own."""
    groups = np.full(n, len(subtypes), dtype=np.int64)
    for i, subtype in enumerate(subtypes):
        groups[subtype.members] = i
    return groups


def _right(errors: LabelErrors | None, number: Ints, n: int) -> Ints:
    if errors is None or errors.wrong is None:
        return np.full(n, -1)
    return np.where(errors.wrong >= SUSPICIOUS, number[errors.rival], -1)
