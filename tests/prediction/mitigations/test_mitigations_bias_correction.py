"""bias-correction: the scores of new categories are recalibrated after the update."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from auditor.prediction.mitigations.bias_correction import BiasCorrection, fit_correction
from tests.prediction.mitigations.conftest import QUICK


def test_what_the_new_columns_were_raised_by_is_found():
    """Scores that tell well, of which the third column was given five points too many."""
    codes = np.repeat([0, 1, 2], 200)
    scores = np.random.default_rng(0).normal(size=(600, 3)) + 2.0 * np.eye(3)[codes]
    scores[:, 2] += 5.0
    factor, offset = fit_correction(scores, codes, kinds=2)
    corrected = scores.copy()
    corrected[:, 2] = factor * corrected[:, 2] + offset
    wrong = [(s.argmax(axis=1) != codes)[codes < 2].mean() for s in (scores, corrected)]
    assert wrong[0] > 0.9
    assert wrong[1] < 0.2


def test_categories_count_alike_however_many_rows_they_have():
    """A hundred new rows are no reason to answer with their category more often than ten are."""
    random = np.random.default_rng(1)
    few, many = (np.repeat([0, 1], [100, n]) for n in (10, 1000))
    offsets = []
    for codes in (few, many):
        scores = random.normal(size=(len(codes), 2)) + np.eye(2)[codes]
        offsets.append(fit_correction(scores, codes, kinds=1)[1])
    assert offsets[0] == pytest.approx(offsets[1], abs=0.7)


@pytest.mark.parametrize(("codes", "kinds"), [([0, 1], 2), ([2, 2], 2), ([0, 1], 3)])
def test_without_both_old_and_new_rows_nothing_is_changed(codes, kinds):
    assert fit_correction(np.ones((2, 3)), np.array(codes), kinds) == (1.0, 0.0)


def test_the_model_that_goes_on_training_is_not_the_corrected_one(taught):
    """It ends as the update alone does; only what is read is put right."""
    plain, corrected = taught.branch(QUICK), taught.branch(QUICK)
    list(plain.train())
    list(BiasCorrection().train(corrected))
    assert torch.equal(plain.model.head.weight, corrected.model.head.weight)


def test_it_brings_back_what_the_new_category_outvoted(taught):
    alone, corrected = taught.update(QUICK), taught.mitigated(QUICK, BiasCorrection())
    assert corrected.accuracy[-1].mean() > alone.accuracy[-1].mean()
