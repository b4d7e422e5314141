"""A real fine-tune: what an update does to the old categories, read along the way.

All weights of the encoder and a linear head are trained on the old rows, then on the update's
alone, without mitigation; the accuracy of every old category is read on rows that were held out,
before the update and at the recipe's checkpoints. New categories have their columns in the head
from the start, as where a classifier is built with the classes that are planned: their scores are
then low when the update begins. (The measured updates that the shipped coefficients rest on were
made so: with columns that are added at the update, forgetting sets in much later.)

One seed gives the same numbers on one machine with one number of threads.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from auditor.interfaces import Progress, Target
from auditor.prediction.fine_tuning.evaluation import Evaluation, Material, Run
from auditor.prediction.fine_tuning.training import Classifier, Phase, Tokens, tokenise, train
from auditor.prediction.fine_tuning.weight_shift import trace
from auditor.records.forecast import Recipe

# How the old categories are taught: 3 epochs, 10 % warm-up, linear decay, as the updates that the
# shipped coefficients rest on.
EPOCHS, BATCH, RATE, HEAD_RATE, WARM_UP = 3, 32, 1e-4, 2e-3, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTune:
    """What was measured of one update: a run a seed and a rate."""

    steps: tuple[int, ...]  # 0 and the recipe's checkpoints
    layers: tuple[str, ...]
    runs: tuple[Run, ...]

    def at(self, rate: float) -> tuple[Run, ...]:
        """The runs at `rate` times the recipe's learning rates, by seed."""
        return tuple(run for run in self.runs if run.rate == rate)


def fine_tune(
    target: Target,
    material: Material,
    *,
    seeds: Sequence[int],
    recipe: Recipe | None = None,
    rates: Sequence[float] = (1.0,),
    device: str | None = None,
    progress: Progress = lambda *_: None,
) -> FineTune:
    """Fine-tunes `target` once a seed and reads it; seeds hold out the splits in turn.

    What the old rows taught is taught once a seed: the update is made from there at each of
    `rates`, factors of the recipe's learning rates, with the same rows in the same order.
    device: by default the GPU, where there is one. Memory: six times the encoder's weights.
    """
    recipe = recipe or Recipe()
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    tokens = tokenise(target, [*material.texts, *material.update_texts])
    done, runs = 0, []
    layers: tuple[str, ...] = ()
    total = sum(
        _teaching_steps(len(material.texts) - int(_split(material, i).sum()))
        + recipe.checkpoints[-1] * len(rates)
        for i in range(len(seeds))
    )

    def advance() -> None:
        nonlocal done
        done += 1
        progress("fine-tune", done, total)

    progress("fine-tune", 0, total)
    for i, seed in enumerate(seeds):
        with _same_draws(device):
            torch.manual_seed(seed)
            made, layers = _runs(
                target, material, tokens, _split(material, i), seed, recipe, rates, device, advance
            )
        runs.extend(made)
    return FineTune(steps=(0, *recipe.checkpoints), layers=layers, runs=tuple(runs))


def _same_draws(device: str) -> AbstractContextManager[None]:
    """Leaves torch's random numbers, which dropout and the head's start draw, as it found them."""
    return torch.random.fork_rng([torch.cuda.current_device()] if device == "cuda" else [])


def _split(material: Material, i: int) -> NDArray[np.bool_]:
    return np.asarray(material.held_out[i % len(material.held_out)])


def _teaching_steps(rows: int) -> int:
    """Steps on the old rows."""
    return EPOCHS * math.ceil(rows / BATCH)


def _runs(
    target: Target,
    material: Material,
    tokens: Tokens,
    held_out: NDArray[np.bool_],
    seed: int,
    recipe: Recipe,
    rates: Sequence[float],
    device: str,
    advance: Callable[[], None],
) -> tuple[list[Run], tuple[str, ...]]:
    """One seed's runs, a rate each."""
    random, n = np.random.default_rng(seed), len(material.codes)
    classes = max(material.kinds, int(material.arriving[-1]) + 1)
    model = Classifier(target, tokens.vocabulary, classes, device)
    taught, incoming = np.flatnonzero(~held_out), np.flatnonzero(~material.update_held_out)
    steps = _teaching_steps(len(taught))
    first = Phase(
        rate=RATE, head_rate=HEAD_RATE, batch=BATCH, steps=steps, warm_up=WARM_UP, decays=True
    )
    for _ in train(model, tokens.of(taught), material.codes[taught], first, random):
        advance()
    tracing = trace(model, tokens.of(taught), material.codes[taught], random)
    before = Evaluation(model, material, tokens, held_out, tracing)
    before.read(last=False)
    start = {name: weights.clone() for name, weights in model.state_dict().items()}
    rows, arriving = tokens.of(n + incoming), material.update_codes[incoming]
    runs = []
    for rate in rates:
        model.load_state_dict(start)
        reading = before.again()
        second = Phase(
            rate=rate * recipe.learning_rate,
            head_rate=rate * recipe.head_learning_rate,
            batch=recipe.batch,
            steps=recipe.checkpoints[-1],
        )
        with _same_draws(device):
            for step in train(model, rows, arriving, second, copy.deepcopy(random)):
                advance()
                if step in recipe.checkpoints:
                    reading.read(last=step == recipe.checkpoints[-1])
        runs.append(reading.run(seed, rate))
    return runs, tracing.layers
