"""The gate: may a candidate be merged? Both sets in one pool, questions to them, one verdict.

A question compares the rows that were added with those of the base (`sides/rises.py`), asks whether
a subject that the base covers was lost (`sides/coverage.py`), or holds a share of the rows or a
forecast to its limit (`sides/rises.py`, `sides/drops.py`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auditor import baseline as baselines
from auditor.checks import CHECKS, judge
from auditor.dataset import load_dataset
from auditor.digest import PACKAGES
from auditor.embedding.embed import Encoder
from auditor.embedding.neighbours import nearest
from auditor.embedding.subtypes import keywords
from auditor.interfaces import Progress
from auditor.opening import coefficients_of, open_encoder, target_of, with_options
from auditor.outcomes import BaselineSummary, SetSummary, Status, Tested, Verdict
from auditor.pipeline import gather, look
from auditor.policy import AGAINST_A_BASE, ALONE, Policy, Rule
from auditor.records import Dataset, Evidence, Floats, Ints
from auditor.results import EmbedderSummary, Finding, Forecast, SkippedCheck, fingerprint
from auditor.settings import Settings, configure
from auditor.sides import marking
from auditor.sides.asking import Questions, decide, outcome
from auditor.sides.coverage import losses
from auditor.sides.drops import Drops, drops
from auditor.sides.marking import Marks
from auditor.sides.pool import Flags, Pool, pool
from auditor.sides.rises import rises, shares

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

# What the gate asks besides the checks. Of reasons that explain alike, the earlier comes first.
BEYOND_CHECKS = ("amplification", "coverage-loss", "forecast")
ORDER = ("label-conflict", "label-error", "near-duplicate", "template-dominance", "split-leakage")
CODES = (*(check.code for check in CHECKS), *BEYOND_CHECKS)
OF_AN_AUDIT = {"forecast", "reference"}
QUOTED = 5  # rows that an answer shows with their text


def gate(
    candidate: Source,
    *,
    base: Source | None = None,
    baseline: Path | None = None,
    update: Source | None = None,
    policy: Policy | None = None,
    settings: Settings | None = None,
    progress: Progress = lambda *_: None,
    **options: Any,
) -> Verdict:
    """Whether `candidate` may take the place of `base`, or by itself is fit to be trained on.

    With `baseline`, a file of known findings, it is whether there are others. With `update`, what
    it is expected to make a model forget is judged too. Raises `auditor.errors.AuditorError` for
    what the user can mend.
    """
    settings, policy = with_options(settings or Settings(), options), policy or Policy()
    known = None if baseline is None else baselines.read(baseline)
    beside = dataclasses.replace(settings, input_format=None)  # that is said of the candidate alone
    own = load_dataset(candidate, settings)
    former = None if base is None else load_dataset(base, beside, strict_roles=False)
    incoming = None if update is None else load_dataset(update, beside, strict_roles=False)
    encoder = open_encoder(settings, progress)
    sides = pool(former, own)
    rules = policy.rules({} if known else ALONE if former is None else AGAINST_A_BASE)
    # Checks of the forecast or of a reference are an audit's.
    own_checks = [c for c in configure(CHECKS, settings.checks) if not {*c.needs} & OF_AN_AUDIT]
    checks = [c for c in own_checks if known or c.code in rules]
    briefly = {c.code for c in checks} <= set(ORDER)
    evidence = look(sides.dataset, [], encoder, settings, progress, briefly=briefly)
    judged = [c for c in checks if not any(getattr(evidence, n) is None for n in c.needs)]
    findings, skipped = judge(evidence, checks)
    asked = {code: rule for code, rule in rules.items() if code in {c.code for c in judged}}
    asked |= {code: rules[code] for code in BEYOND_CHECKS if code in rules}
    families = _about_rows(sides, evidence, findings, asked, settings.seed)
    if incoming is not None and "forecast" in rules:
        families += _about_forecasts(
            sides, incoming, encoder, rules["forecast"], settings, progress
        )
    tested = decide(
        sides,
        families,
        false_alarms=policy.false_alarms,
        fewest=policy.fewest,
        unseen=policy.unseen,
    )
    standing = None if known is None else baselines.split(known, findings, sides.dataset)
    if standing is not None:
        tested = (*_against(sides, standing, policy), *tested)
    tested = tuple(_named(sides, tested))
    verdict = _verdict(sides, evidence, tested, skipped, policy, settings)
    return dataclasses.replace(
        verdict,
        file=str(candidate) if isinstance(candidate, str | Path) else verdict.file,
        baseline=None if standing is None else _summed(standing),
    )


def _about_rows(
    sides: Pool,
    evidence: Evidence,
    findings: Sequence[Finding],
    rules: Mapping[str, Rule],
    seed: int,
) -> list[Questions]:
    """The questions about the rows of both sides, in the order of precedence of their reasons."""
    if not sides.in_base.any():
        # By itself a note says too little: it is a candidate, and nothing to compare it with.
        weighty = [f for f in findings if f.severity != "note"]
        return [shares(sides, _marks(sides, evidence, weighty, rules, seed), rules)]
    marks = _marks(sides, evidence, findings, rules, seed)
    families: list[Questions] = [rises(sides, marks, rules), shares(sides, marks, rules)]
    if "coverage-loss" in rules:
        vectors, family = evidence.embeddings.vectors, evidence.copies.family
        rule = rules["coverage-loss"]
        families.append(losses(sides, vectors, family, rule))
    return families


def _marks(
    sides: Pool,
    evidence: Evidence,
    findings: Sequence[Finding],
    rules: Mapping[str, Rule],
    seed: int,
) -> dict[str, Marks]:
    """The rows that each check with a rule counts, by its code."""
    marks = {}
    rest = [code for code in rules if code not in (*ORDER, *BEYOND_CHECKS)]
    for code in (c for c in (*ORDER, *rest) if c in rules):
        found = [f for f in findings if f.code == code]
        if code == "near-duplicate":
            marks[code] = marking.copies(sides, evidence.copies.family)
        elif code == "label-conflict":
            marks[code] = marking.conflicts(sides, evidence.copies.family)
        elif code == "label-error":
            marks[code] = marking.suspected(sides, found)
        else:
            marks[code] = marking.in_findings(sides, found)
    if "amplification" in rules and sides.in_base.any() and sides.added.any():
        closest = _closest(sides, evidence, seed)
        marks["amplification"] = marking.variations(sides, *closest)
    return marks


def _closest(sides: Pool, evidence: Evidence, seed: int) -> tuple[Floats, Floats]:
    """(n,) cosine of each base row to its nearest other base row, and the same of added rows among
    the candidate's; of both sides as many rows are looked among, drawn at random."""
    size = int(min(sides.in_base.sum(), sides.in_candidate.sum()))
    random = np.random.default_rng(seed)
    found = []
    for side, asking in ((sides.in_base, sides.in_base), (sides.in_candidate, sides.added)):
        among = np.zeros(len(side), dtype=bool)
        among[random.permutation(np.flatnonzero(side))[:size]] = True
        found.append(_to_nearest(evidence, np.flatnonzero(asking), among))
    return found[0], found[1]


