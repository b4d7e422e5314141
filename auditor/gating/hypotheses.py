"""Questions that are put to two sets, and how they are decided together.

A family of questions (`Questions`) says how surprising each observed effect would be where nothing
has changed, and whether it is surely beyond its margin. All are decided at once, so that the chance
that anything fails where nothing has changed stays below one level, however the questions depend
on one another: each check has its part of it, whatever number of categories or subjects it is put
to, and within a check the questions share (Holm 1979). Copies, templates and variations come by the
dozen; a few labels of one category or one subject among many are harder to tell from chance, so
these have more of it (as in Genovese, Roeder and Wasserman, "False discovery control with p-value
weighting", Biometrika 2006).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from auditor.records.arrays import Floats, Ints
from auditor.records.verdict import Status
from auditor.statistics import holm

Values = NDArray[np.float64]

# Of answers, in the order in which they are read.
STATUSES: tuple[Status, ...] = ("fail", "inconclusive", "warn", "informational", "pass")
WEIGHTS: Mapping[str, int] = {"label-error": 4, "coverage-loss": 4}  # of the level; others 1
UNSURE = 0.05  # chance that an effect within its margin is taken to be beyond it, at most
WARN_TIMES = 10  # as many false warnings as failures: a warning stops nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One question, before it is decided. Shares and drops are 0-1."""

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
    reach: float  # the largest effect that there could be
    rows: Ints  # positions in the pool that the effect rests on
    explains: float  # share of the change that it accounts for
    summary: str
    advice: str
    weight: float = 1.0  # what the rows it is about are of all rows: what they can do to the set
    partner: Ints | None = None  # of each of `rows` one that it repeats or contradicts; -1: none
    sure: Floats | None = None  # how near each of `rows` is to its partner
    spare: Ints | None = None  # positions that could be left out of the candidate
    number: int | None = None  # rows concerned, where they are none of the pool's
    estimated: bool = True  # False: a fact, which chance has no part in
    nested: bool = False  # its rows are those of other questions, too
    others: int = 0  # that could have failed likewise, and of which there is nothing to tell

    @property
    def can_fail(self) -> bool:
        return self.margin is not None and not self.informational and self.reach > self.margin

    @property
    def concerned(self) -> int:
        """How many rows the effect rests on."""
        return len(self.rows) if self.number is None else self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question, decided beside all others."""

    asked: Hypothesis
    status: Status
    low: float  # interval of the effect
    high: float
    smallest: float | None  # effect that would have been seen; None: none would
    p: float  # adjusted for all questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How surprising the effects of (T,) questions are."""

    fail: Values  # chance of such an effect where nothing has changed: what false alarms come from
    warn: Values
    beyond_fail: Values  # chance of it where it is within the margin that fails, that warns
    beyond_warn: Values


class HypothesisFamily(Protocol):
    """Questions of one kind, (T,) of them."""

    @property
    def asked(self) -> Sequence[Hypothesis]: ...

    def chances(self) -> Chances: ...

    def settle(self, level: Values) -> tuple[Values, Values, Values]:
        """(T,) interval of the effect, and the smallest that would be seen where the test is at
        `level` (T,)."""
        ...


def decide_together(
    families: Sequence[HypothesisFamily], *, false_alarms: float, fewest: int, unseen: float
) -> list[Answer]:
    """Every answer, failing ones first, of these the one that explains most of the change.

    fewest: rows below which nothing fails; unseen: how far beyond its margin an effect may go
    unseen. The order of `families`, and of the questions in them, settles what explains alike.
    """
    answers = [
        answer
        for judged in _levels(families, false_alarms)
        for answer in _settled(judged, fewest, unseen)
    ]
    answers.sort(key=lambda a: (STATUSES.index(a.status), -round(a.asked.explains, 1)))
    return answers


@dataclass(frozen=True, slots=True)
class _Judged:
    """A family of questions beside all others; (T,) each."""

    family: HypothesisFamily
    level: Values  # of the test, after Holm
    adjusted: Values  # p-values
    fails: NDArray[np.bool_]
    warns: NDArray[np.bool_]


