"""A budget is one for all forecasts of a comparison: the first settles the rung of the others."""

from __future__ import annotations

from auditor.comparing.retaining import FORECASTS, _at_fidelity, _first
from auditor.settings import Settings


def test_the_first_forecast_has_its_part_of_the_budget():
    assert _first(Settings(budget=600.0)).budget == 600.0 / FORECASTS


def test_later_ones_are_made_on_the_rung_that_the_first_one_could_afford():
    later = _at_fidelity(Settings(budget=600.0), "similarity")
    assert (later.budget, later.probe) == (None, "similarity")


def test_without_a_budget_all_are_made_as_the_user_said():
    settings = Settings(probe="head")
    assert _first(settings) == _at_fidelity(settings, "similarity") == settings