def _to_nearest(evidence: Evidence, rows: Ints, among: Flags) -> Floats:
    """(n,) cosine of each of `rows` to the nearest of `among` other than itself; 0 elsewhere."""
    index, cosine = evidence.neighbours.index[rows], evidence.neighbours.cosine[rows]
    there = among[index] & (index >= 0)
    closest = np.zeros(len(among), dtype=np.float32)
    closest[rows] = np.where(there, cosine, -1.0).max(axis=1)
    # Where no neighbour of the pool is among them, all of them are looked at.
    far = rows[~there.any(axis=1)]
    vectors, pool = evidence.embeddings.vectors, np.flatnonzero(among)
    near = nearest(vectors[far], 2, among=vectors[pool])
    itself = pool[near.index[:, 0]] == far
    closest[far] = np.where(itself, near.cosine[:, 1], near.cosine[:, 0])
    return closest


def _against(sides: Pool, standing: baselines.Standing, policy: Policy) -> Iterator[Tested]:
    """An answer for each check that found something: whether the baseline knows all of it."""
    codes = dict.fromkeys(f.code for f in (*standing.new, *standing.known))
    for code in codes:
        new = [f for f in standing.new if f.code == code]
        found = new or [f for f in standing.known if f.code == code]
        rows = sorted({r for f in found for r in f.rows if r < len(sides.in_candidate)})
        share = round(len(rows) / len(sides.in_candidate), 6)
        informational = policy.checks.get(code, Rule()).informational
        failing: Status = "informational" if informational else "fail"
        count = f"{len(found)} {'finding' if len(found) == 1 else 'findings'}"
        told = f"{count} not in the baseline, such as: {new[0].summary}" if new else ""
        yield Tested(
            check=code,
            category=found[0].category if len(found) == 1 else None,
            subject="",
            kind="new",
            status=failing if new else "pass",
            base=None,
            base_of=None,
            candidate=share,
            candidate_of=len(sides.in_candidate),
            effect=share,
            low=share,
            high=share,
            margin=None,
            smallest=None,
            p=0.0 if new else 1.0,  # nothing is estimated
            rows=tuple(sorted(sides.candidate_rows[rows].tolist())),
            base_rows=(),
            summary=told or f"{count}, known to the baseline",
            advice=found[0].advice,
            fingerprint=fingerprint(code, None, [f.fingerprint for f in found]),
        )


