"""Stage 2: texts become vectors.

    embed.py               texts -> unit vectors, each distinct text once
    cache.py               vectors on disk, keyed by content
    transformer.py         the packaged model, hub ids and folders (`model_files.py` opens them,
                           `hub.py` asks for them, `scripts.py` says which scripts they know)
    universal.py           a multilingual encoder from its own package
    hashing.py             hashed words and n-grams, where no model is wanted
    target.py              the models that can be fine-tuned; `transformer_target.py` is one kind

An embedder is one file and one line in `EMBEDDERS`; a model to fine-tune one in `target.TARGETS`.
"""

from __future__ import annotations

from auditor.embedding.hashing import HASHING
from auditor.embedding.model_files import PACKAGED, locate
from auditor.embedding.transformer import TRANSFORMERS
from auditor.embedding.universal import UNIVERSAL_SENTENCE_ENCODER
from auditor.interfaces import Embedder, Opener

EMBEDDERS: tuple[Opener[Embedder], ...] = (
    HASHING,  # for tests, and where only words matter
    UNIVERSAL_SENTENCE_ENCODER,  # where texts are in other scripts than Latin
    TRANSFORMERS,  # last: every name that is left
)


def opener_of(name: str) -> Opener[Embedder]:
    """The entry of `EMBEDDERS` that opens `name`; the last of them takes any."""
    return next(opener for opener in EMBEDDERS if opener.takes(name))


def expect_embedder(name: str) -> None:
    """Raises, as `open_embedder` does, for a folder that cannot be a model; loads none."""
    if opener_of(name) is TRANSFORMERS and name != PACKAGED:
        locate(name)


def open_embedder(name: str = PACKAGED, *, offline: bool = False) -> Embedder:
    """The embedder called `name`: one of `EMBEDDERS`, the packaged model, a hub id or a folder.

    Raises MachineError where the model or its package is missing, UsageError for a folder
    that holds anything that could run code.
    """
    return opener_of(name).open(name, offline=offline)
