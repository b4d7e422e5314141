"""What is found in both sets together, each row once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from auditor.analysis import analyse
from auditor.comparing.effective import families_with
from auditor.comparing.leakage import groups
from auditor.comparing.source_rows import SourceRows, find_source_rows
from auditor.embedding.embed import Encoder
from auditor.interfaces import Progress
from auditor.pool import Pool, closest_other
from auditor.prediction.folds import keep_together
from auditor.records.arrays import Ints, Mask
from auditor.records.dataset import Dataset
from auditor.records.evidence import Evidence
from auditor.records.structure import CopyFamilies, Embeddings
from auditor.structure.neighbours import nearest
from auditor.structure.templates import find_templates
from auditor.structure.tokens import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Inseparable:
    """Which rows of the pool folds must not divide: those of one number; (n,) each."""

    together: Ints  # copies and groups: what a random split keeps together
    families: Ints  # rewordings too, which go where their base row goes
    units: Ints  # the base's templates too: what an honest split keeps together
    review: Ints  # (p, 2) pairs that may be copies


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledStructure:
    """The pool of both sets and what repeats in it; arrays are by position in the pool."""

    pool: Pool
    embeddings: Embeddings
    tokens: list[list[str]]  # the words of each text
    copies: CopyFamilies
    in_base_templates: Mask  # (n,) rows that evident templates of the base fill
    in_candidate_templates: Mask  # (n,) the same of the candidate
    source_rows: SourceRows
    paraphrases: Ints  # (n,) families of copies and paraphrases, as the gate counts them
    reworded: Ints  # (n,) families of copies and rewordings
    inseparable: Inseparable
    readable: bool  # whether the model knows the script of most texts of either set


def find_pooled_structure(
    pool: Pool, encoder: Encoder, seed: int, progress: Progress
) -> PooledStructure:
    """What repeats within each set and across both."""

    def analysed(dataset: Dataset) -> Evidence:
        return analyse(dataset, encoder, seed, progress, parts=())

    both = analysed(pool.dataset)
    source_rows = _source_rows(pool, both, analysed)
    # Templates are sought in each set alone: a row and its paraphrases would make one of their own.
    base, candidate = (_templates(both, in_set) for in_set in (pool.in_base, pool.in_candidate))
    rewordings = source_rows.linked_rows()
    if pool.removed.any():  # the base may be what rewords the candidate's rows
        rewordings += _source_rows(pool.swapped, both, analysed).linked_rows()
    return PooledStructure(
        pool=pool,
        embeddings=both.embeddings,
        tokens=[words(t) for t in pool.dataset.texts],
        copies=both.items,
        in_base_templates=_filled(base, pool),
        in_candidate_templates=_filled(candidate, pool),
        source_rows=source_rows,
        paraphrases=families_with(both.items.family, source_rows, source_rows.matched),
        reworded=families_with(both.items.family, source_rows, source_rows.reworded),
        inseparable=_inseparable(both, groups(pool), rewordings, base),
        readable=_readable(both, pool),
    )


def _inseparable(
    both: Evidence, grouped: list[Ints], rewordings: list[Ints], templates: list[Ints]
) -> Inseparable:
    """The candidate's templates chain no rows: added ones go where their source rows go."""

    def kept(*sets: Ints) -> Ints:
        return keep_together(both.dataset, both.same_text, other_sets=sets)

    return Inseparable(
        together=kept(*grouped),
        families=kept(*grouped, *rewordings),
        units=kept(*grouped, *rewordings, *templates),
        review=both.same_text.review,
    )


def _templates(both: Evidence, inside: Mask) -> list[Ints]:
    """The rows of each evident template of one set; `inside` (n,) are its rows."""
    rows = np.flatnonzero(inside)
    found = find_templates(both.dataset.take(rows), both.same_text.among(rows))
    return [rows[t.members] for t in found if t.excess > 0]


def _filled(templates: Iterable[Ints], pool: Pool) -> Mask:
    """(n,) the rows that any of them holds."""
    inside = np.zeros(len(pool.in_base), dtype=bool)
    for members in templates:
        inside[members] = True
    return inside


def _source_rows(pool: Pool, both: Evidence, analysed: Callable[[Dataset], Evidence]) -> SourceRows:
    """The source rows of added rows. How near a paraphrase is comes from the base alone, and so do
    copies for it, so that it is the gate's level, whatever was added."""
    base, added = np.flatnonzero(pool.in_base), np.flatnonzero(pool.added)
    alone, vectors = analysed(pool.dataset.take(base)), both.embeddings.vectors
    closest = closest_other(alone.neighbours, alone.items.family)
    near = nearest(vectors[added], 1, among=vectors[base])
    cosine = near.cosine[:, 0]
    if not _readable(both, pool):  # no row is near another, as far as is known
        closest, cosine = np.ones_like(closest), np.full_like(cosine, -1.0)
    return find_source_rows(closest, base, added, near.index[:, 0], cosine, both.items.family)


def _readable(both: Evidence, pool: Pool) -> bool:
    sets = (both.embeddings.take(np.flatnonzero(s)) for s in (pool.in_base, pool.in_candidate))
    return all(of.readable is not None for of in sets)
