"""Stage 2: texts become vectors, and vectors and tokens become structure.

    embed.py        texts -> unit vectors, each distinct text once, cached by content (`cache.py`)
    neighbours.py   exact nearest neighbours
    copies.py       copy families: one example repeated, and pairs that may be (`signatures.py`
                    finds them; `wording.py`, `characters.py`, `spelling.py` and `languages.py`
                    say which difference carries nothing)
    templates.py    templates: many examples filled from one frame (`tokens.py` splits and masks)
    frames.py       the rows, of any category, that hold a template's frame
    subtypes.py     hidden subtypes inside each category, of the text without its template's words
    map.py          the drawing in two dimensions, which decides nothing
    target.py       the models that can be fine-tuned (`transformer_target.py` is one kind)

Two kinds of family are never mixed: copies are one example, a template's rows are many that look
alike. Raw vectors serve copies, labels, forecast and map; stripped ones serve subtypes, because
clustering framed text finds the frames instead.

An embedder is one file and one line in `EMBEDDERS`; a model to fine-tune one in `target.TARGETS`.
"""

from __future__ import annotations

from auditor.embedding.hashing import HASHING
from auditor.embedding.transformer import PACKAGED, TRANSFORMERS
from auditor.interfaces import Embedder, Opener

EMBEDDERS: tuple[Opener[Embedder], ...] = (
    HASHING,  # for tests, and where only words matter
    TRANSFORMERS,  # last: every name that is left
)


def opener_of(name: str) -> Opener[Embedder]:
    """The entry of `EMBEDDERS` that opens `name`; the last of them takes any."""
    return next(opener for opener in EMBEDDERS if opener.takes(name))


def open_embedder(name: str = PACKAGED, *, offline: bool = False) -> Embedder:
    """The embedder called `name`: one of `EMBEDDERS`, the packaged model, a hub id or a folder.

    Raises MachineError where the model or its package is missing, UsageError for a folder
    that holds anything that could run code.
    """
    return opener_of(name).open(name, offline=offline)
