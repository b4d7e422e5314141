"""The questions of a gate, put to a candidate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from auditor.checks import CHECKS, judge, lacking
from auditor.checks.label_error import LabelError
from auditor.checks.rejected_rows import RejectedRows
from auditor.embedding.embed import Encoder
from auditor.gating import baseline as baselines
from auditor.gating import flagging
from auditor.gating.answering import Decided, decide
from auditor.gating.counted import about_errors, about_names, about_sets, standing, unclear
from auditor.gating.coverage import find_subjects, losses
from auditor.gating.evidence import Structure, find_structure, suspects
from auditor.gating.flagging import Flags
from auditor.gating.forecasts import forecast_tests
from auditor.gating.hypotheses import HypothesisFamily
from auditor.gating.known_findings import against
from auditor.gating.policy import AGAINST_A_BASE, ALONE, Policy, Rule
from auditor.gating.rate_increases import rate_increases, shares
from auditor.gating.removals import category_loss, shrinkage, unread
from auditor.gating.renames import find_renames, rename
from auditor.gating.verdict import make_verdict
from auditor.interfaces import Check, Progress
from auditor.paraphrases import closest_other, paraphrase_level
from auditor.pipeline import PARTS, gather
from auditor.pool import Pool, pool
from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.evidence import computed
from auditor.records.findings import Finding, SkippedCheck
from auditor.records.forecast import Forecast
from auditor.records.verdict import Tested, Verdict
from auditor.resources import coefficients_of, target_of
from auditor.settings import Settings, configure
from auditor.structure.subtypes import keywords

# What the gate asks besides the checks. Of reasons that explain alike, the earlier comes first.
BEYOND_CHECKS = (
    *("shrinkage", "category-loss", "category-names"),
    *("amplification", "coverage-loss", "forecast"),
)
ORDER = ("label-conflict", "label-error", "near-duplicate", "template-dominance", "split-leakage")
CODES = (*(check.code for check in CHECKS), *BEYOND_CHECKS)
OF_AN_AUDIT = {"forecast", "reference"}
BY_ROWS = {"label-conflict", "near-duplicate"}  # counted by copy families
OF_FILES = {"rejected-rows"}  # counted in the file
LABELS = {"out_of_fold", "template_leakage"}  # what the part `labels` of a look is needed for
ERRORS = "label_errors"  # and what the part `errors` is


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInputs:
    """What a candidate is held against, and how."""

    base: Dataset | None
    baseline: baselines.Baseline | None
    incoming: Dataset | None  # the update whose forecast counts
    policy: Policy
    settings: Settings
    encoder: Encoder
    progress: Progress


def assess(candidate: Dataset, asking: GateInputs) -> Verdict:
    """Every question that the policy has a rule for, and the verdict."""
    policy, settings = asking.policy, asking.settings
    # Checks of the forecast or of a reference are an audit's.
    checks = [c for c in configure(CHECKS, settings.checks) if not {*c.needs} & OF_AN_AUDIT]
    if asking.base is None:
        return _alone(candidate, checks, asking)
    renamed = find_renames(asking.base, candidate)
    sides = pool(rename(asking.base, renamed), candidate)
    rules = policy.rules(AGAINST_A_BASE)
    ruled = [c for c in checks if c.code in rules]
    found = _structure(sides, ruled, asking)
    flags, skipped = _flags(found, ruled, rules, settings)
    subjects = find_subjects(sides, found.both.embeddings.vectors, sides.removed)
    families: list[HypothesisFamily] = [
        unread(sides, rules["rejected-rows"], _slip(checks)),
        shrinkage(sides, found.base_family, found.family, rules["shrinkage"]),
        category_loss(sides, found.unit, rules["category-loss"]),
        rate_increases(sides, flags, found.unit, rules),
        shares(sides, flags, rules),
        losses(sides, subjects, found.unit, rules["coverage-loss"]),
        *_about_forecasts(sides, rules["forecast"], asking),
    ]
    decided = _decided(sides, families, policy)
    return make_verdict(
        found,
        asking.base,
        [
            *_named(sides, decided.tested),
            *about_sets(found, checks, policy),
            *about_names(sides, renamed),
        ],
        decided.drop,
        skipped,
        policy,
        settings,
        renamed=renamed,
        standing=standing(found, ruled),
    )


def _alone(candidate: Dataset, checks: Sequence[Check], asking: GateInputs) -> Verdict:
    """By itself, or against known findings: an audit's errors fail, and so do shares of rows."""
    policy, known = asking.policy, asking.baseline
    sides = pool(None, candidate)
    found = find_structure(sides, PARTS, asking.encoder, asking.settings, asking.progress)
    findings, skipped = judge(found.both, checks)
    rules = policy.rules({"rejected-rows": ALONE["rejected-rows"]} if known else ALONE)
    flags = {
        code: _flags_alone(found, code, findings)
        for code in _in_order(rules)
        if code in {c.code for c in checks if lacking(found.both, c) is None}
    }
    families: list[HypothesisFamily] = [
        unread(sides, rules["rejected-rows"], _slip(checks)),
        shares(sides, flags, rules),
    ]
    families += _about_forecasts(sides, rules.get("forecast"), asking)
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
        asking.settings,
        baseline=compared,
        standing=stands,
    )


