"""Roll-out: an adapter on frozen embeddings is taught the old rows, then the update, in small.

Category by category, what a model on a frozen encoder forgets is not what the encoder forgets when
all of it is trained (Jin & Ren, ICML 2024). How much is forgotten over all categories, and when,
is: steps of teaching, margins, the number of classes and the novelty of the update act on the small
model as on the large one. So a roll-out tells the level, and other features tell who loses most.

The adapter adds to a unit vector what one hidden layer makes of it (Houlsby et al., ICML 2019,
"Parameter-efficient transfer learning for NLP"), and starts close to nothing; a linear head
follows, which has the update's classes from the start, as in a fine-tune. All roll-outs run as one
batched tensor program; each leaves a fold of the old rows out, and is evaluated on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from auditor.prediction.folds import FOLDS
from auditor.records.arrays import Floats, Ints, Table
from auditor.records.forecast import OLD_BATCH, Recipe, passes

# Chosen by hand on the first measured updates: with these rates curves of roll-outs fall about when
# the measured ones do.
HIDDEN, SCALE, GAIN, START = 128, 4.5, 4.0, 0.02
RATE, HEAD_RATE = 4.5e-3, 3.5e-3  # of the teaching
UPDATE_RATE, UPDATE_HEAD_RATE = 2.25e-3, 9e-4
WARM_UP = 0.1  # of the teaching, as measured updates are taught
MAX_STEPS = 500  # of the teaching: about those of the largest set that was measured
ROWS_A_PREDICTION = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOut:
    """Of each update, old category and checkpoint; step 0 is before the update."""

    accuracy: Table  # (updates, K, 1 + steps) on rows left out; NaN: no row of it was
    soft: Table  # the same, of the mean probability of the right answer


@dataclass(frozen=True, slots=True)
class _Adapter:
    """Stacked models, M of them."""

    down: Tensor  # (M, dim, hidden)
    bias: Tensor  # (M, 1, hidden)
    up: Tensor  # (M, hidden, dim)
    head: Tensor  # (M, dim, classes)
    offset: Tensor  # (M, 1, classes)
    known: Tensor  # (M, 1, classes) the classes that each has

    def of(self, model: int) -> _Adapter:
        """One of them, as a stack of one."""
        parts = (self.down, self.bias, self.up, self.head, self.offset, self.known)
        return _Adapter(*(part[model : model + 1] for part in parts))

    def logits(self, vectors: Tensor) -> Tensor:
        """(M, rows, classes) of `vectors` (M or 1, rows, dim)."""
        hidden = torch.nn.functional.gelu(GAIN * vectors @ self.down + self.bias)
        adapted = vectors + hidden @ self.up
        adapted = SCALE * adapted / adapted.norm(dim=-1, keepdim=True)
        logits: Tensor = adapted @ self.head + self.offset
        return logits.masked_fill(~self.known, -1e9)


def roll_out(
    vectors: Floats,
    codes: Ints,
    folds: Ints,
    taught: Sequence[Ints],
    rows: Sequence[Ints],
    old_count: int,
    *,
    models: int,
    recipe: Recipe,
    seed: int,
) -> RollOut:
    """Rolls out each update with `models` adapters, up to FOLDS, each without another fold.

    vectors (n, dim), codes (n,), folds (n,): all rows; of each update the positions `taught` before
    it and `rows` in it; `old_count` K.
    """
    count = len(taught) * models
    which = [u for u in range(len(taught)) for _ in range(models)]
    left_out = [m % FOLDS for _ in taught for m in range(models)]
    torch_random, random = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    inputs, classes = torch.tensor(vectors), torch.tensor(codes)
    outside = [folds[taught[u]] != f for u, f in zip(which, left_out, strict=True)]
    outside = [o if o.any() else ~o for o in outside]  # all in one fold: nothing is left to read
    own = [taught[u][o] for u, o in zip(which, outside, strict=True)]
    known = np.zeros((count, int(codes.max()) + 1), dtype=bool)
    for m, u in enumerate(which):
        known[m, codes[taught[u]]] = True
        known[m, codes[rows[u]]] = True
    adapter = _start(torch.from_numpy(known), inputs.shape[1], torch_random)
    steps = min(passes(max(map(len, taught)), recipe.old_epochs), MAX_STEPS)
    teach = _optimiser(adapter, RATE, HEAD_RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(teach, lambda step: _warm_and_fall(step, steps))
    for batch in _batches(own, OLD_BATCH, steps, random):
        _step(adapter, inputs, classes, batch, teach)
        schedule.step()
    tested = [taught[u][~o] for u, o in zip(which, outside, strict=True)]
    found = [_evaluate(adapter, inputs, codes, tested, old_count)]
    update = _optimiser(adapter, UPDATE_RATE, UPDATE_HEAD_RATE)
    batches = _batches([rows[u] for u in which], recipe.batch, recipe.checkpoints[-1], random)
    for step, batch in enumerate(batches, 1):
        _step(adapter, inputs, classes, batch, update)
        if step in recipe.checkpoints:
            found.append(_evaluate(adapter, inputs, codes, tested, old_count))
    sums = np.stack(found, axis=-1).reshape(len(taught), models, 3, old_count, -1).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return RollOut(accuracy=sums[:, 0] / sums[:, 2], soft=sums[:, 1] / sums[:, 2])


def _start(known: Tensor, dim: int, random: torch.Generator) -> _Adapter:
    count, classes = known.shape
    normal = torch.randn(count, dim, HIDDEN, generator=random) / dim**0.5
    up = torch.randn(count, HIDDEN, dim, generator=random) * START / HIDDEN**0.5
    head = (2 * torch.rand(count, dim, classes, generator=random) - 1) / dim**0.5
    return _Adapter(
        down=normal.requires_grad_(),
        bias=torch.zeros(count, 1, HIDDEN).requires_grad_(),
        up=up.requires_grad_(),
        head=head.requires_grad_(),
        offset=torch.zeros(count, 1, classes).requires_grad_(),
        known=known[:, None],
    )


def _optimiser(adapter: _Adapter, rate: float, head_rate: float) -> torch.optim.Optimizer:
    body, head = [adapter.down, adapter.bias, adapter.up], [adapter.head, adapter.offset]
    groups = [{"params": body, "lr": rate}, {"params": head, "lr": head_rate}]
    return torch.optim.AdamW(groups, fused=True)


def _warm_and_fall(step: int, steps: int) -> float:
    rising = WARM_UP * steps
    return (step + 1) / rising if step < rising else (steps - step) / (steps - rising)


def _batches(
    rows: Sequence[Ints], batch: int, steps: int, random: np.random.Generator
) -> Iterator[Tensor]:
    """(M, batch) positions of each step; a model's `rows` come without replacement, then anew."""
    needed = batch * steps
    orders = []
    for own in rows:
        rounds = -(-needed // len(own))
        orders.append(np.concatenate([random.permutation(own) for _ in range(rounds)])[:needed])
    whole = torch.from_numpy(np.stack(orders))
    for step in range(steps):
        yield whole[:, step * batch : (step + 1) * batch]


def _step(
    adapter: _Adapter,
    inputs: Tensor,
    classes: Tensor,
    batch: Tensor,
    optimiser: torch.optim.Optimizer,
) -> None:
    logits = adapter.logits(inputs[batch])
    loss = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), classes[batch].flatten(), reduction="sum"
    )
    optimiser.zero_grad()
    torch.autograd.backward(loss / batch.shape[1])
    optimiser.step()


def _evaluate(
    adapter: _Adapter, inputs: Tensor, codes: Ints, tested: Sequence[Ints], old_count: int
) -> Table:
    """(M, 3, K) sums over the tested rows of each category: right, probability of the right answer,
    rows."""
    out = np.zeros((len(tested), 3, old_count))
    with torch.inference_mode():
        for m, rows in enumerate(tested):
            one = adapter.of(m)
            for start in range(0, len(rows), ROWS_A_PREDICTION):
                part = rows[start : start + ROWS_A_PREDICTION]
                logits = one.logits(inputs[part][None])[0]
                own = codes[part]
                right = (logits.argmax(dim=1).numpy() == own).astype(np.float64)
                sure = torch.softmax(logits, dim=1).numpy()[np.arange(len(part)), own]
                for i, weight in enumerate((right, sure, np.ones(len(part)))):
                    out[m, i] += np.bincount(own, weights=weight, minlength=old_count)
    return out
