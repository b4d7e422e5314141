"""The stand-in embedder: hashed words and character n-grams. Deterministic, needs no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.records.structure import Embeddings

DIM = 512


@dataclass(frozen=True, slots=True)
class HashingEmbedder:
    """Knows words, not meaning; every script and length is the same to it."""

    name: str = "hashing"
    revision: str = "1"
    precision: str = "float32"

    @property
    def identity(self) -> str:
        return f"{self.name}@{self.revision}"

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """(n, 512) unit rows; a text without a word gets the first axis, so that no row is zero."""
        from sklearn.feature_extraction.text import HashingVectorizer

        kinds = {"word": (1, 2), "char_wb": (3, 4)}
        parts = [
            HashingVectorizer(n_features=DIM, analyzer=kind, ngram_range=size, norm="l2")
            .transform(texts)
            .toarray()
            for kind, size in kinds.items()
        ]
        vectors = np.add(*parts)
        vectors[~vectors.any(axis=1), 0] = 1.0
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return Embeddings(
            vectors=vectors.astype(np.float32),
            windows=np.ones(len(texts), dtype=np.int64),
            unknown=np.zeros(len(texts), dtype=np.float32),
            embedder=self.name,
            revision=self.revision,
            precision=self.precision,
        )


@dataclass(frozen=True, slots=True)
class Hashing:
    """The one embedder of this kind, by its name."""

    listed: str = "hashing (no model)"

    def takes(self, name: str) -> bool:
        return name == HashingEmbedder().name

    def open(self, name: str, *, offline: bool) -> HashingEmbedder:  # noqa: ARG002 - it loads nothing
        return HashingEmbedder()


HASHING = Hashing()
