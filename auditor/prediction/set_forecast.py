"""What an update takes of all that a model knew, and what it would take of a solid set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from auditor.prediction.estimate import Coefficients, Expected
from auditor.prediction.features.scenario import Features
from auditor.prediction.features.solidity import size_of
from auditor.prediction.scenarios import BaseTask
from auditor.prediction.solid_set import SolidWeights, share_of_a_solid_set, weakness_of
from auditor.records.forecast import Recipe, SetForecast
from auditor.records.measurement import Measurement


def forecast_set(
    task: BaseTask,
    expected: Mapping[str, Expected],
    features: Features,
    coefficients: Coefficients,
    measurement: Measurement | None = None,
) -> SetForecast:
    """From the outcomes, each expected as (1, K), and the features (updates, K) of the updates that
    this is the mean of. When the update is learnt is as measured, where it was."""
    lost, at_end = (_share(task, expected[o]) for o in ("average", "end"))
    step = Recipe().steps * float(expected["learnt_step"].mean.mean())
    solid = _solid(lost, features, coefficients.solid)
    return SetForecast(
        lost=lost[0],
        low=lost[1],
        high=lost[2],
        lost_at_end=at_end[0],
        end_low=at_end[1],
        end_high=at_end[2],
        solid=solid[0],
        solid_low=solid[1],
        solid_high=solid[2],
        steps_until_learnt=measurement.competent_step if measurement else round(step, 1),
        beyond=tuple(_beyond(size_of(features), coefficients.fitted)),
    )


def _solid(
    lost: tuple[float, float, float], features: Features, weights: SolidWeights | None
) -> tuple[float, float, float] | tuple[None, None, None]:
    """What the same update would take of a solid set; nothing where the difference is not clear."""
    if weights is None:
        return None, None, None
    size = size_of(features)
    weakness = weakness_of(
        weights,
        sure=float(features["sure"].mean()),
        templated=float(features["templated"].mean()),
        categories=size["categories"],
        rows=size["rows"],
    )
    return share_of_a_solid_set(lost, weakness) if weakness.is_clear() else (None, None, None)


def _share(task: BaseTask, expected: Expected) -> tuple[float, float, float]:
    """The mean over the categories, and its 80 % interval."""
    low, high = expected.common_interval(task.sets)
    ends = (float(expected.mean.mean()), float(low[0]), float(high[0]))
    share, lower, upper = np.clip(ends, 0.0, 1.0).round(4).tolist()
    return share, lower, upper


def _beyond(sizes: Mapping[str, float], fitted: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    for name, size in sizes.items():
        low, high = fitted.get(name, (size, size))
        if round(size) < low:
            yield f"fewer {name} than in any measured set ({size:,.0f}; there {low:,.0f} or more)"
        elif round(size) > high:
            yield f"more {name} than in any measured set ({size:,.0f}; there up to {high:,.0f})"
