"""The findings that a team knows and accepts, so that a gate fails for new ones alone.

A baseline is a file to keep in git beside the data. It says which rows there were when it was made,
and which findings rest on them. Rows stand in it as short hashes of text and label, never as text
or row numbers, so that they stay known when they move.

    entries.py    what a baseline holds
    file.py       the file: sorted JSON that changes only where the data does
    history.py    which rows of a dataset were there when the baseline was made
    growth.py     what was added to findings that are known
    diff.py       which findings are known, new, or of rows that nobody touched; update and prune
"""

from __future__ import annotations

from auditor.gating.baseline.diff import BaselineDiff, create, prune, split, update
from auditor.gating.baseline.entries import Baseline, KnownFinding
from auditor.gating.baseline.file import read, write
from auditor.gating.baseline.growth import Grown, Growth

__all__ = [
    "Baseline",
    "BaselineDiff",
    "Grown",
    "Growth",
    "KnownFinding",
    "create",
    "prune",
    "read",
    "split",
    "update",
    "write",
]
