"""Probes of three fidelities: what can be known of each old category before an update.

Each turns an `UpdateScenario` into features, (2, updates, K) a name; `estimate.py` weighs them. A
feature comes twice, from two halves (of the update's rows, or of the probe's seeds): their mean is
the feature, their agreement its reliability. In the end a feature is a rank within its update, so
that nothing here depends on the scale of an encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse import csr_array
from scipy.special import logit

from auditor.prediction.out_of_fold import SEEDS
from auditor.prediction.probes import train_probes
from auditor.prediction.words import add_up
from auditor.records.arrays import Floats, Ints, Mask, Table

Features = Mapping[str, Table]  # (2, updates, K)

ROWS_A_CATEGORY = 400  # compared by the similarities; canonical order makes a prefix a sample
EXEMPLARS = 3  # nearest rows of a category to each text of an update
NEIGHBOURS = 10
# Of the scatter, in mean variances; alone, `sharpened` had skill .79 to .80 from 1 to 10.
SHRINKAGE = 3.0
SMALL = 1e-4  # probability that is as good as none
HIDDEN, STEPS, BATCH = 128, 75, 64  # of the probe that has never seen the update


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
    seed: int
    lost: Table | None = None  # (runs, K) share of accuracy that fine-tunes lost; NaN: not measured


def similarity(scenario: UpdateScenario) -> Features:
    """How near the update lies to each category; halves of the update's rows.

    sharpened: `exemplar` with the scatter within categories divided out, as fine-tuning on the old
    data does. wording: words in common, since what an update does to the vector of a word reaches
    every text that holds it.
    """
    rows = np.flatnonzero(scenario.in_base)
    sample = [rows[scenario.codes[rows] == c][:ROWS_A_CATEGORY] for c in range(scenario.old_count)]
    queries = [_sampled(rows, scenario.codes) for rows in scenario.rows]
    centres = _unit(np.stack([scenario.vectors[s].mean(axis=0) for s in sample]))
    centroid = [
        [(centres @ _heads(scenario, _half(rows, half)).T).max(axis=1) for rows in scenario.rows]
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
        [[_half(table, half).mean(axis=0) for table in tables] for half in (0, 1)],
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
    taken = [_half(rows, half) for rows in scenario.rows]
    sizes = [len(rows) for rows in taken]
    owner = np.repeat(np.arange(len(taken)), sizes)
    heads = add_up(owner) @ scenario.words[np.concatenate(taken)]
    sums = (heads @ centres.T).toarray()
    return np.asarray(sums / np.outer(sizes, np.bincount(scenario.codes[old])))


def head(scenario: UpdateScenario) -> Features:
    """`similarity`, and what probes on the embeddings say; halves of their seeds.

    mistaken: mean probability that a probe of the old data gives the category on the update's
    text. contested: how the category's own text stands against the update's classes in a probe
    of both, mean log odds out of fold, higher = more endangered. unsure: how it stands against the
    best of the other old categories, the same for every update.
    """
    halves = (range(0, SEEDS, 2), range(1, SEEDS, 2))
    contested = [np.mean([_contested(scenario, s) for s in half], axis=0) for half in halves]
    mistaken = [np.mean([_mistaken(scenario, s) for s in half], axis=0) for half in halves]
    unsure = [_unsure(scenario, scenario.alone[half].mean(axis=0)) for half in halves]
    return {
        **similarity(scenario),
        "mistaken": np.stack(mistaken),
        "contested": np.stack(contested),
        "unsure": np.stack(unsure),
    }


def full(scenario: UpdateScenario) -> Features:
    """`head`, and what a fine-tune on the given update really took; halves of the runs.

    lost: log odds of the share of its accuracy that a category lost, less their mean over the
    categories; lost_on_average: that mean, the same for all.
    """
    if scenario.lost is None:
        raise ValueError("the level full needs an update that was measured")
    odds = np.stack([_filled(logit(_half(scenario.lost, half).mean(axis=0))) for half in (0, 1)])
    mean = odds.mean(axis=1, keepdims=True)
    return {
        **head(scenario),
        "lost": (odds - mean)[:, None],
        "lost_on_average": np.tile(mean, (1, odds.shape[1]))[:, None],
    }


def _filled(values: Table) -> Table:
    """NaN as the mean of the others; 0 where there is nothing else."""
    there = np.isfinite(values)
    return np.where(there, values, values[there].mean() if there.any() else 0.0)


PROBES: dict[str, Callable[[UpdateScenario], Features]] = {"similarity": similarity, "head": head}
FIDELITIES = {**PROBES, "full": full}  # cheapest first


def _half(rows: NDArray[Any], half: int) -> NDArray[Any]:
    return rows[half::2] if len(rows) > 1 else rows


def _sampled(rows: Ints, codes: Ints) -> Ints:
    """At most ROWS_A_CATEGORY rows of each class."""
    return np.concatenate(
        [rows[codes[rows] == c][:ROWS_A_CATEGORY] for c in np.unique(codes[rows])]
    )


def _top(block: Floats, k: int) -> Floats:
    k = min(k, block.shape[1])
    return np.partition(block, -k, axis=1)[:, -k:]


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _contested(scenario: UpdateScenario, seed: int) -> Table:
    """(updates, K) mean over a category's rows of log(update's mass / own probability)."""
    joint = scenario.joint[seed]
    own = np.log(joint[np.arange(len(joint)), scenario.codes] + SMALL)
    mass = np.stack([np.log(joint[:, u].sum(axis=1) + SMALL) for u in scenario.updates])
    codes, odds = scenario.codes[scenario.in_base], (mass - own)[:, scenario.in_base]
    sums = [np.bincount(codes, weights=o, minlength=scenario.old_count) for o in odds]
    return np.stack(sums) / np.maximum(np.bincount(codes, minlength=scenario.old_count), 1)


def _unsure(scenario: UpdateScenario, alone: Floats) -> Table:
    """(updates, K) mean over a category's rows of log(best other probability / own), of `alone`
    (old rows, K)."""
    codes = scenario.codes[scenario.in_base]
    rows = np.arange(len(codes))
    others = alone.copy()
    others[rows, codes] = 0.0
    odds = np.log(others.max(axis=1) + SMALL) - np.log(alone[rows, codes] + SMALL)
    mean = np.bincount(codes, weights=odds, minlength=scenario.old_count) / np.bincount(codes)
    return np.tile(mean, (len(scenario.updates), 1))


def _mistaken(scenario: UpdateScenario, seed: int) -> Table:
    """(updates, K) by probes that know neither the update's rows nor its classes."""
    kinds = scenario.joint.shape[2]
    known = np.ones((len(scenario.updates), kinds), dtype=bool)
    allowed = np.ones((len(scenario.updates), len(scenario.codes)), dtype=bool)
    samples = [_sampled(rows, scenario.codes) for rows in scenario.rows]
    for i, (classes, rows) in enumerate(zip(scenario.updates, scenario.rows, strict=True)):
        known[i, classes] = False
        allowed[i, rows] = False
        allowed[i] &= known[i, scenario.codes]
    inputs = torch.from_numpy(scenario.vectors)
    models = train_probes(
        inputs,
        torch.tensor(scenario.codes),
        torch.from_numpy(allowed),
        known=torch.from_numpy(known),
        hidden=HIDDEN,
        steps=STEPS,
        batch=BATCH,
        seed=scenario.seed + seed,
    )
    owner = torch.arange(len(samples)).repeat_interleave(torch.tensor([len(s) for s in samples]))
    total = torch.zeros(len(known), kinds)

    def add_own(p: torch.Tensor, rows: slice) -> None:
        total.index_add_(0, owner[rows], p[torch.arange(len(p)), owner[rows]])

    models.map(inputs[np.concatenate(samples)], add_own)
    sizes = np.bincount(owner.numpy())[:, None]
    return np.asarray(total[:, : scenario.old_count].numpy() / sizes, dtype=np.float64)
