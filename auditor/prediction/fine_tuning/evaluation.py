"""Evaluating a fine-tune: its material, and what is measured at each checkpoint."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logsumexp

from auditor.interfaces import Mitigation
from auditor.prediction.fine_tuning.training import Classifier
from auditor.prediction.fine_tuning.weight_shift import Trace
from auditor.records.arrays import Ints, Mask, Table

COMPETENT = 0.95  # AUROC of the update's rows against old ones: the update has been learnt
# And the accuracy on them: AUROC alone is above .95 two steps into an update (HWU64 + email,
# Bitext + refund), when not one row of it is called by its name yet.
RECOGNISED = 0.5
RECALLED = 5  # rows of a category, of those trained on, that each run evaluates as well
REFITTED = 20  # rows of a category, of those trained on, that a head is fitted anew on
RIDGE = 0.01  # of a refitted head, as a share of the features' mean variance


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRows:
    """What the model is taught first, and what an update may take."""

    texts: Sequence[str]
    codes: Ints  # (n,) categories, from 0
    held_out: Mask  # (splits, n) rows to evaluate, not trained on
    # (n,) the groups that rows are evaluated by, from 0: subtypes, say. By default categories.
    groups: Ints | None = None
    left_out: int = 0  # rows that are trained on and not evaluated: the update has them too

    @property
    def kinds(self) -> int:
        """K, the old categories."""
        return int(self.codes.max()) + 1

    @property
    def testable(self) -> bool:
        """Whether every run has a row to evaluate."""
        return bool(self.held_out.any(axis=1).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRows:
    """What the model is fine-tuned on next."""

    texts: Sequence[str]
    codes: Ints  # (m,) below K an old category, from K on one of the update's own
    # (m,) rows to evaluate, not trained on; none: competence is measured on those trained on.
    held_out: Mask
    left_out: int = 0  # rows that are trained on and not evaluated, since the old data has them

    @property
    def arriving(self) -> Ints:
        """The categories that it trains, new or old."""
        return np.unique(self.codes)

    def new_kinds(self, known: int) -> int:
        """How many categories it has beyond the `known` ones."""
        return max(int(self.codes.max()) + 1 - known, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One fine-tune, evaluated before the update and at each checkpoint; (C, K) unless said.

    Where the old rows have groups, K is their number, and they stand for the categories. A category
    without a row to evaluate is NaN, and so is one that the update trains, where its columns are
    masked.
    """

    seed: int
    rows: Ints  # (K,) that were evaluated
    accuracy: Table
    soft: Table  # mean probability of the right category, which few rows tell more of
    recalled: Table  # accuracy on rows that were trained on, of which there are more than held out
    masked: Table  # accuracy without the update's columns: what is left is not lost, but outvoted
    refitted: Table  # of a head fitted anew, before and last, else NaN
    margin: Table  # own logit less the best other one, mean
    learnt: Table  # (C,) accuracy on the update's rows
    auroc: Table  # (C,) of the update's rows against old ones, by the odds of the update's columns
    moved: Table  # (C, layers) length of the weights' change / length of the weights
    moved_important: Table  # (C, layers) the same, weighted by importance for the old rows

    @property
    def drop(self) -> Table:
        """(K,) accuracy before less the mean over the checkpoints."""
        return np.asarray(self.accuracy[0] - self.accuracy[1:].mean(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigatedRun:
    """One update with a mitigation, evaluated before it and at some of the checkpoints."""

    mitigation: Mitigation[Any]
    seed: int
    rows: Ints  # (K,) that were evaluated
    steps: tuple[int, ...]  # (C,) 0 and those
    accuracy: Table  # (C, K)
    learnt: Table  # (C,) accuracy on the update's rows
    auroc: Table  # (C,) of the update's rows against old ones
    trained: int  # rows, repeats counted, with the update's
    old_rows: int  # of them, those of the old data


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A checkpoint, by what a mitigation is judged by."""

    accuracy: Table  # (K,)
    learnt: float
    auroc: float


class Evaluation:
    """Evaluates the runs of one update, checkpoint by checkpoint."""

    def __init__(
        self,
        old: OldRows,
        update: UpdateRows,
        held_out: Mask,
        tokens: tuple[Sequence[Ints], Sequence[Ints]],
        tracing: Trace,
    ) -> None:
        """held_out (n,): the old rows to evaluate; tokens: of the old rows, and of the update's."""
        theirs = np.flatnonzero(update.held_out if update.held_out.any() else ~update.held_out)
        groups = old.codes if old.groups is None else old.groups
        recalled = first_of_each(groups, ~held_out, RECALLED)
        self.kinds, self.arriving, self.tracing = old.kinds, update.arriving, tracing
        self.codes, self.groups = old.codes[held_out], groups[held_out]
        self.group_count = int(groups.max()) + 1
        self.all_codes = np.r_[self.codes, update.codes[theirs]]
        self.recalled_codes, self.recalled_groups = old.codes[recalled], groups[recalled]
        refit = first_of_each(old.codes, ~held_out, REFITTED)
        self.refit_codes = old.codes[refit]
        self.held_out = [tokens[0][i] for i in np.flatnonzero(held_out).tolist()]
        self.theirs = [tokens[1][i] for i in theirs.tolist()]
        self.recalled = [tokens[0][i] for i in recalled.tolist()]
        self.refit = [tokens[0][i] for i in refit.tolist()]
        self.recorded: dict[str, list[Table]] = {}

    def accuracy(self, model: Classifier) -> Table:
        """(K,) of the held-out rows, and nothing else."""
        return self._by_group(
            model.scores(model.encode(self.held_out)).argmax(dim=1).numpy() == self.codes
        )

    @property
    def rows(self) -> Ints:
        """(K,) that are evaluated."""
        return np.bincount(self.groups, minlength=self.group_count)

    def short(self) -> Short:
        """What was recorded first."""
        accuracy, learnt, auroc = (self.recorded[n][0] for n in ("accuracy", "learnt", "auroc"))
        return Short(accuracy=accuracy, learnt=float(learnt), auroc=float(auroc))

    def shortly(self, model: Classifier) -> Short:
        """A checkpoint, of which nothing is recorded."""
        logits = model.scores(model.encode([*self.held_out, *self.theirs])).double().numpy()
        right, n = logits.argmax(axis=1) == self.all_codes, len(self.codes)
        return Short(
            accuracy=self._by_group(right[:n]),
            learnt=float(right[n:].mean()),
            auroc=self._auroc(logits),
        )

    def evaluate(self, model: Classifier, *, last: bool) -> None:
        """Records a checkpoint; the first one is before the update."""
        vectors = model.encode([*self.held_out, *self.theirs, *self.recalled])
        scores = model.scores(vectors).double().numpy()
        n, read = len(self.codes), len(self.all_codes)
        logits, recalled = scores[:read], scores[read:].argmax(axis=1)
        old = logits[:n]
        masked = old.copy()
        masked[:, self.arriving] = -np.inf
        own = old[np.arange(n), self.codes]
        others = old.copy()
        others[np.arange(n), self.codes] = -np.inf
        right = logits.argmax(axis=1) == self.all_codes
        refits = last or not self.recorded
        kept = (masked.argmax(axis=1) == self.codes).astype(float)
        kept[np.isin(self.codes, self.arriving)] = np.nan
        moved, important = self.tracing.moved(model)
        unknown = np.full(self.group_count, np.nan)
        found = {
            "accuracy": self._by_group(right[:n]),
            "soft": self._by_group(np.exp(own - logsumexp(old, axis=1))),
            "recalled": self._mean(recalled == self.recalled_codes, self.recalled_groups),
            "masked": self._by_group(kept),
            "refitted": self._refitted(model, vectors[:n]) if refits else unknown,
            "margin": self._by_group(own - others.max(axis=1)),
            "learnt": right[n:].mean(),
            "auroc": np.array(self._auroc(logits)),
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

    def run(self, seed: int) -> Run:
        tables = {name: np.stack(values) for name, values in self.recorded.items()}
        return Run(seed=seed, rows=self.rows, **tables)

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

    def _refitted(self, model: Classifier, vectors: torch.Tensor) -> Table:
        """(K,) accuracy of a ridge head fitted to what the encoder now makes of the old rows."""
        from sklearn.linear_model import Ridge

        if not len(self.codes):
            return np.full(self.group_count, np.nan)
        taught = model.encode(self.refit).double().numpy()
        head = Ridge(alpha=RIDGE * len(taught) * float(taught.var(axis=0).mean()))
        head.fit(taught, np.eye(self.kinds)[self.refit_codes])
        predicted = head.predict(vectors.double().numpy()).argmax(axis=1)
        return self._by_group(predicted == self.codes)


def first_of_each(groups: Ints, among: Mask, max_rows: int) -> Ints:
    """At most so many rows of each group, of those `among`."""
    rows = np.flatnonzero(among)
    order = rows[np.argsort(groups[rows], kind="stable")]
    place = np.arange(len(order)) - np.searchsorted(groups[order], groups[order])
    return np.sort(order[place < max_rows])


def first_learnt(auroc: Sequence[float] | Table, learnt: Sequence[float] | Table) -> int | None:
    """The first checkpoint, of (C,) with the one before the update, at which it has been learnt;
    None: at no one. Where one of the two is NaN it has not."""
    odds, right = (np.asarray(values, dtype=np.float64) for values in (auroc, learnt))
    known = (odds >= COMPETENT) & (right >= RECOGNISED)
    return int(known[1:].argmax()) + 1 if known[1:].any() else None
