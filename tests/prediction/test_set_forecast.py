"""What an update takes of a set as a whole, by hand; and what of the set was never measured."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from auditor.prediction.estimate import Expected, Spread, shipped
from auditor.prediction.set_forecast import forecast_set

SPREAD = Spread(update=0.1, category=0.1, few=0.2, run=0.1, degrees_of_freedom=30.0)
TOPICS = ("billing", "delivery", "returns")
FITTED = {
    "rows": (300.0, 4000.0),
    "categories": (5.0, 130.0),
    "rows of the update": (20.0, 400.0),
    "new categories": (1.0, 15.0),
}


@pytest.fixture(scope="module")
def task(world, direction):
    pairs = [(t, topic) for topic in TOPICS for t in world.write(topic, 20, direction(topic))]
    return world.base_task(pairs)


def of(*means, distance=0.0):
    return Expected(mean=np.array([means]), spread=SPREAD, distance=np.array([distance]))


def sized(rows=900, categories=12, update=40, new=1, sure=3.0, templated=0.0):
    """Features of one update and three categories that say how large it all is."""
    logs = {"rows": rows, "categories": categories, "update_rows": update, "new": new}
    found = {name: np.full((1, 3), np.log(value)) for name, value in logs.items()}
    return found | {"sure": np.full((1, 3), sure), "templated": np.full((1, 3), templated)}


@pytest.fixture(scope="module")
def told(task):
    """What is told of the whole."""

    def told(features=None, distance=0.0, measurement=None, **expected):
        said = {
            "average": of(0.1, 0.2, 0.6, distance=distance),
            "end": of(0.3, 0.5, 0.9, distance=distance),
            "learnt_step": of(0.5, 0.5, 0.5),
            **expected,
        }
        coefficients = dataclasses.replace(shipped(), fitted=FITTED)
        return forecast_set(task, said, features or sized(), coefficients, measurement)

    return told


def test_it_is_the_mean_share_over_the_categories(told):
    found = told()
    assert found.lost == pytest.approx(0.3)
    assert found.lost_at_end == pytest.approx(0.5667)
    assert 0.0 < found.low < found.lost < found.high < found.lost_at_end < found.end_high < 1.0


def test_the_interval_of_an_update_far_from_those_that_were_fitted_is_wider(told):
    near, far = told(), told(distance=4.0)
    assert far.high - far.low > 1.5 * (near.high - near.low)
    assert far.end_high - far.end_low > near.end_high - near.end_low


def test_the_update_is_learnt_at_a_share_of_the_recipes_steps(told):
    assert told(learnt_step=of(0.25, 0.25, 0.25)).steps_until_learnt == pytest.approx(10.0)


@pytest.mark.parametrize("step", [11.5, None])
def test_where_the_update_was_made_it_is_learnt_when_it_was_measured_to_be(told, step):
    assert told(measurement=SimpleNamespace(competent_step=step)).steps_until_learnt == step


def test_what_a_solid_set_would_lose_is_said_where_this_one_is_clearly_weaker(told):
    found = told(sized(sure=0.5))
    assert found.solid_low < found.solid < found.solid_high
    assert found.solid < found.lost - 0.05


def test_what_a_solid_set_would_lose_is_not_said_of_one_that_may_be_solid(told):
    found = told(sized(sure=3.0))
    assert (found.solid, found.solid_low, found.solid_high) == (None, None, None)


def test_a_set_like_those_that_were_measured_is_beyond_nothing(told):
    assert told().beyond == ()


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ({"rows": 60}, "fewer rows than in any measured set (60; there 300 or more)"),
        ({"rows": 40_000}, "more rows than in any measured set (40,000; there up to 4,000)"),
        ({"categories": 3}, "fewer categories than in any measured set (3; there 5 or more)"),
        ({"update": 4}, "fewer rows of the update than in any measured set (4; there 20 or more)"),
        ({"new": 16}, "more new categories than in any measured set (16; there up to 15)"),
    ],
)
def test_what_of_a_set_lies_beyond_those_that_were_measured_is_told_in_words(told, size, words):
    assert told(sized(**size)).beyond == (words,)


def test_each_size_that_lies_beyond_is_told(told):
    assert len(told(sized(rows=60, categories=200, update=500, new=16)).beyond) == 4


def test_the_smallest_and_the_largest_measured_set_are_not_beyond(told):
    assert told(sized(rows=300, categories=130, update=20, new=15)).beyond == ()
