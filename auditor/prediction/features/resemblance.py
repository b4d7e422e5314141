"""resemblance: how near the update lies to each category; halves of the update's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from auditor.prediction.features.scenario import (
    ROWS_A_CATEGORY,
    SMALL,
    Features,
    UpdateScenario,
    half_of,
    sampled,
)
from auditor.prediction.words import add_up
from auditor.records.arrays import Floats, Ints, Table

EXEMPLARS = 3  # nearest rows of a category to each text of an update
NEIGHBOURS = 10
# Of the scatter, in mean variances; alone, `sharpened` had skill .79 to .80 from 1 to 10.
SHRINKAGE = 3.0


def resemblance(scenario: UpdateScenario) -> Features:
    """How near the update lies to each category; halves of the update's rows.

    sharpened: `exemplar` with the scatter within categories divided out, as fine-tuning on the old
    data does. wording: words in common, since what an update does to the vector of a word reaches
    every text that holds it.
    """
    rows = np.flatnonzero(scenario.in_base)
    sample = [rows[scenario.codes[rows] == c][:ROWS_A_CATEGORY] for c in range(scenario.old_count)]
    queries = [sampled(rows, scenario.codes) for rows in scenario.rows]
    centres = _unit(np.stack([scenario.vectors[s].mean(axis=0) for s in sample]))
    centroid = [
        [(centres @ _heads(scenario, half_of(rows, half)).T).max(axis=1) for rows in scenario.rows]
        for half in (0, 1)
    ]
    return {
        "centroid": np.array(centroid, dtype=np.float64),
        "exemplar": _halves(_closeness(scenario.vectors, scenario.updates, queries, sample)),
        "sharpened": _halves(_closeness(_sharpen(scenario), scenario.updates, queries, sample)),
        "share": _halves(_shares(scenario, queries, np.concatenate(sample))),
        "wording": np.stack([_wording(scenario, half) for half in (0, 1)]),
    }


def _heads(scenario: UpdateScenario, rows: Ints) -> Floats:
    """(classes, dim) centres of the classes of an update's `rows`."""
    codes = scenario.codes[rows]
    return _unit(
        np.stack([scenario.vectors[rows[codes == c]].mean(axis=0) for c in np.unique(codes)])
    )


def _halves(tables: Sequence[NDArray[Any]]) -> Table:
    """(2, updates, K) means over halves of the rows of each update's table (rows, K)."""
    return np.array(
        [[half_of(table, half).mean(axis=0) for table in tables] for half in (0, 1)],
        dtype=np.float64,
    )


def _closeness(
    vectors: Floats, updates: Sequence[Ints], queries: Sequence[Ints], sample: Sequence[Ints]
) -> list[Floats]:
    """Of each update, (rows, K) mean cosine of its rows to the EXEMPLARS nearest of a category."""
    texts = vectors[np.concatenate(queries)]
    near = np.stack([_top(texts @ vectors[s].T, EXEMPLARS).mean(axis=1) for s in sample], axis=1)
    tables = np.split(near, np.cumsum([len(rows) for rows in queries])[:-1])
    for classes, table in zip(updates, tables, strict=True):
        table[:, classes[classes < len(sample)]] = -1.0  # an update is no neighbour of its own
    return tables


def _shares(scenario: UpdateScenario, queries: Sequence[Ints], pooled: Ints) -> list[Table]:
    """Of each update, (rows, K) share of its rows' NEIGHBOURS, of the rows `pooled`."""
    owner, pool = scenario.codes[pooled], scenario.vectors[pooled]
    width = min(NEIGHBOURS, len(pooled))
    tables = []
    for classes, rows in zip(scenario.updates, queries, strict=True):
        cosine = scenario.vectors[rows] @ pool.T
        cosine[:, np.isin(owner, classes)] = -1.0
        nearest = np.argpartition(-cosine, width - 1, axis=1)[:, :width]
        table = np.zeros((len(rows), scenario.old_count))
        np.add.at(table, (np.arange(len(rows))[:, None], owner[nearest]), 1.0 / width)
        tables.append(table)
    return tables


def _sharpen(scenario: UpdateScenario) -> Floats:
    """(n, dim) unit rows, whitened by the scatter of the old rows within their categories."""
    old, codes = (
        scenario.vectors[scenario.in_base].astype(np.float64),
        scenario.codes[scenario.in_base],
    )
    centres = add_up(codes) @ old / np.bincount(codes)[:, None]
    within = old - centres[codes]
    scatter = within.T @ within / len(old)
    mean_variance = max(float(np.trace(scatter)) / len(scatter), SMALL)
    root = cholesky(scatter + SHRINKAGE * mean_variance * np.eye(len(scatter)), lower=True)
    rows = solve_triangular(root, (scenario.vectors - old.mean(axis=0)).T, lower=True).T
    return _unit(rows).astype(np.float32)


def _wording(scenario: UpdateScenario, half: int) -> Table:
    """(updates, K) mean cosine between the words of the update's texts and a category's."""
    old = np.flatnonzero(scenario.in_base)
    centres = add_up(scenario.codes[old]) @ scenario.words[old]
    taken = [half_of(rows, half) for rows in scenario.rows]
    sizes = [len(rows) for rows in taken]
    owner = np.repeat(np.arange(len(taken)), sizes)
    heads = add_up(owner) @ scenario.words[np.concatenate(taken)]
    sums = (heads @ centres.T).toarray()
    return np.asarray(sums / np.outer(sizes, np.bincount(scenario.codes[old])))


def _top(block: Floats, k: int) -> Floats:
    k = min(k, block.shape[1])
    return np.partition(block, -k, axis=1)[:, -k:]


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
