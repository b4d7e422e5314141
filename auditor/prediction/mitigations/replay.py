"""replay: some old rows in every batch of the update, each category as often as the others.

Experience replay as in Chaudhry et al., "On tiny episodic memories in continual learning" (2019):
to the update's own batch, which stays whole, one of old rows is joined, and the loss is the mean
over both. So a step costs more, and the update meets its own rows as often as without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.records.arrays import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Class-balanced: a category of ten rows is met as often as one of a thousand."""

    name: ClassVar[str] = "replay"
    about: ClassVar[str] = "a fifth of each batch are old rows, of every category alike"
    version: ClassVar[int] = 1

    share: float = 0.2  # of a batch that are old rows: four to sixteen of the update

    def batches(
        self, update: Iterable[Ints], taught: Ints, random: np.random.Generator
    ) -> Iterator[tuple[Ints, Ints]]:
        """The update's batches, each with its old rows: at least one."""
        old = _in_turn(taught, random)
        for rows in update:
            count = max(round(len(rows) * self.share / (1 - self.share)), 1)
            yield rows, np.array([next(old) for _ in range(count)], dtype=np.int64)


def _in_turn(taught: Ints, random: np.random.Generator) -> Iterator[int]:
    """Positions in `taught` (n,) without end: in each round one row of every category.

    A category's rows come without replacement until all of them were seen.
    """
    left: dict[int, list[int]] = {int(code): [] for code in np.unique(taught)}
    while True:
        for code in random.permutation(list(left)).tolist():
            if not left[code]:
                left[code] = random.permutation(np.flatnonzero(taught == code)).tolist()
            yield left[code].pop()