def _named(sides: Pool, tested: Sequence[Tested]) -> Iterator[Tested]:
    """With the keywords of what was lost, where it is more than chance."""
    lost = [t for t in tested if t.check == "coverage-loss" and t.status != "pass"]
    groups = [np.flatnonzero(np.isin(sides.base_rows, t.base_rows)) for t in lost]
    named = dict(zip(lost, keywords(sides.dataset.texts, groups), strict=True)) if lost else {}
    return (dataclasses.replace(t, subject=", ".join(named.get(t, ()))) for t in tested)


def _summed(standing: baselines.Standing) -> BaselineSummary:
    return BaselineSummary(
        known=len(standing.known),
        new=len(standing.new),
        fixed=len(standing.fixed),
        expired=len(standing.expired),
    )


def _about_forecasts(
    sides: Pool,
    incoming: Dataset,
    encoder: Encoder,
    rule: Rule,
    settings: Settings,
    progress: Progress,
) -> list[Drops]:
    """The questions about what the update takes from the candidate, and from the base."""
    target, coefficients = target_of(settings, given=True), coefficients_of(settings)

    def forecast(dataset: Dataset) -> Forecast | None:
        return gather(
            dataset, incoming, [], encoder, target, coefficients, settings, progress
        ).forecast

    now = forecast(sides.candidate)
    before = forecast(sides.base) if sides.base else None
    return drops(sides, before, now, rule) if now else []


def _verdict(
    sides: Pool,
    evidence: Evidence,
    tested: tuple[Tested, ...],
    skipped: Sequence[SkippedCheck],
    policy: Policy,
    settings: Settings,
) -> Verdict:
    embeddings = evidence.embeddings
    told = [t for t in tested if t.status != "pass"]
    shown = {r for t in told for r in t.rows[:QUOTED]}
    lost = {r for t in told for r in t.base_rows[:QUOTED]}
    named = {r for t in told for r in t.rows}
    if settings.no_text:
        shown, lost = set(), set()
        tested = tuple(dataclasses.replace(t, subject="") for t in tested)
    lines = {e.row: e.line for e in sides.candidate.examples if e.row in named}
    return Verdict(
        outcome=outcome(tested),
        candidate=_summary(sides.candidate),
        base=None if sides.base is None else _summary(sides.base),
        added=int(sides.added.sum()),
        removed=int(sides.removed.sum()),
        kept=int(sides.kept.sum()),
        tested=tested,
        baseline=None,
        false_alarms=policy.false_alarms,
        file=sides.candidate.name,
        lines={str(r): line for r, line in sorted(lines.items()) if line is not None},
        examples=_texts(sides.candidate, shown),
        base_examples=_texts(sides.base, lost) if sides.base else {},
        skipped=tuple(skipped),
        policy=dataclasses.asdict(policy),
        settings=settings.deciding(),
        embedder=EmbedderSummary(
            name=embeddings.embedder,
            revision=embeddings.revision,
            dim=embeddings.dim,
            precision=embeddings.precision,
        ),
        versions={p: version(p) for p in PACKAGES},
    )


def _summary(dataset: Dataset) -> SetSummary:
    return SetSummary(
        name=dataset.name,
        rows=len(dataset.examples),
        rejected=len(dataset.rejected),
        categories=len(dataset.categories),
        fingerprint=dataset.fingerprint,
    )


def _texts(dataset: Dataset, rows: set[int]) -> dict[str, str]:
    return {
        str(e.row): e.text for e in sorted(dataset.examples, key=lambda e: e.row) if e.row in rows
    }
