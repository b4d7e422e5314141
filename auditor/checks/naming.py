"""How a reason names the categories that it is about."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 20  # more names say no more, and the line stays one that is read


def named(names: Sequence[str]) -> str:
    """The names in their order, and how many more there are."""
    more = f" and {len(names) - NAMED:,} more" * (len(names) > NAMED)
    return ", ".join(names[:NAMED]) + more
