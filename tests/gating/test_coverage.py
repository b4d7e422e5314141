"""Subjects that the base covers, and the candidate hardly does."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.gating.coverage import coverage_tests, find_subjects
from auditor.gating.decisions import decide
from auditor.gating.policy import Policy, Rule

RULE = Rule(fail_rise=0.1)
SUBJECTS = 6


def placed(pool, random, spread=0.3):
    """(n, 16) unit rows: every sixth number of a category is of one subject."""
    centres = random.normal(size=(SUBJECTS, 16))
    subject = [int(t.split()[-1]) % SUBJECTS for t in pool.dataset.texts]
    vectors = centres[subject] + spread * random.normal(size=(len(subject), 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def coverage_of(pool, random, family=None):
    family = np.arange(len(pool.in_base)) if family is None else family
    return coverage_tests(
        pool, find_subjects(pool, placed(pool, random), pool.removed), family, RULE
    )


def failing(pool, random, family=None):
    families = [coverage_of(pool, random, family)]
    decided = decide(pool, families, Policy())
    return [t for t in decided.tested if t.status == "fail"]


@pytest.fixture
def starved(pooled):
    """120 rows on six subjects, of which one keeps two rows."""
    base = [(f"post number {i}", "post") for i in range(120)]
    gone = [i for i in range(120) if i % SUBJECTS == 2][2:]
    return pooled(base, [pair for i, pair in enumerate(base) if i not in gone])


def test_a_subject_that_lost_nearly_all_its_rows_is_told(starved, random):
    found = failing(starved, random)
    assert [(t.check, t.category, t.base_of) for t in found] == [("coverage-loss", "post", 20)]
    assert found[0].effect == pytest.approx(
        1 - 2 / (20 * 102 / 120), abs=1e-4
    )  # 102 of 120 are left
    assert found[0].low > 0.1
    assert all(row % SUBJECTS == 2 for row in found[0].base_rows)


def test_rows_that_leave_everywhere_alike_are_no_loss(numbered, random):
    assert failing(numbered(post=(100, 0, 60)), random) == []


def test_a_copy_that_leaves_is_no_loss(starved, random):
    """Eighteen rows leave, of one example that stays."""
    subject = np.array([int(t.split()[-1]) % SUBJECTS for t in starved.dataset.texts])
    family = np.where(subject == 2, 0, 1 + np.arange(len(subject)))
    assert failing(starved, random, family) == []


def test_rows_that_were_labelled_anew_are_no_loss(pooled, random):
    base = [(f"post number {i}", "post") for i in range(120)]
    anew = [(t, "bank" if i % SUBJECTS == 2 else "post") for i, (t, _) in enumerate(base)]
    pool = pooled(base, anew)
    number = {text: i for i, (text, _) in enumerate(base)}
    family = np.array([number[t] for t in pool.dataset.texts])
    assert failing(pool, random, family) == []


def test_a_set_that_only_grew_has_lost_nothing(numbered, random):
    pool = numbered(post=(60, 200, 0))
    assert coverage_of(pool, random).hypotheses == []


def test_subjects_that_are_gone_are_told_whole(pooled, random):
    """Not a part of each, though a part as well is more than chance."""
    base = [(f"{name} number {i}", name) for name in ("a", "b", "c", "d") for i in range(240)]
    left = [pair for pair in base if int(pair[0].split()[-1]) % SUBJECTS != 2]
    found = failing(pooled(base, left), random)
    assert sorted((t.category, t.base_of, t.candidate) for t in found) == [
        (name, 40, 0) for name in ("a", "b", "c", "d")
    ]


def test_halves_of_one_set_lose_nothing(numbered, random):
    """A false alarm in at most one of a hundred; of sixty none is likely."""
    found = [failing(numbered(post=(0, 90, 90), bank=(0, 90, 90)), random) for _ in range(60)]
    assert sum(map(bool, found)) <= 2
