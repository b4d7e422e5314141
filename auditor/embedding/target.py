"""What a fine-tune is measured on: a model whose weights can be trained, by its name.

A target is one file, its line in `TARGETS`, one test. It need not embed: `--target-model` names it.
"""

from __future__ import annotations

from auditor.embedding.transformer_target import TRANSFORMER_TARGETS
from auditor.errors import UsageError
from auditor.interfaces import Opener, Target

TARGETS: tuple[Opener[Target], ...] = (
    TRANSFORMER_TARGETS,  # last: every model that embeds as a transformer
)


def can_be_trained(name: str) -> bool:
    """Whether there is a target called `name`; nothing is loaded to tell."""
    return any(opener.takes(name) for opener in TARGETS)


def open_target(name: str, *, offline: bool) -> Target:
    """The model `name`, for training.

    Raises UsageError for an embedder without weights, MachineError for one that is missing.
    """
    for opener in TARGETS:
        if opener.takes(name):
            return opener.open(name, offline=offline)
    listed = " or ".join(opener.listed for opener in TARGETS)
    raise UsageError(
        f"--embedder {name}: it has no weights to fine-tune; leave the option out, or name another "
        f"model with --target-model: {listed}"
    )
