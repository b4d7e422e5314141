"""Diversity at matched size and length: a larger set repeats more words, a longer text fewer.

Distinct-n (Li et al., NAACL 2016): different n-grams over all n-grams of a sample. And the mean
cosine distance of a row to its nearest in the sample.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from auditor.comparing.estimates import figure
from auditor.records.arrays import Floats, Ints, Mask, Table
from auditor.records.comparison import Contrast, Diversity, Figure
from auditor.structure.ngrams import count_ngrams

STRATA = 5  # of length, by the words of both sets
DRAWS = 20
MAX_SAMPLE = 800  # rows of a sample
MIN_SAMPLE = 10
TAILS = (0.1, 0.9)  # of an 80 % interval
DISTANCE = "distance to the closest row"
MEASURES = (
    "distinct words / all words",
    "distinct word pairs / all word pairs",
    "distinct word triples / all word triples",
    DISTANCE,
)
Tokens = Sequence[Sequence[str]]


def diversity(
    tokens: Tokens, vectors: Floats, sets: tuple[Mask, Mask], seed: int
) -> tuple[tuple[Diversity, ...], int]:
    """The measures of both `sets` (n,), and the rows of a sample; nothing for too few rows.

    tokens: the words of each row; vectors (n, dim) unit rows. A sample holds half of the smaller
    set's rows of each stratum of length: over such halves a mean varies as much as over new sets
    of the whole size, so the interval is that of the set, not only of the sample.
    """
    lengths = np.array([len(t) for t in tokens])
    edges = np.quantile(lengths, np.linspace(0, 1, STRATA + 1)[1:-1])
    stratum = np.searchsorted(edges, lengths)
    strata = [[np.flatnonzero(in_set & (stratum == s)) for s in range(STRATA)] for in_set in sets]
    sizes = [min(len(a), len(b)) // 2 for a, b in zip(*strata, strict=True)]
    scale = min(1.0, MAX_SAMPLE / max(sum(sizes), 1))
    sizes = [int(scale * s) for s in sizes]
    if sum(sizes) < MIN_SAMPLE:
        return (), 0
    rows = [tuple(row) for row in tokens]
    counted = [count_ngrams(rows, n, n).counts for n in (1, 2, 3)]
    random = np.random.default_rng(seed)
    measured = np.array(
        [
            [_measures(counted, vectors, _sample(of, sizes, random)) for of in strata]
            for _ in range(DRAWS)
        ]
    )  # (draws, sides, measures)
    found = tuple(
        Diversity(
            measure=name,
            contrast=Contrast(
                base=_over_draws(measured[:, 0, i]),
                candidate=_over_draws(measured[:, 1, i]),
                difference=_over_draws(measured[:, 1, i] - measured[:, 0, i]),
            ),
        )
        for i, name in enumerate(MEASURES)
    )
    return found, sum(sizes)


def _sample(strata: Sequence[Ints], sizes: Sequence[int], random: np.random.Generator) -> Ints:
    sampled = [random.choice(s, n, replace=False) for s, n in zip(strata, sizes, strict=True)]
    return np.concatenate(sampled)


def _measures(counted: Sequence[csr_array], vectors: Floats, rows: Ints) -> list[float]:
    sums = [np.asarray(c[rows].sum(axis=0)).ravel() for c in counted]
    cosine = vectors[rows] @ vectors[rows].T
    np.fill_diagonal(cosine, -1.0)
    distance = float(1.0 - cosine.max(axis=1).mean())
    return [*(float((s > 0).sum() / max(s.sum(), 1.0)) for s in sums), distance]


def _over_draws(values: Table) -> Figure:
    low, high = np.quantile(values, TAILS)
    return figure(float(values.mean()), low, high)
