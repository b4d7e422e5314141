"""solidity: how well the old data is learnt, as a set and by category; the same for every update.

Features of a set are absolute: they say how far all of it falls. Those of a category are relative
to the set's mean.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from auditor.prediction.features.scenario import (
    SMALL,
    Features,
    UpdateScenario,
    of_categories,
)
from auditor.prediction.rollout import BATCH, EPOCHS
from auditor.records.arrays import Table

SURE = (0.02, 0.98)


def solidity(scenario: UpdateScenario) -> Features:
    """Of the set: steps, log of the steps of teaching; categories, update_rows, new: logs of the
    numbers of old categories that are not of the update, and of its rows and classes; pulled: mean
    over the old rows of the log probability of the update's classes; sure: mean over the categories
    of what follows.

    Of a category, relative to the mean: own_sure, log odds of the mean probability of the right
    label; own_templated, share of rows from templates. As it is: accuracy, its log odds;
    templated, the share, and templated_accuracy, the product. Probabilities are out of fold.
    """
    old, joint = np.flatnonzero(scenario.in_base), scenario.joint.mean(axis=0)
    plain = joint[old, : scenario.old_count]
    plain = plain / np.maximum(plain.sum(axis=1, keepdims=True), SMALL)
    rows, codes = np.arange(len(old)), scenario.codes[old]
    own = plain[rows, codes]
    taught = [scenario.taught(u) for u in scenario.updates]
    pulled = [
        np.log(joint[rows][:, u].sum(axis=1) + SMALL).mean()
        for u, rows in zip(scenario.updates, taught, strict=True)
    ]
    sets = {
        "steps": np.log([max(EPOCHS * len(rows) / BATCH, 1.0) for rows in taught]),
        "update_rows": np.log([len(r) for r in scenario.rows]),
        "new": np.log([len(u) for u in scenario.updates]),
        "categories": np.log([len(np.unique(scenario.codes[rows])) for rows in taught]),
        "pulled": np.array(pulled),
    }
    of_category = {
        "own_sure": logit(np.clip(of_categories(scenario, own), *SURE)),
        "own_templated": of_categories(scenario, scenario.templated.astype(np.float64)),
    }
    sets["sure"] = np.repeat(of_category["own_sure"].mean(), len(scenario.updates))
    accuracy, templated = logit(np.clip(scenario.accuracy, *SURE)), of_category["own_templated"]
    as_it_is = {
        "accuracy": accuracy,
        "templated": templated,
        "templated_accuracy": templated * accuracy,
    }
    shape = (2, len(scenario.updates), scenario.old_count)
    return {
        **{name: np.broadcast_to(v[:, None], shape) for name, v in sets.items()},
        **{name: np.broadcast_to(_relative(v), shape) for name, v in of_category.items()},
        **{name: np.broadcast_to(v, shape) for name, v in as_it_is.items()},
    }


def size_of(features: Features) -> dict[str, float]:
    """How large a set and its update are, in the words of `coefficients.json`: of features
    (updates, K), means over updates."""

    def mean(name: str) -> float:
        return float(np.exp(features[name].mean()))

    return {
        "rows": mean("steps") * BATCH / EPOCHS,
        "categories": mean("categories"),
        "rows of the update": mean("update_rows"),
        "new categories": mean("new"),
    }


def _relative(values: Table) -> Table:
    return np.asarray(values - values.mean())
