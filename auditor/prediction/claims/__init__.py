"""Three claims about what keeps old knowledge, each measured on the user's own data.

Replay, elastic weight consolidation and distillation keep what a model learnt, flaws included:
whether that is so here is measured, not preached. A claim is one file, and its line in CLAIMS.

material.py     the rows, and the updates in turn
successive.py   updates made one after the other
buffer.py protected_errors.py inherited_errors.py    the claims
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np
from scipy.stats import t as student

from auditor.interfaces import Progress, Target
from auditor.prediction.claims.buffer import BufferLacks
from auditor.prediction.claims.inherited_errors import ErrorsAreInherited
from auditor.prediction.claims.material import Material
from auditor.prediction.claims.protected_errors import ErrorsAreProtected
from auditor.prediction.fine_tuning.effort import Effort, teaching_steps
from auditor.prediction.fine_tuning.taught import Taught, teach
from auditor.records.claims import Claims, Measure, MeasuredClaim, Verdict
from auditor.records.forecast import OLD_EPOCHS, passes

LEVEL = 0.8  # of the intervals
LITTLE = 0.05  # a difference that is surely less is none to speak of


class Claim(Protocol):
    """An entry of CLAIMS."""

    name: ClassVar[str]
    claim: ClassVar[str]

    def measure(self, taught: Taught, material: Material) -> dict[str, float]:
        """Numbers of one seed by what they are, the last of which decides; none: too few rows."""
        ...


CLAIMS: tuple[Claim, ...] = (BufferLacks(), ErrorsAreProtected(), ErrorsAreInherited())


def measure_claims(
    material: Material,
    target: Target,
    dataset: str,
    rows: int,
    *,
    seeds: Sequence[int],
    progress: Progress = lambda *_: None,
) -> Claims:
    """Every claim by every seed, each with a model of its own that is taught the old rows.

    rows: of all the old data, which decide for how many steps a sample of it is taught.
    """
    steps = teaching_steps(passes(rows, OLD_EPOCHS), material.old, Effort())
    models = teach(target, material.old, material.updates, seeds=seeds, steps=steps, dropout=False)
    found: dict[str, list[dict[str, float]]] = {claim.name: [] for claim in CLAIMS}
    done, total = 0, len(seeds) * len(CLAIMS)
    progress("claims", done, total)
    for taught in models:
        for claim in CLAIMS:
            found[claim.name].append(claim.measure(taught, material))
            done += 1
            progress("claims", done, total)
    return Claims(
        dataset=dataset,
        updates=material.names,
        left_out=material.left_out,
        seeds=len(seeds),
        rows=len(material.old.codes),
        claims=tuple(_told(claim, found[claim.name]) for claim in CLAIMS),
    )


def _told(claim: Claim, by_seed: Sequence[dict[str, float]]) -> MeasuredClaim:
    known = [values for values in by_seed if values]
    names = list(known[0]) if known else []
    measures = tuple(measure_of(name, [values[name] for values in known]) for name in names)
    verdict, reason = verdict_of(measures[-1] if measures else None)
    return MeasuredClaim(
        name=claim.name, claim=claim.claim, verdict=verdict, reason=reason, measures=measures
    )


def measure_of(about: str, values: Sequence[float]) -> Measure:
    """Mean and interval over the seeds that have a number."""
    own = np.array(values)[np.isfinite(values)]
    if not len(own):
        return Measure(about=about, mean=None, low=None, high=None)
    mean = round(float(own.mean()), 4)
    if len(own) < 2:
        return Measure(about=about, mean=mean, low=None, high=None)
    reach = student.ppf((1 + LEVEL) / 2, len(own) - 1) * own.std(ddof=1) / np.sqrt(len(own))
    return Measure(
        about=about,
        mean=mean,
        low=round(mean - float(reach), 4),
        high=round(mean + float(reach), 4),
    )


def verdict_of(deciding: Measure | None) -> tuple[Verdict, str]:
    """And why it cannot be told, where it cannot."""
    if deciding is None or deciding.mean is None:
        return "cannot be told", "too few rows to measure it on"
    if deciding.low is None or deciding.high is None:
        return "cannot be told", "one seed alone could measure it"
    if deciding.high < LITTLE:
        return "not confirmed here", ""
    if deciding.low > 0:
        return "confirmed here", ""
    return "cannot be told", "the seeds differ too much"
