"""Geometry in place of a model: every category is a direction, every text a vector near it.

Texts are read through the dataset stage, so rows reach the prediction in canonical order.
"""

from __future__ import annotations

import hashlib
import tracemalloc
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from auditor.dataset.assembly import assemble
from auditor.prediction.estimate import shipped
from auditor.prediction.folds import keep_together
from auditor.prediction.forecast import forecast_forgetting
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.scenarios import BaseTask
from auditor.records.arrays import Floats, Ints
from auditor.records.dataset import Dataset
from auditor.records.forecast import Forecast, Recipe
from auditor.records.structure import CopyFamilies, Embeddings, Template
from auditor.settings import Settings

DIM = 24
FORM = ("dear", "team", "this", "is", "a", "claim", "for", "our", "parcel", "<number>") * 3
Pair = tuple[str, str]  # text, category


def dataset_of(
    pairs: Sequence[Pair],
    groups: Mapping[str, str] | None = None,
    held_out: Sequence[Pair] = (),
) -> Dataset:
    """The dataset that a file of these rows would be; `groups`: text -> customer."""
    rows = []
    for text, category in (*pairs, *held_out):
        fields = {"text": text, "label": category}
        if groups and text in groups:
            fields["customer"] = groups[text]
        if held_out:
            fields["split"] = "train" if len(rows) < len(pairs) else "test"
        rows.append((None, fields))
    roles = {"text": "text", "label": "label"}
    roles |= {"group": "customer"} if groups else {}
    roles |= {"split": "split"} if held_out else {}
    return assemble("tickets", rows, roles, Settings())


