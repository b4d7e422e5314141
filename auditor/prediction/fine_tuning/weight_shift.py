"""Weight shift: how far a fine-tune moves each layer, and the weights the old data rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from auditor.prediction.fine_tuning.trained_weights import layer_of, weights_of
from auditor.prediction.fine_tuning.training import Classifier


@dataclass(frozen=True, slots=True)
class Trace:
    """The weights as they were, and how much the old examples depend on each of them: their Fisher
    information (`fisher.py`)."""

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


def trace(model: Classifier, information: Mapping[str, Tensor]) -> Trace:
    """Starts tracing the encoder of `model` from where it is; information: of its weights."""
    start = {n: w.detach().clone() for n, w in model.encoder.named_parameters() if w.requires_grad}
    layers = tuple(dict.fromkeys(layer_of(name) for name in start))
    return Trace(layers, start, {name: information[f"encoder.{name}"] for name in start})
