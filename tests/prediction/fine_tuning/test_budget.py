"""Which probe a forecast rests on: the one asked for, or the most accurate within the budget."""

from __future__ import annotations

import pytest

from auditor.prediction.fine_tuning.budget import (
    DEFAULT_EFFORT,
    EFFORTS,
    choose_fidelity,
    cost_of_full,
)
from auditor.prediction.fine_tuning.effort import Effort
from auditor.records.forecast import Recipe

COSTS = {EFFORTS[0]: 300.0, EFFORTS[1]: 200.0, EFFORTS[2]: 100.0, EFFORTS[3]: 50.0}
HEAD = 5.0


def chosen(probe=None, budget=None, *, given=True):
    return choose_fidelity(probe, budget, full=COSTS.get if given else None, head=lambda: HEAD)


@pytest.mark.parametrize("probe", ["similarity", "head", "full"])
def test_without_a_budget_the_probe_that_was_asked_for_is_used(probe):
    found = chosen(probe)
    assert (found.fidelity, found.effort) == (probe, DEFAULT_EFFORT)
    assert found.reason == "as requested"


def test_the_default_is_the_head():
    assert chosen().fidelity == "head"


@pytest.mark.parametrize(("budget", "effort"), [(1000, 0), (299, 1), (150, 2), (50, 3)])
def test_with_a_budget_as_many_runs_and_rows_as_fit_it(budget, effort):
    found = chosen(budget=budget)
    assert (found.fidelity, found.effort) == ("full", EFFORTS[effort])
    assert f"of {budget} s" in found.reason


@pytest.mark.parametrize(("budget", "fidelity"), [(49, "head"), (5, "head"), (4.9, "similarity")])
def test_what_costs_too_much_gives_way_to_the_next_probe_and_its_cost_is_said(budget, fidelity):
    found = chosen(budget=budget)
    assert found.fidelity == fidelity
    assert "full about 50 s" in found.reason


def test_a_probe_bounds_what_a_budget_may_choose():
    assert chosen("head", 1000).fidelity == "head"
    assert chosen("similarity", 1000).fidelity == "similarity"


def test_without_an_update_a_budget_buys_a_head_at_most():
    assert chosen(budget=1000, given=False).fidelity == "head"


def test_teaching_as_long_as_all_rows_would_be_counts(
    world, direction, dataset_of, singles, target
):
    pairs = [(t, c) for c in ("billing", "garden") for t in world.write(c, 200, direction(c))]
    old = world.base_task(pairs)
    update = dataset_of([(t, "refunds") for t in world.write("refunds", 20, direction("refunds"))])
    cost = cost_of_full(old, update, singles(420), target, Recipe(steps=1))
    plain, long = (Effort(rows=20, rates=(1.0,), longest=longest) for longest in (1.0, 4.0))
    assert cost(plain) * 1.5 < cost(long)


def test_more_runs_and_more_rows_take_longer(world, direction, dataset_of, singles, target):
    pairs = [
        (t, c) for c in ("billing", "garden", "tyres") for t in world.write(c, 40, direction(c))
    ]
    old = world.base_task(pairs)
    update = dataset_of([(t, "refunds") for t in world.write("refunds", 20, direction("refunds"))])
    small = Effort(rows=10, runs=1, rates=(1.0,))
    large = Effort(rows=40, runs=6)
    cost = cost_of_full(old, update, singles(140), target, Recipe())
    longer = cost_of_full(old, update, singles(140), target, Recipe(steps=400))
    assert 0 < cost(small) < cost(large) < longer(large)
