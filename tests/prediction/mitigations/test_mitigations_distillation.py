"""distillation: on the update's rows, the old categories are to be scored as before."""

from __future__ import annotations

import numpy as np
import torch
from scipy.special import log_softmax, softmax

from auditor.prediction.mitigations.distillation import Distillation
from tests.prediction.mitigations.conftest import QUICK


def test_the_loss_is_that_of_the_update_and_the_old_columns_cross_entropy_at_temperature_two(
    branch, taught
):
    """Li & Hoiem (2016), equations 2 and 3, with numpy."""
    asked = {}
    branch.train = lambda *, loss: asked.update(loss=loss) or iter([QUICK.steps])
    list(Distillation().train(branch))
    model, rows = taught.branch(QUICK).model, np.arange(6)
    before = model.scores(model.encode([branch.tokens[i] for i in rows])).double().numpy()
    now = np.random.default_rng(0).normal(size=before.shape)
    found = asked["loss"](torch.tensor(now), rows)
    own = -log_softmax(now, axis=1)[np.arange(6), branch.codes[rows]].sum()
    target = softmax(before[:, :3] / 2, axis=1)
    wanted = own - (target * log_softmax(now[:, :3] / 2, axis=1)).sum()
    np.testing.assert_allclose(float(found), wanted, rtol=1e-5)


def test_new_columns_have_no_part_in_it(branch):
    asked = {}
    branch.train = lambda *, loss: asked.update(loss=loss) or iter([QUICK.steps])
    list(Distillation().train(branch))
    rows, scores = np.arange(4), torch.zeros(4, 4)
    raised = scores.clone()
    raised[:, 3] = 5.0
    alone = branch.loss()
    added = [float(asked["loss"](x, rows) - alone(x, rows)) for x in (scores, raised)]
    np.testing.assert_allclose(added[0], added[1], rtol=1e-5)


def test_no_old_row_is_needed(branch):
    list(Distillation().train(branch))
    assert branch.old_rows == 0
