"""Rows that neither set has seen: what must not be taught when a base row is evaluated, and which
base rows then remain.

Folds alone keep chains of copies, rewordings and groups together. Chained likewise, all that is
near to something near would end in one fold, so the rest is excluded pair by pair: what lies as
near to a row as a paraphrase does, and what may be its copy.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from auditor.comparing.fitted import Draws, EvaluationRows
from auditor.comparing.unseen_accuracy import MIN_FAMILIES, evaluable, unseen_contrast
from auditor.pool import Pool, is_paraphrase
from auditor.prediction.folds import FOLDS
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.comparison import Unseen
from auditor.structure.neighbours import nearest


def groups(pool: Pool) -> list[Ints]:
    """The positions of each group of either set: of a row in both, either may name the group."""
    rows: dict[str, list[int]] = defaultdict(list)
    for dataset, of in ((pool.base, pool.base_rows), (pool.candidate, pool.candidate_rows)):
        named = {e.row: e.group for e in dataset.examples if e.group} if dataset else {}
        for position, row in enumerate(of.tolist()):
            if row in named:
                rows[named[row]].append(position)
    return [np.unique(rows[name]) for name in sorted(rows)]


def barred(
    vectors: Floats, folds: Ints, base: Mask, families: Ints, review: Ints, level: float
) -> Mask:
    """(FOLDS, n) rows that are not taught when the `base` rows (n,) of a fold are read.

    Those with a cosine of `level` or more to one of them, those of a pair for `review` (p, 2), and
    the rows of one family (n,) with either.
    """
    out = np.zeros((FOLDS, len(folds)), dtype=bool)
    for fold in range(FOLDS):
        evaluated = base & (folds == fold)
        if evaluated.any():
            cosine = nearest(vectors, 1, among=vectors[evaluated]).cosine[:, 0]
            like = is_paraphrase(cosine, level)
            for one, other in (review.T, review.T[::-1]):
                like[other[evaluated[one]]] = True
            out[fold] = np.isin(families, families[like])
    return out


def halves(units: Ints, codes: Ints, draws: int, seed: int) -> Mask:
    """(draws, n) rows to teach: half of the units of each category; units, codes (n,)."""
    _, first, inverse = np.unique(units, return_index=True, return_inverse=True)
    random = np.random.default_rng(seed)
    out = np.empty((draws, len(units)), dtype=bool)
    for draw in range(draws):
        order = np.lexsort((random.random(len(first)), codes[first]))
        taken = np.empty(len(first), dtype=bool)
        taken[order] = np.arange(len(order)) % 2 == 0
        out[draw] = taken[inverse]
    return out


def unseen(
    pool: Pool,
    folds: Ints,
    excluded: Mask,
    full: Draws,
    matched: Draws,
    evaluation: EvaluationRows,
    seed: int,
) -> tuple[Unseen | None, str]:
    """Both sets on the base rows that can be read; None and the reason where these are too few.

    folds (n,); bars (FOLDS, n): what is not taught when a fold is evaluated.
    """
    sets = (pool.in_base, pool.in_candidate)
    rows = evaluable(np.flatnonzero(pool.in_base), pool.dataset.codes, folds, excluded, sets)
    families = len(np.unique(evaluation.units[rows]))
    if families < MIN_FAMILIES:
        left = f"only {families}" if families else "none"
        return None, (
            f"of the base's rows that neither set has seen {left} can be read, copies and "
            f"rewordings counting once, and at least {MIN_FAMILIES} are needed"
        )
    like_base = np.isin(evaluation.units, evaluation.units[pool.in_base]) | excluded.any(axis=0)
    return Unseen(
        rows=int(rows.sum()),
        families=families,
        left_out=int((pool.in_base & ~rows).sum()),
        excluded_added_rows=int((pool.added & like_base).sum()),
        full=unseen_contrast(full, evaluation, rows, seed),
        matched=unseen_contrast(matched, evaluation, rows, seed),
    ), ""
