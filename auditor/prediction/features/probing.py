"""probing: what probes on the embeddings say of the update and the old rows; halves of seeds."""

from __future__ import annotations

import numpy as np
import torch

from auditor.prediction.features.scenario import (
    SMALL,
    Features,
    UpdateScenario,
    sampled,
)
from auditor.prediction.out_of_fold import SEEDS
from auditor.prediction.probes import train_probes
from auditor.records.arrays import Floats, Table

HIDDEN, STEPS, BATCH = 128, 75, 64  # of the probe that has never seen the update


def probing(scenario: UpdateScenario) -> Features:
    """mistaken: mean probability that a probe of the old data gives the category on the update's
    text. contested: how the category's own text stands against the update's classes in a probe
    of both, mean log odds out of fold, higher = more endangered. unsure: how it stands against the
    best of the other old categories, the same for every update.
    """
    halves = (range(0, SEEDS, 2), range(1, SEEDS, 2))
    contested = [np.mean([_contested(scenario, s) for s in half], axis=0) for half in halves]
    mistaken = [np.mean([_mistaken(scenario, s) for s in half], axis=0) for half in halves]
    unsure = [_unsure(scenario, scenario.alone[half].mean(axis=0)) for half in halves]
    return {
        "mistaken": np.stack(mistaken),
        "contested": np.stack(contested),
        "unsure": np.stack(unsure),
    }


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
    samples = [sampled(rows, scenario.codes) for rows in scenario.rows]
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