def _structure(sides: Pool, checks: Sequence[Check], asking: GateInputs) -> Structure:
    """With the parts that the checks need, of the pool as of the base: the labels aside, for which
    the base is asked."""
    needs = {need for c in checks if c.code not in BY_ROWS for need in c.needs}
    wanted = {"subtypes": "subtypes" in needs, "labels": needs & LABELS, "errors": ERRORS in needs}
    parts = ["noise", *(part for part, asked in wanted.items() if asked)]
    return find_structure(sides, parts, asking.encoder, asking.settings, asking.progress)


def _slip(checks: Sequence[Check]) -> int:
    """Rows that may be unread, whatever share they are: as an audit judges it."""
    return next(c.rows for c in checks if isinstance(c, RejectedRows))


def _in_order(rules: Mapping[str, Rule]) -> list[str]:
    rest = [code for code in rules if code not in (*ORDER, *BEYOND_CHECKS)]
    return [code for code in (*ORDER, *rest) if code in rules and code not in OF_FILES]


def _flags_alone(found: Structure, code: str, findings: Sequence[Finding]) -> Flags:
    """The rows of one check in a set by itself."""
    if code == "near-duplicate":
        return flagging.copies(found.pool, found.base_family, found.family)
    if code == "label-conflict":
        counted = flagging.conflicts(found.pool, found.base_family, found.family)
        # Not those that an audit does not call so, as the labels of a text that has several.
        rows = sorted({r for f in findings if f.code == code for r in f.rows})
        told = np.isin(np.arange(len(found.family)), rows)
        return replace(counted, candidate=counted.candidate & told)
    # A note says too little: it is a candidate, and there is nothing to compare it with.
    weighty = [f for f in findings if f.code == code and f.severity != "note"]
    return flagging.in_findings(found.pool, (), weighty)


def _flags(
    found: Structure, checks: Sequence[Check], rules: Mapping[str, Rule], settings: Settings
) -> tuple[dict[str, Flags], list[SkippedCheck]]:
    """The rows that each check with a rule counts, by its code; and what could not be assessed."""
    sides, base = found.pool, found.base
    assert base is not None  # noqa: S101 - asked only where there is a base
    by_code = {c.code: c for c in checks}
    flags: dict[str, Flags] = {}
    skipped: list[SkippedCheck] = []
    for code in _in_order({c: r for c, r in rules.items() if c in by_code}):
        check = by_code[code]
        if code == "near-duplicate":
            flags[code] = flagging.copies(sides, found.base_family, found.family)
        elif code == "label-conflict":
            flags[code] = flagging.conflicts(sides, found.base_family, found.family)
        elif isinstance(check, LabelError):
            if len(base.dataset.categories) > 1:
                flags[code] = _suspected(found, settings.seed)
            else:
                reason = "the base has one category, so its labels tell nothing apart"
                skipped.append(SkippedCheck(code=code, reason=reason))
        else:
            own, _ = judge(base, [check])
            both, unable = judge(found.both, [check])
            skipped += unable
            if unable and not both:
                continue
            flags[code] = flagging.in_findings(sides, own, both)
    if "amplification" in rules:
        flags["amplification"] = _paraphrases(found)
    return flags, skipped


def _suspected(found: Structure, seed: int) -> Flags:
    """Labels that look wrong to what the base teaches."""
    sides, base, wrong = found.pool, found.base, suspects(found, seed)
    assert base is not None  # noqa: S101 - asked only where there is a base
    names = {name: code for code, name in enumerate(sides.dataset.categories)}
    known = np.isin(sides.dataset.codes, [names[c] for c in base.dataset.categories if c in names])
    code = np.array([names[c] for c in base.dataset.categories], dtype=np.int64)
    return flagging.suspected(
        sides, wrong.base, wrong.added, code[wrong.rival], known, wrong.together
    )


def _paraphrases(found: Structure) -> Flags:
    sides, base = found.pool, found.base
    assert base is not None  # noqa: S101 - asked only where there is a base
    family = base.copies.family
    closest = closest_other(base.neighbours, family)
    everywhere = np.zeros(len(sides.in_base), dtype=np.float32)
    everywhere[sides.in_base] = closest
    level = paraphrase_level(closest)
    return flagging.paraphrases(sides, found.both.neighbours, found.family, level, everywhere)


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
    named = dict(zip(lost, keywords(sides.dataset.texts, groups), strict=True)) if lost else {}
    return (replace(t, subject=", ".join(named.get(t, ()))) for t in tested)


def _about_forecasts(sides: Pool, rule: Rule | None, asking: GateInputs) -> list[HypothesisFamily]:
    """The questions about what the update takes from the candidate, and from the base."""
    incoming, settings = asking.incoming, asking.settings
    if incoming is None or rule is None:
        return []
    target, coefficients = target_of(settings, given=True), coefficients_of(settings)

    def forecast(dataset: Dataset) -> Forecast | None:
        evidence = gather(
            dataset, incoming, [], asking.encoder, target, coefficients, settings, asking.progress
        )
        return computed(evidence.forecast)

    now = forecast(sides.candidate)
    before = forecast(sides.base) if sides.base else None
    return [*forecast_tests(sides, before, now, rule)] if now else []
