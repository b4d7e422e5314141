"""Evaluating a fine-tune: its material, and what is measured at each checkpoint."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logsumexp

from auditor.prediction.fine_tuning.training import Classifier, Tokens
from auditor.prediction.fine_tuning.weight_shift import Trace
from auditor.records.arrays import Ints, Mask, Table

COMPETENT = 0.95  # AUROC of the update's rows against old ones: the update has been learnt
# And the accuracy on them: AUROC alone is above .95 two steps into an update (HWU64 + email,
# Bitext + refund), when not one row of it is called by its name yet.
RECOGNISED = 0.5
RECALLED = 10  # rows of a category, of those trained on, that are evaluated as well
RIDGE = 0.01  # of a refitted head, as a share of the features' mean variance


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Old rows and an update's rows. Codes 0 .. K-1 are old categories, those from K on are new."""

    texts: Sequence[str]
    codes: Ints  # (n,)
    held_out: Mask  # (splits, n) old rows to evaluate, not trained on
    update_texts: Sequence[str]
    update_codes: Ints  # (m,)
    # (m,) rows of the update to evaluate, not trained on; none: its competence is measured on the
    # rows it was trained on.
    update_held_out: Mask
    # (n,) the groups that old rows are evaluated by, from 0: subtypes, say. By default categories.
    groups: Ints | None = None
    left_out: int = 0  # old rows that are trained on and not evaluated: the update has them too
    update_left_out: int = 0  # rows of the update, since the old data has them

    @property
    def kinds(self) -> int:
        """K, the old categories."""
        return int(self.codes.max()) + 1

    @property
    def testable(self) -> bool:
        """Whether every run has an old row to evaluate."""
        return bool(self.held_out.any(axis=1).all())

    @property
    def arriving(self) -> Ints:
        """The categories that the update trains, new or old."""
        return np.unique(self.update_codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One fine-tune, evaluated before the update and at each checkpoint; (C, K) unless said.

    Where the material has groups, K is their number, and they stand for the categories. A category
    without a row to evaluate is NaN, and so is one that the update trains, where its columns are
    masked.
    """

    seed: int
    rate: float  # times the recipe's learning rates
    rows: Ints  # (K,) that were evaluated
    accuracy: Table
    recalled: Table  # accuracy on rows that were trained on, of which there are more than held out
    masked: Table  # accuracy without the update's columns: what is left is not lost, but outvoted
    refitted: Table  # of a head fitted anew; before, at first competence and last, else NaN
    margin: Table  # own logit less the best other one, mean
    learnt: Table  # (C,) accuracy on the update's rows
    auroc: Table  # (C,) of the update's rows against old ones, by the odds of the update's columns
    moved: Table  # (C, layers) length of the weights' change / length of the weights
    moved_important: Table  # (C, layers) the same, weighted by importance for the old rows

    @property
    def drop(self) -> Table:
        """(K,) accuracy before less the mean over the checkpoints."""
        return np.asarray(self.accuracy[0] - self.accuracy[1:].mean(axis=0))

    @property
    def competent(self) -> int | None:
        """The first checkpoint at which the update has been learnt; None: at no one."""
        reached = map(is_competent, self.auroc[1:], self.learnt[1:])
        return next((i for i, learnt in enumerate(reached, 1) if learnt), None)

    @property
    def drop_at_competence(self) -> Table | None:
        """(K,) accuracy lost when the update was first learnt."""
        at = self.competent
        return None if at is None else np.asarray(self.accuracy[0] - self.accuracy[at])


class Evaluation:
    """Evaluates one fine-tune, checkpoint by checkpoint."""

    def __init__(
        self,
        model: Classifier,
        material: Material,
        tokens: Tokens,
        held_out: Mask,
        tracing: Trace,
    ) -> None:
        n = len(material.codes)
        tested = material.update_held_out
        learnt = np.flatnonzero(tested if tested.any() else ~tested)
        self.model, self.kinds, self.tracing = model, material.kinds, tracing
        self.codes = material.codes[held_out]
        groups = material.codes if material.groups is None else material.groups
        self.groups, self.group_count = groups[held_out], int(groups.max()) + 1
        self.taught = tokens.of(np.flatnonzero(~held_out))
        self.taught_codes = material.codes[~held_out]
        recalled = first_of_each(groups, ~held_out, RECALLED)
        self.recalled_codes, self.recalled_groups = material.codes[recalled], groups[recalled]
        self.recalled = tokens.of(recalled)
        self.evaluated_texts = tokens.of(np.r_[np.flatnonzero(held_out), n + learnt])
        self.all_codes = np.r_[self.codes, material.update_codes[learnt]]
        self.arriving = material.arriving
        self.competent = False
        self.recorded: dict[str, list[Table]] = {}

    def evaluate(self, *, last: bool) -> None:
        vectors = self.model.encode(self.evaluated_texts)
        logits = self.model.scores(vectors).double().numpy()
        old, n = logits[: len(self.codes)], len(self.codes)
        masked = old.copy()
        masked[:, self.arriving] = -np.inf
        own = old[np.arange(n), self.codes]
        others = old.copy()
        others[np.arange(n), self.codes] = -np.inf
        right = logits.argmax(axis=1) == self.all_codes
        auroc = self._auroc(logits)
        learnt = float(right[n:].mean())
        newly = bool(self.recorded) and not self.competent and is_competent(auroc, learnt)
        refits = last or newly or not self.recorded
        self.competent |= newly
        kept = (masked.argmax(axis=1) == self.codes).astype(float)
        kept[np.isin(self.codes, self.arriving)] = np.nan
        recalled = self.model.scores(self.model.encode(self.recalled)).argmax(dim=1).numpy()
        moved, important = self.tracing.moved(self.model)
        found = {
            "accuracy": self._by_group(right[:n]),
            "recalled": self._mean(recalled == self.recalled_codes, self.recalled_groups),
            "masked": self._by_group(kept),
            "refitted": self._refitted(vectors) if refits else np.full(self.group_count, np.nan),
            "margin": self._by_group(own - others.max(axis=1)),
            "learnt": np.array(learnt),
            "auroc": np.array(auroc),
            "moved": moved,
            "moved_important": important,
        }
        for name, value in found.items():
            self.recorded.setdefault(name, []).append(value)

    def again(self) -> Evaluation:
        """An evaluation of another run from the same start, which is measured already."""
        other = copy.copy(self)
        other.recorded = {name: values[:1] for name, values in self.recorded.items()}
        return other

    def run(self, seed: int, rate: float) -> Run:
        tables = {name: np.stack(values) for name, values in self.recorded.items()}
        rows = np.bincount(self.groups, minlength=self.group_count)
        return Run(seed=seed, rate=rate, rows=rows, **tables)

    def _by_group(self, values: NDArray[np.generic]) -> Table:
        """(K,) mean of the held-out rows' values (n,)."""
        return self._mean(values, self.groups)

    def _mean(self, values: NDArray[np.generic], groups: Ints) -> Table:
        rows = np.bincount(groups, minlength=self.group_count)
        sums = np.bincount(groups, weights=values.astype(float), minlength=self.group_count)
        return np.where(rows > 0, sums / np.maximum(rows, 1), np.nan)

    def _auroc(self, logits: Table) -> float:
        """The update's rows against the old rows of other categories; NaN without one of them."""
        from sklearn.metrics import roc_auc_score

        update = np.zeros(len(logits), dtype=bool)
        update[len(self.codes) :] = True
        counted = update | ~np.isin(self.all_codes, self.arriving)
        theirs = np.isin(np.arange(logits.shape[1]), self.arriving)
        if theirs.all() or counted.sum() == update.sum():
            return float("nan")
        odds = logsumexp(logits[:, theirs], axis=1) - logsumexp(logits[:, ~theirs], axis=1)
        return float(roc_auc_score(update[counted], odds[counted]))

    def _refitted(self, vectors: torch.Tensor) -> Table:
        """(K,) accuracy of a ridge head fitted to what the encoder now makes of the old rows."""
        from sklearn.linear_model import Ridge

        if not len(self.codes):
            return np.full(self.group_count, np.nan)
        taught = self.model.encode(self.taught).double().numpy()
        head = Ridge(alpha=RIDGE * len(taught) * float(taught.var(axis=0).mean()))
        head.fit(taught, np.eye(self.kinds)[self.taught_codes])
        predicted = head.predict(vectors[: len(self.codes)].double().numpy()).argmax(axis=1)
        return self._by_group(predicted == self.codes)


def first_of_each(groups: Ints, among: Mask, max_rows: int) -> Ints:
    """At most so many rows of each group, of those `among`."""
    rows = np.flatnonzero(among)
    order = rows[np.argsort(groups[rows], kind="stable")]
    place = np.arange(len(order)) - np.searchsorted(groups[order], groups[order])
    return np.sort(order[place < max_rows])


def is_competent(auroc: float, learnt: float) -> bool:
    """Whether an update has been learnt; it is not where one of them is NaN."""
    return auroc >= COMPETENT and learnt >= RECOGNISED
