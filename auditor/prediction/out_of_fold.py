"""What probes predict for rows that they were not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from auditor.prediction.folds import (
    FOLDS,
    assign_folds,
    independent_rows,
    keep_near_together,
    seen_by,
)
from auditor.prediction.probes import train_probes
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.dataset import Dataset
from auditor.records.probes import HeldOut, OutOfFold
from auditor.records.structure import CopyFamilies, Embeddings, Template

SEEDS = 5
STEPS = 300
BATCHES = (64, 256)  # rows a batch, a tenth of the data within these bounds


def score_out_of_fold(
    dataset: Dataset,
    embeddings: Embeddings,
    copies: CopyFamilies,
    templates: Sequence[Template],
    seed: int,
) -> OutOfFold | None:
    """Class probabilities of each row by linear probes of the other folds; None for one category.

    Twice: with copies and groups kept in one fold, and with templates kept in one fold as well."""
    if len(dataset.categories) < 2:
        return None
    codes = dataset.codes
    fold_units = keep_near_together(dataset, copies)
    disjoint = keep_near_together(dataset, copies, templates)
    plain = probabilities(embeddings.vectors, codes, assign_folds(fold_units, codes), seed)
    same = np.array_equal(fold_units, disjoint)
    return OutOfFold(
        probabilities=plain,
        template_disjoint=plain
        if same
        else probabilities(embeddings.vectors, codes, assign_folds(disjoint, codes), seed),
    )


def score_held_out(
    dataset: Dataset,
    embeddings: Embeddings,
    held_out: Embeddings,
    across: CopyFamilies | None,
    seed: int,
) -> HeldOut:
    """Accuracy by category on those of `dataset.held_out` that training has not seen.

    held_out: their vectors; across: families of all rows, `dataset.examples` first; None: there is
    no other split.
    """
    number = {c: i for i, c in enumerate(dataset.categories)}
    kinds = len(number)
    if across is None:
        return HeldOut(rows=np.zeros(kinds, dtype=np.int64), accuracy=np.zeros(kinds))
    every = np.array([number.get(e.category, -1) for e in dataset.held_out], dtype=np.int64)
    seen = seen_by(dataset.examples, dataset.held_out, across)
    scored = np.flatnonzero(~seen & (every >= 0))
    predicted = _named(dataset, embeddings, held_out.vectors[scored], seed)
    codes, unseen = every[scored], tuple(dataset.held_out[i] for i in scored)
    rows = np.bincount(codes, minlength=kinds)
    fold_units = keep_near_together(
        replace(dataset, examples=unseen), across.among(len(dataset.examples) + scored)
    )
    return HeldOut(
        rows=rows,
        accuracy=np.bincount(codes[predicted == codes], minlength=kinds) / np.maximum(rows, 1),
        sets=independent_rows(fold_units, codes, kinds),
        left_out=np.bincount(every[seen & (every >= 0)], minlength=kinds),
    )


def _named(dataset: Dataset, embeddings: Embeddings, texts: Floats, seed: int) -> Ints:
    """(m,) the category that probes of all rows name for the vectors `texts` (m, dim)."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    kinds = len(dataset.categories)
    models = train_probes(
        torch.from_numpy(embeddings.vectors),
        torch.tensor(dataset.codes),
        torch.ones(SEEDS, len(dataset.examples), dtype=torch.bool),
        known=torch.ones(SEEDS, kinds, dtype=torch.bool),
        hidden=0,
        steps=STEPS,
        batch=int(np.clip(len(dataset.examples) // 10, *BATCHES)),
        seed=seed,
    )
    predicted = np.zeros(len(texts), dtype=np.int64)

    def vote(p: torch.Tensor, rows: slice) -> None:
        predicted[rows] = p.mean(dim=1).argmax(dim=1).numpy()

    models.map(torch.from_numpy(texts), vote)
    return predicted


def probabilities(
    vectors: Floats,
    codes: Ints,
    folds: Ints,
    seed: int,
    *,
    taught: Ints | None = None,
    barred: Mask | None = None,
) -> Floats:
    """(SEEDS, n, K) out-of-fold class probabilities of `vectors` (n, dim) by linear probes.

    With one seed, probes of any `folds` (n,) start alike and meet the same rows in the same order.
    taught (m,): positions of the rows that probes are trained on, those of other folds; without
    it, all of them. barred (FOLDS, n), or (SEEDS, FOLDS, n) for each seed: rows of other folds that
    the probes of a fold are not trained on either. Every row is predicted.
    """
    rows_taught = np.arange(len(codes)) if taught is None else taught
    inputs, classes = torch.from_numpy(vectors), torch.tensor(codes)
    fold_of_row, own = torch.from_numpy(folds), torch.from_numpy(rows_taught)
    fold = torch.arange(FOLDS).repeat(SEEDS)  # of each model
    kinds = int(codes.max()) + 1
    allowed = fold_of_row[own] != fold[:, None]
    if barred is not None:
        each = np.broadcast_to(barred, (SEEDS, FOLDS, len(codes)))[:, :, rows_taught]
        allowed &= ~torch.from_numpy(each.reshape(len(fold), -1))
    models = train_probes(
        inputs[own],
        classes[own],
        allowed,
        known=torch.ones(len(fold), kinds, dtype=torch.bool),
        hidden=0,
        steps=STEPS,
        batch=int(np.clip(len(rows_taught) // 10, *BATCHES)),
        seed=seed,
    )
    out = torch.zeros(SEEDS, len(codes), kinds)

    def keep_held_out(p: torch.Tensor, rows: slice) -> None:
        by_fold = p.view(-1, SEEDS, FOLDS, kinds)[torch.arange(len(p)), :, fold_of_row[rows]]
        out[:, rows] = by_fold.transpose(0, 1)

    models.map(inputs, keep_held_out)
    return np.asarray(out.numpy(), dtype=np.float32)
