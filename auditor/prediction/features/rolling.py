"""rolling: what small models on the embeddings lose to the update (`prediction/rollout.py`).

Of the given update, by one model a fold. Simulated updates are too many: some of them are rolled
out, a fold each, and the others get the mean of what these lose.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from auditor.prediction.features.scenario import Features, UpdateScenario
from auditor.prediction.folds import FOLDS
from auditor.prediction.rollout import roll_out
from auditor.records.arrays import Ints, Table
from auditor.records.forecast import Recipe

ROLLED = 12  # simulated updates, at most
SHARES = (0.03, 0.97)  # beyond, log odds say more about the number of rows


def rolling(scenario: UpdateScenario) -> Features:
    """rolled, rolled_end: log odds of the mean share of accuracy lost, on average over the
    checkpoints and at the last, the same for all categories. own_rolled: how the log odds at the
    end differ from their mean, by category.
    """
    chosen = _chosen(scenario)
    found = roll_out(
        scenario.vectors,
        scenario.codes,
        scenario.folds,
        [scenario.taught(scenario.updates[u]) for u in chosen],
        [scenario.rows[u] for u in chosen],
        scenario.old_count,
        models=FOLDS if len(scenario.updates) == 1 else 1,
        recipe=Recipe(old_epochs=scenario.old_epochs),
        seed=scenario.seed,
    )
    lost, (_, own) = _lost(found.accuracy), _lost(found.soft)
    each = _log_odds(own)
    each = np.nan_to_num(each - _mean(each, axis=1)[:, None])
    updates, kinds = len(scenario.updates), scenario.old_count
    levels = [_log_odds(_mean(np.clip(x, 0.0, 1.0), axis=1)) for x in lost]
    rolled, rolled_end = (np.tile(_filled(x, chosen, updates)[:, None], kinds) for x in levels)
    return {
        "rolled": _twice(rolled),
        "rolled_end": _twice(rolled_end),
        "own_rolled": _twice(_filled(each, chosen, updates)),
    }


def _chosen(scenario: UpdateScenario) -> Ints:
    """The updates that are rolled out, of those of fewest categories."""
    sizes = np.array([len(u) for u in scenario.updates])
    smallest = np.flatnonzero(sizes == sizes.min())
    count = min(len(smallest), ROLLED)
    return smallest[np.linspace(0, len(smallest) - 1, count).round().astype(np.int64)]


def _lost(accuracy: Table) -> tuple[Table, Table]:
    """(updates, K) shares of the accuracy before that are lost, on average and at the end."""
    before = accuracy[..., 0]
    known = np.where(before > 0, before, np.nan)
    return 1 - accuracy[..., 1:].mean(axis=-1) / known, 1 - accuracy[..., -1] / known


def _log_odds(shares: Table) -> Table:
    return np.asarray(logit(np.clip(shares, *SHARES)))


def _filled(values: Table, chosen: Ints, updates: int) -> Table:
    """(updates, ...) of values (chosen, ...), their mean elsewhere; 0 where all are NaN."""
    out = np.repeat(np.nan_to_num(_mean(values, axis=0))[None], updates, axis=0)
    out[chosen] = np.where(np.isfinite(values), values, out[chosen])
    return out


def _mean(values: Table, axis: int) -> Table:
    """Of what is not NaN; NaN where there is nothing else, without a warning."""
    there = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values, 0.0).sum(axis=axis) / there.sum(axis=axis))


def _twice(values: Table) -> Table:
    """Both halves are the same: it is not what reliability rests on."""
    return np.stack([values, values])
