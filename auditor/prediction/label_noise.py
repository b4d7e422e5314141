"""Can the labels be predicted from the texts at all, and what share of the labels is wrong?

A kernel ridge regression scores each row for each category by the other rows. Copies would vouch
for one another, so one row of each copy family takes part, and rows that must stay in one
fold are left out as one. Held-out scores are linear in the labels: one matrix gives them for the
true labels and for permuted labels, which is a permutation test of the accuracy (Ojala and Garriga
2010, "Permutation tests for studying classifier performance", JMLR).

The share of wrong labels is estimated on the rows that are surest. Held-out scores do not know a
row's own label, and where a probe cannot err it is the label that disagrees: anchor points (Liu and
Tao 2016, "Classification with noisy labels by importance reweighting"; Patrini et al. 2017, "Making
deep neural networks robust to label noise"). Categories that overlap lower agreement where the
probe is unsure, wrong labels also where it is sure, and there the curve ends (`lapse.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack
from scipy.stats import norm, t

from auditor.prediction.folds import keep_near_together
from auditor.prediction.lapse import Lapse, lapse_rate
from auditor.prediction.words import add_up, words_of
from auditor.records.arrays import Floats, Ints, Mask, Table
from auditor.records.dataset import Dataset
from auditor.records.probes import CategorySkill, NoiseEstimate
from auditor.records.structure import CopyFamilies, Embeddings
from auditor.structure.consensus import representatives

MAX_ROWS = 3000  # rows that are used, the first in canonical order, which is as good as random
MIN_UNITS = 50  # units: of fewer a probe learns too little for its failing to say anything
MIN_OF_CATEGORY = 2  # rows: the only one, held out, leaves none to learn from
RIDGE = 1.0  # of unit vectors; with .5 and 2 the intervals are the same to .03 (HWU64, CLINC150)
WORDS = 0.5  # weight of shared words against the embedding: words alone predict some labels
PERMUTATIONS = 99
SHARE_CONFIDENCE = 0.975  # of each end of the share's interval, which is then one of 95 %
SKILL_CONFIDENCE = 0.95  # of the upper end of the skill


def estimate_label_noise(
    dataset: Dataset, embeddings: Embeddings, copies: CopyFamilies, seed: int
) -> NoiseEstimate | None:
    """How well texts predict labels, and the share of wrong ones; None for one category."""
    if len(dataset.categories) < 2:
        return None
    rows = _taking_part(dataset.codes, copies.family, representatives(dataset, copies))
    names, codes = np.unique(dataset.codes[rows], return_inverse=True)
    units = np.unique(keep_near_together(dataset, copies)[rows], return_inverse=True)[1]
    count = len(np.unique(units))
    if count < MIN_UNITS:
        return _not_estimated(rows, count, f"{count} different examples, {MIN_UNITS} are needed")
    if len(names) < 2:
        return _not_estimated(rows, count, f"no two categories have {MIN_OF_CATEGORY} examples")
    texts = [dataset.examples[i].text for i in rows]
    probe = _Probe.of(embeddings.vectors[rows], texts, units)
    scores = probe.held_out(codes)
    predicted, agreed = scores.argmax(axis=1), scores.argmax(axis=1) == codes
    accuracy = float(agreed.mean())
    of_permuted = [
        _accuracy_and_areas(probe.held_out(c), c) for c in _permuted_labels(codes, units, seed)
    ]
    accuracies, areas = (np.array(result) for result in zip(*of_permuted, strict=True))
    chance, spread = float(accuracies.mean()), float(accuracies.std(ddof=1))
    lapse, suspects = _wrong(scores, predicted, agreed)
    beyond = float(norm.ppf(SKILL_CONFIDENCE)) * spread
    return NoiseEstimate(
        rows=rows,
        units=count,
        accuracy=accuracy,
        chance=chance,
        p=float((1 + (accuracies >= accuracy).sum()) / (1 + len(accuracies))),
        skill_high=min((accuracy + beyond - chance) / (1.0 - chance), 1.0),
        share=lapse.share,
        low=lapse.low,
        high=lapse.high,
        suspects=rows[suspects],
        categories=_of_categories(
            _areas(scores, codes), areas, codes, units, [dataset.categories[k] for k in names]
        ),
    )


def _taking_part(codes: Ints, family: Ints, once: Mask) -> Ints:
    """(m,) positions: of the rows `once` (n,) the first of each family that has one label there.

    What has several is label-conflict's, or has them rightly. Categories that have too few rows
    left are left out.
    """
    at = np.flatnonzero(once)
    first = at[np.unique(family[at], return_index=True)[1]]
    pairs = np.unique(np.stack([family[at], codes[at]]), axis=1)[0]
    rows = np.sort(first[np.bincount(pairs) == 1])[:MAX_ROWS]
    kept = np.bincount(codes[rows])[codes[rows]] >= MIN_OF_CATEGORY
    return np.asarray(rows[kept])


def _not_estimated(rows: Ints, units: int, reason: str) -> NoiseEstimate:
    return NoiseEstimate(
        rows=rows,
        units=units,
        accuracy=0.0,
        chance=0.0,
        p=1.0,
        skill_high=1.0,
        share=0.0,
        low=0.0,
        high=1.0,
        suspects=rows[:0],
        categories=(),
        reason=reason,
    )


class _Probe(NamedTuple):
    """Leave-one-unit-out kernel ridge regression: inverse (m, m) of the kernel plus the ridge."""

    inverse: Floats
    diagonal: Floats  # (m,)
    shared: list[tuple[Ints, Table]]  # units of several rows, each with its block's inverse

    @classmethod
    def of(cls, vectors: Floats, texts: list[str], units: Ints) -> _Probe:
        """The kernel is x'y + 1, whose constant is the intercept, and that of the words."""
        words = words_of(texts)
        kernel = vectors @ vectors.T + 1.0 + WORDS * (words @ words.T).toarray()
        inverse = _inverse(kernel.astype(np.float64) + RIDGE * np.eye(len(vectors)))
        order = np.argsort(units, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(units[order])) + 1)
        shared = [(p, _inverse(inverse[np.ix_(p, p)])) for p in parts if len(p) > 1]
        diagonal = np.diag(inverse).astype(np.float32)
        return cls(inverse.astype(np.float32), diagonal, shared)

    def held_out(self, codes: Ints) -> Table:
        """(m, K) scores of each row by the rows of other units; every category weighs the same.

        In the inverse C, what is left of labels y where a unit u is left out is the solution of
        C[u, u] r = (C y)[u] (Rifkin and Lippert 2007, "Notes on regularized least squares").
        """
        share = np.bincount(codes) / len(codes)
        spread = np.sqrt(share * (1.0 - share))
        sums = (add_up(codes).astype(np.float32) @ self.inverse).T - np.outer(
            self.inverse.sum(axis=1), share
        )
        left = sums / self.diagonal[:, None]
        for rows, inverse in self.shared:
            left[rows] = inverse @ sums[rows]
        labels = (codes[:, None] == np.arange(len(share))) - share
        return np.asarray((labels - left) / spread)


