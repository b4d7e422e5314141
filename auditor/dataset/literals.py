"""Cells that hold a list or an object, written out."""

from __future__ import annotations

import ast
import json
from typing import Any

LONGEST = 1_000_000  # characters of a cell that is read


def literal(cell: str) -> Any:
    """What a cell holds as JSON, or as Python writes lists and objects; None for anything else."""
    cell = cell.strip()
    if cell[:1] not in ("[", "{") or len(cell) > LONGEST:
        return None
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(cell)  # literals alone: nothing is called, nothing is looked up
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
