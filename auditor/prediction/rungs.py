"""The ladder of probes: what can be known of each old category before an update.

A rung turns a `Scene` into features, (2, updates, K) a name; `estimate.py` weighs them. Each comes
twice, from two halves (of the update's rows, or of the probe's seeds): their mean is the feature,
their agreement its reliability. In the end a feature is a rank within its update, so that nothing
here depends on the scale of an encoder.
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
from auditor.prediction.probes import train
from auditor.prediction.words import add_up
from auditor.records import Floats, Ints, Table

Features = Mapping[str, NDArray[np.float64]]  # (2, updates, K)

ROWS_A_CATEGORY = 400  # looked at by the similarities; canonical order makes a prefix a sample
EXEMPLARS = 3  # nearest rows of a category to each text of an update
NEIGHBOURS = 10
# Of the scatter, in mean variances; alone, `sharpened` had skill .79 to .80 from 1 to 10.
SHRINKAGE = 3.0
SMALL = 1e-4  # probability that is as good as none
HIDDEN, STEPS, BATCH = 128, 75, 64  # of the probe that has never seen the update


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Old rows and update rows in one pool, and which of them make each update.

    A simulated update takes its category away from the old ones; a given one brings its own.
    """

    vectors: Floats  # (n, dim)
    words: csr_array  # (n, words) unit rows: the words that each text holds
    codes: Ints  # (n,) class of each row; the old categories are 0 .. K-1
    measured: NDArray[np.bool_]  # (n,) the rows of the old data, not those of a given update
    old: int  # K
    updates: tuple[Ints, ...]  # the classes of each update
    rows: tuple[Ints, ...]  # the rows of each update
    joint: Floats  # (seeds, n, classes) out-of-fold probabilities of a probe of the whole pool
    alone: Floats  # (seeds, old rows, K) of a probe of the old data, each template kept in one fold
    seed: int
    lost: Table | None = None  # (runs, K) share of accuracy lost when it was tried; NaN: not read


def similarity(scene: Scene) -> Features:
    """How near the update lies to each category; halves of the update's rows.

    sharpened: `exemplar` with the scatter within categories divided out, as fine-tuning on the old
    data does. wording: words in common, since what an update does to the vector of a word reaches
    every text that holds it.
    """
    rows = np.flatnonzero(scene.measured)
    sample = [rows[scene.codes[rows] == c][:ROWS_A_CATEGORY] for c in range(scene.old)]
    asked = [_sampled(rows, scene.codes) for rows in scene.rows]
    centres = _unit(np.stack([scene.vectors[s].mean(axis=0) for s in sample]))
    centroid = [
        [(centres @ _heads(scene, _half(rows, half)).T).max(axis=1) for rows in scene.rows]
        for half in (0, 1)
    ]
    return {
        "centroid": np.array(centroid, dtype=np.float64),
        "exemplar": _halves(_closeness(scene.vectors, scene.updates, asked, sample)),
        "sharpened": _halves(_closeness(_sharpen(scene), scene.updates, asked, sample)),
        "share": _halves(_shares(scene, asked, np.concatenate(sample))),
        "wording": np.stack([_wording(scene, half) for half in (0, 1)]),
    }


def _heads(scene: Scene, rows: Ints) -> Floats:
    """(classes, dim) centres of the classes of an update's `rows`."""
    codes = scene.codes[rows]
    return _unit(np.stack([scene.vectors[rows[codes == c]].mean(axis=0) for c in np.unique(codes)]))


