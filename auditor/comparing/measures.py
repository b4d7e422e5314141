"""Each measure of `sides/` on the structure of both sets, and the texts that they point at."""

from __future__ import annotations

from typing import Any

import numpy as np

from auditor.comparing.agreement import agreement
from auditor.comparing.coverage import find_regions
from auditor.comparing.distinctive_ngrams import count_grams, telling
from auditor.comparing.diversity import diversity
from auditor.comparing.effective import near_copies, summary
from auditor.comparing.sets import Sets
from auditor.comparing.source_rows import amplification
from auditor.comparing.structure import Structure
from auditor.comparing.two_samples import PERMUTATIONS, two_samples
from auditor.pool import Pool
from auditor.records.comparison import Figure, TwoSample


def measure(structure: Structure, sets: Sets, seed: int) -> dict[str, Any]:
    """The fields of a Comparison that say what the sets are made of."""
    pool, parents = structure.pool, structure.parents
    words = np.array([len(t) for t in structure.tokens])
    sides = [
        summary(
            name,
            dataset,
            inside,
            structure.copies.family,
            structure.reworded,
            templated,
            words,
        )
        for name, dataset, inside, templated in zip(
            sets.names,
            (sets.base, sets.candidate),
            (pool.in_base, pool.in_candidate),
            structure.templated,
            strict=True,
        )
    ]
    single = count_grams(structure.tokens, (1, 1), fewest=2)
    varied, drawn = diversity(
        structure.tokens, structure.embeddings.vectors, (pool.in_base, pool.in_candidate), seed
    )
    rows = pool.base_rows, pool.candidate_rows
    return {
        "base": sides[0],
        "candidate": sides[1],
        "kept": int(pool.kept.sum()),
        "added": int(pool.added.sum()),
        "removed": int(pool.removed.sum()),
        "regions": find_regions(pool, structure.embeddings.vectors, structure.paraphrases, single),
        "amplification": amplification(parents, int(pool.in_base.sum()), *rows),
        "agreement": agreement(pool.dataset, parents, *rows),
        "near_copies": near_copies(pool, structure.copies.family),
        "diversity": varied,
        "diversity_rows": drawn,
        "two_sample": _two_sample(structure, seed),
    }


def _two_sample(structure: Structure, seed: int) -> TwoSample | None:
    pool = structure.pool
    found = two_samples(
        structure.embeddings.vectors,
        pool.dataset.codes,
        structure.together,
        (pool.in_base, pool.added),
        seed,
    )
    if found is None:
        return None
    low, high = found.interval
    return TwoSample(
        accuracy=Figure(value=round(found.accuracy, 4), low=round(low, 4), high=round(high, 4)),
        p=found.p,
        rows=len(found.base),
        permutations=PERMUTATIONS,
        ngrams=telling(count_grams(structure.tokens), found.base, found.added),
    )


def shown(pool: Pool, measured: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The texts that the measures point at: by row of the candidate, and of the base."""
    base: set[int] = set()
    candidate: set[int] = set()
    for region in measured["regions"]:
        base.update(region.base_rows)
        candidate.update(region.candidate_rows)
    if amplified := measured["amplification"]:
        base.update(p.base_row for p in amplified.largest)
        candidate.update(r for p in amplified.largest for r in p.rows)
    if agreed := measured["agreement"]:
        base.update(d.base_row for d in agreed.disagreements)
        candidate.update(d.candidate_row for d in agreed.disagreements)
    for one, other in measured["near_copies"].pairs:
        base.add(one)
        candidate.add(other)
    texts = pool.dataset.texts
    in_candidate = dict(zip(pool.candidate_rows.tolist(), texts, strict=True))
    in_base = dict(zip(pool.base_rows.tolist(), texts, strict=True))
    return (
        {str(r): in_candidate[r] for r in sorted(candidate)},
        {str(r): in_base[r] for r in sorted(base)},
    )
