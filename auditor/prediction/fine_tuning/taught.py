"""A model that was taught the old rows, and the updates that branch from it.

All weights of the encoder and a linear head are trained on the old rows; each update then starts
from a copy, and trains what its recipe says. New categories have their columns in the head from the
start, as where a classifier is built with the classes that are planned: their scores are then low
when the update begins. (The measured updates that the shipped coefficients rest on were made so:
with columns that are added at the update, forgetting sets in much later.)

Teaching costs more than an update, so that several updates, recipes and mitigations are made from
one taught model. One seed gives the same numbers on one machine with one number of threads.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from auditor.interfaces import Mitigation, Target
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.evaluation import (
    Evaluation,
    MitigatedRun,
    OldRows,
    Run,
    UpdateRows,
)
from auditor.prediction.fine_tuning.fisher import fisher_information, rows_for_fisher
from auditor.prediction.fine_tuning.training import (
    Classifier,
    Phase,
    Tokens,
    cross_entropy,
    draw_batches,
    rows_drawn,
    tokenise,
    train_classifier,
)
from auditor.prediction.fine_tuning.weight_shift import trace
from auditor.prediction.forgetting import HALF
from auditor.records.arrays import Ints, Mask, Table
from auditor.records.forecast import OLD_BATCH, OLD_EPOCHS, Recipe, passes

# How the old categories are taught: 10 % warm-up, linear decay, as the updates that the shipped
# coefficients rest on.
BATCH, RATE, HEAD_RATE, WARM_UP = OLD_BATCH, 1e-4, 2e-3, 0.1
MITIGATION_STREAM = (
    1  # with the seed, of a mitigation's random numbers: the update's own rows stay the same
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A run at another rate, of which only how fast it takes the old categories is of interest."""

    rate: float  # times the recipe's learning rates
    # (C, K) on held-out rows. Where every category has lost half of it, the run stops: nothing more
    # is asked of it, and what was read last stands for the rest.
    accuracy: Table


