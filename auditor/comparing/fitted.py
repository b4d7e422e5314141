"""What models of one set know: which rows of the pool they get right, and what they will forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.records.arrays import Ints, Mask, Table
from auditor.records.dataset import Dataset
from auditor.records.forecast import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of one set at one size, or of one sample of it."""

    rows: int
    right: Mask  # (seeds, n) rows of the pool that a probe of each seed gets right, taught neither
    # them nor their likes
    halves: Mask  # (halves, n) the same, each probe taught another half of the rows
    forecast: Forecast  # with the accuracy of the base's rows


Draws = tuple[Sequence[Told], Sequence[Told]]  # of the base and of the candidate, in step


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The rows that accuracies are read on."""

    dataset: Dataset  # the pool
    base: Mask  # (n,)
    units: Ints  # (n,) rows of one number are not independent
    taught: frozenset[str]  # categories that the update trains: they are not forgotten
    shared: float  # part of the variance of a drop that all categories of an update share


def mean_right(draws: Sequence[Told]) -> Table:
    """(n,) the share of draws and seeds that get each row right."""
    return np.asarray(np.mean([t.right.mean(axis=0) for t in draws], axis=0))


def both_right(draws: Draws) -> Table:
    """(n, 2) the same of the base and of the candidate."""
    return np.stack([mean_right(side) for side in draws], axis=1)
