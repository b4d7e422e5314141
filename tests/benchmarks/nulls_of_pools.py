"""What each test of a gate and of a comparison finds where nothing is, for `sizes.py`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from gate_counting import pooled
from nulls import Random, unit

from auditor.comparing.diversity import diversity
from auditor.comparing.fitted import EvaluationRows
from auditor.comparing.paired import paired_contrast
from auditor.comparing.two_samples import two_samples
from auditor.gating.coverage import coverage_tests, find_subjects
from auditor.gating.decisions import decide
from auditor.gating.forecasts import ForecastTests
from auditor.gating.policy import Policy, Rule
from auditor.gating.rate_test import Counts, design_effect, p_beyond
from auditor.gating.removals import category_loss_tests
from auditor.pool import Pool
from auditor.records.dataset import Dataset, Example

LEVEL = 0.05


# --- two samples ---------------------------------------------------------------------------------


def samples(rows: int, random: Random, kind: str = "cone", shift: float = 0.0) -> Any:
    """Two sets of one source, the second `shift` away."""
    if kind == "log":  # ten times as many rows, of which a few messages are most
        often = 1 / np.arange(1, 3001)
        family = random.choice(3000, 11 * rows, p=often / often.sum())
        what = np.random.default_rng(5).normal(size=(3000, 16))
        what[:, 0] = np.log(np.arange(1, 3001)) - 6
        vectors, base = what[family], np.arange(11 * rows) < rows
    elif kind == "customers":  # of five rows each, on one side or the other
        family = np.repeat(np.arange(2 * rows), 5)
        vectors = random.normal(size=(2 * rows, 16))[family]
        vectors = vectors + 0.3 * random.normal(size=vectors.shape)
        base = (random.permutation(2 * rows) < rows)[family]
    elif kind == "shared":  # customers of six rows, which are on either side
        family = np.repeat(np.arange(2 * rows), 6)
        vectors = random.normal(size=(2 * rows, 16))[family]
        vectors = vectors + 0.3 * random.normal(size=vectors.shape)
        base = random.random(len(family)) < 0.5
    else:
        family = np.arange(2 * rows)
        vectors = 2 * np.eye(64)[0] + random.normal(size=(2 * rows, 64)) / 8
        base = random.permutation(2 * rows) < rows
    vectors[~base, 1] += shift
    codes = np.zeros(len(base), dtype=np.int64)
    return two_samples(unit(vectors), codes, family, (base, ~base), int(random.integers(2**31)))


def two_sample_differs(rows: int, random: Random, **drawn: Any) -> bool | None:
    found = samples(rows, random, **drawn)
    return None if found is None else found.p <= LEVEL


def accuracy(rows: int, random: Random, **drawn: Any) -> bool | None:
    found = samples(rows, random, **drawn)
    if found is None:
        return None
    low, high = found.interval
    return not low <= 0.5 <= high


# --- what left -----------------------------------------------------------------------------------


def _sets(rows: int, random: Random, kind: str, together: int) -> tuple[Pool, np.ndarray]:
    """A base of so many rows, and what is drawn of its source: a part of it, or as many others."""
    more = 0 if kind == "part" else rows
    draws = -(-(rows + more) // together)
    subject = np.repeat(random.integers(6, size=draws), together)[: rows + more]
    number = np.repeat(np.arange(draws), together)[: rows + more]
    base = np.arange(rows + more) < rows
    candidate = random.random(rows) < 0.7 if kind == "part" else ~base
    table = np.stack([number, number, np.zeros_like(number)], axis=1)
    place = np.random.default_rng(3).normal(size=(6, 16))[subject]
    vectors = unit(place + 0.5 * random.normal(size=place.shape))
    keep = base | candidate
    return pooled(table[keep], base[keep], candidate[keep]), vectors[keep]


def coverage(rows: int, random: Random, kind: str = "part", together: int = 1) -> bool | None:
    """Has any region of one category lost its rows?"""
    pool, vectors = _sets(rows, random, kind, together)
    if not pool.removed.any():
        return None
    family = np.unique([e.text for e in pool.dataset.examples], return_inverse=True)[1]
    subjects = find_subjects(pool, vectors, pool.removed)
    tests = coverage_tests(pool, subjects, family, Rule(fail_rise=0.0))
    return _fails(pool, tests)


def _fails(pool: Pool, tests: Any, level: float = LEVEL) -> bool:
    decided = decide(pool, [tests], Policy(false_alarms=level, fewest=1, unseen=1.0))
    return any(t.status == "fail" for t in decided.tested)


def lost_category(
    rows: int, random: Random, many: int = 20, together: int = 1, level: float = LEVEL
) -> bool:
    """Of `many` categories of which the base has about so many rows, has the next set none?"""
    total = rows * many * 2
    draws = -(-total // together)
    code = np.repeat(random.integers(many, size=draws), together)[:total]
    number = np.repeat(np.arange(draws), together)[:total]
    base = np.arange(total) < total // 2
    pool = pooled(np.stack([number, number, code], axis=1), base, ~base)
    return _fails(pool, category_loss_tests(pool, number, Rule(fail=0.0)), level)


def drop(sets: int, random: Random) -> bool:
    """A drop that is just the margin, with a normal error that is known."""
    del sets
    error, margin = np.array([0.1]), np.array([0.1])
    effect: Any = SimpleNamespace(effect=float(margin[0] + error[0] * random.normal()))
    return bool(ForecastTests([effect], error, margin, margin).p_values().fail[0] <= LEVEL)


def rate(rows: int, random: Random, together: int = 1, rise: float = 0.0) -> bool:
    """Are more of so many added rows flagged than of as many base rows, of whom a tenth is?"""
    sides = []
    for more in (0.0, rise):
        flagged = np.repeat(random.random(rows // together) < 0.1 + more, together).astype(float)
        unit = np.arange(len(flagged)) // together
        effect = design_effect(flagged, unit, unit)
        sides.append((flagged.sum() / effect, len(flagged) / effect))
    (base_flagged, base), (flagged, added) = sides
    counts = Counts.of(flagged=flagged, added=added, base_flagged=base_flagged, base=base)
    return bool(p_beyond(counts, np.zeros(1))[0] <= LEVEL)


# --- comparisons ---------------------------------------------------------------------------------


def retained(rows: int, random: Random, together: int = 1) -> bool:
    """Is a difference of .06 outside its 80 % interval? Both are read on the same rows."""
    owner = np.arange(rows) // together
    base = (random.random(rows) < 0.7)[owner]
    second = np.where((random.random(rows) < 0.2)[owner], True, base)  # .7 + .2 x .3
    examples = tuple(Example(row=i, text=str(i), category="ab"[i % 2]) for i in range(rows))
    every = np.ones(rows, dtype=bool)
    evaluation = EvaluationRows(
        dataset=Dataset(name="d", examples=examples, rows_read=rows, roles={}),
        base=every,
        units=owner,
        taught=frozenset(),
        shared=0.5,
    )
    right = np.stack([base, second], axis=1).astype(np.float64)
    found = paired_contrast(right, evaluation, every, int(random.integers(2**31))).difference
    return not found.low <= 0.06 <= found.high


def varied(rows: int, random: Random, together: int = 1, larger: int = 1) -> float | None:
    """How many of the measures of diversity differ between two sets of one source?"""
    total = rows * (1 + larger)
    often = 1 / np.arange(1, 2001)
    messages = [
        [f"w{w}" for w in random.choice(2000, random.integers(4, 16), p=often / often.sum())]
        for _ in range(-(-total // together))
    ]
    tokens = [messages[i // together] for i in range(total)]
    place = random.normal(size=(len(messages), 16))
    vectors = unit(
        np.repeat(place, together, axis=0)[:total] + 0.1 * random.normal(size=(total, 16))
    )
    base = np.repeat(random.permutation(len(messages)) < len(messages) / (1 + larger), together)
    base = base[:total]
    found, _ = diversity(tokens, vectors, (base, ~base), int(random.integers(2**31)))
    if not found:
        return None
    return float(np.mean([d.contrast.differs for d in found]))
