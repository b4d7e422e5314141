"""The gate's answers: what was decided of each question, told by the rows of either file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.gating.hypotheses import (
    Answer,
    Hypothesis,
    HypothesisFamily,
    decide_together,
    without_repeats,
)
from auditor.pool import Pool
from auditor.records.findings import fingerprint
from auditor.records.verdict import Dropped, Outcome, Pair, Tested

SHOWN = 200  # rows that an answer names; its summary has the count
PAIRED = 8  # of them that stand beside the row that they repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The answers to all questions."""

    tested: tuple[Tested, ...]  # failing ones first
    drop: tuple[Dropped, ...]  # candidate rows, without which what fails might pass


def decide(
    pool: Pool,
    families: Sequence[HypothesisFamily],
    *,
    false_alarms: float,
    fewest: int,
    unseen: float,
) -> Decided:
    """Every answer, as `asking.decide_together` has them, and the rows to leave out."""
    answers = decide_together(families, false_alarms=false_alarms, fewest=fewest, unseen=unseen)
    return Decided(
        tested=tuple(_tested(pool, answer) for answer in without_repeats(answers)),
        drop=_dropped(pool, [a.asked for a in answers if a.status == "fail"]),
    )


def outcome(tested: Sequence[Tested]) -> Outcome:
    """Fails where anything fails; else inconclusive where anything that matters was not seen."""
    found = {t.status for t in tested}
    return "fail" if "fail" in found else "inconclusive" if "inconclusive" in found else "pass"


def _tested(pool: Pool, answer: Answer) -> Tested:
    asked, examples = answer.asked, pool.dataset.examples
    of_candidate, of_base = pool.candidate_rows[asked.rows], pool.base_rows[asked.rows]
    gone = of_candidate < 0
    return Tested(
        check=asked.check,
        category=asked.category,
        subject="",
        kind=asked.kind,
        status=answer.status,
        base=_rounded(asked.base),
        base_of=asked.base_of,
        candidate=round(asked.candidate, 6),
        candidate_of=asked.candidate_of,
        effect=round(asked.effect, 6),
        low=answer.low,
        high=answer.high,
        margin=asked.margin,
        smallest=answer.smallest,
        p=answer.p,
        rows=tuple(sorted(of_candidate[~gone].tolist())[:SHOWN]),
        base_rows=tuple(sorted(of_base[gone].tolist())[:SHOWN]),
        pairs=tuple(_pairs(pool, asked)),
        summary=asked.summary + ": too few rows to say more" * (answer.status == "inconclusive"),
        advice=asked.advice,
        fingerprint=fingerprint(
            asked.check, asked.category, [examples[i].content for i in asked.rows.tolist()]
        ),
    )


def _pairs(pool: Pool, asked: Hypothesis) -> Iterator[Pair]:
    """Rows of the candidate, each with the row that it repeats or contradicts; the base's first."""
    partner = np.full(len(asked.rows), -1) if asked.partner is None else asked.partner
    paired = np.flatnonzero((partner >= 0) & (pool.candidate_rows[asked.rows] >= 0))
    own, other = asked.rows[paired], partner[paired]
    sure = np.zeros(len(own)) if asked.sure is None else asked.sure[paired].round(3)
    order = np.lexsort((pool.candidate_rows[own], -sure, ~pool.in_base[other]))
    for i in order[:PAIRED].tolist():
        yield _pair(pool, asked.check, int(own[i]), int(other[i]))


def _pair(pool: Pool, check: str, own: int, other: int) -> Pair:
    """Two positions as rows of their files; with the labels where these are in question."""
    examples, kept = pool.dataset.examples, bool(pool.in_base[other])
    labels = examples[own].category, examples[other].category
    return Pair(
        row=int(pool.candidate_rows[own]),
        other=int((pool.base_rows if kept else pool.candidate_rows)[other]),
        other_in="base" if kept else "candidate",
        labels=labels if check == "label-conflict" else None,
    )


def _dropped(pool: Pool, failing: Sequence[Hypothesis]) -> tuple[Dropped, ...]:
    """The rows that could be left out, each with the checks that fail for it."""
    checks: dict[int, dict[str, None]] = defaultdict(dict)
    repeats: dict[int, Pair] = {}
    for asked in failing:
        partner = {}
        if asked.partner is not None:
            partner = dict(zip(asked.rows.tolist(), asked.partner.tolist(), strict=True))
        for i in asked.spare.tolist() if asked.spare is not None else ():
            checks[i][asked.check] = None
            if partner.get(i, -1) >= 0:
                repeats.setdefault(i, _pair(pool, asked.check, i, partner[i]))
    return tuple(
        Dropped(row=int(pool.candidate_rows[i]), checks=tuple(checks[i]), repeats=repeats.get(i))
        for i in sorted(checks, key=lambda i: int(pool.candidate_rows[i]))
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
