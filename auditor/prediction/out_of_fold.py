"""What probes say of rows that they were not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from auditor.prediction.folds import FOLDS, assign_folds, keep_together
from auditor.prediction.probes import train
from auditor.records import CopyFamilies, Dataset, Embeddings, Floats, Ints, OutOfFold, Template

SEEDS = 4
STEPS = 300
BATCHES = (64, 512)  # rows a batch, a tenth of the data within these bounds


def score_out_of_fold(
    dataset: Dataset,
    embeddings: Embeddings,
    copies: CopyFamilies,
    templates: Sequence[Template],
    seed: int,
) -> OutOfFold | None:
    """Class probabilities of each row by linear probes of the other folds; None for one category.

    Twice: with copies and groups kept in one fold, and with templates kept in one fold as well.
    """
    if len(dataset.categories) < 2:
        return None
    codes = dataset.codes
    together = keep_together(dataset, copies)
    disjoint = keep_together(dataset, copies, templates)
    plain = probabilities(embeddings.vectors, codes, together, seed)
    same = np.array_equal(together, disjoint)
    return OutOfFold(
        probabilities=plain,
        template_disjoint=plain
        if same
        else probabilities(embeddings.vectors, codes, disjoint, seed),
    )


def probabilities(vectors: Floats, codes: Ints, together: Ints, seed: int) -> Floats:
    """(SEEDS, n, K) out-of-fold class probabilities of `vectors` (n, dim) by linear probes."""
    inputs, classes = torch.from_numpy(vectors), torch.from_numpy(codes)
    held = torch.from_numpy(assign_folds(together, codes)).repeat(SEEDS, 1)  # (seeds, n)
    fold = torch.arange(FOLDS).repeat(SEEDS)  # of each model
    kinds = int(codes.max()) + 1
    models = train(
        inputs,
        classes,
        held[0] != fold[:, None],
        known=torch.ones(len(fold), kinds, dtype=torch.bool),
        hidden=0,
        steps=STEPS,
        batch=int(np.clip(len(codes) // 10, *BATCHES)),
        seed=seed,
    )
    out = torch.zeros(SEEDS, len(codes), kinds)

    def keep_held_out(p: torch.Tensor, rows: slice) -> None:
        by_seed = p.view(SEEDS, FOLDS, -1, kinds)
        mine = held[0, rows][None, None, :, None].expand(SEEDS, 1, -1, kinds)
        out[:, rows] = torch.gather(by_seed, 1, mine)[:, 0]

    models.map(inputs, keep_held_out)
    return np.asarray(out.numpy(), dtype=np.float32)