def teach(
    target: Target,
    old: OldRows,
    updates: Sequence[UpdateRows],
    *,
    seeds: Sequence[int],
    steps: int | None = None,
    dropout: bool = True,
    device: str | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterator[Taught]:
    """`target` taught the old rows, once a seed; seeds hold out the splits in turn.

    Any of `updates` can be made from there, each with the head's old columns and its own.
    steps: on the old rows; by default, of each seed, those of OLD_EPOCHS passes over its rows.
    dropout: while training, as the model's configuration has it; without it runs differ less.
    device: by default the GPU, where there is one. `advance` hears how many rows were trained on.
    Memory: ten times the encoder's weights.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    texts = [*old.texts, *(text for update in updates for text in update.texts)]
    course = _Course(
        target=target,
        old=old,
        updates=tuple(updates),
        tokens=tokenise(target, texts),
        steps=steps,
        dropout=dropout,
        device=device,
        advance=advance,
    )
    for i, seed in enumerate(seeds):
        yield Taught(course, _split(old, i), seed)


def passes_of(old: OldRows, i: int) -> int:
    """Those of OLD_EPOCHS passes over the rows that are left to the seed at place `i`."""
    return passes(int((~_split(old, i)).sum()), OLD_EPOCHS)


def _split(old: OldRows, i: int) -> Mask:
    return np.asarray(old.held_out[i % len(old.held_out)])


@contextmanager
def isolated_random(seed: int, device: str) -> Iterator[None]:
    """torch's random numbers, of dropout and of new weights, from a seed; the caller's stay."""
    with torch.random.fork_rng([torch.cuda.current_device()] if device == "cuda" else []):
        torch.manual_seed(seed)
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What every seed is taught."""

    target: Target
    old: OldRows
    updates: tuple[UpdateRows, ...]
    tokens: Tokens  # of the old rows, then of each update
    steps: int | None  # None: OLD_EPOCHS passes over the rows of each seed
    dropout: bool
    device: str
    advance: Callable[[int], None]

    def columns(self, which: int) -> list[int]:
        """Of the whole head, those that an update sees: the old ones, and its own."""
        kinds, first = self.old.kinds, self.first_column(which)
        return [*range(kinds), *range(first, first + self.updates[which].new_kinds(kinds))]

    def first_column(self, which: int) -> int:
        """Of those that an update brings: how many categories there are before it."""
        kinds = self.old.kinds
        return kinds + sum(update.new_kinds(kinds) for update in self.updates[:which])

    def rows_of(self, which: int) -> list[Ints]:
        """The tokens of an update's rows."""
        first = len(self.old.texts) + sum(len(u.texts) for u in self.updates[:which])
        return self.tokens.of(np.arange(first, first + len(self.updates[which].texts)))


class Taught:
    """A model that was taught the old rows by one seed; `which` counts the updates from 0."""

    def __init__(self, course: _Course, held_out: Mask, seed: int) -> None:
        self.course, self.held_out, self.seed = course, held_out, seed
        self.random = np.random.default_rng(seed)
        rows, old = np.flatnonzero(~held_out), course.old
        self.rows, self.codes = course.tokens.of(rows), old.codes[rows]
        self.phase = Phase(
            rate=RATE,
            head_rate=HEAD_RATE,
            batch=BATCH,
            steps=course.steps or passes(len(rows), OLD_EPOCHS),
            warm_up=WARM_UP,
            decays=True,
            dropout=course.dropout,
        )
        with isolated_random(seed, course.device):
            self.model = self.fresh()
            self._teach()
        chosen = rows_for_fisher(self.codes)
        self.information = fisher_information(self.model, [self.rows[i] for i in chosen])
        self.tracing = trace(self.model, self.information)
        self._before = cache(self._read)

    @property
    def layers(self) -> tuple[str, ...]:
        return self.tracing.layers

    def fresh(self) -> Classifier:
        """The published model, with the columns of all updates."""
        course = self.course
        classes = course.old.kinds + sum(u.new_kinds(course.old.kinds) for u in course.updates)
        return Classifier(course.target, course.tokens.vocabulary, classes, course.device)

    def _teach(self) -> None:
        loss = cross_entropy(self.codes, self.course.device)
        batches = draw_batches(len(self.rows), self.phase, self.random)
        counted = self._counted(batches)
        for _ in train_classifier(self.model, self.rows, loss, self.phase, counted):
            pass

    def _counted(self, batches: Iterator[Ints]) -> Iterator[Ints]:
        for rows in batches:
            self.course.advance(len(rows))
            yield rows

    def _read(self, which: int) -> Evaluation:
        """The evaluation of an update before it begins."""
        course = self.course
        tokens = (course.tokens.of(np.arange(len(course.old.texts))), course.rows_of(which))
        evaluation = Evaluation(
            course.old, course.updates[which], self.held_out, tokens, self.tracing
        )
        evaluation.evaluate(self._with_columns(copy.deepcopy(self.model), which), last=False)
        return evaluation

    def _with_columns(self, model: Classifier, which: int) -> Classifier:
        """`model`, with the columns of one update alone."""
        own = self.course.columns(which)
        for name in ("weight", "bias"):
            whole = getattr(model.head, name).detach()
            setattr(model.head, name, nn.Parameter(whole[own].clone()))
        return model

    def _information_of(self, which: int) -> dict[str, Tensor]:
        """Of the weights that one update sees."""
        own = self.course.columns(which)
        head = {name: self.information[name][own] for name in ("head.weight", "head.bias")}
        return {**self.information, **head}

    def update(self, recipe: Recipe, *, which: int = 0) -> Run:
        """The update by a recipe, evaluated at its checkpoints."""
        evaluation = self._before(which).again()
        with isolated_random(self.seed, self.course.device):
            branch = self.branch(recipe, which)
            for step in branch.train():
                if step in recipe.checkpoints:
                    evaluation.evaluate(branch.model, last=step == recipe.steps)
        return evaluation.run(self.seed)

    def mitigated(
        self,
        recipe: Recipe,
        mitigation: Mitigation[Branch],
        *,
        which: int = 0,
        expected: Table | None = None,
    ) -> MitigatedRun:
        """The update with a mitigation, evaluated at some of the recipe's checkpoints.

        expected (K,): drops of the old categories by the quick forecast.
        """
        start = self._before(which)
        evaluations, checkpoints = [start.short()], recipe.checkpoints[-1::-2]
        steps = [0]
        with isolated_random(self.seed, self.course.device):
            branch = self.branch(recipe, which, expected)
            for step in mitigation.train(branch):
                if step in checkpoints:
                    steps.append(step)
                    evaluations.append(start.shortly(branch.model))
        return MitigatedRun(
            mitigation=mitigation,
            seed=self.seed,
            rows=start.rows,
            steps=tuple(steps),
            accuracy=np.stack([e.accuracy for e in evaluations]),
            learnt=np.array([e.learnt for e in evaluations]),
            auroc=np.array([e.auroc for e in evaluations]),
            trained=branch.trained,
            old_rows=branch.old_rows,
        )

    def pace(self, recipe: Recipe, rate: float, *, which: int = 0) -> Pace:
        """The update at `rate` times the recipe's learning rates, until half of all is lost."""
        before, at_rate = self._before(which), recipe.at_rate(rate)
        start, read = before.recorded["accuracy"][0], []
        with isolated_random(self.seed, self.course.device):
            branch = self.branch(at_rate, which)
            for step in branch.train():
                if step in recipe.checkpoints:
                    read.append(before.accuracy(branch.model))
                    if not (read[-1] > HALF * start).any():
                        break
        whole = rows_drawn(branch.arriving, recipe.batch, recipe.steps)
        self.course.advance(whole - branch.trained)
        read += read[-1:] * (len(recipe.checkpoints) - len(read))
        return Pace(rate=rate, accuracy=np.stack([start, *read]))

    def branch(self, recipe: Recipe, which: int = 0, expected: Table | None = None) -> Branch:
        update, rows = self.course.updates[which], self.course.rows_of(which)
        trained = np.flatnonzero(~update.held_out)
        of_mitigation = np.random.default_rng([self.seed, MITIGATION_STREAM])
        return Branch(
            model=self._with_columns(copy.deepcopy(self.model), which),
            recipe=recipe,
            incoming=([rows[i] for i in trained], update.codes[trained]),
            old=(self.rows, self.codes),
            kinds=self.course.old.kinds,
            expected=expected,
            draws=(self.random, of_mitigation),
            dropout=self.course.dropout,
            teaching=self.phase,
            fresh=lambda: self._with_columns(self.fresh(), which),
            information=self._information_of(which),
            advance=self.course.advance,
        )