def direction(name: str) -> Floats:
    """A unit vector (DIM,) that the name alone decides."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    vector = np.random.default_rng(seed).normal(size=DIM)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@dataclass
class World:
    """What texts mean: a vector for each of them, near the centre of where it comes from."""

    meaning: dict[str, Floats] = field(default_factory=dict)
    _known: dict[object, BaseTask] = field(default_factory=dict)  # each old dataset is scored once

    def write(self, topic: str, count: int, centre: Floats, spread: float = 0.6) -> list[str]:
        """`count` new texts about `topic`, scattered around `centre`."""
        texts = [f"{topic}, message {len(self.meaning) + i}" for i in range(count)]
        for text in texts:
            self.place(text, centre + spread * direction(text))
        return texts

    def place(self, text: str, vector: Floats) -> None:
        self.meaning[text] = np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def embed(self, dataset: Dataset) -> Embeddings:
        return self.vectors(dataset.texts)

    def vectors(self, texts: Sequence[str]) -> Embeddings:
        n = len(texts)
        found = [self.meaning[t] for t in texts]
        return Embeddings(
            vectors=np.stack(found) if n else np.empty((0, DIM), np.float32),
            windows=np.ones(n, dtype=np.int64),
            unknown=np.zeros(n, dtype=np.float32),
            embedder="geometry",
            revision="1",
            precision="float32",
        )

    def base_task(
        self,
        pairs: Sequence[Pair],
        held_out: Sequence[Pair] = (),
        *,
        copied: Mapping[str, str] | None = None,
        nearly: Mapping[str, str] | None = None,
        groups: Mapping[str, str] | None = None,
    ) -> BaseTask:
        """What the forecast knows of these rows.

        Of the held-out ones those that are `copied` are copies of the text named there, those that
        are `nearly` may be. `groups`: text -> customer. Else no two rows are copies.
        """
        asked = (*pairs, None, *held_out, *(str(m) for m in (copied, nearly, groups)))
        if asked not in self._known:
            self._known[asked] = self._old(pairs, held_out, copied or {}, nearly or {}, groups)
        return self._known[asked]

    def _old(
        self,
        pairs: Sequence[Pair],
        held_out: Sequence[Pair],
        copied: Mapping[str, str],
        nearly: Mapping[str, str],
        groups: Mapping[str, str] | None,
    ) -> BaseTask:
        dataset = dataset_of(pairs, groups, held_out)
        vectors, copies = self.embed(dataset), singles(len(pairs))
        scored = score_out_of_fold(dataset, vectors, copies, (), seed=0)
        assert scored is not None
        others = self.vectors([e.text for e in dataset.held_out])
        across = families([*dataset.texts, *(e.text for e in dataset.held_out)], copied, nearly)
        held = score_held_out(dataset, vectors, others, across if held_out else None, seed=0)
        fold_units = keep_together(dataset, copies)
        return BaseTask(
            dataset=dataset,
            embeddings=vectors,
            fold_units=fold_units,
            disjoint=fold_units,
            out_of_fold=scored,
            held_out=held,
        )

    def forecast(
        self,
        pairs: Sequence[Pair],
        update: Sequence[Pair] | None,
        fidelity: str = "similarity",
        held_out: Sequence[Pair] = (),
        **beside: Mapping[str, str],
    ) -> Forecast:
        incoming = dataset_of(update) if update else None
        return forecast_forgetting(
            self.base_task(pairs, held_out, **beside),
            (incoming, self.embed(incoming)) if incoming else None,
            fidelity=fidelity,
            chosen="as requested",
            coefficients=shipped(),
            seed=0,
        )


WIDTH = 24


class Bag(nn.Module):
    """The mean of learnt word vectors, mixed once; words start as random directions."""

    def __init__(self, vocabulary: Ints) -> None:
        super().__init__()
        words = [np.random.default_rng(int(v)).normal(size=WIDTH) for v in vocabulary]
        self.words = nn.Embedding(len(words), WIDTH)
        self.words.weight.data = torch.tensor(np.array(words), dtype=torch.float32)
        self.layers = nn.ModuleList([nn.Linear(WIDTH, WIDTH)])
        nn.init.eye_(self.layers[0].weight)

    def forward(self, places: Tensor, mask: Tensor) -> Tensor:
        weight = mask[:, :, None].float()
        mean = (self.words(places) * weight).sum(dim=1) / weight.sum(dim=1)
        return self.layers[0](mean)


class TinyTarget:
    """A target so small that a fine-tune takes a second; texts that share words are near."""

    identity = "bag of words"
    reduced = False

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        return [[0, *(zlib.crc32(w.encode()) for w in t.split())] for t in texts]

    def fresh(self, vocabulary: Ints) -> nn.Module:
        return Bag(vocabulary)


def singles(n: int) -> CopyFamilies:
    """Every row is an example of its own."""
    return CopyFamilies(family=np.arange(n))


def families(
    texts: Sequence[str], copied: Mapping[str, str], nearly: Mapping[str, str]
) -> CopyFamilies:
    """A text that is `copied` is of the family of another, `nearly` a pair for review with it."""
    place = {t: i for i, t in enumerate(texts)}
    owner = [place[copied.get(t, t)] for t in texts]
    pairs = sorted(sorted((place[a], place[b])) for a, b in nearly.items())
    return CopyFamilies(
        family=np.unique(owner, return_inverse=True)[1],
        review=np.array(pairs, dtype=np.int64).reshape(-1, 2),
    )


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="session", name="direction")
def _direction() -> Callable[[str], Floats]:
    return direction


@pytest.fixture(scope="session", name="dataset_of")
def _dataset_of() -> Callable[..., Dataset]:
    return dataset_of


@pytest.fixture(name="singles")
def _singles() -> Callable[[int], CopyFamilies]:
    return singles


@pytest.fixture
def template() -> Callable[..., Template]:
    """A template over positions: a strong one, or one so weak that it is no fault."""

    def template(category: str, members: Ints, *, weak: bool = False) -> Template:
        tokens = FORM[:2] if weak else FORM
        return Template(
            category=category,
            pattern=" ".join(tokens),
            members=np.asarray(members, dtype=np.int64),
            share=1.0,
            tokens=tokens,
            fixed_tokens=len(tokens),
            structural_tokens=0,
            excess=float(len(tokens) - 16),
            coverage=0.6,
        )

    return template


@pytest.fixture(scope="session")
def target() -> TinyTarget:
    """A model to fine-tune, which knows words alone."""
    return TinyTarget()


@pytest.fixture(scope="module")
def quick_rates():
    """Rates at which word vectors learn, and forget, in a few steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auditor.prediction.fine_tuning.taught.RATE", 3e-2)
        patch.setattr("auditor.prediction.fine_tuning.taught.HEAD_RATE", 3e-2)
        for rate in ("learning_rate", "head_learning_rate"):
            patch.setitem(Recipe.__init__.__kwdefaults__, rate, 2e-2)
        yield


class Counting:
    """numpy, which counts the elements of all arrays that its functions are given."""

    def __init__(self) -> None:
        self.elements = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if isinstance(found, type) or not callable(found):
            return found

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.elements += sum(map(size, args))
            return found(*args, **kwargs)

        return counted


def size(given: Any) -> int:
    return sum(map(size, given)) if isinstance(given, list | tuple) else int(np.size(given))


@pytest.fixture
def elements(monkeypatch) -> Callable[..., int]:
    """How many elements of arrays the numpy functions of some modules are given by some work."""

    def elements(modules: Sequence[ModuleType], work: Callable[[], object]) -> int:
        counting = Counting()
        with monkeypatch.context() as patch:
            for module in modules:
                patch.setattr(module, "np", counting)
            work()
        return counting.elements

    return elements


@pytest.fixture
def peak() -> Callable[[Callable[[], object]], int]:
    """The most bytes of arrays and objects that some work holds at once."""

    def peak(work: Callable[[], object]) -> int:
        tracemalloc.start()
        try:
            work()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return peak
