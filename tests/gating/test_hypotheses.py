"""Questions are decided together: one chance of a false alarm for all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auditor.gating.decisions import decide, outcome
from auditor.gating.hypotheses import Hypothesis, PValues
from auditor.gating.policy import Policy

HYPOTHESIS = Hypothesis(
    check="near-duplicate",
    category=None,
    kind="rise",
    base=0.0,
    base_of=100,
    candidate=0.1,
    candidate_of=100,
    effect=0.1,
    margin=0.05,
    informational=False,
    max_effect=1.0,
    rows=np.arange(10),
    explains=0.1,
    summary="ten rows are copies",
    advice="Keep one of them.",
)


class GivenPValues:
    """Questions whose p-values are given."""

    def __init__(self, *hypotheses, p, beyond=None, smallest=0.1):
        self.hypotheses, self.p, self.smallest = hypotheses, np.array(p), smallest
        self.beyond = self.p if beyond is None else np.array(beyond)

    def p_values(self):
        return PValues(fail=self.p, warn=self.p, beyond_fail=self.beyond, beyond_warn=self.beyond)

    def intervals(self, level):
        n = len(level)
        return np.full(n, 0.06), np.full(n, 0.2), np.full(n, self.smallest)


def results(pool, *families, fewest=5):
    return decide(pool, families, Policy(fewest=fewest)).tested


def test_a_surprise_beyond_the_margin_fails(numbered):
    found = results(numbered(post=(20, 0, 0)), GivenPValues(HYPOTHESIS, p=[0.0001]))
    assert [t.status for t in found] == ["fail"]
    assert outcome(found) == "fail"


def test_many_questions_share_the_chance_of_a_false_alarm(numbered):
    pool = numbered(post=(20, 0, 0))
    many = [replace(HYPOTHESIS, category=f"c{i}", rows=np.array([i])) for i in range(20)]
    alone = results(pool, GivenPValues(HYPOTHESIS, p=[0.004]))
    among = results(pool, GivenPValues(HYPOTHESIS, *many, p=[0.004] + [0.9] * 20), fewest=1)
    assert alone[0].status == "fail"
    assert among[0].status != "fail"
    assert among[0].p > alone[0].p


def test_fewer_rows_than_the_policy_asks_for_fail_nothing(numbered):
    slip = replace(HYPOTHESIS, rows=np.arange(3))
    assert outcome(results(numbered(post=(20, 0, 0)), GivenPValues(slip, p=[0.0]))) == "pass"


def test_an_effect_that_could_not_be_seen_is_inconclusive(numbered):
    pool = numbered(post=(20, 0, 0))
    seen = results(pool, GivenPValues(HYPOTHESIS, p=[0.9], smallest=0.12))
    unseen = results(pool, GivenPValues(HYPOTHESIS, p=[0.9], smallest=0.3))
    nothing = results(pool, GivenPValues(HYPOTHESIS, p=[0.9], smallest=np.nan))
    assert [outcome(t) for t in (seen, unseen, nothing)] == ["pass", "inconclusive", "inconclusive"]


def test_what_cannot_reach_the_margin_needs_no_power(numbered):
    small = replace(HYPOTHESIS, max_effect=0.01)
    assert outcome(
        results(numbered(post=(20, 0, 0)), GivenPValues(small, p=[0.9], smallest=np.nan))
    ) == ("pass")


def test_what_is_informational_stops_nothing_and_costs_no_level(numbered):
    reported = replace(HYPOTHESIS, informational=True)
    found = results(numbered(post=(20, 0, 0)), GivenPValues(reported, HYPOTHESIS, p=[0.0, 0.009]))
    assert [t.status for t in found] == ["fail", "informational"]


def test_the_reason_that_explains_most_comes_first(numbered):
    less = replace(HYPOTHESIS, check="label-error", explains=0.2)
    most = replace(HYPOTHESIS, check="amplification", explains=0.9)
    found = results(numbered(post=(20, 0, 0)), GivenPValues(less, most, p=[0.0, 0.0]))
    assert [t.check for t in found] == ["amplification", "label-error"]


def test_of_reasons_that_explain_alike_the_order_of_asking_decides(numbered):
    exact = replace(HYPOTHESIS, check="template-dominance", explains=0.97)
    loose = replace(HYPOTHESIS, check="amplification", explains=0.99)
    found = results(numbered(post=(20, 0, 0)), GivenPValues(exact, loose, p=[0.0, 0.0]))
    assert [t.check for t in found] == ["template-dominance", "amplification"]


def test_a_part_of_what_was_told_is_not_told_again(numbered):
    whole = replace(HYPOTHESIS, check="coverage-loss", category="post", explains=0.9, nested=True)
    part = replace(whole, rows=np.arange(6), explains=0.5)
    found = results(numbered(post=(20, 0, 0)), GivenPValues(whole, part, p=[0.0, 0.0]))
    assert len(found) == 1
    assert len(found[0].rows) == 10


def test_rows_to_leave_out_are_those_of_reasons_that_are_not_told_again_too(numbered):
    whole = replace(HYPOTHESIS, check="label-conflict", category="post", droppable=np.arange(4))
    part = replace(whole, rows=np.arange(8, 14), droppable=np.arange(8, 14), explains=0.05)
    found = decide(
        numbered(post=(20, 0, 0)),
        [GivenPValues(whole, part, p=[0.0, 0.0])],
        Policy(),
    )
    assert len(found.tested) == 1
    assert len(found.drop) == 10


def test_where_all_rows_fail_a_category_that_only_warns_says_nothing_new(numbered):
    warned = replace(HYPOTHESIS, category="post", rows=np.arange(5))
    found = results(numbered(post=(20, 0, 0)), GivenPValues(HYPOTHESIS, warned, p=[0.0, 0.02]))
    assert [(t.category, t.status) for t in found] == [(None, "fail")]


def test_a_change_that_is_not_surely_beyond_its_margin_does_not_fail(numbered):
    pool = numbered(post=(20, 0, 0))
    found = results(pool, GivenPValues(HYPOTHESIS, p=[0.0], beyond=[0.06]))
    assert [t.status for t in found] == ["pass"]


def test_a_check_with_many_questions_leaves_the_others_their_part(numbered):
    """Of two checks either has half of the level, however many categories the one is put to."""
    pool = numbered(post=(20, 0, 0))
    many = [
        replace(HYPOTHESIS, check="template-dominance", category=f"c{i}", rows=np.array([i]))
        for i in range(20)
    ]
    found = results(pool, GivenPValues(HYPOTHESIS, *many, p=[0.004] + [0.9] * 20), fewest=1)
    assert found[0].status == "fail"
    assert found[0].p == 0.008


def test_what_is_harder_to_tell_from_chance_has_more_of_the_level(numbered):
    """Four parts of five beside one other check."""
    pool = numbered(post=(20, 0, 0))
    labels = replace(HYPOTHESIS, check="label-error")
    found = results(pool, GivenPValues(labels, HYPOTHESIS, p=[0.004, 0.004]))
    assert {t.check: (t.status, t.p) for t in found} == {
        "label-error": ("fail", 0.005),
        "near-duplicate": ("warn", 0.02),
    }
