"""How far annotators agree with one another, and how far each deviates from the probes.

Each is compared with permutations of the annotators within strata, here the categories.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from auditor.records.arrays import Floats, Ints, Mask, Table
from auditor.records.evidence import Evidence

RESAMPLES = 1000  # of the items; the ends of an 80 % interval then move by a fiftieth of its width
PERMUTATIONS = 1000  # permutations: a p of .05 then has a standard error of .007
CELLS_AT_ONCE = 2_000_000  # permuted at a time: 16 MB
PAIRS_NAMED = 3  # of categories that a finding says are confused
FLOOR = 0.02  # least probability of a category, as in label-error: no row outvotes fifty others


def krippendorff_alpha(
    counts: csr_array[Any], seed: int, steps: Ints | None = None
) -> tuple[float, float, float]:
    """Krippendorff's alpha and its 80 % interval; items are resampled (Zapf et al. 2016).

    counts (items, categories): how many annotators gave each item each category; steps
    (categories,): the step of each on a scale, for the ordinal alpha.
    """
    items = counts.shape[0]
    random = np.random.default_rng(seed)
    draws = random.multinomial(items, np.full(items, 1 / items), RESAMPLES).astype(np.float64)
    apart = None if steps is None else _ordinal(counts, steps)
    low, high = np.quantile(_alpha(counts, draws, apart), (0.1, 0.9))
    return float(_alpha(counts, np.ones((1, items)), apart)[0]), float(low), float(high)


def _ordinal(counts: csr_array[Any], steps: Ints) -> Table:
    """(K, K) by how much two categories differ: the squared number of labels between them, those
    of either counting half (Krippendorff 2011, section on ordinal data)."""
    order = np.argsort(steps)
    labels = np.asarray(counts.sum(axis=0), dtype=np.float64)[order]
    middle = np.cumsum(labels) - labels / 2
    apart = np.empty((len(steps), len(steps)))
    apart[np.ix_(order, order)] = (middle[:, None] - middle) ** 2
    return apart


def _alpha(counts: csr_array[Any], weights: Table, apart: Table | None = None) -> Table:
    """(draws,) alpha, 1 - observed / expected disagreement (Krippendorff 2011, Computing
    Krippendorff's alpha-reliability).

    weights (draws, items): how often an item was sampled; apart (K, K): by how much two categories
    differ, None: all alike. 1 where all labels are one.
    """
    # The package that computes it is under the GPL, which this project's licence does not allow.
    people = counts.sum(axis=1)
    n = weights @ people
    by_category = (counts.T @ weights.T).T
    if apart is None:
        agreeing = ((counts * counts).sum(axis=1) - people) / (people - 1)
        alike = (by_category * (by_category - 1)).sum(axis=1) / (n - 1)
        observed, expected = n - weights @ agreeing, n - alike
    else:
        differing = (counts * (counts @ apart)).sum(axis=1) / (people - 1)
        observed = weights @ differing
        expected = (by_category * (by_category @ apart)).sum(axis=1) / (n - 1)
    return np.asarray(1.0 - observed / np.where(expected > 0, expected, 1.0))


def deviations(who: Ints, strata: Ints, score: Table, of: Ints, seed: int) -> tuple[Table, Table]:
    """(m,) how many standard deviations the annotators `of` (m,) are beyond their mean score, and
    (PERMUTATIONS, m) how many they are where annotators are permuted within strata."""
    place = np.full(who.max(initial=-1) + 1, len(of))  # all others as one
    place[of] = np.arange(len(of))
    people = len(of) + 1
    mean, spread = usual_rates(place[who], strata, score, people)
    rows = np.maximum(np.bincount(place[who], minlength=people), 1)
    own = np.bincount(place[who], weights=score, minlength=people)
    sums = np.concatenate(
        [own[None], permuted_sums(place[who], strata, score, people, PERMUTATIONS, seed)]
    )
    z = np.where(spread > 1e-9, (sums / rows - mean) / np.maximum(spread, 1e-9), 0.0)[:, :-1]
    return z[0], z[1:]


def permuted_sums(
    who: Ints, strata: Ints, score: Table, people: int, draws: int, seed: int
) -> Table:
    """(draws, people) sum of each annotator's scores, annotators permuted within strata.

    who, strata, score (n,). Permuting the scores below a fixed order of annotators is the same.
    """
    random = np.random.default_rng(seed)
    sums = np.zeros((draws, people))
    order = np.lexsort((who, strata))
    for rows in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        starts = np.flatnonzero(np.diff(who[rows], prepend=-1))
        step = max(CELLS_AT_ONCE // max(len(rows), 1), 1)
        for first in range(0, draws if len(rows) else 0, step):
            deck = np.tile(score[rows], (min(step, draws - first), 1))
            random.permuted(deck, axis=1, out=deck)
            dealt = np.add.reduceat(deck, starts, axis=1)
            sums[first : first + step, who[rows][starts]] += dealt
    return sums


def doubt(probabilities: Floats, codes: Ints) -> tuple[Ints, Table]:
    """(n,) category that probes say, and log odds of the likeliest other one to the label's.

    The odds find more than whether the two differ: of 30 times that one annotator in five got 20 %
    wrong labels, z-tests of the odds found 29 and 28, of the difference 23 and 25 (support_clean
    and contracts_rebuilt of the samples, 330 and 679 rows).
    """
    rows = np.arange(len(codes))
    given, others = probabilities[rows, codes], probabilities.copy()
    others[rows, codes] = -1.0
    odds = np.log(others.max(axis=1) + FLOOR) - np.log(given + FLOOR)
    return np.asarray(probabilities.argmax(axis=1)), np.asarray(odds, dtype=np.float64)


def usual_rates(who: Ints, strata: Ints, score: Table, people: int) -> tuple[Table, Table]:
    """(people,) mean and standard deviation of each one's mean score, permuted within strata.

    In a stratum the scores are sampled without replacement. who, strata, score (n,).
    """
    own, total = _shares(who, strata, people)
    mean = np.bincount(strata, weights=score, minlength=len(total)) / total
    square = np.bincount(strata, weights=(score - mean[strata]) ** 2, minlength=len(total)) / total
    variance = (own * (total - own)) @ (square / np.maximum(total - 1, 1))
    n = np.maximum(own.sum(axis=1), 1)
    return own @ mean / n, np.sqrt(np.maximum(variance, 0.0)) / n


def z_of_half(who: Ints, strata: Ints, differs: Mask, people: int) -> Table:
    """(people,) by how many standard deviations each would stand out of whose labels half were
    hits, those of the others being as they are. who, strata, hit (n,)."""
    own, total = _shares(who, strata, people)
    hits = np.zeros_like(own)
    np.add.at(hits, (who, strata), differs)
    rest = total - own
    usual = (hits.sum(axis=0) - hits) / np.maximum(rest, 1)
    share = (own / 2 + rest * usual) / total
    variance = (own * rest * share * (1 - share)) / np.maximum(total - 1, 1)
    beyond = (own * rest / total * (0.5 - usual)).sum(axis=1)
    return np.asarray(beyond / np.sqrt(np.maximum(variance.sum(axis=1), 1e-9)))


def _shares(who: Ints, strata: Ints, people: int) -> tuple[Table, Table]:
    """(people, S) rows of each one in each stratum, and (S,) of all, at least 1."""
    own = np.zeros((people, strata.max(initial=-1) + 1))
    np.add.at(own, (who, strata), 1)
    return own, np.maximum(own.sum(axis=0), 1)


def comparable(evidence: Evidence, who: Ints) -> Ints:
    """Positions by which annotators can be compared: in categories that two of them label.

    Rows of one copy family or group with one label of one annotator are one decision, so the
    first of them stands for all.
    """
    codes, unit = evidence.dataset.codes, evidence.units
    rows = np.sort(np.unique(np.c_[unit, who, codes], axis=0, return_index=True)[1])
    rows = rows[who[rows] >= 0]
    pairs = np.unique(np.c_[codes[rows], who[rows]], axis=0)
    people = np.bincount(pairs[:, 0], minlength=codes.max() + 1)
    return np.asarray(rows[people[codes[rows]] > 1], dtype=np.int64)