def _inverse(matrix: Table) -> Table:
    """Of a symmetric, positive definite matrix: by Cholesky, a third of the work."""
    factor, _ = lapack.dpotrf(matrix, lower=1)
    lower, _ = lapack.dpotri(factor, lower=1)
    below = np.tril(lower)
    return np.asarray(below + np.tril(below, -1).T)


def _accuracy_and_areas(scores: Table, codes: Ints) -> tuple[float, Table]:
    """The accuracy, and (K,) the area under each category's curve."""
    return float((scores.argmax(axis=1) == codes).mean()), _areas(scores, codes)


def _areas(scores: Table, codes: Ints) -> Table:
    """(K,) how often a row of a category scores higher for it than one of another does."""
    out = np.empty(scores.shape[1])
    for k, score in enumerate(np.ascontiguousarray(scores.T)):
        own, others = score[codes == k], np.sort(score[codes != k])
        below = [np.searchsorted(others, own, side=side).mean() for side in ("left", "right")]
        out[k] = np.mean(below) / len(others)
    return out


def _permuted_labels(codes: Ints, units: Ints, seed: int) -> Iterator[Ints]:
    """The labels permuted, those of a unit in one run: what they share may be the unit's."""
    random = np.random.default_rng(seed)
    order = np.argsort(units, kind="stable")
    runs = np.split(codes[order], np.flatnonzero(np.diff(units[order])) + 1)
    for _ in range(PERMUTATIONS):
        permuted = np.empty_like(codes)
        permuted[order] = np.concatenate([runs[i] for i in random.permutation(len(runs))])
        yield permuted


def _wrong(scores: Table, predicted: Ints, agreed: Mask) -> tuple[Lapse, Ints]:
    """The share of wrong labels, and (s,) rows that are surely said to be of another category.

    Sureness is how far the highest score is ahead. Of the whole set it is one unit, which a
    category of few or scattered texts never reaches; as a multiple of the mean of the category that
    is said it is another, under which wrong labels of one category show. What both intervals hold
    is claimed: the lower low end and the higher high one.
    """
    kinds = scores.shape[1]
    ordered = np.partition(scores, kinds - 2, axis=1)
    ahead = ordered[:, -1] - ordered[:, -2]
    mean = np.bincount(predicted, weights=ahead) / np.maximum(np.bincount(predicted), 1)
    within = ahead / np.maximum(mean[predicted], 1e-9)
    of_set, of_category = (lapse_rate(agreed, s, kinds, SHARE_CONFIDENCE) for s in (ahead, within))
    lapse = Lapse(
        share=(of_set.share + of_category.share) / 2,
        low=min(of_set.low, of_category.low),
        high=max(of_set.high, of_category.high),
    )
    return lapse, np.flatnonzero(~agreed & (ahead > ahead.mean()) & (within > 1.0))


def _of_categories(
    area: Table, permuted: Table, codes: Ints, units: Ints, names: list[str]
) -> tuple[CategorySkill, ...]:
    """The `area` (K,) under each category's curve, against those of permuted labels (d, K).

    Held-out scores depend on one another, as each row is trained on for all others: Mann and
    Whitney's spread is half of that of permutations, and their mean is below a half. A category's
    scores rest on which rows are its own alone, so permuting all labels is its null, however well
    the others are predicted.
    """
    confidence = 1.0 - (1.0 - SKILL_CONFIDENCE) / len(names)  # Bonferroni
    chance = permuted.mean(axis=0)
    # As one more permutation would lie about the mean of so many
    spread = permuted.std(axis=0, ddof=1) * np.sqrt(1.0 + 1.0 / len(permuted))
    skill, reach = (area - chance) / (1.0 - chance), spread / (1.0 - chance)
    high = skill + t.ppf(confidence, len(permuted) - 1) * reach
    p = t.sf(skill / reach, len(permuted) - 1)
    return tuple(
        CategorySkill(
            category=name,
            units=len(np.unique(units[codes == k])),
            skill=float(skill[k]),
            skill_high=min(float(high[k]), 1.0),
            p=float(p[k]),
        )
        for k, name in enumerate(names)
    )
