"""The user's own recipe in a forecast: what was measured by it is told in its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from auditor.records.forecast import Curve, Forecast, Recipe


def with_own_recipe(forecast: Forecast, stated: Recipe) -> Forecast:
    """The forecast with the recipe that the user states: about that one, if it was measured.

    Of an update's recipe the quick probes know the default one alone, and stay about it. How
    accuracy falls between the first step and the last is fitted on updates of the default recipe;
    of another one the same is taken for the same part of the way.
    """
    if stated == forecast.recipe:
        return forecast
    if forecast.measurement is None:
        return replace(forecast, stated_recipe=stated)
    steps = (0, *stated.checkpoints)
    longer = steps[-1] / forecast.steps[-1]

    def at(values: Sequence[float]) -> tuple[float, ...]:
        read = np.interp(np.array(steps) / longer, forecast.steps, values)
        return tuple(read.round(4).tolist())

    def scaled(step: float | None) -> float | None:
        return None if step is None else round(step * longer, 1)

    return replace(
        forecast,
        recipe=stated,
        stated_recipe=stated,
        steps=steps,
        curves=tuple(
            Curve(category=c.category, accuracy=at(c.accuracy), low=at(c.low), high=at(c.high))
            for c in forecast.curves
        ),
        categories=tuple(
            replace(
                c,
                steps_to_lose_10_points=scaled(c.steps_to_lose_10_points),
                half_life=scaled(c.half_life),
            )
            for c in forecast.categories
        ),
    )
