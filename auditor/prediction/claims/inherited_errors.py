"""distillation: the old model's errors are passed on.

Rows that were held out, templates and copies apart from those taught, and that the model before the
update calls wrong among the old categories. Passed on are those that the model after the update
calls by the same wrong name, the new categories left aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.interfaces import Mitigation
from auditor.prediction.claims.material import Material
from auditor.prediction.claims.successive import make, predict, share
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.taught import Taught
from auditor.prediction.mitigations.distillation import Distillation
from auditor.prediction.mitigations.joint import Joint
from auditor.prediction.mitigations.replay import Replay
from auditor.records.forecast import Recipe

MIN_ROWS = 5  # that the old model calls wrong, to tell anything
WAYS: tuple[tuple[str, Mitigation[Branch] | None], ...] = (
    ("the update alone", None),
    ("replay", Replay(share=0.2)),
    ("training anew on both", Joint()),
    ("distillation", Distillation()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsAreInherited:
    name: ClassVar[str] = "distillation"
    claim: ClassVar[str] = "Distillation passes the old model's errors on."

    def measure(self, taught: Taught, material: Material) -> dict[str, float]:
        """Of one seed; the last one decides, and is above 0 where the claim holds."""
        kinds, tested = material.old.kinds, np.flatnonzero(taught.held_out)
        tokens, codes = taught.course.tokens.of(tested), material.old.codes[tested]
        before = predict(taught.model, tokens, kinds)
        wrong = before != codes
        if wrong.sum() < MIN_ROWS:
            return {}
        found = {"held-out rows that the old model calls wrong": share(wrong)}
        passed = {}
        for name, mitigation in WAYS:
            after = predict(make(taught, Recipe(), mitigation), tokens, kinds)
            passed[name] = share((after == before)[wrong])
            found[f"errors passed on by {name}"] = passed[name]
            found[f"errors put right by {name}"] = share((after == codes)[wrong])
        found["passed on by distillation less by the update alone"] = (
            passed["distillation"] - passed["the update alone"]
        )
        return found
