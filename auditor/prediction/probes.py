"""Probes on cached embeddings: many small models trained as one batched tensor program.

All models meet the same rows at each step, so their first layer is one matrix product, (rows, dim)
by (dim, models x out), and the rows are fetched once. What differs between models is which of
these rows count for them, which classes they know, and where they start. No loop runs over models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

ROWS_A_PREDICTION = 2048
LINEAR_RATE, HIDDEN_RATE = 3e-2, 3e-3  # AdamW; unit vectors want a high rate without hidden units
DECAY = 1e-4
SCALE = 4.0  # unit vectors are scaled by it, so that few steps reach confident logits


@dataclass(frozen=True, slots=True)
class StackedLinear:
    """Weights (in, models, out) of a first layer, (models, in, out) of a later one; biases."""

    weights: Tensor
    biases: Tensor  # (models, out)


@dataclass(frozen=True, slots=True)
class Probes:
    """Trained probes; `known` (models, classes) says which classes each of them has."""

    layers: tuple[StackedLinear, ...]
    known: Tensor

    def map(self, vectors: Tensor, reduce: Callable[[Tensor, slice], None]) -> None:
        """Calls `reduce` with class probabilities (rows, models, classes) of each block of rows."""
        with torch.inference_mode():
            for start in range(0, len(vectors), ROWS_A_PREDICTION):
                rows = slice(start, min(start + ROWS_A_PREDICTION, len(vectors)))
                logits = _logits(self.layers, self.known, vectors[rows])
                reduce(torch.softmax(logits, dim=2), rows)


def train_probes(
    vectors: Tensor,
    classes: Tensor,
    allowed: Tensor,
    *,
    known: Tensor,
    hidden: int,
    steps: int,
    batch: int,
    seed: int,
) -> Probes:
    """Trains `models` classifiers at once, with softmax cross-entropy.

    vectors (n, dim) unit rows; classes (n,) in [0, K); allowed (models, n) bool, the rows that
    count for each model; known (models, K) bool, its classes; hidden units of one ReLU layer,
    0 = linear. Each step draws `batch` rows for all of them. Returns the probes after `steps`
    steps of AdamW with a linear decay.
    """
    random = torch.Generator().manual_seed(seed)
    layers = _start(len(allowed), vectors.shape[1], hidden, known.shape[1], random)
    parameters = [w for layer in layers for w in (layer.weights, layer.biases)]
    rate = HIDDEN_RATE if hidden else LINEAR_RATE
    optimiser = torch.optim.AdamW(parameters, rate, weight_decay=DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, steps)
    for _ in range(steps):
        rows = torch.randint(len(vectors), (batch,), generator=random)
        counts = allowed[:, rows].T.float()  # (batch, models)
        logits = _logits(layers, known, vectors[rows])
        target = classes[rows][:, None].expand(-1, len(allowed))
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), reduction="none"
        ).view_as(counts)
        optimiser.zero_grad()
        torch.autograd.backward((loss * counts / counts.sum(dim=0).clamp(min=1.0)).sum())
        optimiser.step()
        schedule.step()
    return Probes(
        tuple(StackedLinear(x.weights.detach(), x.biases.detach()) for x in layers), known
    )


def _start(
    models: int, dim: int, hidden: int, classes: int, random: torch.Generator
) -> tuple[StackedLinear, ...]:
    """Each model starts elsewhere: normal weights of variance 1 / inputs, no bias."""

    def layer(shape: tuple[int, ...], inputs: int, outputs: int) -> StackedLinear:
        weights = torch.randn(shape, generator=random) / inputs**0.5
        biases = torch.zeros(models, outputs)
        return StackedLinear(weights.requires_grad_(), biases.requires_grad_())

    if not hidden:
        return (layer((dim, models, classes), dim, classes),)
    return (
        layer((dim, models, hidden), dim, hidden),
        layer((models, hidden, classes), hidden, classes),
    )


def _logits(layers: tuple[StackedLinear, ...], known: Tensor, inputs: Tensor) -> Tensor:
    """(rows, models, classes); classes that a model does not know get no mass."""
    first = layers[0]
    models, out = first.biases.shape
    x = (inputs * SCALE @ first.weights.flatten(1)).view(-1, models, out) + first.biases
    for layer in layers[1:]:
        x = torch.einsum("rmi,mio->rmo", torch.relu(x), layer.weights) + layer.biases
    return x.masked_fill(~known, -1e9)
