"""A forecast by another recipe than the coefficients' is told in that recipe's steps."""

from __future__ import annotations

import dataclasses

import pytest

from auditor.prediction.own_recipe import with_own_recipe
from auditor.records.forecast import Curve, Recipe
from auditor.records.measurement import Measurement

MEASUREMENT = Measurement(
    target="bag of words",
    runs=1,
    rows=90,
    rows_a_category=40,
    teaching_steps=72,
    trained_rows=640,
    teaching_steps_of_all=72,
    paced=2,
    steps=(0,),
    learnt=(0.0,),
    competent_step=None,
    categories=(),
    layers=(),
    moved=(),
    moved_important=(),
)


@pytest.fixture(scope="module")
def forecast(world, direction):
    pairs = [
        (t, c) for c in ("billing", "garden", "tyres") for t in world.write(c, 36, direction(c))
    ]
    refunds = [(t, "refunds") for t in world.write("refunds", 36, direction("billing"))]
    return world.forecast(pairs, refunds)


def measured(forecast):
    """One by a fine-tune whose accuracy falls straight from 1 to 0."""
    fall = tuple(1 - step / 40 for step in forecast.steps)
    curve = Curve(category="billing", accuracy=fall, low=fall, high=fall)
    categories = tuple(
        dataclasses.replace(c, steps_to_lose_10_points=4.0, half_life=None)
        for c in forecast.categories
    )
    return dataclasses.replace(
        forecast, curves=(curve,), categories=categories, measurement=MEASUREMENT
    )


def test_without_one_nothing_changes(forecast):
    assert with_own_recipe(measured(forecast), Recipe()) == measured(forecast)


def test_what_was_not_measured_stays_about_the_default_recipe(forecast):
    own = Recipe(steps=400)
    found = with_own_recipe(forecast, own)
    assert (found.recipe, found.stated_recipe) == (Recipe(), own)
    assert (found.steps, found.curves) == (forecast.steps, forecast.curves)


@pytest.mark.parametrize("steps", [8, 40, 400])
def test_the_curve_is_the_same_for_the_same_part_of_the_way(forecast, steps):
    own = Recipe(steps=steps, learning_rate=1e-3)
    found = with_own_recipe(measured(forecast), own)
    assert found.recipe == found.stated_recipe == own
    assert found.steps == (0, *own.checkpoints)
    assert found.curves[0].accuracy == pytest.approx([1 - s / steps for s in found.steps])


def test_what_is_counted_in_steps_is_counted_in_those_of_the_recipe(forecast):
    found = with_own_recipe(measured(forecast), Recipe(steps=400))
    assert {c.steps_to_lose_10_points for c in found.categories} == {40.0}
    assert {c.half_life for c in found.categories} == {None}
