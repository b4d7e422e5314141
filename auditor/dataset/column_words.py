"""What texts and labels are often called."""

from __future__ import annotations

import re

from auditor.dataset.roles import NAMES

CALLED = frozenset(n for role in ("text", "label") for group in NAMES[role] for n in group)


def names_a_column(key: str) -> bool:
    """Whether columns of texts or of labels are often called so."""
    return re.sub(r"[^a-z0-9]+", "_", key.strip().lower()) in CALLED
