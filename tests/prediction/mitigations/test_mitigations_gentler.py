"""Gentler fine-tuning: a lower learning rate, or fewer weights that are trained."""

from __future__ import annotations

import pytest
import torch

from auditor.prediction.mitigations.gentler import FrozenLayers, LowerRate, LowRank
from tests.prediction.mitigations.conftest import QUICK


def way(branch, taught, part: str) -> float:
    end = dict(branch.model.named_parameters())
    return sum(
        float((end[n] - w).detach().norm())
        for n, w in taught.model.named_parameters()
        if part in n and n in end
    )


def test_a_lower_rate_moves_the_weights_less(taught):
    ways = []
    for factor in (1.0, 0.3, 0.1):
        branch = taught.branch(QUICK)
        list(LowerRate(factor=factor).train(branch))
        ways.append(way(branch, taught, "encoder"))
    assert ways[0] > ways[1] > ways[2] > 0


def test_at_the_recipes_own_rate_nothing_changes(taught):
    same = taught.mitigated(QUICK, LowerRate(factor=1.0))
    assert same.accuracy[-1].tolist() == taught.update(QUICK).accuracy[-1].tolist()


def test_frozen_layers_and_the_embeddings_stay_as_they_were(taught):
    branch = taught.branch(QUICK)
    list(FrozenLayers(share=1.0).train(branch))
    assert way(branch, taught, "encoder") == 0
    assert not torch.equal(branch.model.head.weight[0], taught.model.head.weight[0])


def test_low_rank_matrices_are_trained_in_the_weights_place(taught):
    pytest.importorskip("peft")
    branch = taught.branch(QUICK)
    list(LowRank(rank=2).train(branch))
    trained = [n for n, w in branch.model.encoder.named_parameters() if w.requires_grad]
    assert trained
    assert all(".lora_" in name for name in trained)
