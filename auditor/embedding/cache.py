"""Vectors on disk, keyed by content: only texts that no earlier run has seen are embedded.

One folder an embedder identity, one safetensors file a batch of texts. A file's name is the hash
of its content and its metadata names the identity, so a flipped bit, a truncation or a file that
was moved from elsewhere is noticed, and the texts are embedded again. Keys are hashes: no text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.atomic import checksum, write_whole
from auditor.errors import MachineError
from auditor.records.arrays import Floats
from auditor.records.structure import Embeddings

Entry = tuple[Floats, int, float]  # vector (dim,), windows, unknown share


def key(text: str) -> bytes:
    """The 16 bytes a text is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


@dataclass(frozen=True, slots=True)
class VectorCache:
    """The cached vectors of one embedder identity below `folder`."""

    folder: Path
    identity: str

    @property
    def _home(self) -> Path:
        return self.folder / hashlib.sha256(self.identity.encode()).hexdigest()[:16]

    def read(self) -> dict[bytes, Entry]:
        """What is known of each text, from every file that is whole."""
        from safetensors import SafetensorError, safe_open

        known: dict[bytes, Entry] = {}
        for path in sorted(self._home.glob("*.safetensors")):
            try:
                if checksum(path.read_bytes())[:32] != path.stem:
                    continue
                with safe_open(path, framework="numpy") as file:
                    if (file.metadata() or {}).get("identity") != self.identity:
                        continue
                    names = ("keys", "vectors", "windows", "unknown")
                    keys, vectors, windows, unknown = map(file.get_tensor, names)
            except (OSError, SafetensorError):
                continue  # damaged: its texts are embedded again
            for i, k in enumerate(keys):
                known[k.tobytes()] = (vectors[i], int(windows[i]), float(unknown[i]))
        return known

    def write(self, keys: Sequence[bytes], embeddings: Embeddings) -> None:
        """Adds one file, whole or not at all. Raises MachineError where it cannot."""
        from safetensors.numpy import save

        arrays: dict[str, NDArray[Any]] = {
            "keys": np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), -1),
            "vectors": embeddings.vectors,
            "windows": embeddings.windows,
            "unknown": embeddings.unknown,
        }
        content = save(arrays, metadata={"identity": self.identity})
        path = self._home / f"{checksum(content)[:32]}.safetensors"
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            raise MachineError(
                f"{path.parent}: the vector cache cannot be written ({error.strerror}); "
                "free some space or choose another folder with --cache-dir"
            ) from error
