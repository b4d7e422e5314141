"""What is found in both sets together, each row once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from auditor.comparing.effective import families_with
from auditor.comparing.source_rows import SourceRows, find_source_rows
from auditor.comparing.unseen import groups
from auditor.embedding.embed import Encoder
from auditor.interfaces import Progress
from auditor.paraphrases import closest_other
from auditor.pipeline import NEIGHBOURS
from auditor.pool import Pool
from auditor.prediction.folds import keep_together
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.dataset import Dataset
from auditor.records.structure import CopyFamilies, Embeddings
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest
from auditor.structure.templates import find_templates
from auditor.structure.tokens import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The pool of both sets and what repeats in it; arrays are by position in the pool."""

    pool: Pool
    embeddings: Embeddings
    tokens: list[list[str]]  # the words of each text
    copies: CopyFamilies
    templated: tuple[
        Mask, Mask
    ]  # (n,) rows that evident templates of the base, of the candidate fill
    parents: SourceRows
    paraphrases: Ints  # (n,) families of copies and variations, as the gate counts them
    reworded: Ints  # (n,) families of copies and rewordings
    together: Ints  # (n,) copies and groups: what a random split keeps together
    families: Ints  # (n,) rewordings too, which go where their base row goes
    units: Ints  # (n,) the base's templates too: what an honest split keeps together
    review: Ints  # (p, 2) pairs that may be copies


def find_structure(pool: Pool, encoder: Encoder, progress: Progress) -> Structure:
    dataset = pool.dataset
    embeddings = encoder.embed(dataset.texts)
    progress("structure", 0, 1)
    same_text = find_copies(dataset.texts, nearest(embeddings.vectors, NEIGHBOURS))
    copies = same_text.apart(dataset.kinds)
    parents = _parents(pool, embeddings.vectors, copies.family)
    # Frames are sought in each set alone: a row and its variations would make one of its own. Those
    # of the candidate chain no rows: added ones go where their parents go.
    matches = (
        _frames(dataset, pool.in_base, same_text),
        _frames(dataset, pool.in_candidate, same_text),
    )
    grouped = groups(pool)
    chained = [*grouped, *parents.sets()]
    if pool.removed.any():  # the base may be what rewords the candidate's rows
        swapped = _parents(pool.swapped, embeddings.vectors, copies.family)
        chained += swapped.sets()
    progress("structure", 1, 1)
    return Structure(
        pool=pool,
        embeddings=embeddings,
        tokens=[words(t) for t in dataset.texts],
        copies=copies,
        templated=(_held(matches[0], dataset), _held(matches[1], dataset)),
        parents=parents,
        paraphrases=families_with(copies.family, parents, parents.alike),
        reworded=families_with(copies.family, parents, parents.reworded),
        together=keep_together(dataset, same_text, beside=grouped),
        families=keep_together(dataset, same_text, beside=chained),
        units=keep_together(dataset, same_text, beside=[*chained, *matches[0]]),
        review=same_text.review,
    )


def _frames(dataset: Dataset, inside: Mask, copies: CopyFamilies) -> list[Ints]:
    """The rows of each evident template of one set; `inside` (n,) are its rows."""
    rows = np.flatnonzero(inside)
    found = find_templates(dataset.take(rows), CopyFamilies(family=copies.family[rows]))
    return [rows[t.members] for t in found if t.excess > 0]


def _held(matches: Iterable[Ints], dataset: Dataset) -> Mask:
    """(n,) the rows that any of them fills."""
    held = np.zeros(len(dataset.examples), dtype=bool)
    for members in matches:
        held[members] = True
    return held


def _parents(pool: Pool, vectors: Floats, family: Ints) -> SourceRows:
    """The parents of added rows. How near is a variation is asked of the base alone, its copies
    too, so that it is the gate's level, whatever was added; family (n,): copies in the pool."""
    base, added = np.flatnonzero(pool.in_base), np.flatnonzero(pool.added)
    alone, own = pool.dataset.take(base), nearest(vectors[base], NEIGHBOURS)
    copies = find_copies(alone.texts, own).apart(alone.kinds).family
    closest = closest_other(own, copies, copies)
    near = nearest(vectors[added], 1, among=vectors[base])
    return find_source_rows(closest, base, added, near.index[:, 0], near.cosine[:, 0], family)
