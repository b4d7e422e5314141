"""What features are computed from: old rows and the updates that are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from auditor.records.arrays import Floats, Ints, Mask, Table
from auditor.records.forecast import OLD_EPOCHS

Features = Mapping[str, Table]  # (2, updates, K)

SMALL = 1e-4  # probability that is as good as none
ROWS_A_CATEGORY = 400  # compared or read; canonical order makes a prefix a sample


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateScenario:
    """Old rows and update rows in one pool, and which of them make each update.

    A simulated update takes its category away from the old ones; a given one brings its own.
    """

    vectors: Floats  # (n, dim)
    words: csr_array  # (n, words) unit rows: the words that each text holds
    codes: Ints  # (n,) class of each row; the old categories are 0 .. K-1
    in_base: Mask  # (n,) the rows of the old data, not those of a given update
    old_count: int  # K
    updates: tuple[Ints, ...]  # the classes of each update
    rows: tuple[Ints, ...]  # the rows of each update
    joint: Floats  # (seeds, n, classes) out-of-fold probabilities of a probe of the whole pool
    alone: Floats  # (seeds, old rows, K) of a probe of the old data, each template kept in one fold
    folds: Ints  # (n,) of the old rows, each template kept in one; 0 of a given update's
    accuracy: Table  # (K,) of the old categories by probes
    templated: Mask  # (n,) old rows that are kept in a fold with others of one template
    seed: int
    old_epochs: float = OLD_EPOCHS  # passes over the old rows that a model is taught with
    # (2, runs, K) shares of accuracy that fine-tunes lost, on average and at the end; NaN: not
    # measured
    lost: Table | None = None

    def taught(self, update: Ints) -> Ints:
        """(t,) positions of the old rows that are taught before an update: of a simulated one, the
        rows of its own categories are not, and a given one may bring more of what is taught."""
        old = np.flatnonzero(self.in_base)
        return old[~np.isin(self.codes[old], update)] if self.in_base.all() else old


def of_categories(scenario: UpdateScenario, values: Table) -> Table:
    """(K,) mean of the old rows' values (old rows,) over each category."""
    codes, kinds = scenario.codes[scenario.in_base], scenario.old_count
    sums = np.bincount(codes, weights=values, minlength=kinds)
    return np.asarray(sums / np.maximum(np.bincount(codes, minlength=kinds), 1))


def sampled(rows: Ints, codes: Ints) -> Ints:
    """At most ROWS_A_CATEGORY rows of each class."""
    return np.concatenate(
        [rows[codes[rows] == c][:ROWS_A_CATEGORY] for c in np.unique(codes[rows])]
    )


def half_of(rows: NDArray[Any], half: int) -> NDArray[Any]:
    return rows[half::2] if len(rows) > 1 else rows
