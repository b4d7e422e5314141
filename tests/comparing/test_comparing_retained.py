"""A budget is one for all forecasts of a comparison: the first settles the probe of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.comparing.retained import FORECASTS, _at_fidelity, _first
from auditor.prediction.estimate import shipped
from auditor.resources import ForecastPlan


@pytest.fixture
def plan() -> Callable[..., ForecastPlan]:
    def make(probe: str | None = None, budget: float | None = None) -> ForecastPlan:
        return ForecastPlan(
            probe=probe,
            budget=budget,
            target=None,
            coefficients=shipped(),
            folder=Path("fine-tunes"),
            seed=0,
        )

    return make


def test_the_first_forecast_has_its_part_of_the_budget(plan):
    assert _first(plan(budget=600.0)).budget == 600.0 / FORECASTS


def test_later_ones_are_made_by_the_probe_that_the_first_one_could_afford(plan):
    later = _at_fidelity(plan(budget=600.0), "similarity")
    assert (later.budget, later.probe) == (None, "similarity")


def test_without_a_budget_all_are_made_as_the_user_said(plan):
    asked = plan(probe="head")
    assert _first(asked) == _at_fidelity(asked, "similarity") == asked
