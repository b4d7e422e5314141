"""What models of one set know: which rows of the pool they get right, and what they will forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.records.arrays import Ints, Mask, Table
from auditor.records.dataset import Dataset
from auditor.records.forecast import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedSet:
    """What is known of one set at one size, or of one sample of it."""

    rows: int
    # (seeds, n) rows of the pool that a probe of each seed gets right, taught neither them nor
    # what resembles them.
    right: Mask
    halves: Mask  # (halves, n) the same, each probe taught another half of the rows
    forecast: Forecast  # with the accuracy of the base's rows


# Samples of the base and of the candidate, in step.
Draws = tuple[Sequence[FittedSet], Sequence[FittedSet]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRows:
    """The rows that accuracies are measured on."""

    dataset: Dataset  # the pool
    base: Mask  # (n,)
    units: Ints  # (n,) rows of one number are not independent
    taught: frozenset[str]  # categories that the update trains: they are not forgotten
    shared: float  # part of the variance of a drop that all categories of an update share


def mean_right(draws: Sequence[FittedSet]) -> Table:
    """(n,) the share of draws and seeds that get each row right."""
    return np.asarray(np.mean([fitted.right.mean(axis=0) for fitted in draws], axis=0))


def both_right(draws: Draws) -> Table:
    """(n, 2) the same of the base and of the candidate."""
    return np.stack([mean_right(samples) for samples in draws], axis=1)
