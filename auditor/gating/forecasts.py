"""Hypotheses about the forecast: what the update is expected to take from each category.

The forecasts of both sets rest on the same coefficients, so their errors are alike; taken as
independent, as here, the interval of a difference is rather too wide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from auditor.checks.naming import named
from auditor.gating.hypotheses import Hypothesis, PValues
from auditor.gating.policy import Rule
from auditor.gating.rate_test import POWER
from auditor.gating.untested import counted_result
from auditor.pool import Pool
from auditor.records.arrays import Table
from auditor.records.findings import SkippedCheck
from auditor.records.forecast import CategoryForecast, Forecast
from auditor.records.verdict import Tested
from auditor.statistics import Z80

ADVICE = "See the reasons with `auditor audit --update`, and fix this category before the update."


@dataclass(frozen=True, slots=True)
class ForecastTests:
    """Is a drop, or its rise, beyond the limit? Normal, with the forecast's own error."""

    hypotheses: Sequence[Hypothesis]
    error: Table  # (T,) standard error of the effect
    fail: Table
    warn: Table

    @property
    def _effect(self) -> Table:
        return np.array([a.effect for a in self.hypotheses], dtype=np.float64)

    def p_values(self) -> PValues:
        fail, warn = (
            np.asarray(norm.sf((self._effect - m) / self.error)) for m in (self.fail, self.warn)
        )
        return PValues(fail=fail, warn=warn, beyond_fail=fail, beyond_warn=warn)

    def intervals(self, level: Table) -> tuple[Table, Table, Table]:
        half_width = norm.isf(level) * self.error
        detectable = self.fail + half_width + norm.ppf(POWER) * self.error
        # No drop is more than all there is.
        return (
            self._effect - half_width,
            self._effect + half_width,
            np.where(detectable <= 1.0, detectable, np.nan),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastResults:
    """What is tested of the forecasts, and what they leave open."""

    families: Sequence[ForecastTests] = ()
    unlearnt: Sequence[Tested] = ()
    skipped: Sequence[SkippedCheck] = ()


def forecast_results(
    pool: Pool, base: Forecast | None, candidate: Forecast, rule: Rule
) -> ForecastResults:
    """Of the categories of both forecasts; base: None without one."""
    return ForecastResults(
        families=forecast_tests(pool, base, candidate, rule),
        unlearnt=[*unlearnt_results(pool, base, candidate, rule)],
        skipped=[*forecast_skips(candidate)],
    )


def forecast_tests(
    pool: Pool, base: Forecast | None, candidate: Forecast, rule: Rule
) -> list[ForecastTests]:
    """The hypotheses of `forecast`, of identifiable categories: of the drop, of its rise."""
    before = {c.category: c for c in base.categories if c.identifiable} if base else {}
    now = [c for c in candidate.categories if c.identifiable]
    rules = [rule.of(c.category) for c in now]
    limited = [(c, r) for c, r in zip(now, rules, strict=True) if r.fail is not None or r.warn]
    rising = [(c, r) for c, r in zip(now, rules, strict=True) if c.category in before]
    families = [
        _family(
            [_hypothesis(pool, c, None, r) for c, r in limited],
            [_error(c) for c, _ in limited],
            [(r.fail, r.warn) for _, r in limited],
        ),
        _family(
            [_hypothesis(pool, c, before[c.category], r) for c, r in rising],
            [float(np.hypot(_error(c), _error(before[c.category]))) for c, _ in rising],
            [(r.fail_rise, r.warn_rise) for _, r in rising],
        ),
    ]
    return [f for f in families if f.hypotheses]


def forecast_skips(candidate: Forecast) -> Iterator[SkippedCheck]:
    """Of which categories the forecast says nothing, a line for each reason."""
    unsure: dict[str, list[str]] = defaultdict(list)
    for category in candidate.categories:
        if not category.identifiable:
            unsure[category.reason].append(category.category)
    for reason, names in unsure.items():
        yield SkippedCheck(
            code="forecast", reason=f"no reliable estimate for {named(names)}: {reason}"
        )


def unlearnt_results(
    pool: Pool, base: Forecast | None, candidate: Forecast, rule: Rule
) -> Iterator[Tested]:
    """Inconclusive of each category that the candidate does not teach at all: 0 is what is left to
    lose, and would pass. Not where the base does not teach it either."""
    before = {c.category for c in base.categories if c.learnt} if base else None
    for now in candidate.categories:
        own = rule.of(now.category)
        if now.learnt or (before is not None and now.category not in before):
            continue
        code = pool.dataset.categories.index(now.category)
        rows = np.flatnonzero((pool.dataset.codes == code) & pool.in_candidate)
        yield counted_result(
            check="forecast",
            category=now.category,
            kind="absolute",
            status="informational" if own.informational else "inconclusive",
            share=now.expected_drop,
            low=now.low90,
            high=now.high90,
            of=now.scored_examples,
            rows=pool.candidate_rows[rows].tolist(),
            summary=f"what {now.category} loses {now.reason}",
            advice=ADVICE,
            print_of=[now.category],
        )


def _family(
    hypotheses: Sequence[Hypothesis],
    errors: Sequence[float],
    limits: Sequence[tuple[float | None, float | None]],
) -> ForecastTests:
    # A drop is at most 1, so a limit of 1 is none.
    fail, warn = (
        np.array([1.0 if m is None else m for m in limit_values])
        for limit_values in ([f for f, _ in limits], [w for _, w in limits])
    )
    return ForecastTests(
        hypotheses, np.maximum(np.array(errors), 1e-6), fail, np.minimum(fail, warn)
    )


def _error(forecast: CategoryForecast) -> float:
    """The standard error that the 80 % interval stands for."""
    return (forecast.high - forecast.low) / (2 * Z80)


def _hypothesis(
    pool: Pool, now: CategoryForecast, before: CategoryForecast | None, rule: Rule
) -> Hypothesis:
    code = pool.dataset.categories.index(now.category)
    base_drop = f", {100 * before.expected_drop:.0f} trained on the base" if before else ""
    return Hypothesis(
        check="forecast",
        category=now.category,
        kind="rise" if before else "absolute",
        base=before.expected_drop if before else None,
        base_of=before.scored_examples if before else None,
        candidate=now.expected_drop,
        candidate_of=now.scored_examples,
        effect=now.expected_drop - (before.expected_drop if before else 0.0),
        margin=rule.fail_rise if before else rule.fail,
        informational=rule.informational,
        max_effect=1.0,
        rows=np.flatnonzero((pool.dataset.codes == code) & pool.in_candidate),
        explains=0.0,  # it is what the other changes lead to
        summary=f"{now.category} loses about {100 * now.expected_drop:.0f} percentage points of "
        f"accuracy on average during the update, trained on the candidate{base_drop}",
        advice=ADVICE,
    )
