"""Hypotheses about shares of flagged rows: a rise beyond the base's share, or beyond a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv
from scipy.stats import beta, binom

from auditor.gating import rate_test
from auditor.gating.flagging import Flags
from auditor.gating.hypotheses import MARGIN_ALPHA, Hypothesis, PValues
from auditor.gating.policy import Rule
from auditor.gating.rate_test import POWER, Counts, design_effect
from auditor.pool import Pool
from auditor.records.arrays import Ints, Mask, Table

# What is said of the rows that a measure flags, of one and of several, and what to do about them.
WORDS: Mapping[str, tuple[str, str, str]] = {
    "label-conflict": (
        "has another label than its copies",
        "have another label than their copies",
        "Decide on one label for each of these texts, and on the rule behind it.",
    ),
    "label-error": (
        "has a suspicious label",
        "have a suspicious label",
        "Check these rows; `auditor audit` suggests a label for each.",
    ),
    "near-duplicate": (
        "is a copy of another row",
        "are copies of another row",
        "Keep one row of each: copies add no information.",
    ),
    "template-dominance": (
        "is filled from a template",
        "are filled from a template",
        "Replace most of these by examples in the words of many people.",
    ),
    "split-leakage": (
        "is in another split too",
        "are in another split too",
        "Take them out of training, or out of the split that scores it.",
    ),
    "amplification": (
        "is a close rewording of another row",
        "are close rewordings of another row",
        "Keep at most a few rewordings of each row, and collect more distinct ones.",
    ),
}
LIMITS = ("fail", "warn")
OTHER = (
    "is in a finding of this check",
    "are in findings of this check",
    "See what `auditor explain` says about it.",
)


@dataclass(frozen=True, slots=True)
class RateIncreaseTests:
    """Is more of what was added flagged than of the base? One hypothesis a scope."""

    hypotheses: Sequence[Hypothesis]
    observed: Counts  # of all that was added
    at_base_size: Counts  # at the base's size: what decides
    by_both: Counts  # flagged by what both sets teach, where the check can; must show it, too
    fail: Table  # (T,) margins, of the added rows; 1 = none
    warn: Table

    def p_values(self) -> PValues:
        nothing = np.zeros_like(self.fail)
        p = np.maximum(
            rate_test.p_beyond(self.at_base_size, nothing),
            rate_test.p_beyond(self.by_both, nothing),
        )
        fail, warn = (
            rate_test.p_beyond(self.at_base_size, margin) for margin in (self.fail, self.warn)
        )
        return PValues(fail=p, warn=p, beyond_fail=fail, beyond_warn=warn)

    def intervals(self, level: Table) -> tuple[Table, Table, Table]:
        low, high = rate_test.rise_interval(self.observed, np.full(len(level), MARGIN_ALPHA))
        return (
            low,
            high,
            rate_test.smallest_detectable(self.at_base_size, self.fail, level, MARGIN_ALPHA),
        )


@dataclass(frozen=True, slots=True)
class ShareTests:
    """Is a share of the candidate's rows beyond its limit? Exact (Clopper and Pearson 1934)."""

    hypotheses: Sequence[Hypothesis]
    flagged: Table  # (T,) rows
    rows: Table  # of so many
    fail: Table
    warn: Table

    def p_values(self) -> PValues:
        fail, warn = (
            np.asarray(binom.sf(self.flagged - 1, self.rows, m)) for m in (self.fail, self.warn)
        )
        return PValues(fail=fail, warn=warn, beyond_fail=fail, beyond_warn=warn)

    def intervals(self, level: Table) -> tuple[Table, Table, Table]:
        k, n = self.flagged, self.rows
        low = np.where(k > 0, beta.ppf(level, np.maximum(k, 1), n - k + 1), 0.0)
        high = np.where(k < n, beta.isf(level, k + 1, np.maximum(n - k, 1)), 1.0)
        fails_from = binom.isf(level, n, self.fail) + 1  # rows from which it fails
        detectable = betaincinv(fails_from, np.maximum(n - fails_from + 1, 1.0), POWER)
        return low, high, np.where(fails_from <= n, detectable, np.nan)


