"""Updates that are made one after the other, each from where the one before it ended."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import numpy as np

from auditor.interfaces import Mitigation
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.taught import MITIGATION_STREAM, Taught, isolated_random
from auditor.prediction.fine_tuning.training import Classifier
from auditor.records.arrays import Ints, Mask, Table
from auditor.records.forecast import Recipe


def make(
    taught: Taught,
    recipe: Recipe,
    mitigation: Mitigation[Branch] | None = None,
    *,
    start: Classifier | None = None,
    rows: tuple[Sequence[Ints], Ints] | None = None,
    which: int = 0,
    buffer: Ints | None = None,
) -> Classifier:
    """The model after one update, from `start`, by default the taught model, which stays as it is.

    Its head has the columns of all updates. rows: tokens and classes of the update, by default of
    that at place `which`; buffer: places among the taught rows that alone can be replayed.
    """
    old = (taught.rows, taught.codes)
    if buffer is not None:
        old = ([taught.rows[i] for i in buffer], taught.codes[buffer])
    with isolated_random(taught.seed, taught.course.device):
        branch = Branch(
            model=copy.deepcopy(start or taught.model),
            recipe=recipe,
            incoming=rows or _incoming(taught, which),
            old=old,
            kinds=taught.course.first_column(which),
            expected=None,
            draws=(taught.random, np.random.default_rng([taught.seed, MITIGATION_STREAM])),
            dropout=taught.course.dropout,
            teaching=taught.phase,
            fresh=taught.fresh,
            information=taught.information,
            advance=taught.course.advance,
        )
        for _ in mitigation.train(branch) if mitigation else branch.train():
            pass
    return branch.model


def in_turn(
    taught: Taught,
    recipe: Recipe,
    mitigation: Mitigation[Branch] | None = None,
    buffer: Ints | None = None,
) -> Iterator[Classifier]:
    """The model after each of the updates."""
    model = None
    for which in range(len(taught.course.updates)):
        model = make(taught, recipe, mitigation, start=model, which=which, buffer=buffer)
        yield model


def _incoming(taught: Taught, which: int) -> tuple[Sequence[Ints], Ints]:
    update, columns = taught.course.updates[which], np.array(taught.course.columns(which))
    return taught.course.rows_of(which), columns[update.codes]


def predict(model: Classifier, tokens: Sequence[Ints], kinds: int | None = None) -> Ints:
    """(n,) the likeliest column of each text; of the first `kinds` alone, where given."""
    scores = model.scores(model.encode(tokens))[:, :kinds]
    return np.asarray(scores.argmax(dim=1).numpy(), dtype=np.int64)


def chance(model: Classifier, tokens: Sequence[Ints], codes: Ints) -> float:
    """The mean probability of the columns `codes` (n,)."""
    chances = model.scores(model.encode(tokens)).softmax(dim=1)
    return float(chances.numpy()[np.arange(len(codes)), codes].mean())


def share(values: Table | Mask) -> float:
    """The mean; NaN of nothing."""
    return float(np.mean(values)) if len(values) else float("nan")
