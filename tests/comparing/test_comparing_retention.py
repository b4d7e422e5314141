"""Both sets at one size: which categories count, what draws add to the intervals, what is left."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.comparing.fitted import EvaluationRows, FittedSet
from auditor.comparing.retention import retention
from auditor.records.dataset import Dataset, Example
from auditor.records.forecast import CategoryForecast, Forecast, Recipe, Update

TEXTS = ("my parcel never came", "the kettle is broken", "may i pay by card", "where is my order")
ROWS = tuple(
    Example(row=i, text=f"{TEXTS[i % 4]}, case {i}", category=("delivery", "returns")[i % 2])
    for i in range(40)
)
POOL = Dataset(name="pool", examples=ROWS, rows_read=40, roles={})


@pytest.fixture
def evaluation() -> EvaluationRows:
    every = np.ones(40, dtype=bool)
    return EvaluationRows(
        dataset=POOL, base=every, units=np.arange(40), taught=frozenset(), shared=0.5
    )


def category(name, before, drop):
    low, high = drop - 0.05, drop + 0.05
    return CategoryForecast(
        category=name,
        rank=1,
        expected_drop=drop,
        **dict.fromkeys(("low", "low90", "run_low"), low),
        **dict.fromkeys(("high", "high90", "run_high"), high),
        accuracy_before=before,
        accuracy_after=before - drop,
        accuracy_in_template=before,
        **dict.fromkeys(("accuracy_at_end", "accuracy_when_learnt"), before - drop),
        **dict.fromkeys(("end_low", "end_low90", "end_run_low", "when_learnt_low"), before - high),
        **dict.fromkeys(
            ("end_high", "end_high90", "end_run_high", "when_learnt_high"), before - low
        ),
        steps_to_lose_10_points=None,
        half_life=None,
        scored_examples=20,
        identifiable=True,
        reason="its rows lie near the update's",
    )


def fitted(before=0.8, drop=0.2, names=("delivery", "returns")):
    forecast = Forecast(
        categories=tuple(category(n, before, drop) for n in names),
        update=Update(kind="simulated", categories=names),
        recipe=Recipe(),
        probe="similarity",
        chosen="as requested",
        reliability=None,
        skill=0.5,
    )
    right = np.tile(np.arange(40) < 40 * before, (5, 1))
    return FittedSet(rows=40, right=right, halves=right[:0], forecast=forecast)


def test_a_set_that_is_expected_to_lose_less_has_more_left(evaluation):
    found = retention(([fitted(drop=0.4)], [fitted(drop=0.1)]), evaluation, 0)
    assert (found.drop.base.value, found.drop.candidate.value) == (0.4, 0.1)
    assert found.after.difference.value == pytest.approx(0.3)
    assert found.after.differs


def test_sets_without_a_category_in_common_are_not_held_against_each_other(evaluation):
    sets = [fitted(names=("delivery",))], [fitted(names=("returns",))]
    assert retention(sets, evaluation, 0) is None


def test_a_category_that_the_update_trains_is_not_among_those_that_may_be_forgotten(evaluation):
    trained = dataclasses.replace(evaluation, taught=frozenset({"returns"}))
    found = retention(([fitted()], [fitted()]), trained, 0)
    assert [c.category for c in found.categories] == ["delivery"]


def test_the_category_that_differs_most_comes_first(evaluation):
    other = fitted()
    worse = (category("delivery", 0.8, 0.2), category("returns", 0.8, 0.6))
    other = dataclasses.replace(
        other, forecast=dataclasses.replace(other.forecast, categories=worse)
    )
    found = retention(([fitted()], [other]), evaluation, 0)
    assert [c.category for c in found.categories] == ["returns", "delivery"]


def test_draws_that_differ_make_the_intervals_wider(evaluation):
    alike = retention(([fitted()] * 3, [fitted()] * 3), evaluation, 0)
    differs = retention(([fitted()] * 3, [fitted(drop=d) for d in (0.1, 0.2, 0.3)]), evaluation, 0)
    assert differs.draws == 3
    for told, wide in ((alike.drop, differs.drop), (alike.after, differs.after)):
        assert wide.base == told.base
        assert wide.candidate.high - wide.candidate.low > told.candidate.high - told.candidate.low
