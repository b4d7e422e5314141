"""What a set's rows amount to: effective examples, copies across the sets, rows in templates."""

from __future__ import annotations

import numpy as np

from auditor.comparing.source_rows import SourceRows
from auditor.pool import Pool
from auditor.records.arrays import Ints, Mask
from auditor.records.comparison import ComparedSet, NearCopies
from auditor.records.dataset import Dataset
from auditor.records.structure import effective_examples

MAX_PAIRS = 5  # pairs of copies


def families_with(family: Ints, found: SourceRows, of_source: Mask) -> Ints:
    """(n,) the copy family of each row, the added rows `of_source` (m,) being of their source's."""
    out = family.copy()
    out[found.added[of_source]] = family[found.source[of_source]]
    return out


def summarise_set(
    name: str,
    dataset: Dataset,
    inside: Mask,
    copies: Ints,
    reworded: Ints,
    templated: Mask,
    words: Ints,
) -> ComparedSet:
    """One set's numbers. inside (n,): its rows of the pool; copies, reworded (n,): families of
    copies, and of rewordings with them; templated (n,): rows in its templates; words (n,): the
    length of each text."""
    own = np.bincount(dataset.codes)
    return ComparedSet(
        name=name,
        file=dataset.name,
        rows=int(inside.sum()),
        rejected=len(dataset.rejected),
        categories={c: int(n) for c, n in zip(dataset.categories, own, strict=True)},
        fingerprint=dataset.fingerprint,
        mean_words=round(float(words[inside].mean()), 1),
        distinct_examples=len(np.unique(copies[inside])),
        effective_examples=round(effective_examples(copies[inside]), 1),
        effective_without_paraphrases=round(effective_examples(reworded[inside]), 1),
        in_templates=round(float(templated[inside].mean()), 4),
        rows_rejected=dataset.rejected,
    )


def near_copies(pool: Pool, family: Ints) -> NearCopies:
    """Copies within and across the sets, by the copy `family` (n,) of each row of the pool."""
    first = np.full(int(family.max()) + 1, -1, dtype=np.int64)
    base = np.flatnonzero(pool.in_base)
    first[family[base[::-1]]] = base[::-1]
    across = np.flatnonzero(pool.added & (first[family] >= 0))
    each = across[np.sort(np.unique(family[across], return_index=True)[1])]  # a text once
    return NearCopies(
        identical=int(pool.kept.sum()),
        across=len(across),
        in_base=_beyond_first(family[pool.in_base]),
        in_candidate=_beyond_first(family[pool.in_candidate]),
        pairs=tuple(
            (int(pool.base_rows[first[family[i]]]), int(pool.candidate_rows[i]))
            for i in each[:MAX_PAIRS]
        ),
    )


def _beyond_first(family: Ints) -> int:
    return len(family) - len(np.unique(family))
