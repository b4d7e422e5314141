"""Which split a name speaks of: of a file, a folder, or an array in a document."""

from __future__ import annotations

import re

SPLITS = frozenset(
    (
        *("train", "training", "validation", "validate", "valid", "val", "dev", "development"),
        *("test", "testing", "eval", "evaluation", "holdout"),
    )
)


def split_of(name: str) -> str | None:
    """The split that one of the name's words names, in lower case; None where none does."""
    words = re.split(r"[^a-z]+", name.lower())
    return next((word for word in words if word in SPLITS), None)


def training_first(split: str) -> tuple[bool, str]:
    """Sorts names of splits."""
    return (not split.lower().startswith("train"), split)
