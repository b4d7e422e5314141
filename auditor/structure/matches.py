"""Matches: the rows, of any category, that hold the fixed tokens of a template.

Templates are found inside one category. Whether one is that category's own, or boilerplate that
stands everywhere, shows only in all rows, whatever their labels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist

from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.structure import Template, TemplateMatch
from auditor.structure.patterns import MIN_SHARE_OF_ROWS, fixed, tokenise
from auditor.structure.tokens import as_strings


def find_matches(dataset: Dataset, templates: Sequence[Template]) -> tuple[TemplateMatch, ...]:
    """The matches of the templates with excess, in the order of `templates`."""
    evident = [t for t in templates if t.excess > 0]
    if not evident:
        return ()
    tokens = [fixed(t.tokens) for t in evident]
    strings, _ = as_strings([*tokens, *(row.tokens for row in tokenise(dataset.texts))])
    matches, rows = strings[: len(tokens)], strings[len(tokens) :]
    number = {category: code for code, category in enumerate(dataset.categories)}
    codes = dataset.codes
    holders = {match: _holders(match, rows) for match in dict.fromkeys(matches)}  # unions share one
    return tuple(
        _match(template, number[template.category], holders[match], codes)
        for template, match in zip(evident, matches, strict=True)
    )


def _holders(match: str, rows: Sequence[str]) -> Ints:
    """Positions of the rows that hold four in five of the template's tokens, in order."""
    min_tokens = math.ceil(MIN_SHARE_OF_ROWS * len(match))
    aligned = cdist(
        [match], rows, scorer=LCSseq.similarity, score_cutoff=min_tokens, dtype=np.int32
    )
    return np.flatnonzero(aligned[0] >= min_tokens)


def _match(template: Template, code: int, holders: Ints, codes: Ints) -> TemplateMatch:
    mine = codes == code
    own = int(mine[holders].sum())
    others = len(codes) - int(mine.sum())
    return TemplateMatch(
        template=template,
        holders=holders,
        inside=own / int(mine.sum()),
        elsewhere=(len(holders) - own) / others if others else 0.0,
    )
