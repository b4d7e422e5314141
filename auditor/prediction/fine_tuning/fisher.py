"""Fisher information: how much what a model knows of the old rows depends on each of its weights.

The diagonal, exactly: the mean over rows of the expectation, over the labels that the model itself
gives, of the squared gradient of the log probability. Each row has gradients of its own: the square
of a batch's mean gradient is something else, in which gradients that cancel count as none, and the
label of the data in place of the model's own is another (Kunstner et al., "Limitations of the
empirical Fisher approximation", 2019; van de Ven, "On the computation of the Fisher information in
continual learning", 2025).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from auditor.prediction.fine_tuning.evaluation import first_of_each
from auditor.prediction.fine_tuning.training import Classifier
from auditor.records.arrays import Ints

ROWS_OF_A_CATEGORY, MAX_ROWS = 5, 120  # each takes a backward pass for every label in question
UNLIKELY = 0.01  # labels of less probability are left out


def rows_for_fisher(codes: Ints) -> Ints:
    """As many rows of each category, of `codes` (n,)."""
    categories = len(np.unique(codes))
    each = max(min(ROWS_OF_A_CATEGORY, MAX_ROWS // categories), 1)
    return first_of_each(codes, np.ones(len(codes), dtype=bool), each)


def fisher_information(model: Classifier, texts: Sequence[Ints]) -> dict[str, Tensor]:
    """Of each weight by name, head included: its information on the labels of `texts`."""
    named = [(name, w) for name, w in model.named_parameters() if w.requires_grad]
    found = {name: torch.zeros_like(w) for name, w in named}
    weights = [w for _, w in named]
    was_training = model.training
    model.eval()
    for text in texts:
        logs = model.logits([text]).log_softmax(dim=1)[0]
        chance = logs.detach().exp()
        likely = torch.nonzero(chance >= UNLIKELY).flatten().tolist()
        for label in likely:
            gradients = torch.autograd.grad(
                logs[label], weights, retain_graph=label != likely[-1], allow_unused=True
            )
            for (name, _), gradient in zip(named, gradients, strict=True):
                if gradient is not None:
                    share = float(chance[label]) / len(texts)
                    found[name].addcmul_(gradient, gradient, value=share)
    model.train(was_training)
    return found
