"""What is found in both sets together, each row once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.embedding.copies import find_copies
from auditor.embedding.embed import Encoder
from auditor.embedding.neighbours import nearest
from auditor.embedding.templates import find_templates, without_templates
from auditor.embedding.tokens import words
from auditor.interfaces import Progress
from auditor.pipeline import NEIGHBOURS
from auditor.prediction.folds import keep_together
from auditor.records import CopyFamilies, Embeddings, Floats, Ints, Template
from auditor.sides.effective import variation_families
from auditor.sides.parents import Parents, closest_other, find_parents
from auditor.sides.pool import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The pool of both sets and what repeats in it; arrays are by position in the pool."""

    pool: Pool
    embeddings: Embeddings
    stripped: Floats  # (n, dim) vectors of the texts without their templates
    tokens: list[list[str]]  # the words of each text
    copies: CopyFamilies
    templates: tuple[Template, ...]
    parents: Parents
    variations: Ints  # (n,) families of copies and variations
    together: Ints  # (n,) copies and groups: what a random split keeps together
    units: Ints  # (n,) variations too, and the base's templates: what an honest one does


def find_structure(pool: Pool, encoder: Encoder, progress: Progress) -> Structure:
    dataset = pool.dataset
    embeddings = encoder.embed(dataset.texts)
    progress("structure", 0, 1)
    copies = find_copies(dataset.texts, nearest(embeddings.vectors, NEIGHBOURS))
    templates = find_templates(dataset, copies)
    stripped = encoder.embed(without_templates(dataset.texts, templates)).vectors
    parents = _parents(pool, embeddings.vectors, copies.family)
    # Added rows go where their parents go: a frame that they share must not chain their parents.
    framed = [t.members[pool.in_base[t.members]] for t in templates if t.excess > 0]
    progress("structure", 1, 1)
    return Structure(
        pool=pool,
        embeddings=embeddings,
        stripped=stripped,
        tokens=[words(t) for t in dataset.texts],
        copies=copies,
        templates=templates,
        parents=parents,
        variations=variation_families(copies.family, parents),
        together=keep_together(dataset, copies),
        units=keep_together(dataset, copies, beside=[*parents.sets(), *framed]),
    )


def _parents(pool: Pool, vectors: Floats, family: Ints) -> Parents:
    base, added = np.flatnonzero(pool.in_base), np.flatnonzero(pool.added)
    own = nearest(vectors[base], NEIGHBOURS)
    closest = closest_other(own.index, own.cosine, family[base], family[base])
    near = nearest(vectors[added], 1, among=vectors[base])
    return find_parents(closest, base, added, near.index[:, 0], near.cosine[:, 0])
