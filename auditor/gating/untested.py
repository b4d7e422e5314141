"""Results that are counted, not estimated: what an audit would say, and names.

Those about a baseline are in `known_findings.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from auditor.checks import run_checks
from auditor.checks.label_noise import LabelNoise
from auditor.gating.decisions import MAX_ROWS
from auditor.gating.evidence import GateEvidence
from auditor.gating.policy import Policy, Rule
from auditor.interfaces import Check
from auditor.pool import Pool
from auditor.records.evidence import computed
from auditor.records.findings import Finding, fingerprint
from auditor.records.verdict import AcceptedErrors, Status, Tested

OF_SETS = ("label-noise", "label-spelling")  # checks that speak of a set, not of its rows


def error_results(
    pool: Pool, findings: Sequence[Finding], tested: Sequence[Tested], policy: Policy
) -> tuple[tuple[Tested, ...], AcceptedErrors | None]:
    """The results with what an audit calls errors, which fail; and those that the policy accepts.

    A check for which the user set a limit of its own, or that only informs, is judged by that.
    """
    failed = {t.check for t in tested if t.status == "fail"}
    errors = [f for f in findings if f.severity == "error" and f.code not in failed]
    allowed = {code for code, r in policy.checks.items() if r.fail is not None or r.informational}
    failing = [
        findings_result(pool, code, found, "absolute", "fail", _error_summary(found))
        for code in _codes(errors)
        if code not in allowed and (found := [f for f in errors if f.code == code])
    ]
    passing = [f for f in errors if f.code in allowed]
    accepted = None
    if passing:
        reason = "the policy sets another limit for them"
        accepted = AcceptedErrors(errors=len(passing), codes=_codes(passing), reason=reason)
    facts = [t for t in tested if t.check == "rejected-rows" and t.status == "fail"]
    others = [t for t in tested if t not in facts and t.status == "fail"]
    rest = [t for t in tested if t.status != "fail"]
    return (*facts, *failing, *others, *rest), accepted


def _error_summary(errors: Sequence[Finding]) -> str:
    if len(errors) == 1:
        return f"the audit reports an error: {errors[0].summary}"
    return f"the audit reports {len(errors)} errors, such as: {errors[0].summary}"


def accepted_errors(found: GateEvidence, checks: Sequence[Check]) -> AcceptedErrors | None:
    """What an audit of the base calls errors, and the candidate has kept: no reason to fail."""
    base, pool = found.base, found.pool
    assert base is not None  # noqa: S101 - called only where there is a base
    # Labels that look wrong are never errors; conflicts that are rest on copies, not on probes.
    applied = [c for c in checks if c.code != "label-error"]
    kept = set(np.flatnonzero(pool.kept).tolist())
    errors = [
        f
        for f in run_checks(replace(base, out_of_fold=None), applied)[0]
        if f.severity == "error" and kept.issuperset(r for r in f.rows if r < len(pool.kept))
    ]
    if not errors:
        return None
    reason = "they are about rows that the base already has"
    return AcceptedErrors(errors=len(errors), codes=_codes(errors), reason=reason)


def rename_results(pool: Pool, renamed: Mapping[str, str]) -> Iterator[Tested]:
    """A warning where categories go by other names: the data is the same, its users may not be."""
    if not renamed:
        return
    rows = [e.row for e in pool.candidate.examples if e.category in {*renamed.values()}]
    share = len(rows) / len(pool.candidate.examples)
    named = [f"{old!r} is now {new!r}" for old, new in renamed.items()]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    yield counted_result(
        check="category-names",
        category=None,
        kind="absolute",
        status="warn",
        share=share,
        low=share,
        high=share,
        of=len(pool.candidate.examples),
        rows=rows,
        summary=f"categories were renamed: {', '.join(named[:3])}{more}",
        advice="Check that all programs that use these names know the new ones.",
        print_of=[f"{old} {new}" for old, new in renamed.items()],
    )


def findings_result(
    pool: Pool,
    code: str,
    found: Sequence[Finding],
    kind: Literal["absolute", "new"],
    status: Status,
    summary: str,
) -> Tested:
    """The result about findings of one check, resting on all of their rows."""
    positions = sorted({r for f in found for r in f.rows if r < len(pool.in_candidate)})
    share, low, high = 3 * [len(positions) / len(pool.in_candidate)]
    if "low" in found[0].limit:  # the check has estimated a share of the set, with its interval
        share, low, high = (float(found[0].measured[name]) for name in ("share", "low", "high"))
    return counted_result(
        check=code,
        category=found[0].category if len(found) == 1 else None,
        kind=kind,
        status=status,
        share=share,
        low=low,
        high=high,
        of=len(pool.in_candidate),
        rows=pool.candidate_rows[positions].tolist(),
        summary=summary,
        advice=found[0].advice,
        print_of=[f.fingerprint for f in found],
    )


def counted_result(
    *,
    check: str,
    category: str | None,
    kind: Literal["absolute", "new"],
    status: Status,
    share: float,
    low: float,
    high: float,
    of: int,
    rows: Sequence[int],
    summary: str,
    advice: str,
    print_of: Sequence[str],
) -> Tested:
    """A result without a test; without an estimate its interval is the share itself."""
    share = round(share, 6)
    return Tested(
        check=check,
        category=category,
        subject="",
        kind=kind,
        status=status,
        base=None,
        base_of=None,
        candidate=share,
        candidate_of=of,
        effect=share,
        low=round(low, 6),
        high=round(high, 6),
        margin=None,
        smallest_detectable=None,
        p=0.0 if status in ("fail", "warn") else 1.0,
        rows=tuple(sorted(rows)[:MAX_ROWS]),
        base_rows=(),
        summary=summary,
        advice=advice,
        fingerprint=fingerprint(check, category, print_of),
    )


def _codes(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.code for f in findings))


def set_results(found: GateEvidence, checks: Sequence[Check], policy: Policy) -> Iterator[Tested]:
    """What an audit says of the candidate as a whole, and did not say of the base.

    A base whose labels are noise is no reference for the labels that were added.
    """
    base, pool = found.base, found.pool
    assert base is not None  # noqa: S101 - called only where there is a base
    for check in (c for c in checks if c.code in OF_SETS):
        before, now = (
            [
                f
                for f in run_checks(of, [check])[0]
                if f.severity != "note" and not _of_one_category(f)
            ]
            for of in (base, found.candidate)
        )
        errors, warnings = (
            [f for f in now if f.severity == kind and not any(_same(f, b) for b in before)]
            for kind in ("error", "warning")
        )
        status: Status = "fail"
        if isinstance(check, LabelNoise) and not _noisier(found):
            status = "inconclusive"
        informational = policy.checks.get(check.code, Rule()).informational
        for of, severity_status in ((errors, status), (warnings, "warn")):
            if of:
                shown_status: Status = "informational" if informational else severity_status
                yield findings_result(pool, check.code, of, "absolute", shown_status, of[0].summary)
        noise_errors = [f for f in before if f.code == LabelNoise.code and f.severity == "error"]
        if noise_errors and not errors and pool.added.any():
            summary = f"the base cannot judge the labels that were added: {noise_errors[0].summary}"
            shown_status = "informational" if informational else "inconclusive"
            yield findings_result(pool, check.code, noise_errors, "absolute", shown_status, summary)


def unread_results(
    found: GateEvidence, checks: Sequence[Check], policy: Policy, unforecast: str
) -> Iterator[Tested]:
    """Inconclusive where the embedder cannot read most texts: of labels nothing is known then."""
    judged = {c.code for c in checks} & {LabelNoise.code}
    reasons = dict.fromkeys(judged, reason) if (reason := _unread(found)) else {}
    if unforecast:
        reasons["forecast"] = unforecast
    for code, reason in reasons.items():
        informational = policy.checks.get(code, Rule()).informational
        yield counted_result(
            check=code,
            category=None,
            kind="absolute",
            status="informational" if informational else "inconclusive",
            share=0.0,
            low=0.0,
            high=1.0,
            of=len(found.pool.in_candidate),
            rows=(),
            summary=f"it cannot be judged: {reason}",
            advice="Run it again with an embedder that reads these texts.",
            print_of=[],
        )


def _unread(found: GateEvidence) -> str:
    """Why labels cannot be judged where the embedder cannot read most texts of a set, or most of
    what was added to it; empty where it can."""
    added = np.flatnonzero(found.pool.added)
    for of in (found.base, found.candidate):
        if of is not None and of.readable is None:
            return of.embeddings.unread()
    new = found.both.embeddings.take(added)
    return new.unread("added texts") if found.base is not None and new.readable is None else ""


def _of_one_category(finding: Finding) -> bool:
    """Of these nothing tests for a change: `_noisier` compares the whole sets alone."""
    return finding.code == LabelNoise.code and finding.category is not None


def _noisier(found: GateEvidence) -> bool:
    """Whether the candidate's labels are surely harder to predict than the base's, or more wrong.

    By twice the widths of the intervals of the skill (of 95 % one-sided ends: by a normal
    approximation the chance is below one in 10,000 where nothing has changed), or by 95 % intervals
    of the shares that do not meet (three in 1,000). Both are outside the other tests' alpha.
    """
    assert found.base is not None  # noqa: S101 - the caller looked
    before, now = computed(found.base.label_noise), computed(found.candidate.label_noise)
    if before is None or now is None or before.reason or now.reason:
        return False
    width = (before.skill_high - before.skill) + (now.skill_high - now.skill)
    return before.skill - now.skill > 2 * width or now.low > before.high


def _same(now: Finding, before: Finding) -> bool:
    """Whether a finding about a set stands in the base, too: of the same labels, as severe."""
    labels = [{s["label"] for s in f.measured.get("spellings", ())} for f in (now, before)]
    return labels[0] == labels[1] and (now.severity != "error" or before.severity == "error")


def inconclusive_noise(found: GateEvidence, checks: Sequence[Check]) -> Iterator[Tested]:
    """Inconclusive where the share of wrong labels cannot be told: it need not be small."""
    noise = computed(found.both.label_noise)
    for check in checks:
        if isinstance(check, LabelNoise) and noise is not None and not check.clear(noise):
            between = f"{100 * noise.low:.0f} to {100 * noise.high:.0f}%"
            yield counted_result(
                check=check.code,
                category=None,
                kind="absolute",
                status="inconclusive",
                share=noise.share,
                low=noise.low,
                high=noise.high,
                of=len(found.pool.in_candidate),
                rows=(),
                summary="the share of wrong labels is too uncertain: "
                + (noise.reason or f"{between} may be wrong"),
                advice="Relabel a random hundred rows and count how many differ, or add rows.",
                print_of=[],
            )
