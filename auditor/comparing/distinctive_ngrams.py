"""N-grams that tell two groups of rows apart: log odds under an informative Dirichlet prior.

Monroe, Colaresi and Quinn, "Fightin' Words" (Political Analysis 2008), equations 15, 16, 19 and 22,
on the number of rows that hold an n-gram, so that one row that repeats a word counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from auditor.records.arrays import Ints
from auditor.records.comparison import Ngram
from auditor.structure.ngrams import count_ngrams

SIZES = (1, 3)  # words of an n-gram
FEWEST = 3  # rows that hold it
PRIOR = 0.1  # the prior weighs so many times what the smaller group says
SURE = 3.0  # z of an n-gram that is shown: of 10,000 n-grams chance gives some 3 above
TOLD = 10  # n-grams shown of each side
SAME = 0.7  # of the rows of one n-gram hold another that shares its words: only one is shown

Tokens = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grams:
    """Which n-grams each row holds: `held` (n, g) of 0 and 1."""

    names: tuple[str, ...]
    held: csr_array


def count_grams(tokens: Tokens, sizes: tuple[int, int] = SIZES, fewest: int = FEWEST) -> Grams:
    """The n-grams of `tokens`, the words of each row, that at least `fewest` rows hold."""
    counted = count_ngrams([tuple(row) for row in tokens], *sizes)
    rows = np.asarray(counted.held.sum(axis=0)).ravel()
    kept = counted.take(np.flatnonzero(rows >= fewest)).by_name()
    return Grams(names=tuple(" ".join(gram) for gram in kept.names), held=kept.held)


def _rows_with(grams: Grams, rows: Ints) -> NDArray[np.float64]:
    """(g,) how many of the `rows` hold each n-gram."""
    return np.asarray(grams.held[rows].sum(axis=0), dtype=np.float64).ravel()


def log_odds(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """(g,) z of each n-gram's log odds; above 0 where the group of counts `right` (g,) has more.

    0 for an n-gram that neither group has.
    """
    pooled = left + right
    there = pooled > 0
    if not there.all():
        out = np.zeros(len(pooled))
        out[there] = log_odds(left[there], right[there])
        return out
    strength = PRIOR * max(min(left.sum(), right.sum()), 1.0)
    prior = strength * pooled / pooled.sum()

    def odds(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        own, total = counts + prior, counts.sum() + strength
        return np.asarray(np.log(own / np.maximum(total - own, 0.5)))

    error = np.sqrt(1.0 / (left + prior) + 1.0 / (right + prior))
    return np.asarray((odds(right) - odds(left)) / error)


def telling(grams: Grams, left: Ints, right: Ints) -> tuple[Ngram, ...]:
    """The n-grams that tell the rows `left` (the base's) from `right`, ten of each at most."""
    one, other = _rows_with(grams, left), _rows_with(grams, right)
    z = log_odds(one, other).round(4)
    return tuple(
        Ngram(
            text=grams.names[g],
            of="base" if of == "base" else "candidate",
            z=round(float(abs(z[g])), 1),
            base_per_1000=round(1000 * float(one[g]) / max(len(left), 1), 1),
            candidate_per_1000=round(1000 * float(other[g]) / max(len(right), 1), 1),
        )
        for of, sign in (("base", -1.0), ("candidate", 1.0))
        for g in _distinct(grams, np.lexsort((np.arange(len(z)), -sign * z)), sign * z)
    )


def _distinct(grams: Grams, order: Ints, z: NDArray[np.float64]) -> list[int]:
    """The first of `order` that are sure, of those that share words and rows only one."""
    columns, chosen = grams.held.T.tocsr(), list[int]()
    held = np.asarray(grams.held.sum(axis=0)).ravel()
    for g in order[:200].tolist():
        if len(chosen) == TOLD or z[g] < SURE:
            break
        words = set(grams.names[g].split())
        like = [c for c in chosen if words & set(grams.names[c].split())]
        both = [float((columns[[g]] @ columns[[c]].T).sum()) for c in like]
        if all(b < SAME * min(held[g], held[c]) for b, c in zip(both, like, strict=True)):
            chosen.append(g)
    return chosen


def distinctive_words(grams: Grams, inside: Ints, among: Ints, most: int = 6) -> tuple[str, ...]:
    """The words that the rows `inside` have more than the other rows of `among`."""
    outside = np.setdiff1d(among, inside)
    one, other = _rows_with(grams, outside), _rows_with(grams, inside)
    z = log_odds(one, other).round(4)
    order = np.lexsort((np.arange(len(z)), -z))[:most]
    return tuple(grams.names[g] for g in order if z[g] > 0 and other[g] > 1)
