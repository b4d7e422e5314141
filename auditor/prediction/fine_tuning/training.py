"""An encoder with a linear head, and the loop that trains it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from auditor.interfaces import Target
from auditor.records.arrays import Ints

# Of logits (b, classes) of some rows, and the rows (b,): their loss, summed.
Loss: TypeAlias = Callable[[Tensor, Ints], Tensor]

# Padded, of a batch without gradients: in larger ones activations outgrow the caches.
TOKENS_A_BATCH = 1024
# That a batch is padded in, by the length of its texts. Whole batches of 16 support tickets are 1.6
# times the tokens that they hold, two parts 1.33 and four 1.13.
PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One stretch of training: AdamW on what has a gradient, the head at a rate of its own."""

    rate: float
    head_rate: float
    batch: int  # rows
    steps: int
    warm_up: float = 0.0  # share of the steps
    decays: bool = False  # linearly to 0 after the warm-up, else the rate stays
    dropout: bool = True  # as the model's configuration has it, or none at all

    def factor(self, step: int) -> float:
        """Of the rates at a step, counted from 0."""
        rising = self.warm_up * self.steps
        if step < rising:
            return (step + 1) / rising
        return (self.steps - step) / (self.steps - rising) if self.decays else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Texts as places in the vocabulary that they use."""

    texts: tuple[Ints, ...]
    vocabulary: Ints  # (v,) token ids

    def of(self, rows: Ints) -> list[Ints]:
        return [self.texts[i] for i in rows]


def tokenise(target: Target, texts: Sequence[str]) -> Tokens:
    """The tokens of texts that one model is trained or evaluated on."""
    ids = target.tokenise(texts)
    vocabulary, places = np.unique(np.concatenate(ids).astype(np.int64), return_inverse=True)
    ends = np.cumsum([len(i) for i in ids])
    return Tokens(texts=tuple(np.split(places.astype(np.int64), ends[:-1])), vocabulary=vocabulary)


class Classifier(nn.Module):
    """An encoder with a linear head, on the device it runs on."""

    def __init__(self, target: Target, vocabulary: Ints, classes: int, device: str) -> None:
        super().__init__()
        self.encoder, self.device, self.reduced = target.fresh(vocabulary), device, target.reduced
        self.encoder.to(device)
        self.encoder.eval()
        with torch.no_grad():
            width = self.vectors([np.zeros(1, dtype=np.int64)]).shape[1]
        self.head = nn.Linear(width, classes)
        self.to(device)

    def vectors(self, tokens: Sequence[Ints]) -> Tensor:
        """(b, dim) of texts, padded to the longest of them."""
        longest = max(map(len, tokens))
        ids = np.zeros((len(tokens), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for i, text in enumerate(tokens):
            ids[i, : len(text)] = text
            mask[i, : len(text)] = 1
        places, counts = (torch.from_numpy(x).to(self.device) for x in (ids, mask))
        with self.in_precision():
            vectors: Tensor = self.encoder(places, counts)
        return vectors.float()

    def in_precision(self) -> AbstractContextManager[None]:
        """The encoder's arithmetic. Around several batches, its weights are cast once for all."""
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.reduced)

    def logits(self, tokens: Sequence[Ints]) -> Tensor:
        """(b, classes) of texts, with gradients."""
        vectors = self.vectors(tokens)
        with torch.autocast(self.device, enabled=False):
            logits: Tensor = self.head(vectors)
            return logits

    def encode(self, tokens: Sequence[Ints]) -> Tensor:
        """(n, dim) of texts, without gradients or dropout; texts of like length run together."""
        training, out = self.training, torch.empty(len(tokens), self.head.in_features)
        self.eval()
        with torch.no_grad(), self.in_precision():
            for rows in _by_length(tokens):
                out[rows] = self.vectors([tokens[i] for i in rows]).cpu()
        self.train(training)
        return out

    def scores(self, vectors: Tensor) -> Tensor:
        """(n, classes) logits of vectors that `encode` gave."""
        with torch.no_grad():
            return vectors @ self.head.weight.cpu().T + self.head.bias.cpu()


def cross_entropy(classes: Ints, device: str) -> Loss:
    """With `classes` (n,) of all rows."""
    wanted = torch.tensor(classes, device=device)
    return lambda logits, rows: nn.functional.cross_entropy(logits, wanted[rows], reduction="sum")


def train_classifier(
    model: Classifier,
    tokens: Sequence[Ints],
    loss: Loss,
    phase: Phase,
    batches: Iterable[Ints],
    adjust: Callable[[], None] = lambda: None,
) -> Iterator[int]:
    """Trains on rows `tokens` (n,); yields the number of steps done after each.

    batches: the rows of each step, as `draw_batches` gives them. Short texts of a batch are only
    padded apart from long ones: the loss is that of the whole. adjust: what is called when all
    gradients of a step are there, to change them.
    """
    trained = [weights for weights in model.encoder.parameters() if weights.requires_grad]
    groups = [
        {"params": trained, "lr": phase.rate},
        {"params": list(model.head.parameters()), "lr": phase.head_rate},
    ]
    optimiser = torch.optim.AdamW([g for g in groups if g["params"]], fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, phase.factor)
    model.train(phase.dropout)
    for step, rows in enumerate(batches, 1):
        optimiser.zero_grad()
        with model.in_precision():
            parts = _parts(rows, tokens)
            losses = [loss(model.logits([tokens[i] for i in part]), part) for part in parts]
        torch.autograd.backward(torch.stack(losses).sum() / len(rows))
        adjust()
        optimiser.step()
        schedule.step()
        yield step


def draw_batches(n: int, phase: Phase, random: np.random.Generator) -> Iterator[Ints]:
    """`phase.steps` batches of n rows, without replacement until all were seen, then anew.

    The last one of a pass over the rows may be smaller.
    """
    done = 0
    while done < phase.steps:
        order = random.permutation(n)
        for start in range(0, n, phase.batch):
            if done < phase.steps:
                yield order[start : start + phase.batch]
            done += 1


def rows_drawn(n: int, batch: int, steps: int) -> int:
    """How many rows so many batches of n rows hold, repeats counted."""
    passes, rest = divmod(steps, math.ceil(n / batch))
    return passes * n + min(rest * batch, n)


def _parts(rows: Ints, tokens: Sequence[Ints]) -> Iterator[Ints]:
    """The rows of a batch in PARTS, shortest texts first; in one where all are of one length."""
    lengths = np.array([len(tokens[i]) for i in rows])
    order = rows[np.argsort(lengths, kind="stable")]
    alike = lengths.min() == lengths.max() or len(rows) < PARTS
    yield from [order] if alike else np.array_split(order, PARTS)


def _by_length(tokens: Sequence[Ints]) -> Iterator[list[int]]:
    """All rows, in batches of texts of like length."""
    batch: list[int] = []
    for i in sorted(range(len(tokens)), key=lambda i: len(tokens[i])):
        if batch and (len(batch) + 1) * len(tokens[i]) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
