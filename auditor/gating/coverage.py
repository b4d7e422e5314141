"""coverage-loss: subjects of a category that the base covers and the candidate covers less.

The gate tests what the candidate has lost. A comparison tests that, and with base and candidate
swapped what it has gained: by the same regions, test and limits.

A subject is a region: a node of Ward's tree of one category's rows of both sets, so regions do not
depend on which set a row is in (of starved subtypes of CLINC150 Ward's tree shows more than average
linkage, 35 of 40 against 31 at one limit). Where rows left at random, they left everywhere alike:
the number that left a region is hypergeometric, and so is the number that came instead. Examples
count: a row of which a copy is left, or that came back corrected, has not left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import beta, gamma, hypergeom

from auditor.gating.hypotheses import MARGIN_ALPHA, Hypothesis, PValues
from auditor.gating.policy import Rule
from auditor.pool import Pool
from auditor.records.arrays import Floats, Ints, Mask, Table
from auditor.structure.trees import ward

MIN_BASE_ROWS = 8  # base rows of a region: half of fewer is a handful
BISECTION_STEPS = 24  # of a bisection: a p-value to a few parts in a million
# Rows of a category in one tree. Time is their square: 65 s of one core for 16,000 rows of 384
# dimensions, 259 s for 30,000; memory is that of the vectors.
MAX_TREE_ROWS = 16_000

Subjects = Mapping[int, tuple[Ints, ...]]  # code of a category -> positions of each of its regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """Regions of the pool, and what became of their rows; (G,) each."""

    members: tuple[Ints, ...]  # positions
    category: Ints  # code
    base: Table  # rows
    candidate: Table
    removed: Table
    added: Table
    expected: Table  # rows of the candidate, had it lost nothing

    @property
    def loss(self) -> Table:
        """(G,) share of the expected rows that are not there; below 0 where there are more."""
        return 1.0 - self.candidate / self.expected

    def ordered(self, order: Ints) -> Regions:
        """The same regions as `order` (G,) has them."""
        counts = ("category", "base", "candidate", "removed", "added", "expected")
        return replace(
            self,
            members=tuple(self.members[g] for g in order.tolist()),
            **{name: getattr(self, name)[order] for name in counts},
        )


def examples(pool: Pool, family: Ints) -> Pool:
    """The pool with one row for each example: the first of its family (n,) in its category.

    A family is a row with its copies; in a comparison with its paraphrases as well.

    It is in the candidate where that has a row of the family, under whatever label: a row that was
    labelled anew is a matter of labels, not of coverage.
    """
    pair = np.stack([family, pool.dataset.codes], axis=1)
    _, first, owner = np.unique(pair, axis=0, return_index=True, return_inverse=True)
    in_base, in_candidate = np.zeros((2, len(family)), dtype=bool)
    in_base[first] = np.bincount(owner.ravel(), weights=pool.in_base) > 0
    in_candidate[first] = np.isin(family[first], family[pool.in_candidate])
    return replace(pool, in_base=in_base, in_candidate=in_candidate)


def find_subjects(
    pool: Pool, vectors: Floats, among: Mask, readable: Mask | None = None
) -> Subjects:
    """The regions of each category that has a row of `among` (n,), by unit `vectors` (n, dim).

    readable (n,): rows whose vectors say something, by default all; others are in no region but
    that of the whole category.
    """
    codes = pool.dataset.codes
    readable = np.ones(len(codes), dtype=bool) if readable is None else readable
    return {
        int(code): tuple(_of_category(np.flatnonzero(codes == code), vectors, readable))
        for code in np.unique(codes[among])
    }


def regions(pool: Pool, subjects: Subjects) -> Regions:
    """The regions that have base rows enough, of the categories of which a row has left.

    pool: with a row for each example; `subjects` has every such category.
    """
    codes = pool.dataset.codes
    left = np.unique(codes[pool.removed]).tolist()
    members = [m for code in left for m in subjects[code] if pool.in_base[m].sum() >= MIN_BASE_ROWS]

    def rows(in_set: Mask) -> Table:
        return np.array([in_set[m].sum() for m in members], dtype=np.float64)

    base = rows(pool.in_base)
    # A candidate of fewer rows has fewer of each kind; one that has grown should have lost none.
    smaller = min(1.0, pool.in_candidate.sum() / max(pool.in_base.sum(), 1))
    return Regions(
        members=tuple(members),
        category=np.array([codes[m[0]] for m in members], dtype=np.int64),
        base=base,
        candidate=rows(pool.in_candidate),
        removed=rows(pool.removed),
        added=rows(pool.added),
        expected=base * smaller,
    )


def p_changed(pool: Pool, found: Regions) -> Table:
    """(G,) p-value of such a loss where the rows that left and came are like all others."""
    kept, left, came = (int(in_set.sum()) for in_set in (pool.kept, pool.removed, pool.added))
    tests = np.ones((2, len(found.base)))
    if kept:
        tests[0] = hypergeom.sf(found.removed - 1, kept + left, found.base, left)
    if came:
        changed = found.added + found.removed
        tests[1] = hypergeom.cdf(found.added, came + left, changed, came)
    return np.asarray(np.minimum(1.0, (1 + bool(kept and came)) * tests.min(axis=0)))


def loss_interval(found: Regions, level: Table) -> tuple[Table, Table]:
    """(G,) the ends of the loss that one-sided tests at `level` (G,) leave open.

    Of the base's rows a part was kept (Clopper and Pearson 1934), and others came (Garwood 1936);
    where any came, each of the two has half of the level.
    """
    kept, base, came = found.base - found.removed, found.base, found.added
    half = level / 2 if came.any() else level
    kept_high = beta.isf(half, kept + 1, np.maximum(base - kept, 1))
    kept_low = np.where(kept > 0, beta.ppf(half, np.maximum(kept, 1), base - kept + 1), 0.0)
    came_high = gamma.isf(half, came + 1) if came.any() else 0.0
    came_low = np.where(came > 0, gamma.ppf(half, np.maximum(came, 1)), 0.0)
    expected = found.expected / base
    high = 1.0 - (kept_low + came_low / base) / expected
    return 1.0 - (np.where(kept < base, kept_high, 1.0) + came_high / base) / expected, high


def _p_beyond(found: Regions, margin: Table) -> Table:
    """(G,) the level from which on the interval's low end is beyond `margin`."""
    low, high = np.full(len(margin), -50.0), np.zeros(len(margin))  # log level
    for _ in range(BISECTION_STEPS):
        middle = (low + high) / 2
        beyond = loss_interval(found, np.exp(middle))[0] > margin
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.exp(high)


