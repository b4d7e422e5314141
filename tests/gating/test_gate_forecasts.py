"""What the gate makes of a forecast: tests of what can be estimated, and a line for what cannot."""

from __future__ import annotations

import dataclasses

from auditor.gating.forecasts import forecast_results
from auditor.gating.policy import Rule
from auditor.pool import make_pool
from auditor.records.dataset import Dataset, Example
from auditor.records.forecast import CategoryForecast, Forecast, Recipe, Update

NAMES = ("billing", "returns", "shipping")
ROWS = tuple(
    Example(row=i, text=f"{name} {n}", category=name)
    for i, (name, n) in enumerate((name, n) for name in NAMES for n in range(4))
)
POOL = make_pool(None, Dataset(name="desk", examples=ROWS, rows_read=len(ROWS), roles={}))
RULE = Rule(fail=0.2, warn=0.1, fail_rise=0.1)


def expected(name, drop=0.05, **changes):
    usual = {
        "accuracy_before": 0.8,
        "accuracy_after": 0.75,
        "accuracy_in_template": 0.8,
        "steps_to_lose_10_points": None,
        "half_life": None,
        "scored_examples": 40,
        "identifiable": True,
        "reason": "its closest texts look like the new data",
    }
    lost = dict.fromkeys(("accuracy_at_end", "accuracy_when_learnt"), 0.7)
    lost |= dict.fromkeys(("end_low", "end_low90", "end_run_low", "when_learnt_low"), 0.6)
    lost |= dict.fromkeys(("end_high", "end_high90", "end_run_high", "when_learnt_high"), 0.8)
    ends = {"low": 0.0, "high": 0.1, "low90": -0.02, "high90": 0.12, "run_low": 0, "run_high": 0.2}
    named = {"category": name, "rank": 1, "expected_drop": drop}
    return CategoryForecast(**{**named, **ends, **usual, **lost, **changes})


FLOOR = expected(
    "returns",
    0.0,
    accuracy_before=0.0,
    identifiable=False,
    learnt=False,
    reason="cannot be estimated: nothing was learnt before the update",
)


def of(*categories):
    update = Update(kind="given", categories=("refund",))
    return Forecast(
        update=update,
        recipe=Recipe(),
        probe="head",
        chosen="the default",
        reliability=None,
        skill=0.8,
        categories=categories,
    )


def test_nothing_lost_where_nothing_was_learnt_is_no_pass():
    found = forecast_results(POOL, None, of(expected("billing"), FLOOR), RULE)
    assert [h.category for f in found.families for h in f.hypotheses] == ["billing"]
    [unlearnt] = found.unlearnt
    assert (unlearnt.check, unlearnt.category, unlearnt.status) == (
        *("forecast", "returns"),
        "inconclusive",
    )
    assert unlearnt.summary == (
        "what returns loses cannot be estimated: nothing was learnt before the update"
    )
    assert unlearnt.rows == (4, 5, 6, 7)


def test_what_the_base_does_not_teach_either_is_told_and_decides_nothing():
    known, unknown = of(expected("returns")), of(FLOOR)
    assert len(forecast_results(POOL, known, of(FLOOR), RULE).unlearnt) == 1
    found = forecast_results(POOL, unknown, of(FLOOR), RULE)
    assert found.unlearnt == []
    [skip] = found.skipped
    assert skip.reason.startswith("no reliable estimate for returns: cannot be estimated")


def test_what_the_policy_only_reports_is_only_reported():
    rule = dataclasses.replace(RULE, informational=True)
    [unlearnt] = forecast_results(POOL, None, of(FLOOR), rule).unlearnt
    assert unlearnt.status == "informational"


def test_categories_without_an_estimate_are_one_line_for_each_reason():
    few = {"identifiable": False, "reason": "only 3 rows to test it on, 30 are needed"}
    candidate = of(expected("billing", **few), expected("returns", **few), expected("shipping"))
    found = forecast_results(POOL, None, candidate, RULE)
    assert [(s.code, s.reason) for s in found.skipped] == [
        (
            "forecast",
            "no reliable estimate for billing, returns: only 3 rows to test it on, 30 are needed",
        )
    ]
    assert found.unlearnt == []
