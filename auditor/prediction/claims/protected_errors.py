"""EWC: rows with a wrong label are protected as the others are, and hard to correct later.

Labels that are likely wrong are taught as they are. Information is that of a row alone, beside
other rows of the same categories. After the update these rows come again with their likely labels:
corrected are those that are then called so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.prediction.claims.material import Material
from auditor.prediction.claims.successive import make, predict, share
from auditor.prediction.fine_tuning.fisher import fisher_information
from auditor.prediction.fine_tuning.taught import Taught
from auditor.prediction.mitigations.elastic_weights import ElasticWeights
from auditor.records.arrays import Ints
from auditor.records.forecast import Recipe

MIN_ROWS = 5  # with a suspicious label, to tell anything
MAX_ROWS = 40
STEPS = 6  # in which they are corrected: enough for some of them, so that a difference is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsAreProtected:
    name: ClassVar[str] = "ewc"
    claim: ClassVar[str] = (
        "Elastic weight consolidation protects wrong labels, so that correcting them works less."
    )

    strength: float = 1e8

    def measure(self, taught: Taught, material: Material) -> dict[str, float]:
        """Of one seed; the last one decides, and is above 0 where the claim holds."""
        right = material.right[~taught.held_out]
        wrong = np.flatnonzero(right >= 0)[:MAX_ROWS]
        if len(wrong) < MIN_ROWS:
            return {}
        others = _others(taught.codes, wrong, np.random.default_rng([taught.seed, 3]))
        rows = ([taught.rows[i] for i in wrong], right[wrong])
        tested = np.flatnonzero(taught.held_out & (material.right < 0))
        tokens, codes = taught.course.tokens.of(tested), material.old.codes[tested]
        said = predict(taught.model, rows[0])
        found = {
            "suspicious rows that the model calls by their wrong label": share(
                said == taught.codes[wrong]
            ),
            "information of a suspicious row / of another one": _information(taught, wrong)
            / max(_information(taught, others), 1e-30),
        }
        corrected = {}
        ewc = ElasticWeights(strength=self.strength)
        for name, mitigation in (("without EWC", None), ("with EWC", ewc)):
            updated = make(taught, Recipe(), mitigation)
            model = make(taught, Recipe(steps=STEPS), mitigation, start=updated, rows=rows)
            corrected[name] = share(predict(model, rows[0]) == rows[1])
            found[f"corrected {name}"] = corrected[name]
            found[f"other held-out rows right after that {name}"] = share(
                predict(model, tokens) == codes
            )
        found["corrected without EWC less with it"] = (
            corrected["without EWC"] - corrected["with EWC"]
        )
        return found


def _others(codes: Ints, wrong: Ints, random: np.random.Generator) -> Ints:
    """As many other rows of the same categories."""
    rest = np.setdiff1d(np.flatnonzero(np.isin(codes, codes[wrong])), wrong)
    return random.permutation(rest)[: len(wrong)]


def _information(taught: Taught, rows: Ints) -> float:
    """Of a row, mean."""
    if not len(rows):
        return float("nan")
    found = fisher_information(taught.model, [taught.rows[i] for i in rows])
    return sum(float(v.sum()) for v in found.values())
