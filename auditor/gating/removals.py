"""What is not there: rows that could not be read, examples and categories that left.

These are counted, not estimated: beyond its limit such a share fails, whatever chance would do.
Only that a category left is tested: of a few rows the next draw of one source may have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from scipy.stats import hypergeom

from auditor.gating.hypotheses import Hypothesis, PValues
from auditor.gating.policy import Rule
from auditor.pool import Pool
from auditor.records.arrays import Ints, Table
from auditor.records.dataset import Dataset

MADE_FROM_BASE = 0.8  # of the candidate's rows are the base's: it was made from it
MIN_CANDIDATE_ROWS = 30  # of a candidate that is not its base: with fewer the test says nothing


@dataclass(frozen=True, slots=True)
class CountTests:
    """Is a share that was counted beyond its limit? (T,) p-values of both limits."""

    hypotheses: Sequence[Hypothesis]
    fail: Table
    warn: Table
    smallest: Table

    def p_values(self) -> PValues:
        return PValues(fail=self.fail, warn=self.warn, beyond_fail=self.fail, beyond_warn=self.warn)

    def intervals(self, level: Table) -> tuple[Table, Table, Table]:
        effect = np.array([a.effect for a in self.hypotheses], dtype=np.float64)
        high = np.where(np.isnan(self.smallest), 1.0, effect)
        return effect, high, np.broadcast_to(self.smallest, level.shape)


def rejected_rows_test(pool: Pool, rule: Rule, tolerated: int) -> CountTests:
    """The hypothesis of `rejected-rows`: more than `tolerated` of them, more than the limit, and a
    larger share than of the base's by as much."""
    share, row_count = _rejected(pool.candidate)
    before = _rejected(pool.base)[0] if pool.base else 0.0
    effect = share - before
    of_base = f", compared with {before:.1%} of the base's" if pool.base else ""
    first = next(iter(pool.candidate.rejected), None)
    why = ""
    if first is not None:
        why = f"; the first is {first.place}: {first.reason}"
    hypotheses = Hypothesis(
        check="rejected-rows",
        category=None,
        kind="absolute",
        base=before if pool.base else None,
        base_of=pool.base.rows_read + len(pool.base.rejected) if pool.base else None,
        candidate=share,
        candidate_of=pool.candidate.rows_read + row_count,
        effect=effect,
        margin=rule.fail,
        informational=rule.informational,
        max_effect=1.0,
        rows=np.empty(0, dtype=np.int64),
        row_count=row_count,
        estimated=False,
        explains=1.0,  # nothing is known of these rows, so nothing explains more
        summary=f"{row_count:,} of {pool.candidate.rows_read + row_count:,} rows could not be read"
        f"{of_base}{why}",
        advice="Fix these rows, or take them out; what cannot be read cannot be tested.",
    )
    limits = (rule.fail if row_count > tolerated else None, rule.warn)
    return _count_tests([hypotheses], [limits], np.zeros(1))


def _rejected(dataset: Dataset) -> tuple[float, int]:
    row_count = len(dataset.rejected)
    return row_count / max(dataset.rows_read + row_count, 1), row_count


def shrinkage_test(pool: Pool, base_family: Ints, family: Ints, rule: Rule) -> CountTests:
    """The hypothesis of `shrinkage`: how many of the base's distinct examples are not replaced.

    base_family, family (n,): copy families, in the base alone and in the pool. Copies that left are
    no loss. Fewer than 30 rows that are not the base's are too few to say.
    """
    before = len(np.unique(base_family[pool.in_base]))
    now = len(np.unique(family[pool.in_candidate]))
    gone = np.flatnonzero(pool.removed)
    lost = max(1.0 - now / max(before, 1), 0.0) if len(gone) else 0.0
    rows = int(pool.in_candidate.sum())
    changed = bool(pool.removed.any() or pool.added.any())
    sizes = f"{now:,} distinct examples, {before:,} in the base"
    hypotheses = Hypothesis(
        check="shrinkage",
        category=None,
        kind="absolute",
        base=1.0,
        base_of=before,
        candidate=min(now / max(before, 1), 1.0),
        candidate_of=now,
        effect=lost,
        margin=rule.fail,
        informational=rule.informational,
        max_effect=1.0,
        rows=gone,
        estimated=False,
        explains=1.0,  # what left first explains what else is missing
        summary=f"{lost:.0%} of the set is missing: {sizes}" if lost else sizes,
        advice="Put the missing rows back, or set in the policy how much may be removed.",
    )
    smallest = np.array([np.nan if changed and rows < MIN_CANDIDATE_ROWS else 0.0])
    return _count_tests([hypotheses], [(rule.fail, rule.warn)], smallest)


