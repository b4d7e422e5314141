"""EWC: rows with a wrong label are protected as the others are, and hard to correct later.

Labels that are likely wrong are taught as they are. Their information is that of a row alone,
beside other rows of the same categories. Then these rows come again with their likely labels, to
the model that was taught the wrong ones, once without EWC and once held by it where it is, and the
same after an update that was made without EWC and with it. Read is the probability of the likely
label, since after a few steps all may be called so. What decides is the first, from one common
start: after an update without EWC there may be little left that resists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.prediction.claims.material import Material
from auditor.prediction.claims.successive import chance, make, predict, share
from auditor.prediction.fine_tuning.fisher import fisher_information
from auditor.prediction.fine_tuning.taught import Taught
from auditor.prediction.mitigations.elastic_weights import ElasticWeights
from auditor.records.arrays import Ints, Mask
from auditor.records.forecast import Recipe

MIN_ROWS = 5  # with a suspicious label, to tell anything
MAX_ROWS = 60  # of each kind, to read information from
STEPS = 3  # in which they are corrected: few, so that a difference is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsAreProtected:
    name: ClassVar[str] = "ewc"
    claim: ClassVar[str] = (
        "Elastic weight consolidation protects wrong labels, so that correcting them works less."
    )

    strength: float = 1e9  # which keeps most in docs/mitigations.md

    def measure(self, taught: Taught, material: Material) -> dict[str, float]:
        """Of one seed; the last one decides, and is above 0 where the claim holds."""
        right = material.right[~taught.held_out]
        suspicious = right >= 0
        wrong = np.flatnonzero(suspicious)[:MAX_ROWS]
        if len(wrong) < MIN_ROWS:
            return {}
        rows = ([taught.rows[i] for i in wrong], right[wrong])
        said = predict(taught.model, rows[0])
        found = {
            "suspicious rows that the model calls by their wrong label": share(
                said == taught.codes[wrong]
            ),
            "probability of their likely label, as taught": chance(taught.model, *rows),
            "share of rows that are suspicious": share(suspicious),
            "share of the information that they hold": _held(taught, suspicious),
        }
        tested = np.flatnonzero(taught.held_out & (material.right < 0))
        tokens, codes = taught.course.tokens.of(tested), material.old.codes[tested]
        ewc, weak = (ElasticWeights(strength=x) for x in (self.strength, self.strength / 10))
        ways = (("without EWC", None), ("with EWC a tenth as strong", weak), ("with EWC", ewc))
        for when, tried in (("after the update", ways[::2]), ("before any update", ways)):
            corrected = []
            for name, mitigation in tried:
                start = None if tried is ways else make(taught, Recipe(), mitigation)
                model = make(taught, Recipe(steps=STEPS), mitigation, start=start, rows=rows)
                corrected.append(chance(model, *rows))
                found[f"corrected {when} {name}"] = corrected[-1]
                still = share(predict(model, tokens) == codes)
                found[f"others right then, {when} {name}"] = still
        found["corrected before any update without EWC less with it"] = corrected[0] - corrected[-1]
        return found


def _held(taught: Taught, suspicious: Mask) -> float:
    """The share of all information; that of MAX_ROWS rows of each kind stands for the others."""
    random = np.random.default_rng([taught.seed, 3])
    sums = []
    for of in (suspicious, ~suspicious):
        own = np.flatnonzero(of)
        chosen = random.permutation(own)[:MAX_ROWS]
        sums.append(len(own) * _information(taught, chosen))
    return sums[0] / max(sum(sums), 1e-30)


def _information(taught: Taught, rows: Ints) -> float:
    """Of a row, mean."""
    found = fisher_information(taught.model, [taught.rows[i] for i in rows])
    return sum(float(v.sum()) for v in found.values())
