"""solidity: how well the old data is learnt, as a set and by category; the same for every update.

What is learnt well is lost less: in sets taught for as many steps, the log odds of the mean share
that is lost fall with `sure`, and rise with the share of rows from templates, which look surer than
they are (`prediction/fit_solid.py`).
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
from auditor.records.forecast import OLD_BATCH

SURE = (0.02, 0.98)


def solidity(scenario: UpdateScenario) -> Features:
    """Of the set: steps, log of the steps of teaching, as rows / OLD_BATCH for a pass; rows,
    categories, update_rows, new: logs of the numbers of old rows and categories that are not of the
    update, and of its rows and classes; sure: mean over the categories of the log odds of the mean
    probability of the right label, out of fold.

    Of a category: accuracy, its log odds; templated, the share of rows from templates, and
    templated_accuracy, the product.
    """
    old = np.flatnonzero(scenario.in_base)
    plain = scenario.joint.mean(axis=0)[old, : scenario.old_count]
    plain = plain / np.maximum(plain.sum(axis=1, keepdims=True), SMALL)
    own = of_categories(scenario, plain[np.arange(len(old)), scenario.codes[old]])
    taught = [scenario.taught(u) for u in scenario.updates]
    sets = {
        # Not `passes`, which counts a last batch in part as a step: the shipped coefficients were
        # fitted to these.
        "steps": np.log([max(scenario.old_epochs * len(rows) / OLD_BATCH, 1.0) for rows in taught]),
        "rows": np.log([len(rows) for rows in taught]),
        "update_rows": np.log([len(r) for r in scenario.rows]),
        "new": np.log([len(u) for u in scenario.updates]),
        "categories": np.log([len(np.unique(scenario.codes[rows])) for rows in taught]),
        "sure": np.repeat(logit(np.clip(own, *SURE)).mean(), len(taught)),
    }
    accuracy = logit(np.clip(scenario.accuracy, *SURE))
    templated = of_categories(scenario, scenario.templated.astype(np.float64))
    of_category = {
        "accuracy": accuracy,
        "templated": templated,
        "templated_accuracy": templated * accuracy,
    }
    shape = (2, len(scenario.updates), scenario.old_count)
    return {
        **{name: np.broadcast_to(v[:, None], shape) for name, v in sets.items()},
        **{name: np.broadcast_to(v, shape) for name, v in of_category.items()},
    }


def size_of(features: Features) -> dict[str, float]:
    """How large a set and its update are, in the words of `coefficients.json`: of features
    (updates, K), means over updates."""

    def mean(name: str) -> float:
        return float(np.exp(features[name].mean()))

    return {
        "rows": mean("rows"),
        "categories": mean("categories"),
        "rows of the update": mean("update_rows"),
        "new categories": mean("new"),
    }
