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


def test_the_penaltys_gradient_is_strength_times_information_times_the_way_moved(taught):
    """Half of the strength times the information times the square of the way, by torch itself."""
    branch, strength = taught.branch(QUICK), 3.0
    steps = ElasticWeights(strength=strength).train(branch)
    next(steps)  # one step, so that the weights have moved
    named = {n: w for n, w in branch.model.named_parameters() if n in branch.information}
    start = {n: w.detach().clone() for n, w in named.items()}
    held = dict(taught.model.named_parameters())
    own = taught.branch(QUICK)
    gradients = {}
    adjusted = branch_gradients(own, start, strength, gradients)
    penalty = sum(
        strength / 2 * (own.information[n] * (w - held[n].detach()) ** 2).sum()
        for n, w in adjusted.items()
        if n.startswith("encoder")
    )
    wanted = torch.autograd.grad(penalty, [w for n, w in adjusted.items() if "encoder" in n])
    for name, gradient in zip([n for n in adjusted if "encoder" in n], wanted, strict=True):
        torch.testing.assert_close(gradients[name], gradient)


def branch_gradients(branch, moved_to, strength, gradients):
    """What EWC adds to gradients of nothing, where the weights stand at `moved_to`."""
    named = {n: w for n, w in branch.model.named_parameters() if n in branch.information}

    def train(*, adjust):
        with torch.no_grad():
            for n, w in named.items():
                w.copy_(moved_to[n])
                w.grad = torch.zeros_like(w)
        adjust()
        gradients.update({n: w.grad.clone() for n, w in named.items()})
        return iter([QUICK.steps])

    branch.train = train
    list(ElasticWeights(strength=strength).train(branch))
    for w in named.values():
        w.grad = None
    return named


def test_it_keeps_what_the_update_takes_without_an_old_row(taught):
    alone, held = taught.update(QUICK), taught.mitigated(QUICK, ElasticWeights(strength=1e5))
    assert held.accuracy[-1].mean() > alone.accuracy[-1].mean()
    assert held.old_rows == 0


def test_the_new_columns_have_hardly_any_information(taught):
    rows = taught.information["head.weight"].sum(dim=1).numpy()
    assert rows[3] < 0.1 * np.mean(rows[:3])
