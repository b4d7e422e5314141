"""Sentence transformers: the packaged default, a hub id, or a local folder. Safetensors only."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from auditor.embedding.model_files import PACKAGED, load, load_from_hub, locate
from auditor.embedding.scripts import known_scripts, unknown_share
from auditor.folders import as_text
from auditor.records.arrays import Floats
from auditor.records.structure import Embeddings
from auditor.threads import one_torch_thread

# Of a batch, whose size its length decides. Smaller ones leave less to fill and cost more a token:
# 108 us at 192 tokens, 103 at 256, 94 at 512 (one thread of a Zen 5). For 3,000 short rows 192 to
# 512 take the same within the noise, for more rows the larger take less.
TOKENS_A_BATCH, TOKENS_ON_AN_ACCELERATOR = 384, 4096


def open_transformer(name: str, *, offline: bool) -> TransformerEmbedder:
    """Loads a model for inference; see `auditor.embedding.open_embedder`."""
    folder, revision = locate(name)
    model = load(str(folder), local=True) if folder else load_from_hub(name, offline=offline)
    if revision is None:
        revision = str(getattr(model[0].auto_model.config, "_commit_hash", None) or "unknown")
    return TransformerEmbedder(name=as_text(name), revision=revision, model=model)


@dataclass(frozen=True, slots=True)
class Transformers:
    """The packaged model, hub ids and folders: every name that no other embedder has."""

    listed: str = f"{PACKAGED} (packaged), a hub id or a folder with a safetensors model"

    def takes(self, name: str) -> bool:  # noqa: ARG002 - a hub id may be any name
        return True

    def open(self, name: str, *, offline: bool) -> TransformerEmbedder:
        return open_transformer(name, offline=offline)


TRANSFORMERS = Transformers()


@dataclass(frozen=True, kw_only=True)
class TransformerEmbedder:
    """A sentence-transformers model, run over windows of its own length."""

    name: str
    revision: str
    model: Any
    known_scripts: frozenset[str] = field(init=False)
    precision: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known_scripts", known_scripts(self.model.tokenizer.get_vocab()))
        object.__setattr__(self, "precision", _precision(self.model.device.type))

    @property
    def identity(self) -> str:
        model = f"{self.name}@{self.revision}/{self.precision}/windows-of-{self._window}/mean"
        return f"{model}/{self._room}-of-one-length/{_arithmetic(self.model.device.type)}"

    @property
    def _window(self) -> int:
        return int(self.model.max_seq_length or 512)

    @property
    def _room(self) -> int:
        on_processor = self.model.device.type == "cpu"
        return TOKENS_A_BATCH if on_processor else TOKENS_ON_AN_ACCELERATOR

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """(n, dim) unit rows; a text longer than the model is the mean over its windows."""
        owner, windows = self._windows(texts)
        vectors = self._encode(windows)
        lengths = np.array([len(w) for w in windows], dtype=np.float32)
        sums = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, owner, vectors * lengths[:, None])
        sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
        return Embeddings(
            vectors=sums,
            windows=np.bincount(owner, minlength=len(texts)).astype(np.int64),
            unknown=np.array([unknown_share(t, self.known_scripts) for t in texts], np.float32),
            embedder=self.name,
            revision=self.revision,
            precision=self.precision,
        )

    def _windows(self, texts: Sequence[str]) -> tuple[np.ndarray, list[list[int]]]:
        """Token ids of each window, special tokens included, and the text that owns it."""
        tokenizer, owner, windows = self.model.tokenizer, [], []
        before, after = _special_tokens(tokenizer)
        room = self._window - len(before) - len(after)
        encoded = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        for i, ids in enumerate(encoded["input_ids"]):
            for start in range(0, max(len(ids), 1), room):
                owner.append(i)
                windows.append([*before, *ids[start : start + room], *after])
        return np.array(owner, dtype=np.int64), windows

    def _encode(self, windows: Sequence[list[int]]) -> Floats:
        """(m, dim) of each window: the same bits whatever is in its batch.

        The last bits of a product depend on the shape of its matrices, on what is padded, and on
        how threads share it. So a batch holds windows of one length, none padded; this length
        decides how many; and one thread computes it, as many threads as there are processors on a
        batch each. What a batch lacks is filled with repeats. This holds on one machine with one
        torch, as long as a product treats its rows alike; rounding would not do, since a value
        within the noise of a step still falls to either side.
        """
        import torch

        waiting = deque(_batches(windows, self._room))
        out: list[tuple[list[int], Floats]] = []

        def work() -> None:
            reduced, device = self.precision == "bfloat16", self.model.device.type
            # Not in inference mode: autocast would cast the weights anew for each batch.
            with torch.no_grad(), torch.autocast(device, dtype=torch.bfloat16, enabled=reduced):
                while waiting:
                    try:
                        rows = waiting.popleft()
                    except IndexError:  # another took the last one
                        return
                    out.append((rows, self._forward([windows[i] for i in rows])))

        workers = torch.get_num_threads() if self.model.device.type == "cpu" else 1
        with one_torch_thread(), ThreadPoolExecutor(workers) as pool:
            try:
                for done in [pool.submit(work) for _ in range(workers)]:
                    done.result()
            finally:
                waiting.clear()  # an interrupt waits for the batches at work, no longer
        vectors = np.empty((len(windows), out[0][1].shape[1]), dtype=np.float32)
        for rows, found in out:
            vectors[rows] = found
        return vectors

    def _forward(self, windows: Sequence[list[int]]) -> Floats:
        """(b, dim) of windows of one length."""
        import torch

        ids = torch.tensor(windows, device=self.model.device)
        features = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        features = self.model[0](features)
        features["token_embeddings"] = features["token_embeddings"].float()
        with torch.autocast(self.model.device.type, enabled=False):
            for module in list(self.model)[1:]:  # pooling and what follows, in float32
                features = module(features)
        return np.asarray(features["sentence_embedding"].float().cpu().numpy())


def _special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The ids that the model expects before and after a text."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    templated = tokenizer("a")["input_ids"]
    start = next(i for i in range(len(templated)) if templated[i : i + len(bare)] == bare)
    return templated[:start], templated[start + len(bare) :]


def _batches(windows: Sequence[list[int]], tokens: int) -> Iterator[list[int]]:
    """Positions in `windows`, of one length a batch, as many as `tokens` hold; some repeatedly."""
    of_length: dict[int, list[int]] = defaultdict(list)
    for i, window in enumerate(windows):
        of_length[len(window)].append(i)
    for length, rows in sorted(of_length.items(), reverse=True):  # the longest take longest
        size = max(tokens // length, 1)
        for start in range(0, len(rows), size):
            batch = rows[start : start + size]
            yield batch + batch[-1:] * (size - len(batch))


def _arithmetic(device: str) -> str:
    """What decides the last bits: vectors of another torch or instruction set are others."""
    import torch

    if device == "cuda":
        return f"torch-{torch.__version__}/{torch.cuda.get_device_name()}"
    return f"torch-{torch.__version__}/{torch.backends.cpu.get_cpu_capability()}"


def _precision(device: str) -> str:
    """bfloat16 where the processor multiplies it natively, else float32.

    Under autocast the cosine to float32 vectors stays above .9999 (6,000
    utterances of CLINC150). Without the instructions bfloat16 is slower.
    """
    if device != "cpu":
        return "float32"
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if "avx512_bf16" in flags or "amx_bf16" in flags else "float32"
