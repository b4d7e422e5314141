"""trial: what a fine-tune on the given update really took; halves of the runs."""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from auditor.prediction.features.scenario import Features, UpdateScenario, half_of
from auditor.records.arrays import Table


def trial(scenario: UpdateScenario) -> Features:
    """lost, lost_end: log odds of the share of its accuracy that a category lost, on average over
    the checkpoints and at the last, less their mean over the categories; lost_on_average,
    lost_end_on_average: these means, the same for all.
    """
    if scenario.lost is None:
        raise ValueError("the level full needs an update that was measured")
    out = {}
    for name, lost in (("lost", scenario.lost[0]), ("lost_end", scenario.lost[1])):
        odds = np.stack([_filled(logit(half_of(lost, half).mean(axis=0))) for half in (0, 1)])
        mean = odds.mean(axis=1, keepdims=True)
        out[name] = (odds - mean)[:, None]
        out[f"{name}_on_average"] = np.tile(mean, (1, odds.shape[1]))[:, None]
    return out


def _filled(values: Table) -> Table:
    """NaN as the mean of the others; 0 where there is nothing else."""
    there = np.isfinite(values)
    return np.where(there, values, values[there].mean() if there.any() else 0.0)
