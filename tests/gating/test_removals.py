"""Categories of which no row is left: when one was taken out, and when the next draw has none."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.gating.decisions import decide
from auditor.gating.policy import Policy, Rule
from auditor.gating.removals import category_loss_tests

CATEGORIES = [f"subject {k:02}" for k in range(77)]
RULE = Rule(warn=0.0, fail=0.0)


def draw(random, rows, name):
    """So many rows of a source whose categories are alike."""
    return [(f"{name} {i}", str(random.choice(CATEGORIES))) for i in range(rows)]


def failing(pool, rule=RULE):
    tests = category_loss_tests(pool, np.arange(len(pool.in_base)), rule)
    decided = decide(pool, [tests], Policy(unseen=1.0))
    return [t.category for t in decided.tested if t.status == "fail"]


def test_of_many_small_categories_the_next_draw_may_have_none_of_one(pooled):
    """Five rows each: nearly every second draw lacks one, and now and then one of eight rows."""
    failed = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        pool = pooled(draw(random, 385, "before"), draw(random, 385, "after"))
        failed += bool(failing(pool))
    assert failed <= 3  # of .01: four and more have a chance of .003


def test_a_category_that_another_draw_lacks_fails_where_chance_would_not_have_it(pooled, random):
    before, after = draw(random, 2000, "before"), draw(random, 2000, "after")
    left = [row for row in after if row[1] != "subject 07"]
    assert failing(pooled(before, left)) == ["subject 07"]


@pytest.mark.parametrize("gone", [1, 5, 40])
def test_categories_that_were_taken_out_of_the_base_fail_however_many_are_left(
    pooled, random, gone
):
    before = draw(random, 770, "before")
    left = [row for row in before if row[1] not in CATEGORIES[:gone]]
    large = [c for c in CATEGORIES[:gone] if sum(label == c for _, label in before) >= 5]
    assert sorted(failing(pooled(before, left))) == large


def test_categories_that_could_not_fail_do_not_count(pooled, random):
    """One category of ten rows is lost: among 77 that happens, and of itself it does not."""
    before = [(f"before {c} {i}", c) for c in CATEGORIES for i in range(10)]
    after = [(f"after {c} {i}", c) for c in CATEGORIES[1:] for i in range(10)]
    quiet = Rule(categories={c: Rule(informational=True) for c in CATEGORIES[1:]}, fail=0.0)
    assert failing(pooled(before, after)) == []
    assert failing(pooled(before, after), quiet) == CATEGORIES[:1]
