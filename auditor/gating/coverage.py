"""coverage-loss: subjects of a category that the base covers and the candidate covers less.

The gate asks what the candidate has lost. A comparison asks that, and with the sides swapped what
it has gained: by the same regions, test and limits.

A subject is a region: a node of Ward's tree of one category's rows of both sides, so regions do not
depend on the side (of starved subtypes of CLINC150 Ward's tree shows more than average linkage, 35
of 40 against 31 at one limit). Where rows left without a reason, they left everywhere alike: the
number that left a region is hypergeometric, and so is the number that came instead. What counts is
examples: a row of which a copy is left, or that came back corrected, has not left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import beta, gamma, hypergeom

from auditor.gating.hypotheses import UNSURE, Chances, Hypothesis, Values
from auditor.gating.policy import Rule
from auditor.pool import Pool
from auditor.records.arrays import Floats, Ints, Mask
from auditor.structure.trees import ward

FEWEST = 8  # base rows of a region: half of fewer is a handful
STEPS = 24  # of a bisection: a p-value to a few parts in a million
# Rows of a category in one tree. Time is their square: 65 s of one core for 16,000 rows of 384
# dimensions, 259 s for 30,000; memory is that of the vectors.
LARGEST = 16_000

Subjects = Mapping[int, tuple[Ints, ...]]  # code of a category -> positions of each of its regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """Regions of the pool, and what became of their rows; (G,) each."""

    members: tuple[Ints, ...]  # positions
    category: Ints  # code
    base: Values  # rows
    candidate: Values
    removed: Values
    added: Values
    expected: Values  # rows of the candidate, had it lost nothing

    @property
    def loss(self) -> Values:
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

    Of a family are a row's copies; a comparison counts variations as well.

    It is in the candidate where that has a row of the family, under whatever label: a row that was
    labelled anew is a matter of labels, not of coverage.
    """
    pair = np.stack([family, pool.dataset.codes], axis=1)
    _, first, owner = np.unique(pair, axis=0, return_index=True, return_inverse=True)
    in_base, in_candidate = np.zeros((2, len(family)), dtype=bool)
    in_base[first] = np.bincount(owner.ravel(), weights=pool.in_base) > 0
    in_candidate[first] = np.isin(family[first], family[pool.in_candidate])
    return replace(pool, in_base=in_base, in_candidate=in_candidate)


def find_subjects(pool: Pool, vectors: Floats, among: Mask) -> Subjects:
    """The regions of each category that has a row of `among` (n,), by unit `vectors` (n, dim)."""
    codes = pool.dataset.codes
    return {
        int(code): tuple(_of_category(np.flatnonzero(codes == code), vectors))
        for code in np.unique(codes[among])
    }


def regions(pool: Pool, subjects: Subjects) -> Regions:
    """The regions that have base rows enough, of the categories of which a row has left.

    pool: with a row for each example; `subjects` has every such category.
    """
    codes = pool.dataset.codes
    left = np.unique(codes[pool.removed]).tolist()
    members = [m for code in left for m in subjects[code] if pool.in_base[m].sum() >= FEWEST]

    def rows(side: Mask) -> Values:
        return np.array([side[m].sum() for m in members], dtype=np.float64)

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


def p_changed(pool: Pool, found: Regions) -> Values:
    """(G,) chance of such a loss where the rows that left and came are like all others."""
    kept, left, came = (int(side.sum()) for side in (pool.kept, pool.removed, pool.added))
    tests = np.ones((2, len(found.base)))
    if kept:
        tests[0] = hypergeom.sf(found.removed - 1, kept + left, found.base, left)
    if came:
        changed = found.added + found.removed
        tests[1] = hypergeom.cdf(found.added, came + left, changed, came)
    return np.asarray(np.minimum(1.0, (1 + bool(kept and came)) * tests.min(axis=0)))


def interval(found: Regions, level: Values) -> tuple[Values, Values]:
    """(G,) the ends of the loss that one-sided tests at `level` (G,) leave open.

    Of the base's rows a part was kept (Clopper and Pearson 1934), and others came (Garwood 1936);
    where any came, each of the two has half of the level.
    """
    kept, base, came = found.base - found.removed, found.base, found.added
    half = level / 2 if came.any() else level
    most = beta.isf(half, kept + 1, np.maximum(base - kept, 1))
    least = np.where(kept > 0, beta.ppf(half, np.maximum(kept, 1), base - kept + 1), 0.0)
    more = gamma.isf(half, came + 1) if came.any() else 0.0
    fewer = np.where(came > 0, gamma.ppf(half, np.maximum(came, 1)), 0.0)
    wanted = found.expected / base
    high = 1.0 - (least + fewer / base) / wanted
    return 1.0 - (np.where(kept < base, most, 1.0) + more / base) / wanted, high


def _p_of_margin(found: Regions, margin: Values) -> Values:
    """(G,) the level from which on the interval's low end is beyond `margin`."""
    low, high = np.full(len(margin), -50.0), np.zeros(len(margin))  # log level
    for _ in range(STEPS):
        middle = (low + high) / 2
        beyond = interval(found, np.exp(middle))[0] > margin
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.exp(high)


@dataclass(frozen=True, slots=True)
class SubjectLosses:
    """Has a region lost its rows? One question a region."""

    asked: Sequence[Hypothesis]
    pool: Pool
    found: Regions
    fail: Values  # (G,) margins; 1 = none
    warn: Values

    def chances(self) -> Chances:
        p = p_changed(self.pool, self.found)
        fail, warn = (_p_of_margin(self.found, margin) for margin in (self.fail, self.warn))
        return Chances(fail=p, warn=p, beyond_fail=fail, beyond_warn=warn)

    def settle(self, level: Values) -> tuple[Values, Values, Values]:
        low, high = interval(self.found, np.full(len(level), UNSURE))
        return low, high, np.full(len(level), np.nan)


def losses(pool: Pool, subjects: Subjects, family: Ints, rule: Rule) -> SubjectLosses:
    """The questions of `coverage-loss`, one a region; the surest first, so that of those which
    explain alike it is told: not a part of what was lost, nor what was lost and much else.

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
    asked = [
        _loss(pool, found, g, rule.of(names[c]), names[c], len(found.members[g]) == rows[c])
        for g, c in enumerate(found.category.tolist())
    ]
    return SubjectLosses(asked, pool, found, fail, np.minimum(fail, warn))


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
        reach=1.0,
        rows=removed,
        explains=len(removed) / max(int(pool.removed.sum()), 1),
        summary=f"of {base:,} rows {about} {category} {candidate:,} are left",
        advice="Put them back, or collect as many on the same topic.",
        nested=True,
    )


def _of_category(rows: Ints, vectors: Floats) -> Iterator[Ints]:
    """Positions of each node of the trees of one category's `rows`, and all of them together."""
    yield rows
    for start in range(0, len(rows), LARGEST):
        part = rows[start : start + LARGEST]
        if len(part) <= FEWEST:
            continue
        for node in ward(vectors[part]).nodes(FEWEST, len(part) // 2):
            yield part[node]
