"""replay: some old rows among those of the update, each category as often as the others.

Experience replay as in Chaudhry et al., "On tiny episodic memories in continual learning" (2019):
to the update's own batch, which stays whole, old rows are joined, and the loss is the mean over
both. So a step costs more, and the update meets its own rows as often as without.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from auditor.records.arrays import Ints, Table
from auditor.records.measurement import Load

if TYPE_CHECKING:  # not else: `--help` lists mitigations, and must not wait for torch
    from auditor.prediction.fine_tuning.branch import Branch

# Of an aimed buffer, the share that all categories get alike: a forecast may be wrong.
ALIKE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Class-balanced: a category of ten rows is met as often as one of a thousand."""

    version: ClassVar[int] = 2
    requires: ClassVar[tuple[str, ...]] = ()

    share: float  # of all rows that are trained on, those that are old
    aimed: bool = False  # at the categories that the quick forecast expects to lose most

    @property
    def name(self) -> str:
        return f"replay-{100 * self.share:g}{'-aimed' if self.aimed else ''}"

    @property
    def about(self) -> str:
        whose = (
            "more of the categories that are forecast to lose most"
            if self.aimed
            else "of every category alike"
        )
        return f"{self.share:.0%} of the rows trained on are old ones, {whose}"

    def rows(self, load: Load) -> int:
        return round(load.update / (1 - self.share))

    def train(self, branch: Branch) -> Iterator[int]:
        return branch.train(batches=self._with_old(branch))

    def _with_old(self, branch: Branch) -> Iterator[Ints]:
        """The update's batches, each with the old rows that are due by then."""
        old = self._aimed(branch) if self.aimed else _in_turn(branch.old_codes, branch.random)
        due = 0.0
        for rows in branch.batches():
            due += len(rows) * self.share / (1 - self.share)
            again = [branch.arriving + next(old) for _ in range(int(due))]
            due -= len(again)
            yield np.concatenate([rows, np.array(again, dtype=np.int64)])

    def _aimed(self, branch: Branch) -> Iterator[int]:
        """Positions of old rows, a category as often as it is expected to lose accuracy."""
        shares = aimed_shares(branch.old_codes, branch.expected)
        turns = {int(c): _in_turn(branch.old_codes, branch.random, only=int(c)) for c in shares[0]}
        while True:
            yield next(turns[int(branch.random.choice(shares[0], p=shares[1]))])


def aimed_shares(taught: Ints, expected: Table | None) -> tuple[Ints, Table]:
    """The categories of `taught` (n,), and how often each is replayed; they sum to 1."""
    codes = np.unique(taught)
    alike = np.full(len(codes), 1 / len(codes))
    drops = np.zeros(len(codes)) if expected is None else np.maximum(expected[codes], 0.0)
    if not drops.sum():
        return codes, alike
    return codes, ALIKE * alike + (1 - ALIKE) * drops / drops.sum()


def _in_turn(taught: Ints, random: np.random.Generator, only: int | None = None) -> Iterator[int]:
    """Positions in `taught` (n,) without end: in each round one row of every category.

    A category's rows come without replacement until all of them were seen.
    """
    codes = np.unique(taught) if only is None else [only]
    left: dict[int, list[int]] = {int(code): [] for code in codes}
    while True:
        for code in random.permutation(list(left)).tolist():
            if not left[code]:
                left[code] = random.permutation(np.flatnonzero(taught == code)).tolist()
            yield left[code].pop()