def category_loss_tests(pool: Pool, unit: Ints, rule: Rule) -> CountTests:
    """The hypotheses of `category-loss`: categories of the base of which no row is left.

    unit (n,): rows of one number are not independent, and count once in each set. Any of the base's
    categories could have been lost, so all of them count.
    """
    codes, names = pool.dataset.codes, pool.dataset.categories
    kept, left, came = (
        len(np.unique(unit[in_set])) for in_set in (pool.kept, pool.removed, pool.added)
    )
    base = np.bincount(codes[pool.in_base], minlength=len(names))
    candidate = np.bincount(codes[pool.in_candidate], minlength=len(names))
    others = sum(_can_fail(rule.of(n)) for n in compress(names, (base > 0) & (candidate > 0)))
    hypotheses, p_values = [], []
    for code in np.flatnonzero((base > 0) & (candidate == 0)).tolist():
        rows = np.flatnonzero((codes == code) & pool.in_base)
        # That all of its rows are among those that left, and none among those that came. Where
        # the candidate was made from the base by leaving rows out, nothing of that was chance.
        units = len(np.unique(unit[rows]))
        p = float(hypergeom.sf(units - 1, kept + left, units, left))
        if came:
            p *= float(hypergeom.cdf(0, came + kept + left, units, came))
        if pool.kept.sum() >= MADE_FROM_BASE * pool.in_candidate.sum():
            p = 0.0
        hypotheses.append(_lost_category(pool, names[code], rows, rule, others))
        p_values.append(p)
    rules = [rule.of(names[codes[h.rows[0]]]) for h in hypotheses]
    fail = [1.0 if r.fail is None else p for p, r in zip(p_values, rules, strict=True)]
    warn = [1.0 if r.warn is None else 0.0 for r in rules]
    return CountTests(hypotheses, np.array(fail), np.array(warn), np.zeros(len(hypotheses)))


def _lost_category(pool: Pool, name: str, rows: Ints, rule: Rule, others: int) -> Hypothesis:
    """That the category of the base's `rows`, which are all that it had, was lost."""
    of = rule.of(name)
    return Hypothesis(
        check="category-loss",
        category=name,
        kind="absolute",
        base=1.0,
        base_of=len(rows),
        candidate=0.0,
        candidate_of=0,
        effect=1.0,
        margin=of.fail,
        informational=of.informational,
        max_effect=1.1,  # all of it is beyond any limit
        rows=rows,
        explains=len(rows) / max(int(pool.removed.sum()), 1),
        others=others,
        summary=f"none of the {len(rows):,} rows of {name} is left",
        advice="Put the category back; a model trained without it cannot know it.",
    )


def _can_fail(rule: Rule) -> bool:
    return rule.fail is not None and not rule.informational


def _count_tests(
    hypotheses: Sequence[Hypothesis],
    limits: Sequence[tuple[float | None, float | None]],
    smallest: Table,
) -> CountTests:
    def beyond(limit: float | None, effect: float) -> float:
        return 0.0 if limit is not None and effect > limit else 1.0

    fail = [beyond(f, a.effect) for a, (f, _) in zip(hypotheses, limits, strict=True)]
    warn = [beyond(w, a.effect) for a, (_, w) in zip(hypotheses, limits, strict=True)]
    return CountTests(hypotheses, np.array(fail), np.array(warn), smallest)
