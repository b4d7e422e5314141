"""The results of all hypotheses, as users keep them: by the rows of either file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.gating.hypotheses import (
    Decision,
    Hypothesis,
    HypothesisFamily,
    decide_together,
    without_repeats,
)
from auditor.gating.policy import Policy
from auditor.pool import Pool
from auditor.records.findings import fingerprint
from auditor.records.verdict import Dropped, Outcome, Pair, Tested

MAX_ROWS = 200  # that a result names; its summary has the count
MAX_PAIRS = 8  # of them that are shown with the row that they repeat
MORE_ROWS = "Collect more rows: none is at fault, but these are too few to tell."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The results of all hypotheses."""

    tested: tuple[Tested, ...]  # failing ones first
    drop: tuple[Dropped, ...]  # candidate rows, without which what fails might pass


def decide(pool: Pool, families: Sequence[HypothesisFamily], policy: Policy) -> Decisions:
    """All hypotheses decided together (`decide_together`), and the rows to leave out."""
    decisions = decide_together(families, policy)
    return Decisions(
        tested=tuple(_tested(pool, decision) for decision in without_repeats(decisions)),
        drop=_dropped(pool, [d.hypothesis for d in decisions if d.status == "fail"]),
    )


def outcome(tested: Sequence[Tested]) -> Outcome:
    """Fails where anything fails; else inconclusive where the power was too low for anything."""
    found = {t.status for t in tested}
    return "fail" if "fail" in found else "inconclusive" if "inconclusive" in found else "pass"


def _tested(pool: Pool, decision: Decision) -> Tested:
    hypothesis, examples = decision.hypothesis, pool.dataset.examples
    of_candidate, of_base = pool.candidate_rows[hypothesis.rows], pool.base_rows[hypothesis.rows]
    removed = of_candidate < 0
    return Tested(
        check=hypothesis.check,
        category=hypothesis.category,
        subject="",
        kind=hypothesis.kind,
        status=decision.status,
        base=_rounded(hypothesis.base),
        base_of=hypothesis.base_of,
        candidate=round(hypothesis.candidate, 6),
        candidate_of=hypothesis.candidate_of,
        effect=round(hypothesis.effect, 6),
        low=decision.low,
        high=decision.high,
        margin=hypothesis.margin,
        smallest_detectable=decision.smallest,
        p=decision.p,
        rows=tuple(sorted(of_candidate[~removed].tolist())[:MAX_ROWS]),
        base_rows=tuple(sorted(of_base[removed].tolist())[:MAX_ROWS]),
        pairs=tuple(_pairs(pool, hypothesis)),
        summary=hypothesis.summary
        + ": too few rows to say more" * (decision.status == "inconclusive"),
        advice=MORE_ROWS
        if decision.status == "inconclusive" and not len(hypothesis.rows)
        else hypothesis.advice,
        fingerprint=fingerprint(
            hypothesis.check,
            hypothesis.category,
            [examples[i].content for i in hypothesis.rows.tolist()],
        ),
    )


def _pairs(pool: Pool, hypothesis: Hypothesis) -> Iterator[Pair]:
    """Rows of the candidate, each with the row that it repeats or contradicts; the base's first."""
    partner = (
        np.full(len(hypothesis.rows), -1) if hypothesis.partner is None else hypothesis.partner
    )
    paired = np.flatnonzero((partner >= 0) & (pool.candidate_rows[hypothesis.rows] >= 0))
    own, other = hypothesis.rows[paired], partner[paired]
    similarity = (
        np.zeros(len(own))
        if hypothesis.similarity is None
        else hypothesis.similarity[paired].round(3)
    )
    order = np.lexsort((pool.candidate_rows[own], -similarity, ~pool.in_base[other]))
    # Of n copies of one text and m of the other, the first of each stand for all.
    shown: dict[tuple[str, str], tuple[int, int]] = {}
    for one, two in zip(own[order].tolist(), other[order].tolist(), strict=True):
        shown.setdefault((pool.dataset.texts[one], pool.dataset.texts[two]), (one, two))
    for one, two in [*shown.values()][:MAX_PAIRS]:
        yield _pair(pool, hypothesis.check, one, two)


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
    for hypothesis in failing:
        partner = {}
        if hypothesis.partner is not None:
            partner = dict(zip(hypothesis.rows.tolist(), hypothesis.partner.tolist(), strict=True))
        for i in hypothesis.droppable.tolist() if hypothesis.droppable is not None else ():
            checks[i][hypothesis.check] = None
            if partner.get(i, -1) >= 0:
                repeats.setdefault(i, _pair(pool, hypothesis.check, i, partner[i]))
    return tuple(
        Dropped(row=int(pool.candidate_rows[i]), checks=tuple(checks[i]), repeats=repeats.get(i))
        for i in sorted(checks, key=lambda i: int(pool.candidate_rows[i]))
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