@dataclass(frozen=True, slots=True)
class CoverageTests:
    """Has a region lost its rows? One hypothesis a region."""

    hypotheses: Sequence[Hypothesis]
    pool: Pool
    found: Regions
    fail: Table  # (G,) margins; 1 = none
    warn: Table

    def p_values(self) -> PValues:
        p = p_changed(self.pool, self.found)
        fail, warn = (_p_beyond(self.found, margin) for margin in (self.fail, self.warn))
        return PValues(fail=p, warn=p, beyond_fail=fail, beyond_warn=warn)

    def intervals(self, level: Table) -> tuple[Table, Table, Table]:
        low, high = loss_interval(self.found, np.full(len(level), MARGIN_ALPHA))
        return low, high, np.full(len(level), np.nan)


def coverage_tests(pool: Pool, subjects: Subjects, family: Ints, rule: Rule) -> CoverageTests:
    """The hypotheses of `coverage-loss`, one a region; the lowest p first, so that of those which
    explain alike it is reported: not a part of what was lost, nor what was lost and much else.

    subjects: of each category that a row has left; family (n,): rows of one number are one example.
    """
    pool = examples(pool, family)
    found = regions(pool, subjects)
    codes = pool.dataset.codes
    names, rows = pool.dataset.categories, np.bincount(codes)
    fail, warn = (
        np.array([_margin(rule.of(names[c]), of) for c in found.category.tolist()])
        for of in ("fail_rise", "warn_rise")
    )
    missing = found.expected - found.candidate
    order = np.lexsort((-missing, p_changed(pool, found)))
    found, fail, warn = found.ordered(order), fail[order], warn[order]
    hypotheses = [
        _loss(pool, found, g, rule.of(names[c]), names[c], len(found.members[g]) == rows[c])
        for g, c in enumerate(found.category.tolist())
    ]
    return CoverageTests(hypotheses, pool, found, fail, np.minimum(fail, warn))


def _margin(rule: Rule, of: str) -> float:
    margin = getattr(rule, of)
    return 1.0 if margin is None else float(margin)


def _loss(
    pool: Pool, found: Regions, g: int, rule: Rule, category: str, all_of_it: bool
) -> Hypothesis:
    base, candidate = int(found.base[g]), int(found.candidate[g])
    removed = found.members[g][pool.removed[found.members[g]]]
    about = "of" if all_of_it else "on one topic of"
    return Hypothesis(
        check="coverage-loss",
        category=category,
        kind="rise",
        base=1.0,
        base_of=base,
        candidate=candidate / base,
        candidate_of=base,
        effect=float(found.loss[g]),
        margin=rule.fail_rise,
        informational=rule.informational,
        max_effect=1.0,
        rows=removed,
        explains=len(removed) / max(int(pool.removed.sum()), 1),
        summary=f"of {base:,} rows {about} {category} {candidate:,} are left",
        advice="Put them back, or collect as many on the same topic.",
        nested=True,
    )


def _of_category(rows: Ints, vectors: Floats, readable: Mask) -> Iterator[Ints]:
    """Positions of each node of the trees of one category's `rows`, and all of them together."""
    yield rows
    rows = rows[readable[rows]]
    for start in range(0, len(rows), MAX_TREE_ROWS):
        part = rows[start : start + MAX_TREE_ROWS]
        if len(part) <= MIN_BASE_ROWS:
            continue
        for node in ward(vectors[part]).nodes(MIN_BASE_ROWS, len(part) // 2):
            yield part[node]
