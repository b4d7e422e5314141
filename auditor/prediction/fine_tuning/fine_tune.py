"""A real fine-tune: what an update does to the old categories, checkpoint by checkpoint.

All weights of the encoder and a linear head are trained on the old rows, then on the update's
alone; the accuracy of every old category is measured on rows that were held out, before the update
and at the recipe's checkpoints. What may keep them (`mitigations/`) is measured too: the same
update from the same trained model, for as many steps. New categories have their columns in the head
from the start, as where a classifier is built with the classes that are planned: their scores are
then low when the update begins. (The measured updates that the shipped coefficients rest on were
made so: with columns that are added at the update, forgetting sets in much later.)

One seed gives the same numbers on one machine with one number of threads.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np
import torch

from auditor.interfaces import Mitigation, Progress, Target
from auditor.prediction.fine_tuning.evaluation import Evaluation, Material, Run
from auditor.prediction.fine_tuning.training import (
    Classifier,
    Phase,
    Tokens,
    draw_batches,
    tokenise,
    train_classifier,
)
from auditor.prediction.fine_tuning.weight_shift import trace
from auditor.records.arrays import Ints, Mask
from auditor.records.forecast import Recipe

# How the old categories are taught: 3 epochs, 10 % warm-up, linear decay, as the updates that the
# shipped coefficients rest on.
EPOCHS, BATCH, RATE, HEAD_RATE, WARM_UP = 3, 32, 1e-4, 2e-3, 0.1
MITIGATION_STREAM = (
    1  # with the seed, of a mitigation's random numbers: the update's own rows stay the same
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigated:
    """One run of the update with a mitigation."""

    mitigation: Mitigation
    run: Run
    old_rows: int  # of the old data that it trained on again, repeats counted


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTune:
    """What was measured of one update: a run a seed and a rate, and one a seed and a mitigation."""

    steps: tuple[int, ...]  # 0 and the recipe's checkpoints
    layers: tuple[str, ...]
    runs: tuple[Run, ...]
    mitigated: tuple[Mitigated, ...] = ()

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
    mitigations: Sequence[Mitigation] = (),
    device: str | None = None,
    progress: Progress = lambda *_: None,
) -> FineTune:
    """Fine-tunes `target` once a seed and evaluates it; seeds hold out the splits in turn.

    What the old rows taught is taught once a seed: the update is made from there at each of
    `rates`, factors of the recipe's learning rates, and with each of `mitigations` at the recipe's
    own, with the same rows of the update in the same order.
    device: by default the GPU, where there is one. Memory: six times the encoder's weights.
    """
    recipe = recipe or Recipe()
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    tokens = tokenise(target, [*material.texts, *material.update_texts])
    done, found = 0, FineTune(steps=(0, *recipe.checkpoints), layers=(), runs=())
    total = sum(
        _teaching_steps(len(material.texts) - int(_split(material, i).sum()))
        + recipe.checkpoints[-1] * (len(rates) + len(mitigations))
        for i in range(len(seeds))
    )

    def advance() -> None:
        nonlocal done
        done += 1
        progress("fine-tune", done, total)

    progress("fine-tune", 0, total)
    for i, seed in enumerate(seeds):
        with _isolated_random(device):
            torch.manual_seed(seed)
            # Without a name, which would keep its weights while the next one is taught.
            found = _Taught(
                target, material, tokens, _split(material, i), seed, recipe, device, advance
            ).branched(found, rates, mitigations)
    return found


def _isolated_random(device: str) -> AbstractContextManager[None]:
    """Leaves torch's random numbers, of dropout and the head's start, as they were."""
    return torch.random.fork_rng([torch.cuda.current_device()] if device == "cuda" else [])


def _split(material: Material, i: int) -> Mask:
    return np.asarray(material.held_out[i % len(material.held_out)])


def _teaching_steps(rows: int) -> int:
    """Steps on the old rows."""
    return EPOCHS * math.ceil(rows / BATCH)


class _Taught:
    """A model that was taught the old rows, once a seed, and that updates branch from."""

    def __init__(
        self,
        target: Target,
        material: Material,
        tokens: Tokens,
        held_out: Mask,
        seed: int,
        recipe: Recipe,
        device: str,
        advance: Callable[[], None],
    ) -> None:
        self.seed, self.recipe, self.device, self.advance = seed, recipe, device, advance
        self.random = np.random.default_rng(seed)
        classes = max(material.kinds, int(material.arriving[-1]) + 1)
        self.model = Classifier(target, tokens.vocabulary, classes, device)
        taught, incoming = np.flatnonzero(~held_out), np.flatnonzero(~material.update_held_out)
        self.taught, self.codes = tokens.of(taught), material.codes[taught]
        self.incoming = tokens.of(len(material.codes) + incoming)
        self.arriving = material.update_codes[incoming]
        self._teach()
        tracing = trace(self.model, self.taught, self.codes, self.random)
        self.layers = tracing.layers
        self.before = Evaluation(self.model, material, tokens, held_out, tracing)
        self.before.evaluate(last=False)
        self.start = {name: w.clone() for name, w in self.model.state_dict().items()}

    def _teach(self) -> None:
        steps = _teaching_steps(len(self.taught))
        phase = Phase(
            rate=RATE, head_rate=HEAD_RATE, batch=BATCH, steps=steps, warm_up=WARM_UP, decays=True
        )
        batches = draw_batches(len(self.taught), phase, self.random)
        for _ in train_classifier(self.model, self.taught, self.codes, phase, batches):
            self.advance()

    def branched(
        self, found: FineTune, rates: Sequence[float], mitigations: Sequence[Mitigation]
    ) -> FineTune:
        """What was found, and every update that branches from here."""
        return replace(
            found,
            layers=self.layers,
            runs=(*found.runs, *map(self.update, rates)),
            mitigated=(*found.mitigated, *map(self.mitigated, mitigations)),
        )

    def _phase(self, rate: float) -> Phase:
        return Phase(
            rate=rate * self.recipe.learning_rate,
            head_rate=rate * self.recipe.head_learning_rate,
            batch=self.recipe.batch,
            steps=self.recipe.checkpoints[-1],
        )

    def _plain_batches(self, phase: Phase) -> Iterator[Ints]:
        """The same ones at every call."""
        return draw_batches(len(self.incoming), phase, copy.deepcopy(self.random))

    def update(self, rate: float) -> Run:
        """The update alone, at `rate` times the recipe's learning rates."""
        phase = self._phase(rate)
        return self._run(rate, self.incoming, self.arriving, phase, self._plain_batches(phase))

    def mitigated(self, mitigation: Mitigation) -> Mitigated:
        """The update with a mitigation, at the recipe's learning rates."""
        phase, old_rows = self._phase(1.0), 0
        random = np.random.default_rng([self.seed, MITIGATION_STREAM])

        def batches() -> Iterator[Ints]:
            nonlocal old_rows
            for new, old in mitigation.batches(self._plain_batches(phase), self.codes, random):
                old_rows += len(old)
                yield np.concatenate([new, len(self.incoming) + old])

        tokens, codes = [*self.incoming, *self.taught], np.r_[self.arriving, self.codes]
        run = self._run(1.0, tokens, codes, phase, batches())
        return Mitigated(mitigation=mitigation, run=run, old_rows=old_rows)

    def _run(
        self,
        rate: float,
        tokens: Sequence[Ints],
        codes: Ints,
        phase: Phase,
        batches: Iterable[Ints],
    ) -> Run:
        """Trains from the taught model on rows `tokens`, and evaluates it at the checkpoints."""
        self.model.load_state_dict(self.start)
        evaluation = self.before.again()
        with _isolated_random(self.device):
            for step in train_classifier(self.model, tokens, codes, phase, batches):
                self.advance()
                if step in self.recipe.checkpoints:
                    evaluation.evaluate(last=step == self.recipe.checkpoints[-1])
        return evaluation.run(self.seed, rate)