def _settled(judged: _Judged, fewest: int, unseen: float) -> Iterator[Answer]:
    """The answer to each question of a family; numbers are rounded, p to what can be told of it."""
    family, adjusted = judged.family, judged.adjusted
    low, high, smallest = family.settle(judged.level)
    for i, asked in enumerate(family.asked):
        status: Status = "pass"
        if judged.fails[i] and asked.concerned >= fewest:
            status = "fail"
        elif asked.category is None and _blind(asked, float(smallest[i]), float(high[i]), unseen):
            status = "inconclusive"
        elif judged.warns[i] and (asked.concerned >= fewest or asked.effect >= 1.0):
            status = "warn"  # what is gone altogether is told however little it was
        if asked.informational and status != "pass":
            status = "informational"
        yield Answer(
            asked=asked,
            status=status,
            low=round(float(low[i]), 6),
            high=round(float(high[i]), 6),
            smallest=None if math.isnan(smallest[i]) else round(float(smallest[i]), 6),
            p=float(f"{round(float(adjusted[i]), 6):.3g}"),
        )


def without_repeats(answers: Sequence[Answer]) -> Iterator[Answer]:
    """Without what another answer of the check says already, and what passes in one category.

    A check with no answer about all rows keeps the least sure of those that pass.
    """
    said: dict[tuple[str, str], list[set[int]]] = defaultdict(list)
    passed = {a.asked.check for a in answers if a.asked.category is None}
    failed = {a.asked.check for a in answers if a.asked.category is None and a.status == "fail"}
    for answer in answers:
        asked = answer.asked
        rows, others = set(asked.rows.tolist()), said[asked.check, asked.kind]
        if asked.category is not None:
            if asked.check in {"pass": passed, "warn": failed}.get(answer.status, ()):
                continue
            if any(rows & other for other in others):
                continue
            others.append(rows)
            passed |= {asked.check} if asked.nested else set()
        yield answer


def _levels(families: Sequence[HypothesisFamily], false_alarms: float) -> list[_Judged]:
    """Every family, judged beside all others."""
    found = [f.chances() for f in families]
    p, p_warn, beyond, beyond_warn = (
        np.concatenate([np.ones(0), *(getattr(c, kind.name) for c in found)])
        for kind in fields(Chances)
    )
    asked = [a for f in families for a in f.asked]
    counted = np.array([a.can_fail for a in asked], dtype=bool)
    checks = np.array([a.check for a in asked], dtype=object)
    by_chance = np.array([a.estimated for a in asked], dtype=bool)
    parts = sum(WEIGHTS.get(check, 1) for check in {*checks[counted & by_chance]})
    adjusted, adjusted_warn = np.ones(len(p)), np.ones(len(p))
    level = np.full(len(p), false_alarms)
    for check in dict.fromkeys(checks):
        own, times = counted & (checks == check), max(parts, 1) / WEIGHTS.get(check, 1)
        others = max((a.others for a in asked if a.check == check), default=0)
        adjusted[own] = np.minimum(times * holm(p[own], others), 1.0)
        rank = np.argsort(np.argsort(p[own], kind="stable"), kind="stable")
        level[own] = false_alarms / times / (others + own.sum() - rank)
        adjusted_warn[checks == check] = times * holm(p_warn[checks == check])
    fails = counted & (adjusted <= false_alarms) & (beyond <= UNSURE)
    warns = (adjusted_warn <= WARN_TIMES * false_alarms) & (beyond_warn <= UNSURE)
    ends = np.cumsum([len(f.asked) for f in families])[:-1]
    each = (np.split(values, ends) for values in (level, adjusted, fails, warns))
    return [_Judged(*judged) for judged in zip(families, *each, strict=True)]


def _blind(asked: Hypothesis, smallest: float, high: float, unseen: float) -> bool:
    """Whether an effect so far beyond the margin could be there: neither would the test have seen
    it, nor does the interval leave it out."""
    if asked.margin is None or not asked.can_fail:
        return False
    seen = asked.reach if math.isnan(smallest) else min(smallest, asked.reach)
    return (min(seen, high) - asked.margin) * asked.weight > unseen
