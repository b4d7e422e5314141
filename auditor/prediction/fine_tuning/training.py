"""An encoder with a linear head, and the loop that trains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from auditor.interfaces import Target
from auditor.records.arrays import Ints

# Padded, of a batch without gradients: in larger ones activations outgrow the caches.
TOKENS_A_BATCH = 1024
MEMBERS_A_PART = 8  # fewest rows that are padded apart from the rest of their batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One stretch of training: AdamW on all weights, the head at a rate of its own."""

    rate: float
    head_rate: float
    batch: int  # rows
    steps: int
    warm_up: float = 0.0  # share of the steps
    decays: bool = False  # linearly to 0 after the warm-up, else the rate stays

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
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.reduced):
            vectors: Tensor = self.encoder(places, counts)
        return vectors.float()

    def encode(self, tokens: Sequence[Ints]) -> Tensor:
        """(n, dim) of texts, without gradients or dropout; texts of like length run together."""
        training, out = self.training, torch.empty(len(tokens), self.head.in_features)
        self.eval()
        with torch.inference_mode():
            for rows in _by_length(tokens):
                out[rows] = self.vectors([tokens[i] for i in rows]).cpu()
        self.train(training)
        return out

    def scores(self, vectors: Tensor) -> Tensor:
        """(n, classes) logits of vectors that `encode` gave."""
        with torch.no_grad():
            return vectors @ self.head.weight.cpu().T + self.head.bias.cpu()


def train_classifier(
    model: Classifier,
    tokens: Sequence[Ints],
    classes: Ints,
    phase: Phase,
    batches: Iterable[Ints],
) -> Iterator[int]:
    """Trains on rows `tokens` with `classes` (n,); yields the number of steps done after each.

    batches: the rows of each step, as `draw_batches` gives them. The short half of a batch's rows
    is only padded apart from the long one, and both gradients are summed.
    """
    groups = [
        {"params": list(model.encoder.parameters()), "lr": phase.rate},
        {"params": list(model.head.parameters()), "lr": phase.head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, phase.factor)
    wanted = torch.tensor(classes)
    model.train()
    for step, rows in enumerate(batches, 1):
        optimiser.zero_grad()
        for part in _parts(rows, tokens):
            logits = model.head(model.vectors([tokens[i] for i in part]))
            loss = nn.functional.cross_entropy(
                logits, wanted[part].to(model.device), reduction="sum"
            )
            torch.autograd.backward(loss / len(rows))
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


def _parts(rows: Ints, tokens: Sequence[Ints]) -> Iterator[Ints]:
    """The rows of a batch in two parts, shorter and longer texts."""
    order = rows[np.argsort([len(tokens[i]) for i in rows], kind="stable")]
    half = len(order) // 2
    if half < MEMBERS_A_PART or len(tokens[order[half - 1]]) == len(tokens[order[-1]]):
        yield order
    else:
        yield from (order[:half], order[half:])


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
