"""Gentler fine-tuning: a lower learning rate, or fewer weights that are trained.

LoRA: Hu et al., "LoRA: low-rank adaptation of large language models" (2021). Its matrices start at
nothing and are few, so that its learning rate is commonly ten times the usual one (Biderman et al.,
"LoRA learns less and forgets less", 2024).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from auditor.records.measurement import Load

if TYPE_CHECKING:  # not else: `--help` lists mitigations, and must not wait for torch
    from auditor.prediction.fine_tuning.branch import Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerRate:
    version: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    factor: float  # of the recipe's learning rates

    @property
    def name(self) -> str:
        return f"rate-{self.factor:g}"

    @property
    def about(self) -> str:
        return f"the learning rates are {self.factor:g} times the recipe's"

    def rows(self, load: Load) -> int:
        return load.update

    def train(self, branch: Branch) -> Iterator[int]:
        return branch.train(recipe=branch.recipe.at_rate(self.factor))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLayers:
    """At least the layers that the recipe freezes itself."""

    name: ClassVar[str] = "frozen"
    version: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    share: float = 0.5  # of the encoder's layers, the lowest ones

    @property
    def about(self) -> str:
        return f"the lowest {self.share:.0%} of the model's layers stay as they are"

    def rows(self, load: Load) -> int:
        return load.update

    def train(self, branch: Branch) -> Iterator[int]:
        from auditor.prediction.fine_tuning.trained_weights import layers_of

        lowest = round(self.share * len(layers_of(branch.model.encoder)))
        lowest = max(lowest, branch.recipe.frozen_layers)
        return branch.train(recipe=replace(branch.recipe, frozen_layers=lowest))


@dataclass(frozen=True, slots=True, kw_only=True)
class LowRank:
    name: ClassVar[str] = "lora"
    version: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("peft",)

    rank: int = 8
    factor: float = 10.0  # of the recipe's learning rate of the encoder

    @property
    def about(self) -> str:
        return (
            f"low-rank matrices (LoRA of rank {self.rank}) are trained in the weights' place, at "
            f"{self.factor:g} times the learning rate"
        )

    def rows(self, load: Load) -> int:
        return load.update

    def train(self, branch: Branch) -> Iterator[int]:
        own = branch.recipe
        rate = self.factor * own.learning_rate
        return branch.train(recipe=replace(own, lora_rank=self.rank, learning_rate=rate))
