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

from auditor.gating.hypotheses import Chances, Hypothesis, Values
from auditor.gating.policy import Rule
from auditor.pool import Pool
from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset

MADE_FROM = 0.8  # of the candidate's rows are the base's: it was made from it
FEWEST = 30  # rows of a candidate that is not its base: of fewer nothing can be told


@dataclass(frozen=True, slots=True)
class Facts:
    """Is a share that was counted beyond its limit? (T,) p-values of both limits."""

    asked: Sequence[Hypothesis]
    fail: Values
    warn: Values
    smallest: Values

    def chances(self) -> Chances:
        return Chances(fail=self.fail, warn=self.warn, beyond_fail=self.fail, beyond_warn=self.warn)

    def settle(self, level: Values) -> tuple[Values, Values, Values]:
        effect = np.array([a.effect for a in self.asked], dtype=np.float64)
        high = np.where(np.isnan(self.smallest), 1.0, effect)
        return effect, high, np.broadcast_to(self.smallest, level.shape)


def unread(pool: Pool, rule: Rule, slip: int) -> Facts:
    """The question of `rejected-rows`: more than `slip` of them, more than the limit, and a larger
    share than of the base's by as much."""
    share, number = _unread(pool.candidate)
    before = _unread(pool.base)[0] if pool.base else 0.0
    effect = share - before
    of_base = f", compared with {before:.1%} of the base's" if pool.base else ""
    first = next(iter(pool.candidate.rejected), None)
    why = ""
    if first is not None:
        why = f"; the first is {first.place}: {first.reason}"
    asked = Hypothesis(
        check="rejected-rows",
        category=None,
        kind="absolute",
        base=before if pool.base else None,
        base_of=pool.base.rows_read + len(pool.base.rejected) if pool.base else None,
        candidate=share,
        candidate_of=pool.candidate.rows_read + number,
        effect=effect,
        margin=rule.fail,
        informational=rule.informational,
        reach=1.0,
        rows=np.empty(0, dtype=np.int64),
        number=number,
        estimated=False,
        explains=1.0,  # nothing is known of these rows, so nothing explains more
        summary=f"{number:,} of {pool.candidate.rows_read + number:,} rows could not be read"
        f"{of_base}{why}",
        advice="Fix these rows, or take them out; what cannot be read cannot be tested.",
    )
    limits = (rule.fail if number > slip else None, rule.warn)
    return _facts([asked], [limits], np.zeros(1))


def _unread(dataset: Dataset) -> tuple[float, int]:
    number = len(dataset.rejected)
    return number / max(dataset.rows_read + number, 1), number


def shrinkage(pool: Pool, base_family: Ints, family: Ints, rule: Rule) -> Facts:
    """The question of `shrinkage`: how many of the base's distinct examples are not replaced.

    base_family, family (n,): copy families, in the base alone and in the pool. Copies that left are
    no loss. Where fewer than 30 rows are there, and they are not the base's, nothing can be told.
    """
    before = len(np.unique(base_family[pool.in_base]))
    now = len(np.unique(family[pool.in_candidate]))
    gone = np.flatnonzero(pool.removed)
    lost = max(1.0 - now / max(before, 1), 0.0) if len(gone) else 0.0
    rows = int(pool.in_candidate.sum())
    changed = bool(pool.removed.any() or pool.added.any())
    told = f"{now:,} distinct examples, {before:,} in the base"
    asked = Hypothesis(
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
        reach=1.0,
        rows=gone,
        estimated=False,
        explains=1.0,  # what left first explains what else is missing
        summary=f"{lost:.0%} of the set is missing: {told}" if lost else told,
        advice="Put the missing rows back, or set in the policy how much may be removed.",
    )
    blind = np.array([np.nan if changed and rows < FEWEST else 0.0])
    return _facts([asked], [(rule.fail, rule.warn)], blind)


def category_loss(pool: Pool, unit: Ints, rule: Rule) -> Facts:
    """The questions of `category-loss`: categories of the base of which no row is left.

    unit (n,): rows of one number are not independent, and count once on a side. Any of the base's
    categories could have been lost, so all of them count.
    """
    codes, names = pool.dataset.codes, pool.dataset.categories
    removed = int(pool.removed.sum())
    kept, left, came = (
        len(np.unique(unit[side])) for side in (pool.kept, pool.removed, pool.added)
    )
    base = np.bincount(codes[pool.in_base], minlength=len(names))
    candidate = np.bincount(codes[pool.in_candidate], minlength=len(names))
    others = sum(_can_fail(rule.of(n)) for n in compress(names, (base > 0) & (candidate > 0)))
    asked, fail, warn = [], [], []
    for code in np.flatnonzero((base > 0) & (candidate == 0)).tolist():
        name = names[code]
        rows = np.flatnonzero((codes == code) & pool.in_base)
        # That all of its rows are among those that left, and none among those that came. Where
        # the candidate was made from the base by leaving rows out, nothing of that was chance.
        units = len(np.unique(unit[rows]))
        p = float(hypergeom.sf(units - 1, kept + left, units, left))
        if came:
            p *= float(hypergeom.cdf(0, came + kept + left, units, came))
        if pool.kept.sum() >= MADE_FROM * pool.in_candidate.sum():
            p = 0.0
        of = rule.of(name)
        asked.append(
            Hypothesis(
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
                reach=1.1,  # all of it is beyond any limit
                rows=rows,
                explains=len(rows) / max(removed, 1),
                others=others,
                summary=f"none of the {len(rows):,} rows of {name} is left",
                advice="Put the category back; a model trained without it cannot know it.",
            )
        )
        fail.append(p if of.fail is not None else 1.0)
        warn.append(0.0 if of.warn is not None else 1.0)
    return Facts(asked, np.array(fail), np.array(warn), np.zeros(len(asked)))


def _can_fail(rule: Rule) -> bool:
    return rule.fail is not None and not rule.informational


def _facts(
    asked: Sequence[Hypothesis],
    limits: Sequence[tuple[float | None, float | None]],
    smallest: Values,
) -> Facts:
    def beyond(limit: float | None, effect: float) -> float:
        return 0.0 if limit is not None and effect > limit else 1.0

    fail = [beyond(f, a.effect) for a, (f, _) in zip(asked, limits, strict=True)]
    warn = [beyond(w, a.effect) for a, (_, w) in zip(asked, limits, strict=True)]
    return Facts(asked, np.array(fail), np.array(warn), smallest)
