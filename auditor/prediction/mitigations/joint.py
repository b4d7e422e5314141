"""joint: the published model is taught the old rows and the update's together.

What all mitigations try to come near to, at the cost of training everything again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from auditor.records.measurement import Load

if TYPE_CHECKING:  # not else: `--help` lists mitigations, and must not wait for torch
    from auditor.prediction.fine_tuning.branch import Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """In as many passes over the rows of both as the old ones were taught in."""

    name: ClassVar[str] = "joint"
    about: ClassVar[str] = "a new model is trained on the old data and the update together"
    version: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    def rows(self, load: Load) -> int:
        return load.teaching * (load.old + load.new) // load.old

    def train(self, branch: Branch) -> Iterator[int]:
        from auditor.prediction.fine_tuning.training import draw_batches

        both, old = len(branch.tokens), len(branch.tokens) - branch.arriving
        phase = replace(branch.teaching, steps=math.ceil(branch.teaching.steps * both / old))
        branch.model = branch.fresh()
        batches = draw_batches(both, phase, branch.random)
        for _ in branch.train(phase=phase, batches=batches):
            pass
        yield branch.recipe.steps
