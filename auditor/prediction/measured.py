"""One real update as the coefficients are fitted to it: its features, and what it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.prediction.estimate import OF_SETS
from auditor.prediction.features.scenario import Features
from auditor.prediction.forgetting import share_lost, share_lost_at_end
from auditor.records.arrays import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One real update: its features, and the measured accuracies."""

    name: str
    dataset: str
    features: Features  # (2, 1, K)
    sets: Table  # (K,) independent rows of each category
    runs: Table  # (seeds, K, 1 + steps) accuracy before and at each checkpoint
    steps: tuple[int, ...]
    ceiling: float  # of the rank correlation with `drop`, by the noise of seeds and of reading
    # Of each seed, the index in `runs` of the first checkpoint where the update is learnt; None: at
    # none; (): not known.
    learnt_at: tuple[int | None, ...] = ()
    damaged: bool = False  # on purpose
    fitted: bool = True  # else scored only: it teaches no new category
    weight: float = 1.0  # of the update: many that are nearly alike count as few
    # Updates with the same one were measured on sets that differ in their rows and damage alone:
    # what they have in common, and last the steps that they were taught.
    alike: tuple[str, ...] = ()

    @property
    def accuracy(self) -> Table:
        """(K, 1 + steps) mean over seeds."""
        return np.asarray(self.runs.mean(axis=0))

    @property
    def drop(self) -> Table:
        return np.asarray(self.drops.mean(axis=0))

    @property
    def drops(self) -> Table:
        """(seeds, K)"""
        return np.asarray(self.runs[:, :, 0] - self.runs[:, :, 1:].mean(axis=2))

    def outcome(self, name: str) -> Table | None:
        """(K,) what was measured, mean over seeds, (1,) of OF_SETS; None where it was not."""
        if name == "before":
            return self.accuracy[:, 0]
        if name in ("average", "end"):
            return (share_lost if name == "average" else share_lost_at_end)(self.accuracy)
        return self._step_learnt if name == "learnt_step" else self._lost_when_learnt

    @property
    def _step_learnt(self) -> Table | None:
        """(1,) as a share of the steps; all of them where a run never learnt the update."""
        if not self.learnt_at:
            return None
        at = [self.steps[-1 if c is None else c - 1] for c in self.learnt_at]
        return np.array([np.mean(at) / self.steps[-1]])

    @property
    def _lost_when_learnt(self) -> Table | None:
        """(K,) None where a run never learnt the update."""
        at = [c for c in self.learnt_at if c is not None]
        if not at or len(at) < len(self.learnt_at):
            return None
        then = np.mean([run[:, c] for run, c in zip(self.runs, at, strict=True)], axis=0)
        return share_lost_at_end(np.stack([self.accuracy[:, 0], then], axis=1))

    def of_runs(self, name: str) -> Table:
        """(seeds, K) the same of each run; of what is known where the update is learnt, at the
        end."""
        if name == "before":
            return self.runs[:, :, 0]
        if name in OF_SETS:
            return np.asarray(share_lost(self.runs).mean(axis=1, keepdims=True))
        return share_lost(self.runs) if name == "average" else share_lost_at_end(self.runs)

    @property
    def mean_features(self) -> Features:
        """(1, K)"""
        return {name: v.mean(axis=0) for name, v in self.features.items()}


def shares_of(updates: Sequence[Measured]) -> Table:
    """(updates,) what each weighs: the root of a dataset's updates for each dataset, and within it
    each by its weight."""
    total: dict[str, float] = {}
    for u in updates:
        total[u.dataset] = total.get(u.dataset, 0.0) + u.weight
    shares = np.array([u.weight / total[u.dataset] ** 0.5 for u in updates])
    return np.asarray(shares / shares.sum())
