"""probing: what probes on the embeddings say of the update and the old rows; halves of seeds."""

from __future__ import annotations

import numpy as np

from auditor.prediction.features.scenario import SMALL, Features, UpdateScenario
from auditor.prediction.out_of_fold import SEEDS
from auditor.records.arrays import Floats, Table


def probing(scenario: UpdateScenario) -> Features:
    """contested: how the category's own text stands against the update's classes in a probe of
    both, mean log odds out of fold, higher = more endangered. unsure: how it stands against the
    best of the other old categories, the same for every update.
    """
    halves = (range(0, SEEDS, 2), range(1, SEEDS, 2))
    contested = [np.mean([_contested(scenario, s) for s in half], axis=0) for half in halves]
    unsure = [_unsure(scenario, scenario.alone[half].mean(axis=0)) for half in halves]
    return {"contested": np.stack(contested), "unsure": np.stack(unsure)}


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
