"""Probes on cached embeddings: many small models trained as one batched tensor program.

Every model is a slice of stacked weights, (models, in, out), and a step of all of them is one
`bmm`; no loop runs over models. What differs between them is which rows they may see, which
classes they know and their seed.
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
class Probes:
    """Trained probes: `layers` of stacked weights (models, in, out) and biases (models, 1, out)."""

    layers: tuple[tuple[Tensor, Tensor], ...]
    known: Tensor  # (models, classes) bool

    def map(self, vectors: Tensor, reduce: Callable[[Tensor, slice], None]) -> None:
        """Calls `reduce` with class probabilities (models, rows, classes) of each block of rows."""
        with torch.inference_mode():
            for start in range(0, len(vectors), ROWS_A_PREDICTION):
                rows = slice(start, min(start + ROWS_A_PREDICTION, len(vectors)))
                block = vectors[rows].expand(len(self.known), -1, -1)
                reduce(torch.softmax(_logits(self.layers, self.known, block), dim=2), rows)


def train(
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
    each model may draw its batches from; known (models, K) bool, its classes; hidden units of one
    ReLU layer, 0 = linear. Returns the probes after `steps` steps of AdamW with a linear decay.
    """
    random = torch.Generator().manual_seed(seed)
    models, dim = len(allowed), vectors.shape[1]
    sizes = [dim, hidden, known.shape[1]] if hidden else [dim, known.shape[1]]
    layers = tuple(
        (_start(models, a, b, random), torch.zeros(models, 1, b, requires_grad=True))
        for a, b in zip(sizes, sizes[1:], strict=False)
    )
    rate = HIDDEN_RATE if hidden else LINEAR_RATE
    optimiser = torch.optim.AdamW([w for layer in layers for w in layer], rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, steps)
    rows, counts = _allowed_rows(allowed)
    for _ in range(steps):
        draw = (torch.rand(models, batch, generator=random) * counts[:, None]).long()
        index = torch.gather(rows, 1, draw)
        logits = _logits(layers, known, vectors[index])
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), classes[index].flatten(), reduction="sum"
        )
        optimiser.zero_grad()
        (loss / batch).backward()
        optimiser.step()
        schedule.step()
    return Probes(tuple((w.detach(), b.detach()) for w, b in layers), known)


def _start(models: int, inputs: int, outputs: int, random: torch.Generator) -> Tensor:
    weights = torch.randn(models, inputs, outputs, generator=random) / inputs**0.5
    return weights.requires_grad_()


def _allowed_rows(allowed: Tensor) -> tuple[Tensor, Tensor]:
    """(models, most) row numbers, padded, and how many of them each model has."""
    counts = allowed.sum(dim=1)
    order = torch.argsort((~allowed).to(torch.int8), dim=1, stable=True)
    return order[:, : int(counts.max())], counts


def _logits(layers: tuple[tuple[Tensor, Tensor], ...], known: Tensor, inputs: Tensor) -> Tensor:
    out = inputs * SCALE
    for i, (weights, bias) in enumerate(layers):
        out = torch.baddbmm(bias, torch.relu(out) if i else out, weights)
    return out.masked_fill(~known[:, None, :], -1e9)