def _halves(tables: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """(2, updates, K) means over halves of the rows of each update's table (rows, K)."""
    return np.array(
        [[_half(table, half).mean(axis=0) for table in tables] for half in (0, 1)],
        dtype=np.float64,
    )


def _closeness(
    vectors: Floats, updates: Sequence[Ints], asked: Sequence[Ints], sample: Sequence[Ints]
) -> list[Floats]:
    """Of each update, (rows, K) mean cosine of its rows to the EXEMPLARS nearest of a category."""
    texts = vectors[np.concatenate(asked)]
    near = np.stack([_top(texts @ vectors[s].T, EXEMPLARS).mean(axis=1) for s in sample], axis=1)
    tables = np.split(near, np.cumsum([len(rows) for rows in asked])[:-1])
    for classes, table in zip(updates, tables, strict=True):
        table[:, classes[classes < len(sample)]] = -1.0  # an update is no neighbour of its own
    return tables


def _shares(scene: Scene, asked: Sequence[Ints], pooled: Ints) -> list[Table]:
    """Of each update, (rows, K) share of its rows' NEIGHBOURS, of the rows `pooled`."""
    owner, pool = scene.codes[pooled], scene.vectors[pooled]
    width = min(NEIGHBOURS, len(pooled))
    tables = []
    for classes, rows in zip(scene.updates, asked, strict=True):
        cosine = scene.vectors[rows] @ pool.T
        cosine[:, np.isin(owner, classes)] = -1.0
        nearest = np.argpartition(-cosine, width - 1, axis=1)[:, :width]
        table = np.zeros((len(rows), scene.old))
        np.add.at(table, (np.arange(len(rows))[:, None], owner[nearest]), 1.0 / width)
        tables.append(table)
    return tables


def _sharpen(scene: Scene) -> Floats:
    """(n, dim) unit rows, whitened by the scatter of the old rows within their categories."""
    old, codes = scene.vectors[scene.measured].astype(np.float64), scene.codes[scene.measured]
    centres = add_up(codes) @ old / np.bincount(codes)[:, None]
    within = old - centres[codes]
    scatter = within.T @ within / len(old)
    mean_variance = max(float(np.trace(scatter)) / len(scatter), SMALL)
    root = cholesky(scatter + SHRINKAGE * mean_variance * np.eye(len(scatter)), lower=True)
    rows = solve_triangular(root, (scene.vectors - old.mean(axis=0)).T, lower=True).T
    return _unit(rows).astype(np.float32)


def _wording(scene: Scene, half: int) -> Table:
    """(updates, K) mean cosine between the words of the update's texts and a category's."""
    old = np.flatnonzero(scene.measured)
    centres = add_up(scene.codes[old]) @ scene.words[old]
    taken = [_half(rows, half) for rows in scene.rows]
    sizes = [len(rows) for rows in taken]
    owner = np.repeat(np.arange(len(taken)), sizes)
    heads = add_up(owner) @ scene.words[np.concatenate(taken)]
    sums = (heads @ centres.T).toarray()
    return np.asarray(sums / np.outer(sizes, np.bincount(scene.codes[old])))


def head(scene: Scene) -> Features:
    """`similarity`, and what probes on the embeddings say; halves of their seeds.

    mistaken: mean probability that a probe of the old data gives the category on the update's
    text. contested: how the category's own text stands against the update's classes in a probe
    of both, mean log odds out of fold, higher = more endangered. unsure: how it stands against the
    best of the other old categories, the same for every update.
    """
    halves = (range(0, SEEDS, 2), range(1, SEEDS, 2))
    contested = [np.mean([_contested(scene, s) for s in half], axis=0) for half in halves]
    mistaken = [np.mean([_mistaken(scene, s) for s in half], axis=0) for half in halves]
    unsure = [_unsure(scene, scene.alone[half].mean(axis=0)) for half in halves]
    return {
        **similarity(scene),
        "mistaken": np.stack(mistaken),
        "contested": np.stack(contested),
        "unsure": np.stack(unsure),
    }


def full(scene: Scene) -> Features:
    """`head`, and what the given update took when it was really made; halves of the runs.

    lost: log odds of the share of its accuracy that a category lost, less their mean over the
    categories; lost_on_average: that mean, the same for all.
    """
    if scene.lost is None:
        raise ValueError("the rung full needs an update that was measured")
    odds = np.stack([_filled(logit(_half(scene.lost, half).mean(axis=0))) for half in (0, 1)])
    mean = odds.mean(axis=1, keepdims=True)
    return {
        **head(scene),
        "lost": (odds - mean)[:, None],
        "lost_on_average": np.tile(mean, (1, odds.shape[1]))[:, None],
    }


def _filled(values: Table) -> Table:
    """NaN as the mean of the others; 0 where there is nothing else."""
    there = np.isfinite(values)
    return np.where(there, values, values[there].mean() if there.any() else 0.0)


PROBES: dict[str, Callable[[Scene], Features]] = {"similarity": similarity, "head": head}
RUNGS = {**PROBES, "full": full}  # cheapest first


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


def _contested(scene: Scene, seed: int) -> Table:
    """(updates, K) mean over a category's rows of log(update's mass / own probability)."""
    joint = scene.joint[seed]
    own = np.log(joint[np.arange(len(joint)), scene.codes] + SMALL)
    mass = np.stack([np.log(joint[:, u].sum(axis=1) + SMALL) for u in scene.updates])
    codes, odds = scene.codes[scene.measured], (mass - own)[:, scene.measured]
    sums = [np.bincount(codes, weights=o, minlength=scene.old) for o in odds]
    return np.stack(sums) / np.maximum(np.bincount(codes, minlength=scene.old), 1)


def _unsure(scene: Scene, alone: Floats) -> Table:
    """(updates, K) mean over a category's rows of log(best other probability / own), of `alone`
    (old rows, K)."""
    codes = scene.codes[scene.measured]
    rows = np.arange(len(codes))
    others = alone.copy()
    others[rows, codes] = 0.0
    odds = np.log(others.max(axis=1) + SMALL) - np.log(alone[rows, codes] + SMALL)
    mean = np.bincount(codes, weights=odds, minlength=scene.old) / np.bincount(codes)
    return np.tile(mean, (len(scene.updates), 1))


def _mistaken(scene: Scene, seed: int) -> Table:
    """(updates, K) by probes that know neither the update's rows nor its classes."""
    kinds = scene.joint.shape[2]
    known = np.ones((len(scene.updates), kinds), dtype=bool)
    allowed = np.ones((len(scene.updates), len(scene.codes)), dtype=bool)
    samples = [_sampled(rows, scene.codes) for rows in scene.rows]
    for i, (classes, rows) in enumerate(zip(scene.updates, scene.rows, strict=True)):
        known[i, classes] = False
        allowed[i, rows] = False
        allowed[i] &= known[i, scene.codes]
    inputs = torch.from_numpy(scene.vectors)
    models = train(
        inputs,
        torch.from_numpy(scene.codes),
        torch.from_numpy(allowed),
        known=torch.from_numpy(known),
        hidden=HIDDEN,
        steps=STEPS,
        batch=BATCH,
        seed=scene.seed + seed,
    )
    owner = torch.arange(len(samples)).repeat_interleave(torch.tensor([len(s) for s in samples]))
    total = torch.zeros(len(known), kinds)

    def add_own(p: torch.Tensor, rows: slice) -> None:
        total.index_add_(0, owner[rows], p[torch.arange(len(p)), owner[rows]])

    models.map(inputs[np.concatenate(samples)], add_own)
    sizes = np.bincount(owner.numpy())[:, None]
    return np.asarray(total[:, : scene.old].numpy() / sizes, dtype=np.float64)
