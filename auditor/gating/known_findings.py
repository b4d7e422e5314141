"""Results against a baseline: whether it knows what was found, and what was added to what it knows.

A finding that is new fails, and one of rows that nobody touched does not. One that is known and has
grown is reported. What was added to the known findings of a check has the limits that the policy
sets to an added batch beyond the rows before it: those against a base, by counts. Where the
check has no such limit, findings of which at least half was added stay known as long as they grew
no more than the set did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.gating import baseline as baselines
from auditor.gating.baseline import Grown, Growth
from auditor.gating.policy import AGAINST_A_BASE, Policy, Rule
from auditor.gating.untested import counted_result, findings_result
from auditor.pool import Pool
from auditor.records.findings import Finding
from auditor.records.verdict import Status, Tested


def baseline_results(pool: Pool, diff: baselines.BaselineDiff, policy: Policy) -> Iterator[Tested]:
    """A result for each check that found something: whether the baseline knows all of it.

    Findings of rows that were there when the baseline was made fail nothing: nobody touched them.
    """
    growth = {g.code: g for g in diff.growth}
    for code in dict.fromkeys(f.code for f in (*diff.new, *diff.untouched, *diff.known)):
        new, untouched, known = (
            [f for f in found if f.code == code] for found in (diff.new, diff.untouched, diff.known)
        )
        informational = policy.checks.get(code, Rule()).informational
        failing: Status = "informational" if informational else "fail"
        if new:
            summary = f"{_number(new)} not in the baseline, such as: {new[0].summary}"
            yield findings_result(pool, code, new, "new", failing, summary)
        if code in growth:
            yield _grown(pool, growth[code], policy, failing)
        if untouched:
            summary = (
                f"{_number(untouched)} not in the baseline, on rows that were there when it was "
                f"made, such as: {untouched[0].summary}"
            )
            yield findings_result(pool, code, untouched, "new", "informational", summary)
        if known and not new:
            summary = f"{_number(known)}, in the baseline"
            yield findings_result(pool, code, known, "new", "pass", summary)


def _grown(pool: Pool, growth: Growth, policy: Policy, failing: Status) -> Tested:
    """What was added to the known findings of a check: a warning, or more than may be added."""
    found = [g.finding for g in growth.findings]
    largest = growth.findings[0]
    how = f"in the baseline, {'has grown' if len(found) == 1 else 'have grown,'}"
    sizes = f"from {largest.then:,} to {largest.now:,} rows"
    sizes = sizes if len(found) == 1 else f"one {sizes}"
    margin = _margin(growth, policy)
    too_much = margin is not None and growth.rise > margin and growth.added >= policy.fewest
    status: Status = failing if too_much else "informational" if failing != "fail" else "warn"
    summary = f"{_number(found)}, {how} {sizes}: {largest.finding.summary}"
    shares = f"{growth.share_added:.0%} of the added rows are in them, {growth.share_there:.0%} of"
    positions = [r for r in growth.rows if r < len(pool.in_candidate)]
    share = growth.added / len(pool.in_candidate)
    return counted_result(
        check=growth.code,
        category=found[0].category if len(found) == 1 else None,
        kind="new",
        status=status,
        share=share,
        low=share,
        high=share,
        of=len(pool.in_candidate),
        rows=pool.candidate_rows[positions].tolist(),
        summary=f"{summary}; {shares} the earlier rows" if too_much else summary,
        advice=found[0].advice,
        print_of=[f.fingerprint for f in found],
    )


def _margin(growth: Growth, policy: Policy) -> float | None:
    """How much more of the added rows may be in known findings than of the rows before; None: all.

    The limit of the set, spread over what was added, or that of a batch, whichever is less.
    """
    rule = policy.rules(AGAINST_A_BASE).get(growth.code, Rule())
    limits = [] if rule.fail_rise is None else [rule.fail_rise / growth.part]
    limits += [] if rule.fail_batch is None else [rule.fail_batch]
    if limits:
        return min(limits)
    return 0.0 if any(map(_doubled, growth.findings)) else None


def _doubled(grown: Grown) -> bool:
    """Whether at least half of its rows were added: no slip, nor what chance divides unevenly."""
    return grown.now >= 2 * grown.then


def _number(found: Sequence[Finding]) -> str:
    return f"{len(found)} {'finding' if len(found) == 1 else 'findings'}"
