"""The gate's hypotheses, and how they are tested together with one family-wise error rate.

A family of hypotheses (`HypothesisFamily`) has the p-value of each observed effect where nothing
has changed, and that of the effect being within its margin. All are tested together, so that the
chance that anything fails where nothing has changed stays below one level alpha, however the
hypotheses depend on one another: each check has its part of alpha, whatever number of categories
or subjects it tests, and within a check the parts are Holm's (1979). Copies, templates and
paraphrases come by the dozen; a few labels of one category or one subject among many are harder to
tell from chance, so these checks have more of alpha (as in Genovese, Roeder and Wasserman, "False
discovery control with p-value weighting", Biometrika 2006).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from auditor.gating.policy import Policy
from auditor.records.arrays import Floats, Ints, Table
from auditor.records.verdict import Status
from auditor.statistics import holm

# Of results, in the order in which they are reported.
STATUSES: tuple[Status, ...] = ("fail", "inconclusive", "warn", "informational", "pass")
WEIGHTS: Mapping[str, int] = {"label-error": 4, "coverage-loss": 4}  # parts of alpha; others 1
MARGIN_ALPHA = 0.05  # chance that an effect within its margin is taken to be beyond it, at most
WARN_TIMES = 10  # times alpha for warnings: a warning stops nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One hypothesis and its observed effect, before the test. Shares and drops are 0-1."""

    check: str
    category: str | None
    kind: Literal["absolute", "rise"]
    base: float | None
    base_of: int | None
    candidate: float
    candidate_of: int
    effect: float
    margin: float | None  # beyond which it fails; None: it never does
    informational: bool
    max_effect: float  # the largest effect that there could be
    rows: Ints  # positions in the pool that the effect rests on
    explains: float  # share of the whole change that it accounts for
    summary: str
    advice: str
    weight: float = 1.0  # what the rows it is about are of all rows: what they can do to the set
    partner: Ints | None = None  # of each of `rows` one that it repeats or contradicts; -1: none
    similarity: Floats | None = None  # of each of `rows` to its partner
    droppable: Ints | None = None  # positions that could be left out of the candidate
    row_count: int | None = None  # rows concerned, where they are none of the pool's
    estimated: bool = True  # False: a count, which chance has no part in
    nested: bool = False  # its rows are those of other hypotheses, too
    others: int = 0  # hypotheses without an effect that could have failed likewise

    @property
    def can_fail(self) -> bool:
        return self.margin is not None and not self.informational and self.max_effect > self.margin

    @property
    def concerned(self) -> int:
        """How many rows the effect rests on."""
        return len(self.rows) if self.row_count is None else self.row_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The result of one hypothesis, tested together with all others."""

    hypothesis: Hypothesis
    status: Status
    low: float  # interval of the effect
    high: float
    smallest: float | None  # effect detectable with 80 % power; None: none is
    p: float  # adjusted for all hypotheses


@dataclass(frozen=True, slots=True, kw_only=True)
class PValues:
    """The p-values of (T,) hypotheses."""

    fail: Table  # of such an effect where nothing has changed
    warn: Table
    beyond_fail: Table  # of it where the true effect is at the margin that fails, that warns
    beyond_warn: Table


class HypothesisFamily(Protocol):
    """Hypotheses of one kind, (T,) of them, with their test."""

    @property
    def hypotheses(self) -> Sequence[Hypothesis]: ...

    def p_values(self) -> PValues: ...

    def intervals(self, level: Table) -> tuple[Table, Table, Table]:
        """(T,) ends of the effect's interval, and (T,) the smallest effect that a test at `level`
        (T,) detects with 80 % power."""
        ...


def decide_together(families: Sequence[HypothesisFamily], policy: Policy) -> list[Decision]:
    """The results, failing ones first, of these the one that explains most of the change.

    The order of `families`, and of the hypotheses in them, settles what explains alike.
    """
    decisions = [
        decision
        for tested in _tested_together(families, policy.false_alarms)
        for decision in _decisions(tested, policy.fewest, policy.unseen)
    ]
    decisions.sort(key=lambda d: (STATUSES.index(d.status), -round(d.hypothesis.explains, 1)))
    return decisions


@dataclass(frozen=True, slots=True)
class _TestedFamily:
    """A family of hypotheses, tested together with all others; (T,) each."""

    family: HypothesisFamily
    level: Table  # of the test, after Holm
    adjusted: Table  # p-values
    fails: NDArray[np.bool_]
    warns: NDArray[np.bool_]


def _decisions(tested: _TestedFamily, min_rows: int, unseen: float) -> Iterator[Decision]:
    """The result of each hypothesis of a family; numbers are rounded, p to three digits."""
    family, adjusted = tested.family, tested.adjusted
    low, high, smallest = family.intervals(tested.level)
    for i, hypothesis in enumerate(family.hypotheses):
        status: Status = "pass"
        if tested.fails[i] and hypothesis.concerned >= min_rows:
            status = "fail"
        elif hypothesis.category is None and _underpowered(
            hypothesis, float(smallest[i]), float(high[i]), unseen
        ):
            status = "inconclusive"
        elif tested.warns[i] and (hypothesis.concerned >= min_rows or hypothesis.effect >= 1.0):
            status = "warn"  # what is gone altogether warns however few rows it had
        if hypothesis.informational and status != "pass":
            status = "informational"
        yield Decision(
            hypothesis=hypothesis,
            status=status,
            low=round(float(low[i]), 6),
            high=round(float(high[i]), 6),
            smallest=None if math.isnan(smallest[i]) else round(float(smallest[i]), 6),
            p=float(f"{round(float(adjusted[i]), 6):.3g}"),
        )


def without_repeats(decisions: Sequence[Decision]) -> Iterator[Decision]:
    """Without what another result of the check reports already, and what passes in one category.

    A check with no result for the whole set keeps the passing one with the lowest p.
    """
    reported: dict[tuple[str, str], list[set[int]]] = defaultdict(list)
    passed = {d.hypothesis.check for d in decisions if d.hypothesis.category is None}
    failed = {
        d.hypothesis.check
        for d in decisions
        if d.hypothesis.category is None and d.status == "fail"
    }
    for decision in decisions:
        hypothesis = decision.hypothesis
        rows, others = set(hypothesis.rows.tolist()), reported[hypothesis.check, hypothesis.kind]
        if hypothesis.category is not None:
            if hypothesis.check in {"pass": passed, "warn": failed}.get(decision.status, ()):
                continue
            if any(rows & other for other in others):
                continue
            others.append(rows)
            passed |= {hypothesis.check} if hypothesis.nested else set()
        yield decision


def _tested_together(families: Sequence[HypothesisFamily], alpha: float) -> list[_TestedFamily]:
    """Every family with p-values adjusted for all of them."""
    found = [f.p_values() for f in families]
    p, p_warn, beyond, beyond_warn = (
        np.concatenate([np.ones(0), *(getattr(c, kind.name) for c in found)])
        for kind in fields(PValues)
    )
    hypotheses = [a for f in families for a in f.hypotheses]
    counted = np.array([a.can_fail for a in hypotheses], dtype=bool)
    checks = np.array([a.check for a in hypotheses], dtype=object)
    estimated = np.array([a.estimated for a in hypotheses], dtype=bool)
    parts = sum(WEIGHTS.get(check, 1) for check in {*checks[counted & estimated]})
    adjusted, adjusted_warn = np.ones(len(p)), np.ones(len(p))
    level = np.full(len(p), alpha)
    for check in dict.fromkeys(checks):
        own, times = counted & (checks == check), max(parts, 1) / WEIGHTS.get(check, 1)
        others = max((a.others for a in hypotheses if a.check == check), default=0)
        adjusted[own] = np.minimum(times * holm(p[own], others), 1.0)
        rank = np.argsort(np.argsort(p[own], kind="stable"), kind="stable")
        level[own] = alpha / times / (others + own.sum() - rank)
        adjusted_warn[checks == check] = times * holm(p_warn[checks == check])
    fails = counted & (adjusted <= alpha) & (beyond <= MARGIN_ALPHA)
    warns = (adjusted_warn <= WARN_TIMES * alpha) & (beyond_warn <= MARGIN_ALPHA)
    ends = np.cumsum([len(f.hypotheses) for f in families])[:-1]
    each = (np.split(values, ends) for values in (level, adjusted, fails, warns))
    return [_TestedFamily(*result) for result in zip(families, *each, strict=True)]


def _underpowered(hypothesis: Hypothesis, smallest: float, high: float, unseen: float) -> bool:
    """Whether an effect of more than `unseen` beyond the margin could be there: the test would not
    have detected it, nor does the interval exclude it."""
    if hypothesis.margin is None or not hypothesis.can_fail:
        return False
    detectable = (
        hypothesis.max_effect if math.isnan(smallest) else min(smallest, hypothesis.max_effect)
    )
    return (min(detectable, high) - hypothesis.margin) * hypothesis.weight > unseen
