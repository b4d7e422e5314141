"""A branch: one update of a taught model, as a mitigation is given it to make."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from torch import Tensor

from auditor.prediction.fine_tuning.trained_weights import choose_weights
from auditor.prediction.fine_tuning.training import (
    Classifier,
    Loss,
    Phase,
    cross_entropy,
    draw_batches,
    train_classifier,
)
from auditor.records.arrays import Ints, Table
from auditor.records.forecast import Recipe


class Branch:
    """A copy of a taught model on its way through an update.

    Its rows are the update's, then the old ones that the model was taught: `batches` of `train` are
    places in `tokens` and `codes`.
    """

    def __init__(
        self,
        *,
        model: Classifier,
        recipe: Recipe,
        incoming: tuple[Sequence[Ints], Ints],
        old: tuple[Sequence[Ints], Ints],
        kinds: int,
        expected: Table | None,
        draws: tuple[np.random.Generator, np.random.Generator],
        dropout: bool,
        teaching: Phase,
        fresh: Callable[[], Classifier],
        information: Mapping[str, Tensor],
        advance: Callable[[int], None],
    ) -> None:
        """incoming, old: tokens and codes; draws: of the update's batches, and of what a mitigation
        leaves to chance; expected (K,): drops of the old categories by the quick forecast."""
        self.model, self.recipe, self.kinds, self.expected = model, recipe, kinds, expected
        self.arriving = len(incoming[0])  # rows of the update, the first ones
        self.tokens = [*incoming[0], *old[0]]
        self.codes = np.concatenate([incoming[1], old[1]])
        self.random, self.dropout, self.teaching = draws[1], dropout, teaching
        self.fresh, self.information = fresh, information
        self.trained = self.old_rows = 0  # rows that were trained on, and the old ones of them
        self._draws, self._advance = draws[0], advance

    @property
    def old_codes(self) -> Ints:
        """(n,) of the old rows that the model was taught."""
        return self.codes[self.arriving :]

    @property
    def phase(self) -> Phase:
        """Of the update alone, by the recipe."""
        return self.phase_by(self.recipe)

    def phase_by(self, recipe: Recipe) -> Phase:
        return Phase(
            rate=recipe.learning_rate,
            head_rate=recipe.head_learning_rate,
            batch=recipe.batch,
            steps=recipe.steps,
            dropout=self.dropout,
        )

    def batches(self) -> Iterator[Ints]:
        """Of the update alone; the same ones in every branch of a taught model."""
        return draw_batches(self.arriving, self.phase, copy.deepcopy(self._draws))

    def loss(self) -> Loss:
        """Of the update alone."""
        return cross_entropy(self.codes, self.model.device)

    def train(
        self,
        *,
        recipe: Recipe | None = None,
        phase: Phase | None = None,
        batches: Iterable[Ints] | None = None,
        loss: Loss | None = None,
        adjust: Callable[[], None] = lambda: None,
    ) -> Iterator[int]:
        """The update alone, but for what is given; yields the number of steps done after each.

        recipe: learning rates, and which weights are trained; for the rest see `train_classifier`.
        """
        recipe = recipe or self.recipe
        choose_weights(self.model.encoder, recipe)
        return train_classifier(
            self.model,
            self.tokens,
            loss or self.loss(),
            phase or self.phase_by(recipe),
            self._counted(self.batches() if batches is None else batches),
            adjust,
        )

    def _counted(self, batches: Iterable[Ints]) -> Iterator[Ints]:
        for rows in batches:
            self.trained += len(rows)
            self.old_rows += int((rows >= self.arriving).sum())
            self._advance(len(rows))
            yield rows
