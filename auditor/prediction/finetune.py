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

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from auditor.interfaces import Progress, Target
from auditor.prediction.movement import trace
from auditor.prediction.reading import Material, Reading, Run
from auditor.prediction.training import Classifier, Phase, Tokens, tokenise, train
from auditor.results import Recipe

# How the old categories are taught: 3 epochs, 10 % warm-up, linear decay, as the updates that the
# shipped coefficients rest on.
EPOCHS, BATCH, RATE, HEAD_RATE, WARM_UP = 3, 32, 1e-4, 2e-3, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTune:
    """What was measured of one update: a run a seed."""

    steps: tuple[int, ...]  # 0 and the recipe's checkpoints
    layers: tuple[str, ...]
    runs: tuple[Run, ...]


def fine_tune(
    target: Target,
    material: Material,
    *,
    seeds: Sequence[int],
    recipe: Recipe | None = None,
    device: str | None = None,
    progress: Progress = lambda *_: None,
) -> FineTune:
    """Fine-tunes `target` once a seed and reads it; seeds hold out the splits in turn.

    device: by default the GPU, where there is one. Memory: five times the encoder's weights.
    """
    recipe = recipe or Recipe()
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    tokens = tokenise(target, [*material.texts, *material.update_texts])
    done, runs = 0, []
    layers: tuple[str, ...] = ()
    total = sum(
        _teaching_steps(len(material.texts) - int(_split(material, i).sum()))
        + recipe.checkpoints[-1]
        for i in range(len(seeds))
    )

    def advance() -> None:
        nonlocal done
        done += 1
        progress("fine-tune", done, total)

    progress("fine-tune", 0, total)
    gpus = [torch.cuda.current_device()] if device == "cuda" else []
    for i, seed in enumerate(seeds):
        with torch.random.fork_rng(gpus):  # dropout and the head's start draw from torch's own
            torch.manual_seed(seed)
            run, layers = _run(
                target, material, tokens, _split(material, i), seed, recipe, device, advance
            )
        runs.append(run)
    return FineTune(steps=(0, *recipe.checkpoints), layers=layers, runs=tuple(runs))


def _split(material: Material, i: int) -> NDArray[np.bool_]:
    return np.asarray(material.held_out[i % len(material.held_out)])


def _teaching_steps(rows: int) -> int:
    """Steps on the old rows."""
    return EPOCHS * math.ceil(rows / BATCH)


def _run(
    target: Target,
    material: Material,
    tokens: Tokens,
    held_out: NDArray[np.bool_],
    seed: int,
    recipe: Recipe,
    device: str,
    advance: Callable[[], None],
) -> tuple[Run, tuple[str, ...]]:
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
    reading = Reading(model, material, tokens, held_out, tracing)
    reading.read(last=False)
    second = Phase(
        rate=recipe.learning_rate,
        head_rate=recipe.head_learning_rate,
        batch=recipe.batch,
        steps=recipe.checkpoints[-1],
    )
    rows = tokens.of(n + incoming)
    for step in train(model, rows, material.update_codes[incoming], second, random):
        advance()
        if step in recipe.checkpoints:
            reading.read(last=step == recipe.checkpoints[-1])
    return reading.run(seed), tracing.layers