def rate_increase_tests(
    pool: Pool, flags: Mapping[str, Flags], unit: Ints, rules: Mapping[str, Rule]
) -> RateIncreaseTests:
    """The hypotheses of each check about all rows, and about each category, that were added to.

    unit (n,): rows of one number, a copy family or a group, are not independent.
    """
    scopes = [
        s
        for s in _scopes(pool, flags, rules)
        if s.rule.rate_increases and (s.rows & pool.added).any() and (s.rows & pool.in_base).any()
    ]
    at_base_size = [_counts(pool, s, s.flags.added, _in_base(s.flags), unit) for s in scopes]
    observed = [_counts(pool, s, s.flags.added > 0, _in_base(s.flags), unit) for s in scopes]
    by_both = [
        f if (both := s.flags.flagged_by_both) is None else _counts(pool, s, both, both, unit)
        for s, f in zip(scopes, at_base_size, strict=True)
    ]
    hypotheses = [
        _rise(pool, s, *found) for s, *found in zip(scopes, observed, at_base_size, strict=True)
    ]
    fail, warn = (np.array([_margin(_of_added(s, pool, of)) for s in scopes]) for of in LIMITS)
    return RateIncreaseTests(
        hypotheses,
        Counts.joined(observed),
        Counts.joined(at_base_size),
        Counts.joined(by_both),
        fail,
        np.minimum(fail, warn),
    )


