"""Which labels look wrong, how likely each is wrong, and how many of them are.

`label_probes.py` scores each label, `planted_errors.py` turns a score into a probability.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from auditor.prediction import planted_errors
from auditor.prediction.label_probes import LabelProbes, Suspicion
from auditor.prediction.planted_errors import MAX_PROBABILITY, Share
from auditor.records.arrays import Ints, Table
from auditor.records.dataset import Dataset
from auditor.records.evidence import MIN_OF_CATEGORY, MIN_PLANTED_IN
from auditor.records.probes import LabelErrors
from auditor.records.structure import CopyFamilies, Embeddings, Neighbours

RARE = 0.01  # share of wrong labels that a gate assumes of any set
ONE = 1.0  # error, the weight of the prior of each kind: 2 ranks alike to .002 (CLINC150, HWU64)
ROUNDS = 50  # of expectation and maximisation
# What `doubtful` is where a set is too small to say it: about its median over 46 samples of
# CLINC150 and HWU64, in which it lies between 3.5 and 8.9.
USUAL = 6.0


def find_label_errors(
    dataset: Dataset,
    stripped: Sequence[str],
    embeddings: Embeddings,
    near: Neighbours,
    fold_units: Ints,
    copies: CopyFamilies,
    other_labels: Mapping[int, Collection[int]],
    seed: int,
) -> LabelErrors | None:
    """The probability that each label is wrong; None for a single category.

    stripped: the texts without their templates; fold_units (n,): rows of one number do not vouch
    for one another; copies: with a negative family of rows that are not judged; other_labels:
    those that a text has rightly too (`Evidence.labels_of_other_kinds`).
    """
    if len(dataset.categories) < 2:
        return None
    probes = LabelProbes.of(embeddings.vectors, stripped, near, fold_units)
    codes = dataset.codes
    found, share = suspect(probes, codes, copies.family, other_labels, seed)
    found = replace(found, score=np.where(copies.family >= 0, found.score, -np.inf))
    few = too_few(copies.family, codes)
    assessed = np.isfinite(found.score)
    return LabelErrors(
        models=found.models,
        log=found.log,
        rival=found.rival,
        score=found.score,
        few={dataset.categories[c]: n for c, n in few.items()},
        assessed=int(assessed.sum()),
        examples=len(np.unique(copies.family[assessed])),
        wrong=None if share is None else _by_kind(share, found, codes),
        share=None if share is None else (share.share, share.low, share.high),
    )


def suspect(
    probes: LabelProbes,
    codes: Ints,
    family: Ints,
    other_labels: Mapping[int, Collection[int]],
    seed: int,
) -> tuple[Suspicion, Share | None]:
    """What speaks against the labels `codes` (n,), and the probability at each score; None: too few
    examples. Both of the rows that are trained on; others are scored all the same.

    family (n,): copy families, negative on rows that are not trained on.
    """
    excluded = [*too_few(family, codes)]
    found = probes.suspect(codes, excluded, other_labels)
    taught = family >= 0
    score = np.where(taught, found.score, -np.inf)
    if len(np.unique(family[np.isfinite(score)])) < MIN_PLANTED_IN:
        return found, None

    def trial(labels: Ints) -> Table:
        return probes.suspect(labels, excluded, other_labels).score

    planted = planted_errors.plant(trial, score, found.rival, codes, family, seed)
    return found, planted_errors.estimate(score, _weights(family, codes), planted)


def _by_kind(share: Share, found: Suspicion, codes: Ints) -> Table:
    """(n,) probability that each label is wrong, by what is usual between its two categories.

    People err in kinds: licences filed as services, many times, and nothing else. How much more
    often than elsewhere labels of one category are wrong that resemble another is a rate with a
    gamma distribution, shrunk to 1 as if ONE error had been seen; it is found by expectation and
    maximisation, empirical Bayes (Robbins 1956; DuMouchel 1999 of such rates).
    """
    usual = share.at(found.score)
    assessed = np.isfinite(found.score)
    _, kind = np.unique(np.stack([codes, found.rival]), axis=1, return_inverse=True)
    kind = kind.ravel()
    expected = (np.bincount(kind, assessed)[kind] - assessed) * share.share
    odds, wrong = usual / (1.0 - usual), usual
    for _ in range(ROUNDS):
        others = np.bincount(kind, wrong)[kind] - wrong  # no row speaks for itself
        rate = (ONE + others) / (ONE + expected)
        wrong = odds * rate / (1.0 + odds * rate)
    return np.asarray(np.minimum(wrong, MAX_PROBABILITY).round(4))


def doubtful(share: Share | None) -> float:
    """The score from which a label were rather wrong than right if one in a hundred were.

    What a score means is then the same for any set, however many of its labels are wrong.
    """
    return USUAL if share is None else share.from_score(RARE)


def too_few(family: Ints, codes: Ints) -> dict[int, int]:
    """Categories that cannot be assessed, and how many different examples they have."""
    taught = family >= 0
    pairs = np.unique(np.stack([codes[taught], family[taught]]), axis=1)[0]
    return {c: int(n) for c, n in enumerate(np.bincount(pairs)) if n < MIN_OF_CATEGORY}


def _weights(family: Ints, codes: Ints) -> Table:
    """(n,) so that the copies that stand under one label count once."""
    pairs = np.stack([family, codes])
    _, own, counts = np.unique(pairs, axis=1, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[own.ravel()])
