"""Fisher information: how much what a model knows of the old rows depends on each of its weights.

The diagonal: the mean over rows of the expectation, over the labels that the model itself gives, of
the squared gradient of the log probability. Each row has gradients of its own: the square of a
batch's mean gradient is something else, in which gradients that cancel count as none, and the label
of the data in place of the model's own is another (Kunstner et al., "Limitations of the empirical
Fisher approximation", 2019; van de Ven, "On the computation of the Fisher information in continual
learning", 2025).

No label may be left out for being unlikely: of a row that the model is sure of, nearly all the
information lies in the labels that it rules out, and it is sure of most rows that it was taught.
Nor need each have a backward pass. With probabilities p of the K labels and J the Jacobian of the
scores, a row's information is the diagonal of J' (diag(p) - p p') J. That matrix is L L' for
L = diag(sqrt(p)) - p sqrt(p)', a column l for each label: the sum of the squares of each J' l.
Few columns have nearly all of it and are taken one by one; the others are added up by signs drawn
at random, so that one pass has their sum of squares as its expectation (curvature propagation;
Martens, Sutskever and Swersky, "Estimating the Hessian by back-propagating curvature", 2012).
Labels drawn from p would be as unbiased, and miss what is rare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from auditor.prediction.fine_tuning.evaluation import first_of_each
from auditor.prediction.fine_tuning.training import Classifier
from auditor.records.arrays import Ints

ROWS_OF_A_CATEGORY, MAX_ROWS = 5, 120  # each takes PASSES backward
PASSES = 4  # of a row: of the labels that have most, and of all others together


def rows_for_fisher(codes: Ints) -> Ints:
    """As many rows of each category, of `codes` (n,)."""
    categories = len(np.unique(codes))
    each = max(min(ROWS_OF_A_CATEGORY, MAX_ROWS // categories), 1)
    return first_of_each(codes, np.ones(len(codes), dtype=bool), each)


def fisher_information(model: Classifier, texts: Sequence[Ints]) -> dict[str, Tensor]:
    """Of each weight by name, head included: its information on the labels of `texts`.

    Exact for at most PASSES labels; with more, unbiased. The same at every call.
    """
    named = [(name, w) for name, w in model.named_parameters() if w.requires_grad]
    found = {name: torch.zeros_like(w) for name, w in named}
    weights = [w for _, w in named]
    random = torch.Generator().manual_seed(0)
    was_training = model.training
    model.eval()
    for text in texts:
        scores = model.logits([text])[0]
        directions = _directions(scores.detach().softmax(dim=0), random)
        for i, direction in enumerate(directions):
            gradients = torch.autograd.grad(
                *(scores, weights, direction),
                retain_graph=i + 1 < len(directions),
                allow_unused=True,
            )
            for (name, _), gradient in zip(named, gradients, strict=True):
                if gradient is not None:
                    found[name].addcmul_(gradient, gradient, value=1 / len(texts))
    model.train(was_training)
    return found


def _directions(chances: Tensor, random: torch.Generator) -> Tensor:
    """(P, K) of the scores, for `chances` (K,): outer products sum to diag(p) - p p', in
    expectation: L's longest columns, and the sum of the others by random signs."""
    root = chances.sqrt()
    columns = torch.diag(root) - torch.outer(root, chances)  # a row of this is one of L
    columns = columns[columns.norm(dim=1).argsort(descending=True, stable=True)]
    longest, rest = columns[: PASSES - 1], columns[PASSES - 1 :]
    signs = torch.randint(0, 2, (len(rest),), generator=random).to(chances) * 2 - 1
    return torch.cat([longest, (signs @ rest)[None]])
