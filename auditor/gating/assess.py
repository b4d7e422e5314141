"""All of the gate's tests of a candidate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from auditor.analysis import PARTS
from auditor.checks import run_checks
from auditor.checks.rejected_rows import RejectedRows
from auditor.gating import baseline as baselines
from auditor.gating.coverage import Subjects, coverage_tests, find_subjects
from auditor.gating.decisions import decide
from auditor.gating.evidence import GateEvidence, gather
from auditor.gating.flags_of_checks import flags_of_checks, flags_of_findings
from auditor.gating.forecasts import ForecastResults, forecast_results
from auditor.gating.hypotheses import HypothesisFamily
from auditor.gating.inputs import Base, GateInputs, needed_parts
from auditor.gating.known_findings import baseline_results
from auditor.gating.policy import AGAINST_A_BASE, ALONE, Rule
from auditor.gating.rate_increases import rate_increase_tests, share_tests
from auditor.gating.removals import category_loss_tests, rejected_rows_test, shrinkage_test
from auditor.gating.untested import (
    accepted_errors,
    error_results,
    inconclusive_noise,
    rename_results,
    set_results,
    unread_results,
)
from auditor.gating.verdict import make_verdict
from auditor.interfaces import Check
from auditor.pool import Pool, make_pool
from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.forecast import Forecast
from auditor.records.verdict import Tested, Verdict
from auditor.structure.keywords import subtype_keywords


def assess(candidate: Dataset, inputs: GateInputs) -> Verdict:
    """Every test that the policy has a rule for, and the verdict."""
    return (
        _alone(candidate, inputs)
        if inputs.base is None
        else _against_base(inputs.base, candidate, inputs)
    )


def _against_base(base: Base, candidate: Dataset, inputs: GateInputs) -> Verdict:
    """What was added to the base, what left it, and what an update would take from either."""
    policy, checks = inputs.policy, inputs.checks
    pool = make_pool(base.dataset, candidate)
    rules = policy.rules(AGAINST_A_BASE)
    ruled = [c for c in checks if c.code in rules]
    found = gather(
        pool, base.evidence, inputs.analyse, parts=_parts(pool, ruled), own=inputs.of_candidate
    )
    flags, skipped = flags_of_checks(found, ruled, rules, inputs.settings.seed)
    subjects = _subjects(found)
    forecasts = _forecasts(found, base.forecast, rules["forecast"], inputs)
    families: list[HypothesisFamily] = [
        rejected_rows_test(pool, rules["rejected-rows"], _tolerated_rejects(checks)),
        shrinkage_test(pool, found.base_family, found.family, rules["shrinkage"]),
        category_loss_tests(pool, found.unit, rules["category-loss"]),
        rate_increase_tests(pool, flags, found.unit, rules),
        share_tests(pool, flags, rules),
        coverage_tests(pool, subjects, found.unit, rules["coverage-loss"]),
        *forecasts.families,
    ]
    decided = decide(pool, families, policy)
    return make_verdict(
        found,
        base.given,
        [
            *_named(pool, decided.tested),
            *set_results(found, checks, policy),
            *unread_results(found, checks, policy, inputs.unforecast),
            *rename_results(pool, base.renamed),
            *forecasts.unlearnt,
        ],
        decided.drop,
        [*skipped, *forecasts.skipped],
        policy,
        inputs.settings,
        renamed=base.renamed,
        accepted_errors=accepted_errors(found, ruled),
    )


def _alone(candidate: Dataset, inputs: GateInputs) -> Verdict:
    """By itself, or against known findings: an audit's errors fail, and so do shares of rows."""
    policy, known, checks = inputs.policy, inputs.baseline, inputs.checks
    pool = make_pool(None, candidate)
    found = gather(pool, None, inputs.analyse, parts=PARTS, own=inputs.of_candidate)
    findings, skipped = run_checks(found.both, checks)
    rules = policy.rules({"rejected-rows": ALONE["rejected-rows"]} if known else ALONE)
    forecasts = _forecasts(found, None, rules.get("forecast"), inputs)
    families: list[HypothesisFamily] = [
        rejected_rows_test(pool, rules["rejected-rows"], _tolerated_rejects(checks)),
        share_tests(pool, flags_of_findings(found, checks, rules, findings), rules),
        *forecasts.families,
    ]
    decided = decide(pool, families, policy)
    accepted, compared = None, None
    if known is None:
        tested, accepted = error_results(pool, findings, decided.tested, policy)
        tested = (*tested, *inconclusive_noise(found, checks))
        tested = (*tested, *unread_results(found, checks, policy, inputs.unforecast))
    else:
        compared = baselines.split(known, findings, pool.dataset)
        tested = (*baseline_results(pool, compared, policy), *decided.tested)
    return make_verdict(
        found,
        None,
        (*tested, *forecasts.unlearnt),
        decided.drop,
        [*skipped, *forecasts.skipped],
        policy,
        inputs.settings,
        baseline=compared,
        accepted_errors=accepted,
    )


def _subjects(found: GateEvidence) -> Subjects:
    """The regions of what has left, by the rows that the model can read; of few it reads none."""
    embeddings, pool = found.both.embeddings, found.pool
    readable = embeddings.known if embeddings.readable is not None else pool.removed & False
    return find_subjects(pool, embeddings.vectors, pool.removed, readable)


def _parts(pool: Pool, checks: Sequence[Check]) -> set[str]:
    """The parts wanted of both sets together; noise in the labels is measured in each alone."""
    return needed_parts(checks) - ({"noise"} if pool.removed.any() else set())


def _tolerated_rejects(checks: Sequence[Check]) -> int:
    """Rows that may be rejected, whatever share they are: as an audit judges it."""
    return next(c.rows for c in checks if isinstance(c, RejectedRows))


def _named(pool: Pool, tested: Sequence[Tested]) -> Iterator[Tested]:
    """With the keywords of what was lost, where it is more than chance."""
    lost = [t for t in tested if t.check == "coverage-loss" and t.status != "pass"]
    groups: list[Ints] = [np.flatnonzero(np.isin(pool.base_rows, t.base_rows)) for t in lost]
    named = (
        dict(zip(lost, subtype_keywords(pool.dataset.texts, groups), strict=True)) if lost else {}
    )
    return (replace(t, subject=", ".join(named.get(t, ()))) for t in tested)


def _forecasts(
    found: GateEvidence, before: Forecast | None, rule: Rule | None, inputs: GateInputs
) -> ForecastResults:
    """The tests of what the update takes from the candidate, and from the base."""
    if inputs.update is None or rule is None:
        return ForecastResults()
    now = inputs.forecast(found.candidate)
    return forecast_results(found.pool, before, now, rule) if now else ForecastResults()
