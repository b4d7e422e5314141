"""An embedder that counts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from auditor.records.structure import Embeddings


@dataclass
class CountingEmbedder:
    """A vector of each text's hash, and a note of every text that it was asked for."""

    name: str = "counting"
    revision: str = "1"
    precision: str = "float32"
    dim: int = 8
    calls: list[list[str]] = field(default_factory=list)
    stops_after: int | None = None  # calls that end well

    @property
    def identity(self) -> str:
        return f"{self.name}@{self.revision}"

    @property
    def seen(self) -> list[str]:
        return [text for call in self.calls for text in call]

    def embed(self, texts: Sequence[str]) -> Embeddings:
        if self.stops_after is not None and len(self.calls) >= self.stops_after:
            raise KeyboardInterrupt
        self.calls.append(list(texts))
        vectors = np.stack([self.vector(t) for t in texts])
        return Embeddings(
            vectors=vectors,
            windows=np.array([1 + len(t) // 100 for t in texts], dtype=np.int64),
            unknown=np.array([sum(not c.isascii() for c in t) / 100 for t in texts], np.float32),
            embedder=self.name,
            revision=self.revision,
            precision=self.precision,
        )

    def vector(self, text: str) -> np.ndarray:
        seed = hashlib.sha256(f"{self.identity} {text}".encode()).digest()
        raw = np.random.default_rng(list(seed)).normal(size=self.dim).astype(np.float32)
        return raw / np.linalg.norm(raw)


@pytest.fixture
def counting() -> type[CountingEmbedder]:
    return CountingEmbedder
