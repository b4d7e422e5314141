"""How far an update makes a model forget a category: the share of its accuracy, and when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.records.arrays import Table

SHARES = (0.01, 0.98)  # beyond, log odds say more about the number of test rows
TEN_POINTS, HALF = 0.1, 0.5  # of accuracy, lost
MIN_KNOWN = 0.05  # accuracy before, below which a share of it means nothing


def share_lost(accuracy: Table) -> Table:
    """(...) mean share of the accuracy lost at the checkpoints, of `accuracy` (..., 1 + steps).

    Within SHARES; of categories that had hardly any accuracy, of MIN_KNOWN.
    """
    return _share(accuracy[..., 0], accuracy[..., 1:].mean(axis=-1))


def share_lost_at_end(accuracy: Table) -> Table:
    """(...) the same at the last step."""
    return _share(accuracy[..., 0], accuracy[..., -1])


def _share(before: Table, after: Table) -> Table:
    return np.asarray(np.clip((before - after) / np.maximum(before, MIN_KNOWN), *SHARES))


def crossing(steps: Sequence[int], lost: Table, reach: float) -> float | None:
    """The step at which `lost` (steps,) first comes to `reach`, straight between checkpoints.

    `lost` is 0 at the first step. None: not within the steps.
    """
    beyond = np.flatnonzero(lost >= reach)
    if not len(beyond) or reach <= 0:
        return None
    k = int(beyond[0])
    part = (reach - lost[k - 1]) / (lost[k] - lost[k - 1])
    return round(float(steps[k - 1] + part * (steps[k] - steps[k - 1])), 1)
