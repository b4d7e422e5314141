"""The ladder of probes: what can be known of each old category before an update.

A rung turns a `Scene` into features, (2, updates, K) a name; `estimate.py` weighs them. Each comes
twice, from two halves (of the update's rows, or of the probe's seeds): their mean is the feature,
their agreement its reliability. In the end a feature is a rank within its update, so that nothing
here depends on the scale of an encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from auditor.prediction.out_of_fold import SEEDS
from auditor.prediction.probes import train
from auditor.records import Floats, Ints, Table

Features = Mapping[str, NDArray[np.float64]]  # (2, updates, K)

ROWS_A_CATEGORY = 400  # looked at by the similarities; canonical order makes a prefix a sample
EXEMPLARS = 3  # nearest rows of a category to each text of an update
NEIGHBOURS = 10
HIDDEN, STEPS, BATCH = 128, 150, 64  # of the probe that has never seen the update


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Old rows and update rows in one pool, and which of them make each update.

    A simulated update takes its category away from the old ones; a given one brings its own.
    """

    vectors: Floats  # (n, dim)
    codes: Ints  # (n,) class of each row; the old categories are 0 .. K-1
    measured: NDArray[np.bool_]  # (n,) the rows of the old data, not those of a given update
    old: int  # K
    updates: tuple[Ints, ...]  # the classes of each update
    rows: tuple[Ints, ...]  # the rows of each update
    joint: Floats  # (seeds, n, classes) out-of-fold probabilities of a probe of the whole pool
    seed: int


def similarity(scene: Scene) -> Features:
    """How near the update lies to each category; halves of the update's rows."""
    sample = [
        np.flatnonzero((scene.codes == c) & scene.measured)[:ROWS_A_CATEGORY]
        for c in range(scene.old)
    ]
    centres = _unit(np.stack([scene.vectors[s].mean(axis=0) for s in sample]))
    owner = np.repeat(np.arange(scene.old), [len(s) for s in sample])
    pool = scene.vectors[np.concatenate(sample)]
    near = [
        [
            _nearness(scene, classes, _half(rows, half), centres, pool, owner)
            for classes, rows in zip(scene.updates, scene.rows, strict=True)
        ]
        for half in (0, 1)
    ]
    stacked = np.array(near, dtype=np.float64)  # (2, updates, 3, K)
    return {name: stacked[:, :, i] for i, name in enumerate(("centroid", "exemplar", "share"))}


def _nearness(
    scene: Scene, classes: Ints, rows: Ints, centres: Floats, pool: Floats, owner: Ints
) -> list[Floats]:
    """Of one update and each category: (K,) centroid cosine, exemplar cosine, neighbour share."""
    codes = scene.codes[rows]
    heads = _unit(
        np.stack([scene.vectors[rows[codes == c]].mean(axis=0) for c in np.unique(codes)])
    )
    cosine = scene.vectors[_sampled(rows, scene.codes)] @ pool.T
    cosine[:, np.isin(owner, classes)] = -1.0  # an update is no neighbour of its own
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    blocks = np.split(cosine, starts[1:], axis=1)
    width = min(NEIGHBOURS, cosine.shape[1])
    nearest = np.argpartition(-cosine, width - 1, axis=1)[:, :width]
    return [
        (centres @ heads.T).max(axis=1),
        np.array([_top(block, EXEMPLARS).mean() for block in blocks]),
        np.bincount(owner[nearest].ravel(), minlength=scene.old) / nearest.size,
    ]


def head(scene: Scene) -> Features:
    """`similarity`, and what probes on the embeddings say; halves of their seeds.

    mistaken: mean probability that a probe of the old data gives the category on the update's
    text. contested: how the category's own text stands against the update's classes in a probe
    of both, mean log odds out of fold, higher = more endangered.
    """
    halves = (range(0, SEEDS, 2), range(1, SEEDS, 2))
    contested = [np.mean([_contested(scene, s) for s in half], axis=0) for half in halves]
    mistaken = [np.mean([_mistaken(scene, s) for s in half], axis=0) for half in halves]
    return {
        **similarity(scene),
        "mistaken": np.stack(mistaken),
        "contested": np.stack(contested),
    }


RUNGS: dict[str, Callable[[Scene], Features]] = {"similarity": similarity, "head": head}


def _half(rows: Ints, half: int) -> Ints:
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
    joint, small = scene.joint[seed], 1e-4
    own = np.log(joint[np.arange(len(joint)), scene.codes] + small)
    mass = np.stack([np.log(joint[:, u].sum(axis=1) + small) for u in scene.updates])
    codes, odds = scene.codes[scene.measured], (mass - own)[:, scene.measured]
    sums = [np.bincount(codes, weights=o, minlength=scene.old) for o in odds]
    return np.stack(sums) / np.maximum(np.bincount(codes, minlength=scene.old), 1)


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
