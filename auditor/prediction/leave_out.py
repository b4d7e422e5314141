"""Which categories to leave out of the data as an update, and the base task that is left."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from auditor.prediction.folds import hold_out, keep_near_together
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.scenarios import BaseTask
from auditor.prediction.simulated import MIN_LEFT, resemblance, spread
from auditor.records.arrays import Floats, Ints
from auditor.records.dataset import Dataset
from auditor.records.structure import CopyFamilies, Embeddings, Template

SEVERAL = 3  # categories of an update of several
EVERY = 3  # that many updates, the last is of several categories


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDataset:
    """A dataset and what is known of its rows, of which any may be left out."""

    dataset: Dataset
    embeddings: Embeddings
    copies: CopyFamilies
    templates: tuple[Template, ...]

    @property
    def held_out(self) -> np.ndarray:
        """(n,) bool: rows that fine-tunes are evaluated on; copies and templates on one side."""
        fold_units = keep_near_together(self.dataset, self.copies, self.templates)
        return np.asarray(hold_out(fold_units, self.dataset.codes, 1)[0])

    def pick(self, rows: Ints) -> tuple[Dataset, Embeddings]:
        """The rows at these positions, as a dataset of their own."""
        return self.dataset.take(rows), self.embeddings.take(rows)

    def base_task(self, rows: Ints, seed: int) -> BaseTask:
        """What a forecast would know, had the data been these rows alone."""
        dataset, embeddings = self.pick(rows)
        copies = self.copies.among(rows)
        templates = [
            dataclasses.replace(t, members=np.flatnonzero(np.isin(rows, t.members)))
            for t in self.templates
        ]
        scored = score_out_of_fold(dataset, embeddings, copies, templates, seed)
        if scored is None:
            raise ValueError("two categories at least must be left")
        return BaseTask(
            dataset=dataset,
            embeddings=embeddings,
            fold_units=keep_near_together(dataset, copies),
            disjoint=keep_near_together(dataset, copies, templates),
            out_of_fold=scored,
            held_out=score_held_out(dataset, embeddings, self.pick(rows[:0])[1], None, seed),
        )


def choose_held_out_categories(
    vectors: Floats, codes: Ints, count: int
) -> tuple[tuple[int, ...], ...]:
    """Up to `count` updates as the categories that are left out: single ones, every third several.

    They are spread over large and small categories, and within a size over those that resemble
    another and those that resemble none. Several are a category and what it resembles most. With a
    higher `count` the first ones stay the same, so that what was measured serves again.
    """
    kinds = int(codes.max()) + 1
    if kinds <= MIN_LEFT:
        return ()
    cosine = resemblance(vectors, codes)
    several = max(1, min(SEVERAL, kinds - MIN_LEFT))
    updates = []
    for i, category in enumerate(spread(np.bincount(codes), cosine.max(axis=1))[:count]):
        closest = np.argsort(-cosine[category], kind="stable")[: several - 1]
        joined = closest if i % EVERY == EVERY - 1 else closest[:0]
        updates.append(tuple(sorted((int(category), *map(int, joined)))))
    return tuple(dict.fromkeys(updates))
