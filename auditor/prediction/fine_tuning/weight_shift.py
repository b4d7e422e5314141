"""Weight shift: how far a fine-tune moves each layer, and the weights the old data rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from auditor.prediction.fine_tuning.trained_weights import layer_of, weights_of
from auditor.prediction.fine_tuning.training import Classifier
from auditor.records.arrays import Ints

EXAMPLES = 32  # whose gradients are squared, one backward pass each


@dataclass(frozen=True, slots=True)
class Trace:
    """The weights as they were, and how much the old examples depend on each of them.

    The importance of a weight is its Fisher information on the diagonal: the mean over examples of
    the squared gradient of each one's own loss. The square of a batch's mean gradient is something
    else: gradients that cancel within a batch would count as none.
    """

    layers: tuple[str, ...]
    start: dict[str, Tensor]
    importance: dict[str, Tensor]

    def moved(self, model: Classifier) -> np.ndarray:
        """(2, layers) length of the change / length of the start: plain, and by importance."""
        sums = {layer: torch.zeros(2, 2, dtype=torch.float64) for layer in self.layers}
        with torch.no_grad():
            for name, weights in weights_of(model.encoder):
                if name not in self.start:
                    continue
                start, importance = self.start[name], self.importance[name]
                for j, part in enumerate(((weights - start) ** 2, start**2)):
                    sums[layer_of(name)][0, j] += part.sum().cpu()
                    sums[layer_of(name)][1, j] += (part * importance).sum().cpu()
        table = torch.stack([sums[layer] for layer in self.layers], dim=1)  # (2, layers, 2)
        return np.asarray((table[..., 0] / table[..., 1].clamp(min=1e-30)).sqrt().numpy())


def trace(
    model: Classifier, texts: Sequence[Ints], classes: Ints, random: np.random.Generator
) -> Trace:
    """Starts tracing the encoder of `model` from where it is; `texts`, `classes` (n,): old rows."""
    named = [(n, w) for n, w in model.encoder.named_parameters() if w.requires_grad]
    squares = {name: torch.zeros_like(w) for name, w in named}
    chosen = random.permutation(len(texts))[:EXAMPLES]
    was_training = model.training
    model.eval()
    for row in chosen:
        model.zero_grad()
        torch.autograd.backward(model.loss([texts[row]], torch.tensor([int(classes[row])])))
        for name, weights in named:
            if weights.grad is not None:
                squares[name].addcmul_(weights.grad, weights.grad, value=1 / len(chosen))
    model.zero_grad()
    model.train(was_training)
    start = {name: w.detach().clone() for name, w in named}
    layers = tuple(dict.fromkeys(layer_of(name) for name in start))
    return Trace(layers, start, squares)
