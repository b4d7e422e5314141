"""Each measure on the structure of both sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.comparing.agreement import label_agreement
from auditor.comparing.coverage import find_regions
from auditor.comparing.distinctive_ngrams import count_grams, distinctive_ngrams
from auditor.comparing.diversity import DISTANCE, diversity
from auditor.comparing.effective import near_copies, summarise_set
from auditor.comparing.estimates import figure
from auditor.comparing.sets import Sets
from auditor.comparing.source_rows import amplification
from auditor.comparing.structure import PooledStructure
from auditor.comparing.two_samples import PERMUTATIONS, two_samples
from auditor.records.arrays import Mask
from auditor.records.comparison import (
    Agreement,
    Amplification,
    ComparedSet,
    Diversity,
    NearCopies,
    Region,
    TwoSample,
)
from auditor.records.dataset import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What each set amounts to, and what both have; counts are rows."""

    base: ComparedSet
    candidate: ComparedSet
    kept: int
    added: int
    removed: int
    near_copies: NearCopies


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What the sets are made of; the names are those of `Comparison`."""

    composition: Composition
    regions: tuple[Region, ...]
    amplification: Amplification | None
    agreement: Agreement | None
    diversity: tuple[Diversity, ...]
    diversity_rows: int
    two_sample: TwoSample | None


def measure_sets(structure: PooledStructure, sets: Sets, seed: int) -> Measures:
    """Every measure that needs no model."""
    pool, source_rows = structure.pool, structure.source_rows
    vectors, file_rows = structure.embeddings.vectors, (pool.base_rows, pool.candidate_rows)
    measured, sampled = diversity(
        structure.tokens, vectors, (pool.in_base, pool.in_candidate), seed
    )
    if not structure.readable:
        return Measures(
            composition=_composition(structure, sets),
            regions=(),
            amplification=None,
            agreement=None,
            diversity=tuple(d for d in measured if d.measure != DISTANCE),
            diversity_rows=sampled,
            two_sample=None,
        )
    counted = count_grams(structure.tokens, (1, 1), min_rows=2)
    return Measures(
        composition=_composition(structure, sets),
        regions=find_regions(pool, vectors, structure.paraphrases, counted),
        amplification=amplification(source_rows, int(pool.in_base.sum()), *file_rows),
        agreement=label_agreement(pool.dataset, source_rows, *file_rows),
        diversity=measured,
        diversity_rows=sampled,
        two_sample=_two_sample(structure, seed),
    )


def _composition(structure: PooledStructure, sets: Sets) -> Composition:
    pool, copies = structure.pool, structure.copies.family
    lengths = np.array([len(t) for t in structure.tokens])

    def compared_set(name: str, dataset: Dataset, inside: Mask, in_templates: Mask) -> ComparedSet:
        reworded = structure.reworded
        return summarise_set(name, dataset, inside, copies, reworded, in_templates, lengths)

    base, candidate = sets.names
    return Composition(
        base=compared_set(base, sets.base, pool.in_base, structure.in_base_templates),
        candidate=compared_set(
            candidate, sets.candidate, pool.in_candidate, structure.in_candidate_templates
        ),
        kept=int(pool.kept.sum()),
        added=int(pool.added.sum()),
        removed=int(pool.removed.sum()),
        near_copies=near_copies(pool, structure.copies.split_by(pool.dataset.kinds).family),
    )


def _two_sample(structure: PooledStructure, seed: int) -> TwoSample | None:
    pool = structure.pool
    found = two_samples(
        structure.embeddings.vectors,
        pool.dataset.codes,
        structure.inseparable.together,
        (pool.in_base, pool.added),
        seed,
    )
    if found is None:
        return None
    return TwoSample(
        accuracy=figure(found.accuracy, *found.interval),
        p=found.p,
        rows=len(found.base),
        permutations=PERMUTATIONS,
        ngrams=distinctive_ngrams(count_grams(structure.tokens), found.base, found.added),
    )
