"""ewc: weights that the old data rests on are held where they were."""

from __future__ import annotations

import numpy as np
import torch

from auditor.prediction.mitigations.elastic_weights import ElasticWeights
from tests.prediction.mitigations.conftest import QUICK


def moved(branch, taught) -> float:
    """How far the weights are from where they were, weighted by their information."""
    end = dict(branch.model.named_parameters())
    return sum(
        float((taught.information[n] * (end[n] - w) ** 2).sum().detach())
        for n, w in taught.model.named_parameters()
        if n.startswith("encoder")
    )


def test_the_stronger_the_less_the_weights_move_that_count(taught):
    found = []
    for strength in (1e-6, 1e3, 1e8):
        branch = taught.branch(QUICK)
        list(ElasticWeights(strength=strength).train(branch))
        found.append(moved(branch, taught))
    assert found[0] > found[1] > found[2]


def test_what_is_added_to_gradients_is_that_of_the_penalty(branch):
    """Half of the strength times the shares of information times the square of the way."""
    asked, start = {}, {}
    branch.train = lambda *, adjust: asked.update(adjust=adjust) or iter([QUICK.steps])
    list(ElasticWeights(strength=30.0).train(branch))
    named = {n: w for n, w in branch.model.named_parameters() if n in branch.information}
    with torch.no_grad():
        for name, weights in named.items():
            start[name] = weights.clone()
            weights.add_(torch.randn_like(weights))
            weights.grad = torch.zeros_like(weights)
    asked["adjust"]()
    whole = sum(information.sum() for information in branch.information.values())
    penalty = sum(
        30.0 / 2 * (branch.information[n] / whole * (w - start[n]) ** 2).sum()
        for n, w in named.items()
    )
    for weights, wanted in zip(
        named.values(), torch.autograd.grad(penalty, list(named.values())), strict=True
    ):
        torch.testing.assert_close(weights.grad, wanted)


def test_the_level_of_information_makes_no_difference_only_its_shares(taught):
    found = []
    for factor in (1.0, 100.0):
        branch = taught.branch(QUICK)
        branch.information = {n: factor * i for n, i in branch.information.items()}
        list(ElasticWeights(strength=1e3).train(branch))
        found.append(branch.model.head.weight.detach())
    torch.testing.assert_close(*found)


def test_it_keeps_what_the_update_takes_without_an_old_row(taught):
    alone, held = taught.update(QUICK), taught.mitigated(QUICK, ElasticWeights(strength=1e5))
    assert held.accuracy[-1].mean() > alone.accuracy[-1].mean()
    assert held.old_rows == 0


def test_the_new_columns_have_little_information(taught):
    """An eighth here, all of it in how surely they are ruled out."""
    rows = taught.information["head.weight"].sum(dim=1).numpy()
    assert 0 < rows[3] < 0.25 * np.mean(rows[:3])
