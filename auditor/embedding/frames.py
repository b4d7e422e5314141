"""Frames: which rows, of any category, hold the frame of a template.

Templates are found inside one category. Whether a frame is that category's own, or boilerplate that
stands everywhere, is seen only by looking for it in all rows, without a glance at their labels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist

from auditor.embedding.skeletons import IN_MOST, fixed, read_rows
from auditor.embedding.tokens import as_strings
from auditor.records import Dataset, Frame, Ints, Template


def find_frames(dataset: Dataset, templates: Sequence[Template]) -> tuple[Frame, ...]:
    """Where the frames of the templates with excess stand, in the order of `templates`."""
    evident = [t for t in templates if t.excess > 0]
    if not evident:
        return ()
    tokens = [fixed(t.tokens) for t in evident]
    strings, _ = as_strings([*tokens, *(row.tokens for row in read_rows(dataset.texts))])
    frames, rows = strings[: len(tokens)], strings[len(tokens) :]
    number = {category: code for code, category in enumerate(dataset.categories)}
    codes = dataset.codes
    return tuple(
        _frame(template, number[template.category], _holders(frame, rows), codes)
        for template, frame in zip(evident, frames, strict=True)
    )


def _holders(frame: str, rows: Sequence[str]) -> Ints:
    """Positions of the rows that hold four in five of the frame's tokens, in order."""
    least = math.ceil(IN_MOST * len(frame))
    aligned = cdist([frame], rows, scorer=LCSseq.similarity, score_cutoff=least, dtype=np.int32)
    return np.flatnonzero(aligned[0] >= least)


def _frame(template: Template, code: int, holders: Ints, codes: Ints) -> Frame:
    mine = codes == code
    own = int(mine[holders].sum())
    others = len(codes) - int(mine.sum())
    return Frame(
        template=template,
        holders=holders,
        inside=own / int(mine.sum()),
        elsewhere=(len(holders) - own) / others if others else 0.0,
    )
