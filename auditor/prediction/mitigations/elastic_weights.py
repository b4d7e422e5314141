"""ewc: weights that the old data rests on are held where they were.

Elastic weight consolidation as in Kirkpatrick et al., "Overcoming catastrophic forgetting in neural
networks" (2017): to the update's loss comes half of `strength` times the sum over weights of their
Fisher information times the square of how far they moved. Columns of new categories have little
information before the update, and move as they like. Of updates made in turn each is held where the
one before it ended, by what the first rows tell: what an update taught is not held in the next.

Information is taken as shares, which sum to 1 over all weights: its level says how sure the model
is of the rows it was taught, not what the weights are worth: no strength would serve two models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from auditor.records.measurement import Load

if TYPE_CHECKING:  # not else: `--help` lists mitigations, and must not wait for torch
    from auditor.prediction.fine_tuning.branch import Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticWeights:
    version: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ()

    strength: float  # the paper's lambda, for information that sums to 1

    @property
    def name(self) -> str:
        return f"ewc-{self.strength:.0e}".replace("+0", "")

    @property
    def about(self) -> str:
        return (
            "weights that the old data rests on are held in place (elastic weight consolidation, "
            f"strength {self.name.removeprefix('ewc-')})"
        )

    def rows(self, load: Load) -> int:
        return load.update

    def train(self, branch: Branch) -> Iterator[int]:
        held = [
            (weights, branch.information[name], weights.detach().clone())
            for name, weights in branch.model.named_parameters()
            if name in branch.information
        ]
        whole = sum(float(information.sum()) for information in branch.information.values())
        strength = self.strength / max(whole, 1e-30)

        def adjust() -> None:
            """The penalty's gradient, which is known without another pass backward."""
            for weights, information, start in held:
                if weights.grad is not None:
                    moved = weights.detach() - start
                    weights.grad.addcmul_(information, moved, value=strength)

        return branch.train(adjust=adjust)
