"""Answers -> the Verdict that users keep; what an audit would say, and what could be left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Literal

import numpy as np

from auditor import baseline as baselines
from auditor.checks import judge
from auditor.digest import PACKAGES
from auditor.gate.structure import Structure
from auditor.interfaces import Check
from auditor.outcomes import BaselineSummary, Dropped, SetSummary, Standing, Status, Tested, Verdict
from auditor.policy import Policy, Rule
from auditor.records import Dataset
from auditor.results import EmbedderSummary, Finding, SkippedCheck, fingerprint
from auditor.settings import Settings
from auditor.sides.asking import SHOWN, outcome
from auditor.sides.pool import Pool

QUOTED = 5  # rows that an answer shows with their text, besides its pairs
REJECTED = 3  # rows that could not be read, and are named


def make_verdict(
    found: Structure,
    base: Dataset | None,
    tested: Sequence[Tested],
    drop: tuple[Dropped, ...],
    skipped: Sequence[SkippedCheck],
    policy: Policy,
    settings: Settings,
    *,
    baseline: baselines.Standing | None = None,
    renamed: Mapping[str, str] | None = None,
    standing: Standing | None = None,
) -> Verdict:
    """The verdict on `tested`; base: as the user gave it, its categories under their old names."""
    sides, embeddings = found.pool, found.both.embeddings
    told = [t for t in tested if t.status != "pass"]
    shown = {r for t in told for r in (*t.rows[:QUOTED], *_paired(t, "candidate"))}
    lost = {r for t in told for r in (*t.base_rows[:QUOTED], *_paired(t, "base"))}
    beside = {(d.repeats.other_in, d.repeats.other) for d in drop if d.repeats}
    shown |= {d.row for d in drop} | {r for side, r in beside if side == "candidate"}
    named = shown | {r for t in told for r in t.rows}
    if settings.no_text:
        shown, lost = set(), set()
        tested = [replace(t, subject="") for t in tested]
    lines = {e.row: e.line for e in sides.candidate.examples if e.row in named}
    return Verdict(
        outcome=outcome(tested),
        candidate=_summary(sides.candidate),
        base=None if base is None else _summary(base),
        added=int(sides.added.sum()),
        removed=int(sides.removed.sum()),
        kept=int(sides.kept.sum()),
        tested=tuple(tested),
        baseline=None if baseline is None else _summed(baseline),
        false_alarms=policy.false_alarms,
        file=sides.candidate.name,
        lines={str(r): line for r, line in sorted(lines.items()) if line is not None},
        examples=_texts(sides.candidate, shown),
        base_examples=_texts(sides.base, lost) if sides.base else {},
        skipped=tuple(skipped),
        policy=asdict(policy),
        settings=settings.deciding(),
        embedder=EmbedderSummary(
            name=embeddings.embedder,
            revision=embeddings.revision,
            dim=embeddings.dim,
            precision=embeddings.precision,
        ),
        versions={p: version(p) for p in PACKAGES},
        standing=standing,
        renamed=dict(renamed or {}),
        drop=drop,
    )


def without(dataset: Dataset, drop: Sequence[Dropped]) -> Dataset | None:
    """The dataset with some rows of its file left out; None where nothing would be left."""
    gone = {d.row for d in drop}
    left = tuple(e for e in dataset.examples if e.row not in gone)
    read = len(left) + len(dataset.held_out)
    return replace(dataset, examples=left, rows_read=read) if left else None


def about_errors(
    sides: Pool, findings: Sequence[Finding], tested: Sequence[Tested], policy: Policy
) -> tuple[tuple[Tested, ...], Standing | None]:
    """The answers with what an audit calls errors, which fail; and those that the policy lets pass.

    A check for which the user set a limit of its own, or that only informs, is judged by that.
    """
    failed = {t.check for t in tested if t.status == "fail"}
    errors = [f for f in findings if f.severity == "error" and f.code not in failed]
    allowed = {code for code, r in policy.checks.items() if r.fail is not None or r.informational}
    failing = [
        _of_findings(sides, code, found, "absolute", "fail", _told(found))
        for code in _codes(errors)
        if code not in allowed and (found := [f for f in errors if f.code == code])
    ]
    passing = [f for f in errors if f.code in allowed]
    stands = None
    if passing:
        reason = "the policy sets another limit for them"
        stands = Standing(errors=len(passing), codes=_codes(passing), reason=reason)
    facts = [t for t in tested if t.check == "rejected-rows" and t.status == "fail"]
    others = [t for t in tested if t not in facts and t.status == "fail"]
    rest = [t for t in tested if t.status != "fail"]
    return (*facts, *failing, *others, *rest), stands


def _told(errors: Sequence[Finding]) -> str:
    if len(errors) == 1:
        return f"an audit calls it an error: {errors[0].summary}"
    return f"{len(errors)} errors of an audit, such as: {errors[0].summary}"


def standing(found: Structure, checks: Sequence[Check]) -> Standing | None:
    """What an audit of the base calls errors, and the candidate has kept: no reason to fail."""
    base, sides = found.base, found.pool
    assert base is not None  # noqa: S101 - asked only where there is a base
    # Labels that look wrong are never errors; conflicts that are rest on copies, not on probes.
    asked = [c for c in checks if c.code != "label-error"]
    kept = set(np.flatnonzero(sides.kept).tolist())
    errors = [
        f
        for f in judge(replace(base, out_of_fold=None), asked)[0]
        if f.severity == "error" and kept.issuperset(r for r in f.rows if r < len(sides.kept))
    ]
    if not errors:
        return None
    reason = "they rest on rows that the base has"
    return Standing(errors=len(errors), codes=_codes(errors), reason=reason)


def about_names(sides: Pool, renamed: Mapping[str, str]) -> Iterator[Tested]:
    """A warning where categories go by other names: the data is the same, its users may not be."""
    if not renamed:
        return
    rows = [e.row for e in sides.candidate.examples if e.category in {*renamed.values()}]
    share = len(rows) / len(sides.candidate.examples)
    named = [f"{old!r} is now {new!r}" for old, new in renamed.items()]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    yield _counted(
        check="category-names",
        category=None,
        kind="absolute",
        status="warn",
        share=share,
        of=len(sides.candidate.examples),
        rows=rows,
        summary=f"categories were renamed: {', '.join(named[:3])}{more}",
        advice="See that whatever reads these names knows the new ones.",
        print_of=[f"{old} {new}" for old, new in renamed.items()],
    )


def against(sides: Pool, compared: baselines.Standing, policy: Policy) -> Iterator[Tested]:
    """An answer for each check that found something: whether the baseline knows all of it.

    Findings of rows that were there when the baseline was made fail nothing: nobody touched them.
    """
    for code in dict.fromkeys(
        f.code for f in (*compared.new, *compared.untouched, *compared.known)
    ):
        new, untouched, known = (
            [f for f in found if f.code == code]
            for found in (compared.new, compared.untouched, compared.known)
        )
        informational = policy.checks.get(code, Rule()).informational
        failing: Status = "informational" if informational else "fail"
        if new:
            told = f"{_number(new)} not in the baseline, such as: {new[0].summary}"
            yield _of_findings(sides, code, new, "new", failing, told)
        if untouched:
            told = (
                f"{_number(untouched)} not in the baseline, on rows that were there when it was "
                f"made, such as: {untouched[0].summary}"
            )
            yield _of_findings(sides, code, untouched, "new", "informational", told)
        if known and not new:
            told = f"{_number(known)}, known to the baseline"
            yield _of_findings(sides, code, known, "new", "pass", told)


def _of_findings(
    sides: Pool,
    code: str,
    found: Sequence[Finding],
    kind: Literal["absolute", "new"],
    status: Status,
    summary: str,
) -> Tested:
    positions = sorted({r for f in found for r in f.rows if r < len(sides.in_candidate)})
    return _counted(
        check=code,
        category=found[0].category if len(found) == 1 else None,
        kind=kind,
        status=status,
        share=len(positions) / len(sides.in_candidate),
        of=len(sides.in_candidate),
        rows=sides.candidate_rows[positions].tolist(),
        summary=summary,
        advice=found[0].advice,
        print_of=[f.fingerprint for f in found],
    )


def _counted(
    *,
    check: str,
    category: str | None,
    kind: Literal["absolute", "new"],
    status: Status,
    share: float,
    of: int,
    rows: Sequence[int],
    summary: str,
    advice: str,
    print_of: Sequence[str],
) -> Tested:
    """An answer that was counted: nothing is estimated, so there is no interval."""
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
        low=share,
        high=share,
        margin=None,
        smallest=None,
        p=0.0 if status in ("fail", "warn") else 1.0,
        rows=tuple(sorted(rows)[:SHOWN]),
        base_rows=(),
        summary=summary,
        advice=advice,
        fingerprint=fingerprint(check, category, print_of),
    )


def _number(found: Sequence[Finding]) -> str:
    return f"{len(found)} {'finding' if len(found) == 1 else 'findings'}"


def _codes(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.code for f in findings))


def _paired(tested: Tested, side: str) -> Iterator[int]:
    """The rows of a side that stand in pairs."""
    for pair in tested.pairs:
        if side == "candidate":
            yield pair.row
        if pair.other_in == side:
            yield pair.other


def _summed(standing: baselines.Standing) -> BaselineSummary:
    return BaselineSummary(
        known=len(standing.known),
        new=len(standing.new),
        fixed=len(standing.fixed),
        expired=len(standing.expired),
        untouched=len(standing.untouched),
    )


def _summary(dataset: Dataset) -> SetSummary:
    return SetSummary(
        name=dataset.name,
        rows=len(dataset.examples),
        rejected=len(dataset.rejected),
        categories=len(dataset.categories),
        fingerprint=dataset.fingerprint,
        first_rejected=dataset.rejected[:REJECTED],
    )


def _texts(dataset: Dataset, rows: set[int]) -> dict[str, str]:
    return {
        str(e.row): e.text for e in sorted(dataset.examples, key=lambda e: e.row) if e.row in rows
    }
