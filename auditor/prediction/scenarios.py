"""Update scenarios for the probes: the old data with a given update, or with simulated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from auditor.prediction.features.scenario import UpdateScenario
from auditor.prediction.folds import assign_folds
from auditor.prediction.forgetting import share_lost, share_lost_at_end
from auditor.prediction.out_of_fold import probabilities
from auditor.prediction.simulated import simulate
from auditor.prediction.words import words_of
from auditor.records.arrays import Ints, Mask, Table
from auditor.records.dataset import Dataset
from auditor.records.forecast import OLD_EPOCHS
from auditor.records.measurement import Measurement
from auditor.records.probes import HeldOut, OutOfFold
from auditor.records.structure import Embeddings
from auditor.statistics import score_interval

TINY = 1e-6  # difference in probability
LEARNT_CONFIDENCE = 0.98  # two-sided: in 1 of 100 a category that is not known seems to be


@dataclass(frozen=True, kw_only=True)  # without slots: what is derived is computed once, and kept
class BaseTask:
    """What is known of the old data before an update: its rows, and its accuracy out of fold."""

    dataset: Dataset
    embeddings: Embeddings
    fold_units: Ints  # (n,) sets of rows that folds must not divide
    disjoint: Ints  # (n,) the same, with each template one set
    out_of_fold: OutOfFold
    held_out: HeldOut

    @cached_property
    def accuracy(self) -> Table:
        """(K,) on held-out rows that training has not seen where a category has enough of them,
        else out of fold.

        Out of fold, each template is kept in one fold: what a category gets right by having seen
        the template before does not count. A few rows that are right or wrong say little, so half
        of the figure is what the mean probability of the right answer stands for in this dataset.
        """
        codes, probability = self.dataset.codes, self.out_of_fold.template_disjoint.mean(axis=0)
        rows = np.bincount(codes)
        right = np.bincount(codes, weights=probability.argmax(axis=1) == codes) / rows
        sure = np.bincount(codes, weights=probability[np.arange(len(codes)), codes]) / rows
        own = (right + _as_accuracy(sure, right, rows)) / 2
        return np.where(self.on_held_out, self.held_out.accuracy, own)

    @cached_property
    def accuracy_in_template(self) -> Table:
        """(K,) out of fold, with rows of one template on both sides."""
        codes = self.dataset.codes
        right = self.out_of_fold.probabilities.mean(axis=0).argmax(axis=1) == codes
        return np.asarray(np.bincount(codes, weights=right) / np.bincount(codes))

    @cached_property
    def scored(self) -> Ints:
        """(K,) the rows that `accuracy` was measured on."""
        return np.where(self.on_held_out, self.held_out.rows, np.bincount(self.dataset.codes))

    @cached_property
    def sets(self) -> Table:
        """(K,) the independent sets of rows that `accuracy` was measured on."""
        codes = self.dataset.codes
        first = np.unique(np.stack([codes, self.disjoint]), axis=1)[0]
        own = np.bincount(first)
        return np.where(self.on_held_out, self.held_out.independent, own).astype(np.float64)

    @cached_property
    def templated(self) -> Mask:
        """(n,) rows that are kept in a fold with others of one template."""
        together = np.bincount(self.disjoint)[self.disjoint]
        return np.asarray(together > np.bincount(self.fold_units)[self.fold_units])

    @cached_property
    def called(self) -> Table:
        """(K,) how often rows of other categories are taken for each, out of fold: what the
        accuracy of a category is by chance, whatever the shares of the categories."""
        codes, kinds = self.dataset.codes, len(self.dataset.categories)
        named = self.out_of_fold.template_disjoint.mean(axis=0).argmax(axis=1)
        wrong = np.bincount(named[named != codes], minlength=kinds)
        return np.asarray(wrong / np.maximum(len(codes) - np.bincount(codes), 1))

    @cached_property
    def recalled(self) -> Table:
        """(K,) share of the rows that are classified right, of those that `accuracy` rests on."""
        codes = self.dataset.codes
        right = self.out_of_fold.template_disjoint.mean(axis=0).argmax(axis=1) == codes
        own = np.bincount(codes, weights=right) / np.bincount(codes)
        return np.where(self.on_held_out, self.held_out.accuracy, own)

    @cached_property
    def learnt(self) -> Mask:
        """(K,) whether a category is known before the update: more of its own rows are taken for
        it than of the others, beyond the 98 % interval of its accuracy (informedness above 0,
        Powers 2011, "Evaluation: from precision, recall and F-measure to ROC, informedness")."""
        low, _ = score_interval(self.recalled, np.maximum(self.sets, 1.0), LEARNT_CONFIDENCE)
        return np.asarray(low > self.called)

    @cached_property
    def on_held_out(self) -> Mask:
        """(K,) whether `accuracy` was measured on held-out rows."""
        return self.held_out.independent >= self.held_out.min_rows

    @cached_property
    def left_out(self) -> Ints:
        """(K,) the held-out rows that do not score, as training has seen them."""
        none = np.zeros(len(self.held_out.rows), dtype=np.int64)
        return none if self.held_out.left_out is None else self.held_out.left_out


def _as_accuracy(sure: Table, right: Table, rows: Ints) -> Table:
    """(K,) the accuracies that lie on the line of `right` by `sure` over the categories."""
    if np.ptp(sure) < TINY:
        return right
    return np.clip(np.polyval(np.polyfit(sure, right, 1, w=np.sqrt(rows)), sure), 0.0, 1.0)


def scenario_of(
    task: BaseTask,
    update: tuple[Dataset, Embeddings] | None,
    seed: int,
    measurement: Measurement | None = None,
    *,
    old_epochs: float = OLD_EPOCHS,
) -> UpdateScenario:
    """The scenario of the given update, with what fine-tunes on it lost, or of simulated ones.

    old_epochs: passes over the old rows that a model is taught with before.
    """
    found = _simulated(task, seed) if update is None else _given(task, update, seed)
    lost = _lost(measurement, task.dataset.categories) if measurement else None
    return replace(found, lost=lost, old_epochs=old_epochs)


def _lost(measurement: Measurement, names: Sequence[str]) -> Table:
    """(2, runs, K) shares of the accuracy that each run lost, on average and at the end; NaN where
    they were not measured.

    The mean of what is lost on rows held out, as mean probability of the right category, and on
    rows that were trained on, as accuracy: few held-out rows, as right or wrong, say less.
    """
    lost = np.full((2, measurement.runs, len(names)), np.nan)
    for measured in measurement.categories:
        both = np.array([measured.soft, measured.recalled])
        of_both = np.stack([share_lost(both), share_lost_at_end(both)])
        lost[:, :, names.index(measured.category)] = of_both.mean(axis=1)
    return lost


def _simulated(task: BaseTask, seed: int) -> UpdateScenario:
    codes = task.dataset.codes
    updates = tuple(np.array(u) for u in simulate(task.embeddings.vectors, codes))
    return UpdateScenario(
        vectors=task.embeddings.vectors,
        words=words_of(task.dataset.texts),
        codes=codes,
        in_base=np.ones(len(codes), dtype=bool),
        old_count=len(task.dataset.categories),
        updates=updates,
        rows=tuple(_rows(codes, u) for u in updates),
        joint=task.out_of_fold.probabilities,
        alone=task.out_of_fold.template_disjoint,
        folds=assign_folds(task.disjoint, codes),
        accuracy=task.accuracy,
        templated=task.templated,
        seed=seed,
    )


def _rows(codes: Ints, update: Ints) -> Ints:
    """The rows of a simulated update; of each of k categories a k-th, so that several cost as much
    as one.
    """
    return np.concatenate([np.flatnonzero(codes == c)[:: len(update)] for c in update])


def _given(task: BaseTask, update: tuple[Dataset, Embeddings], seed: int) -> UpdateScenario:
    """One update: its new categories where it has any, else all of its rows."""
    dataset, embeddings = update
    names = task.dataset.categories
    new_categories = sorted({e.category for e in dataset.examples} - set(names))
    number = {c: i for i, c in enumerate((*names, *new_categories))}
    arriving = np.array([number[e.category] for e in dataset.examples], dtype=np.int64)
    n, kinds = len(task.dataset.examples), len(names)
    vectors = np.concatenate([task.embeddings.vectors, embeddings.vectors])
    codes = np.concatenate([task.dataset.codes, arriving])
    new = arriving >= kinds if new_categories else np.ones(len(arriving), dtype=bool)
    fold_units = np.concatenate(
        [task.fold_units, task.fold_units.max() + 1 + np.arange(len(arriving))]
    )
    return UpdateScenario(
        vectors=vectors,
        words=words_of([*task.dataset.texts, *dataset.texts]),
        codes=codes,
        in_base=np.arange(len(codes)) < n,
        old_count=kinds,
        updates=(np.unique(arriving[new]),),
        rows=(n + np.flatnonzero(new),),
        joint=probabilities(vectors, codes, assign_folds(fold_units, codes), seed),
        alone=task.out_of_fold.template_disjoint,
        folds=np.r_[assign_folds(task.disjoint, task.dataset.codes), np.zeros(len(arriving), int)],
        accuracy=task.accuracy,
        templated=task.templated,
        seed=seed,
    )