def share_tests(pool: Pool, flags: Mapping[str, Flags], rules: Mapping[str, Rule]) -> ShareTests:
    """The hypotheses of each check about the candidate's rows, and those of each category."""
    scopes = [s for s in _scopes(pool, flags, rules) if (s.rule.fail, s.rule.warn) != (None, None)]
    fail = np.array([_margin(s.rule.fail) for s in scopes])
    warn = np.array([_margin(s.rule.warn) for s in scopes])
    return ShareTests(
        [_share(pool, s) for s in scopes],
        np.array([len(s.flagged) for s in scopes], dtype=np.float64),
        np.array([(s.rows & pool.in_candidate).sum() for s in scopes], dtype=np.float64),
        fail,
        np.minimum(fail, warn),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """The rows that one hypothesis is about."""

    check: str
    category: str | None
    rule: Rule
    rows: Mask  # (n,) of the pool
    flags: Flags
    flagged: Ints  # positions of the candidate's rows that are


def _scopes(pool: Pool, flags: Mapping[str, Flags], rules: Mapping[str, Rule]) -> Iterator[_Scope]:
    """All rows, then each category of the candidate, for each check."""
    codes = pool.dataset.codes
    named = [(None, None), *((name, i) for i, name in enumerate(pool.dataset.categories))]
    for check, flags_of_check in flags.items():
        for category, code in named:
            rows = flags_of_check.scope(codes, code)
            if (rows & pool.in_candidate).any():
                yield _Scope(
                    check=check,
                    category=category,
                    rule=rules[check].of(category),
                    rows=rows,
                    flags=flags_of_check,
                    flagged=np.flatnonzero(rows & flags_of_check.candidate),
                )


def _of_added(scope: _Scope, pool: Pool, limit: str) -> float | None:
    """What share of the added rows may be flagged beyond the base's; None: as many as there are.

    The limit of the set, spread over what was added, or that of a batch, whichever is less.
    """
    added, rows = (int((scope.rows & of).sum()) for of in (pool.added, pool.in_candidate))
    of_set = getattr(scope.rule, f"{limit}_rise")
    of_batch = getattr(scope.rule, f"{limit}_batch")
    margins = [] if of_set is None else [of_set * rows / added]
    margins += [] if of_batch is None else [of_batch]
    least = min(margins, default=1.0)
    return least if least < 1.0 else None


def _in_base(flags: Flags) -> Mask:
    """(n,) the rows of the base that a test counts."""
    return flags.base if flags.base_tested is None else flags.base_tested


def _counts(pool: Pool, scope: _Scope, flagged: Table | Mask, was: Mask, unit: Ints) -> Counts:
    """What was added, `flagged` (n,) by 0 to 1, and of what was there what `was` (n,)."""
    added, base = scope.rows & pool.added, scope.rows & pool.in_base
    counted = [
        (flagged[added], unit[added], unit[pool.added]),
        (was[base], unit[base], unit[pool.in_base]),
    ]
    of_added, of_base = (design_effect(f.astype(np.float64), *units) for f, *units in counted)
    # Where nothing has changed it is the same in both; the base, having more rows, shows more.
    of_added = max(of_added, of_base)
    return Counts.of(
        flagged=flagged[added].sum() / of_added,
        added=added.sum() / of_added,
        base_flagged=was[base].sum() / of_base,
        base=base.sum() / of_base,
    )


def _rise(pool: Pool, scope: _Scope, observed: Counts, at_base_size: Counts) -> Hypothesis:
    one, many, advice = WORDS.get(scope.check, OTHER)
    flags, added, base = scope.flags, scope.rows & pool.added, scope.rows & pool.in_base
    rows = np.flatnonzero(added & (flags.added > 0))
    number, share = int(added.sum()), float(flags.base[base].mean())
    where = "" if scope.category is None else f" of {scope.category}"
    says = one if len(rows) == 1 else many
    margin = _of_added(scope, pool, "fail")
    rise, at_one_size = float(observed.rise[0]), float(at_base_size.rise[0])
    larger = margin is not None and rise > margin >= at_one_size
    return Hypothesis(
        check=scope.check,
        category=scope.category,
        kind="rise",
        base=share,
        base_of=int(base.sum()),
        candidate=len(rows) / number,
        candidate_of=number,
        effect=rise,
        margin=margin,
        informational=scope.rule.informational,
        max_effect=1.0,
        weight=number / int((scope.rows & pool.in_candidate).sum()),
        rows=rows,
        partner=flags.partner[rows],
        similarity=None if flags.similarity is None else flags.similarity[rows],
        droppable=np.flatnonzero(added & flags.droppable),
        explains=len(rows) / int(pool.added.sum()),
        summary=f"{len(rows):,} of {number:,} added rows{where} {says}, compared with "
        f"{share:.1%} of the base rows"
        + f"; {share + at_one_size:.1%} of the added rows after sampling to the size of the base"
        * larger,
        advice=advice,
    )


def _share(pool: Pool, scope: _Scope) -> Hypothesis:
    one, many, advice = WORDS.get(scope.check, OTHER)
    rows = int((scope.rows & pool.in_candidate).sum())
    share = len(scope.flagged) / rows
    where = "" if scope.category is None else f" of {scope.category}"
    says = one if len(scope.flagged) == 1 else many
    droppable = scope.flags.droppable | (scope.flags.candidate & ~pool.in_base.any())
    return Hypothesis(
        check=scope.check,
        category=scope.category,
        kind="absolute",
        base=None,
        base_of=None,
        candidate=share,
        candidate_of=rows,
        effect=share,
        margin=scope.rule.fail,
        informational=scope.rule.informational,
        max_effect=1.0,
        rows=scope.flagged,
        partner=scope.flags.partner[scope.flagged],
        droppable=scope.flagged[droppable[scope.flagged]],
        explains=len(scope.flagged) / int(pool.in_candidate.sum()),
        summary=f"{len(scope.flagged):,} of {rows:,} rows{where} ({share:.1%}) {says}",
        advice=advice,
    )


def _margin(limit: float | None) -> float:
    """A share is never beyond 1."""
    return 1.0 if limit is None else limit
