"""The findings that a team knows and lives with, so that a gate asks about new ones alone.

A baseline is a file to keep in git beside the data. It says which rows there were when it was made,
and which findings rest on them. Rows stand in it as short hashes of text and label, never as text
or row numbers, so that they stay known when they move.

    entries.py    what a baseline holds
    file.py       the file: sorted JSON that changes only where the data does
    history.py    which rows of a dataset were there when the baseline was made
    growth.py     what was added to findings that are known
    standing.py   which findings are known, new, or of rows that nobody touched; update and prune
"""

from __future__ import annotations

from auditor.gating.baseline.entries import Baseline, Entry
from auditor.gating.baseline.file import read, write
from auditor.gating.baseline.growth import Grown, Growth
from auditor.gating.baseline.standing import Standing, create, date_of_today, prune, split, update

__all__ = [
    "Baseline",
    "Entry",
    "Grown",
    "Growth",
    "Standing",
    "create",
    "date_of_today",
    "prune",
    "read",
    "split",
    "update",
    "write",
]
