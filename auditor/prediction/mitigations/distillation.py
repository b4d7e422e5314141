"""distillation: on the update's rows, the old categories are to be scored as before.

Learning without forgetting, Li & Hoiem (2016): to the update's loss comes the cross entropy of the
old columns' softmax at temperature 2 with that of the model before the update, with weight 1. The
new columns have no part in it, and no old row is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from auditor.records.arrays import Ints
from auditor.records.measurement import Load

if TYPE_CHECKING:  # not else: `--help` lists mitigations, and must not wait for torch
    from torch import Tensor

    from auditor.prediction.fine_tuning.branch import Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Distillation:
    name: ClassVar[str] = "distillation"
    about: ClassVar[str] = (
        "on the update's rows the old categories are to be scored as before (learning without "
        "forgetting)"
    )
    version: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    temperature: float = 2.0
    weight: float = 1.0

    def rows(self, load: Load) -> int:
        return load.update + load.new // 3  # a pass forward is a third of the work

    def train(self, branch: Branch) -> Iterator[int]:
        model, own, old = branch.model, branch.loss(), branch.kinds
        scores = model.scores(model.encode(branch.tokens[: branch.arriving])).to(model.device)
        before = (scores[:, :old] / self.temperature).softmax(dim=1)

        def loss(logits: Tensor, rows: Ints) -> Tensor:
            now = (logits[:, :old] / self.temperature).log_softmax(dim=1)
            return own(logits, rows) - self.weight * (before[rows] * now).sum()

        return branch.train(loss=loss)
