"""What a candidate is compared with, and how: read, opened and analysed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from auditor import analysis, forecasting
from auditor.analysis import PART_OF
from auditor.checks import CHECKS
from auditor.embedding.embed import Encoder
from auditor.forecasting import Update, base_task, readable_update
from auditor.gating.baseline import Baseline
from auditor.gating.policy import AGAINST_A_BASE, Policy
from auditor.gating.renames import find_renames, rename
from auditor.interfaces import Check, Progress
from auditor.records.dataset import Dataset
from auditor.records.evidence import Evidence
from auditor.records.forecast import Forecast
from auditor.resources import ForecastPlan, open_encoder, plan_of
from auditor.settings import Settings, configure

# What the gate tests besides the checks. Of reasons that explain alike, the earlier comes first.
BEYOND_CHECKS = (
    *("shrinkage", "category-loss", "category-names"),
    *("amplification", "coverage-loss", "forecast"),
)
CODES = (*(check.code for check in CHECKS), *BEYOND_CHECKS)
NEEDS_OF_AUDITS = {"forecast", "reference"}  # checks that need these are an audit's
# Counted by copy families, which are always found.
COUNTED_BY_COPIES = {"label-conflict", "near-duplicate"}
PARTS_OF_EACH = ("splits", "templates", "wording", "noise")  # parts of the evidence of any set
PARTS_OF_FORECAST = ("splits", "labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What the candidate is to replace; analysed once, whatever is left out of the candidate."""

    given: Dataset  # as the user gave it
    renamed: Mapping[str, str]  # its categories -> what the candidate calls them
    dataset: Dataset  # under the candidate's names
    evidence: Evidence
    forecast: Forecast | None  # None: no update, or one category


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInputs:
    """What a candidate is compared with, and how."""

    base: Base | None
    baseline: Baseline | None
    update: Update | None  # whose forecast counts
    unforecast: str  # why nothing can be forecast of the update that was given
    plan: ForecastPlan | None  # None: no update
    checks: tuple[Check, ...]
    policy: Policy
    settings: Settings
    encoder: Encoder
    progress: Progress

    @property
    def of_candidate(self) -> Collection[str]:
        """The parts of the evidence that are wanted of the candidate by itself."""
        return ("noise", *(PARTS_OF_FORECAST if self.update else ()))

    def analyse(self, dataset: Dataset, parts: Collection[str]) -> Evidence:
        """`analysis.analyse` with the user's embedder."""
        return analysis.analyse(
            dataset, self.encoder, self.settings.seed, self.progress, parts=parts
        )

    def forecast(self, evidence: Evidence) -> Forecast | None:
        """What the update is expected to take from a set; None without one, or of one category."""
        if self.plan is None or self.unforecast:
            return None
        task = base_task(evidence)
        return forecasting.forecast(task, self.update, self.plan, self.progress) if task else None


def prepare(
    candidate: Dataset,
    base: Dataset | None,
    *,
    baseline: Baseline | None,
    incoming: Dataset | None,
    policy: Policy,
    settings: Settings,
    progress: Progress,
) -> GateInputs:
    """All that a gate of `candidate` needs to know before it looks at it; incoming: the update."""
    checks = (c for c in configure(CHECKS, settings.checks) if not {*c.needs} & NEEDS_OF_AUDITS)
    plan = None if incoming is None else plan_of(settings, incoming)
    encoder = open_encoder(settings, progress)
    update, unforecast = readable_update(incoming, encoder)
    inputs = GateInputs(
        base=None,
        baseline=baseline,
        update=update,
        unforecast=unforecast,
        plan=plan,
        checks=tuple(checks),
        policy=policy,
        settings=settings,
        encoder=encoder,
        progress=progress,
    )
    return inputs if base is None else replace(inputs, base=_base(base, candidate, inputs))


def _base(given: Dataset, candidate: Dataset, inputs: GateInputs) -> Base:
    renamed = find_renames(given, candidate)
    dataset = rename(given, renamed)
    rules = inputs.policy.rules(AGAINST_A_BASE)
    parts = needed_parts(c for c in inputs.checks if c.code in rules)
    evidence = inputs.analyse(dataset, {*parts, *inputs.of_candidate})
    return Base(
        given=given,
        renamed=renamed,
        dataset=dataset,
        evidence=evidence,
        forecast=inputs.forecast(evidence),
    )


def needed_parts(checks: Iterable[Check]) -> set[str]:
    """Of `analysis.PARTS` those that the checks need of a set."""
    needs = {need for c in checks if c.code not in COUNTED_BY_COPIES for need in c.needs}
    return {*PARTS_OF_EACH, *(PART_OF[n] for n in needs if n in PART_OF)}
