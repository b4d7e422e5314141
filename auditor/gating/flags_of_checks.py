"""The rows that each check with a rule counts, by what the check finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from auditor.checks import lacking, run_checks
from auditor.checks.label_error import LabelError
from auditor.gating import flagging
from auditor.gating.evidence import GateEvidence, suspects
from auditor.gating.flagging import Flags
from auditor.gating.inputs import BEYOND_CHECKS
from auditor.gating.policy import Rule
from auditor.interfaces import Check
from auditor.pool import closest_other, paraphrase_level
from auditor.records.findings import Finding, SkippedCheck

CHECK_ORDER = (
    "label-conflict",
    "label-error",
    "near-duplicate",
    "template-dominance",
    "split-leakage",
)
FILE_CHECKS = {"rejected-rows"}  # counted in the file


def _in_order(rules: Mapping[str, Rule]) -> list[str]:
    rest = [code for code in rules if code not in (*CHECK_ORDER, *BEYOND_CHECKS)]
    return [code for code in (*CHECK_ORDER, *rest) if code in rules and code not in FILE_CHECKS]


def flags_of_findings(
    found: GateEvidence,
    checks: Sequence[Check],
    rules: Mapping[str, Rule],
    findings: Sequence[Finding],
) -> dict[str, Flags]:
    """The rows that each check with a rule counts in a set by itself, by its code."""
    possible = {c.code for c in checks if lacking(found.both, c) is None}
    return {c: _flags_alone(found, c, findings) for c in _in_order(rules) if c in possible}


def _flags_alone(found: GateEvidence, code: str, findings: Sequence[Finding]) -> Flags:
    """The rows of one check in a set by itself."""
    if code == "near-duplicate":
        return flagging.copies(found.pool, found.base_family, found.family)
    if code == "label-conflict":
        counted = flagging.conflicts(found.pool, found.base_family, found.family)
        # Not those that an audit does not call so, as the labels of a text that has several.
        rows = sorted({r for f in findings if f.code == code for r in f.rows})
        in_findings = np.isin(np.arange(len(found.family)), rows)
        return replace(counted, candidate=counted.candidate & in_findings)
    # A note says too little: it is a candidate, and there is nothing to compare it with.
    serious = [f for f in findings if f.code == code and f.severity != "note"]
    return flagging.in_findings(found.pool, (), serious)


def flags_of_checks(
    found: GateEvidence, checks: Sequence[Check], rules: Mapping[str, Rule], seed: int
) -> tuple[dict[str, Flags], list[SkippedCheck]]:
    """The rows that each check with a rule counts, by its code; and what could not be assessed."""
    pool, base = found.pool, found.base
    assert base is not None  # noqa: S101 - called only where there is a base
    by_code = {c.code: c for c in checks}
    flags: dict[str, Flags] = {}
    skipped: list[SkippedCheck] = []
    for code in _in_order({c: r for c, r in rules.items() if c in by_code}):
        check = by_code[code]
        if code == "near-duplicate":
            flags[code] = flagging.copies(pool, found.base_family, found.family)
        elif code == "label-conflict":
            flags[code] = flagging.conflicts(pool, found.base_family, found.family)
        elif isinstance(check, LabelError):
            if reason := _unassessable(found):
                skipped.append(SkippedCheck(code=code, reason=reason))
            else:
                flags[code] = _suspected(found, seed)
        else:
            own, _ = run_checks(base, [check])
            both, unable = run_checks(found.both, [check])
            skipped += unable
            if unable and not both:
                continue
            flags[code] = flagging.in_findings(pool, own, both)
    if "amplification" in rules and base.readable is not None:
        flags["amplification"] = _paraphrases(found)
    return flags, skipped


def _unassessable(found: GateEvidence) -> str:
    """Why the base cannot judge labels; empty where it can."""
    base = found.base
    assert base is not None  # noqa: S101 - called only where there is a base
    if len(base.dataset.categories) < 2:
        return "the base has only one category, so labels cannot be checked against it"
    unread = (of.embeddings.unread() for of in (base, found.both) if of.readable is None)
    return next(unread, "")


def _suspected(found: GateEvidence, seed: int) -> Flags:
    """Labels that look wrong to what the base teaches."""
    pool, base, wrong = found.pool, found.base, suspects(found, seed)
    assert base is not None  # noqa: S101 - called only where there is a base
    names = {name: code for code, name in enumerate(pool.dataset.categories)}
    known = np.isin(pool.dataset.codes, [names[c] for c in base.dataset.categories if c in names])
    code = np.array([names[c] for c in base.dataset.categories], dtype=np.int64)
    return flagging.suspected(
        pool, wrong.base, wrong.added, code[wrong.rival], known, wrong.together
    )


def _paraphrases(found: GateEvidence) -> Flags:
    pool, base = found.pool, found.base
    assert base is not None  # noqa: S101 - called only where there is a base
    family = base.items.family
    closest = closest_other(base.neighbours, family)
    everywhere = np.zeros(len(pool.in_base), dtype=np.float32)
    everywhere[pool.in_base] = closest
    level = paraphrase_level(closest[base.embeddings.known])
    return flagging.paraphrases(
        pool, found.both.neighbours, found.both.items.family, level, everywhere
    )
