"""The tests of a gate, put to a candidate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from auditor.analysis import PARTS
from auditor.checks import run_checks
from auditor.checks.rejected_rows import RejectedRows
from auditor.gating import baseline as baselines
from auditor.gating.answering import Decided, decide
from auditor.gating.counted import about_errors, about_names, about_sets, standing, unclear
from auditor.gating.coverage import find_subjects, losses
from auditor.gating.evidence import GateEvidence, gather
from auditor.gating.flags_of_checks import flags_of_checks, flags_of_findings
from auditor.gating.forecasts import forecast_tests
from auditor.gating.hypotheses import HypothesisFamily
from auditor.gating.inputs import Base, GateInputs, needed_parts
from auditor.gating.known_findings import against
from auditor.gating.policy import AGAINST_A_BASE, ALONE, Policy, Rule
from auditor.gating.rate_increases import rate_increases, shares
from auditor.gating.removals import category_loss, shrinkage, unread
from auditor.gating.verdict import make_verdict
from auditor.interfaces import Check
from auditor.pool import Pool, pool
from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.forecast import Forecast
from auditor.records.verdict import Tested, Verdict
from auditor.structure.subtypes import subtype_keywords


def assess(candidate: Dataset, inputs: GateInputs) -> Verdict:
    """Every test that the policy has a rule for, and the verdict."""
    return (
        _alone(candidate, inputs)
        if inputs.base is None
        else _against(inputs.base, candidate, inputs)
    )


def _against(base: Base, candidate: Dataset, inputs: GateInputs) -> Verdict:
    """What was added to the base, what left it, and what an update would take from either."""
    policy, checks = inputs.policy, inputs.checks
    sides = pool(base.dataset, candidate)
    rules = policy.rules(AGAINST_A_BASE)
    ruled = [c for c in checks if c.code in rules]
    found = gather(
        sides, base.evidence, inputs.analyse, parts=_parts(sides, ruled), own=inputs.of_candidate
    )
    flags, skipped = flags_of_checks(found, ruled, rules, inputs.settings.seed)
    subjects = find_subjects(sides, found.both.embeddings.vectors, sides.removed)
    families: list[HypothesisFamily] = [
        unread(sides, rules["rejected-rows"], _slip(checks)),
        shrinkage(sides, found.base_family, found.family, rules["shrinkage"]),
        category_loss(sides, found.unit, rules["category-loss"]),
        rate_increases(sides, flags, found.unit, rules),
        shares(sides, flags, rules),
        losses(sides, subjects, found.unit, rules["coverage-loss"]),
        *_forecasts(found, base.forecast, rules["forecast"], inputs),
    ]
    decided = _decided(sides, families, policy)
    return make_verdict(
        found,
        base.given,
        [
            *_named(sides, decided.tested),
            *about_sets(found, checks, policy),
            *about_names(sides, base.renamed),
        ],
        decided.drop,
        skipped,
        policy,
        inputs.settings,
        renamed=base.renamed,
        standing=standing(found, ruled),
    )


def _alone(candidate: Dataset, inputs: GateInputs) -> Verdict:
    """By itself, or against known findings: an audit's errors fail, and so do shares of rows."""
    policy, known, checks = inputs.policy, inputs.baseline, inputs.checks
    sides = pool(None, candidate)
    found = gather(sides, None, inputs.analyse, parts=PARTS, own=inputs.of_candidate)
    findings, skipped = run_checks(found.both, checks)
    rules = policy.rules({"rejected-rows": ALONE["rejected-rows"]} if known else ALONE)
    families: list[HypothesisFamily] = [
        unread(sides, rules["rejected-rows"], _slip(checks)),
        shares(sides, flags_of_findings(found, checks, rules, findings), rules),
        *_forecasts(found, None, rules.get("forecast"), inputs),
    ]
    decided = _decided(sides, families, policy)
    stands, compared = None, None
    if known is None:
        tested, stands = about_errors(sides, findings, decided.tested, policy)
        tested = (*tested, *unclear(found, checks))
    else:
        compared = baselines.split(known, findings, sides.dataset)
        tested = (*against(sides, compared, policy), *decided.tested)
    return make_verdict(
        found,
        None,
        tested,
        decided.drop,
        skipped,
        policy,
        inputs.settings,
        baseline=compared,
        standing=stands,
    )


def _parts(sides: Pool, checks: Sequence[Check]) -> set[str]:
    """What is asked of both sets together; the noise in the labels is asked of each by itself."""
    return needed_parts(checks) - ({"noise"} if sides.removed.any() else set())


def _slip(checks: Sequence[Check]) -> int:
    """Rows that may be unread, whatever share they are: as an audit judges it."""
    return next(c.rows for c in checks if isinstance(c, RejectedRows))


def _decided(sides: Pool, families: Sequence[HypothesisFamily], policy: Policy) -> Decided:
    return decide(
        sides,
        families,
        false_alarms=policy.false_alarms,
        fewest=policy.fewest,
        unseen=policy.unseen,
    )


def _named(sides: Pool, tested: Sequence[Tested]) -> Iterator[Tested]:
    """With the keywords of what was lost, where it is more than chance."""
    lost = [t for t in tested if t.check == "coverage-loss" and t.status != "pass"]
    groups: list[Ints] = [np.flatnonzero(np.isin(sides.base_rows, t.base_rows)) for t in lost]
    named = (
        dict(zip(lost, subtype_keywords(sides.dataset.texts, groups), strict=True)) if lost else {}
    )
    return (replace(t, subject=", ".join(named.get(t, ()))) for t in tested)


def _forecasts(
    found: GateEvidence, before: Forecast | None, rule: Rule | None, inputs: GateInputs
) -> list[HypothesisFamily]:
    """The tests of what the update takes from the candidate, and from the base."""
    if inputs.update is None or rule is None:
        return []
    now = inputs.forecast(found.candidate)
    return [*forecast_tests(found.pool, before, now, rule)] if now else []
