"""bias-correction: the scores of new categories are put on a level with the old ones', afterwards.

Wu et al., "Large scale incremental learning" (2019): a factor and an offset of the new columns'
scores, fitted with all categories counting alike; no other weight moves. Theirs are fitted on rows
kept aside for it; these on some that were trained on, so that rows to test on stay unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from auditor.records.arrays import Ints, Table
from auditor.records.measurement import Load

if TYPE_CHECKING:  # not else: `--help` lists mitigations, and must not wait for torch
    from auditor.prediction.fine_tuning.branch import Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasCorrection:
    name: ClassVar[str] = "bias-correction"
    about: ClassVar[str] = (
        "after the update, the scores of the new categories alone are recalibrated on some rows "
        "of all categories"
    )
    version: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ()

    rows_a_category: int = 5

    def rows(self, load: Load) -> int:
        return load.update

    def train(self, branch: Branch) -> Iterator[int]:
        from auditor.prediction.fine_tuning.evaluation import first_of_each

        shown = first_of_each(
            branch.codes, np.ones(len(branch.codes), dtype=bool), self.rows_a_category
        )
        for step in branch.train():
            if step in branch.recipe.checkpoints:
                with _corrected(branch, shown):
                    yield step


@contextmanager
def _corrected(branch: Branch, shown: Ints) -> Iterator[None]:
    """The model with its new columns put right, for as long as it is read."""
    import torch

    head = branch.model.head
    plain = {name: w.detach().clone() for name, w in head.named_parameters()}
    vectors = branch.model.encode([branch.tokens[i] for i in shown])
    scores = branch.model.scores(vectors).double().numpy()
    factor, offset = fit_correction(scores, branch.codes[shown], branch.kinds)
    with torch.no_grad():
        head.weight[branch.kinds :] *= factor
        head.bias[branch.kinds :] = factor * head.bias[branch.kinds :] + offset
    yield
    with torch.no_grad():
        for name, weights in head.named_parameters():
            weights.copy_(plain[name])


def fit_correction(scores: Table, codes: Ints, kinds: int) -> tuple[float, float]:
    """Factor and offset of the columns from `kinds` on, by the likelihood of `codes` (n,) under
    `scores` (n, classes); each category counts alike. (1, 0) where there is nothing to tell by."""
    present, counts = np.unique(codes, return_counts=True)
    if scores.shape[1] == kinds or not (present >= kinds).any() or not (present < kinds).any():
        return 1.0, 0.0
    weights = 1 / counts[np.searchsorted(present, codes)]

    def loss(by: Table) -> float:
        changed = scores.copy()
        changed[:, kinds:] = np.exp(by[0]) * changed[:, kinds:] + by[1]
        own = log_softmax(changed, axis=1)[np.arange(len(codes)), codes]
        # A standard normal prior on the factor's logarithm and a wide one on the offset: trained
        # rows can be separated without an error, and then nothing else would hold them.
        return float(-(weights * own).sum() + by[0] ** 2 / 2 + (by[1] / 10) ** 2 / 2)

    found = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(found[0])), float(found[1])
