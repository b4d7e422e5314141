"""Texts -> unit vectors: each distinct text once, and only those that the cache lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from auditor.embedding.cache import Entry, VectorCache, key
from auditor.interfaces import Embedder, Progress
from auditor.records.structure import Embeddings

TEXTS_AT_ONCE = 2048  # what a kill costs at most
# Few at first, so that progress is soon seen to move, and then twice as many each time: a batch
# holds texts of one length, and of 128 out of 22,000 at once half the room stays empty.
FIRST_TEXTS = 256


@dataclass(slots=True)
class Encoder:
    """An embedder and what is known of its vectors: on disk with a cache, and in memory."""

    embedder: Embedder
    cache: VectorCache | None = None
    progress: Progress = lambda *_: None
    keeps: bool = True  # new vectors in the cache, which is otherwise only read
    _known: dict[bytes, Entry] = field(default_factory=dict)

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """Vectors (n, dim) of `texts`, in their order.

        A text's vector is its own to the last bit (`Embedder`), so it is one and the same computed
        or kept. New texts go to the model sorted by length: what is alike in it runs together.
        """
        keys = [key(t) for t in texts]
        missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in self._known}
        todo = sorted(missing, key=lambda k: (len(missing[k]), k))
        if self.cache:
            self._known |= self.cache.read(todo)  # in the order in which they were written
            todo = [k for k in todo if k not in self._known]
        start, at_once = 0, min(FIRST_TEXTS, TEXTS_AT_ONCE)
        while start < len(todo):
            self.progress("embedding", start, len(todo))
            part = todo[start : start + at_once]
            fresh = self.embedder.embed([missing[k] for k in part])
            if self.cache and self.keeps and not self.cache.write(part, fresh):
                self.cache = None
            for i, k in enumerate(part):
                entry = (fresh.vectors[i], int(fresh.windows[i]), float(fresh.unknown[i]))
                self._known[k] = entry
            start += len(part)
            at_once = min(2 * at_once, TEXTS_AT_ONCE)
        self.progress("embedding", len(todo), len(todo))
        found = [self._known[k] for k in keys]
        return Embeddings(
            vectors=np.stack([f[0] for f in found]) if found else np.empty((0, 0), np.float32),
            windows=np.array([f[1] for f in found], dtype=np.int64),
            unknown=np.array([f[2] for f in found], dtype=np.float32),
            embedder=self.embedder.name,
            revision=self.embedder.revision,
            precision=self.embedder.precision,
        )
