"""Three models judge each row's label, without having seen the row or what is kept with it.

A ridge regression on the embeddings, the nearest neighbours, and the words. Each gives its
probabilities under *any* labelling by a few products: what a row's own family adds is taken out in
closed form, so labels can be changed on trial (`planted_errors.py`) at little cost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from auditor.prediction.words import WordProbe, add_up, softmax
from auditor.records.arrays import Floats, Ints, Table
from auditor.records.structure import Neighbours

HARDLY = 1e-3  # the constant is shrunk: were all rows one family, nothing else would be left
RIDGE = 1.0  # of unit vectors: average precision is the same to .01 from .3 to 10 (CLINC150, HWU64)
SHARPNESS = 6.0  # of the softmax that makes probabilities of its scores; 10 ranks the same to .01
VOTES = 10  # neighbours: enough to outvote one that is mislabelled itself, few enough to be near
# Least probability that each model may give a category: it keeps one of them from outvoting the
# other two by certainty alone.
FLOOR = 0.02
MAX_SCORE = float(3 * np.log((1.0 + FLOOR) / FLOOR))  # all three certain


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the three models say against the label of each row."""

    models: Floats  # (3, n, K) probabilities
    log: Floats  # (n, K) their logs, summed
    rival: Ints  # (n,) the likeliest other category
    score: Table  # (n,) log odds of the rival against the label, summed; -inf: not assessed


@dataclass(frozen=True, slots=True)
class LabelProbes:
    """The three models before they are given any labels."""

    ridge: _Ridge
    near: Neighbours  # of each row, those of its own family left out
    words: WordProbe

    @classmethod
    def of(
        cls,
        vectors: Floats,
        stripped: Sequence[str],
        near: Neighbours,
        fold_units: Ints,
        taught: Ints | None = None,
    ) -> LabelProbes:
        """Of n rows.

        vectors (n, dim) unit rows; stripped: the texts without their templates; near: neighbours
        among the rows that are taught; fold_units (n,): rows of one number do not vouch for one
        another; taught (m,): positions of the rows that are trained on, by default all.
        """
        taught = np.arange(len(vectors)) if taught is None else taught
        other = (near.index >= 0) & (fold_units[near.index] != fold_units[:, None])
        other &= np.cumsum(other, axis=1) <= VOTES
        return cls(
            _Ridge.of(vectors, fold_units, taught),
            Neighbours(
                index=np.where(other, near.index, -1),
                cosine=np.where(other, np.maximum(near.cosine, 0.0), 0.0).astype(np.float32),
            ),
            WordProbe.of(stripped, fold_units, taught),
        )

    def suspect(
        self,
        codes: Ints,
        excluded: Collection[int] = (),
        other_labels: Mapping[int, Collection[int]] | None = None,
    ) -> Suspicion:
        """What the models say against the labels `codes` (n,); those of untaught rows teach
        nothing.

        Nothing is said against rows of the categories `excluded`, or for `other_labels` that a
        row's text has rightly (`Evidence.labels_of_other_kinds`).
        """
        models = np.stack(
            [self.ridge.probabilities(codes), self._votes(codes), self.words.probabilities(codes)]
        )
        log = np.asarray(sum(np.log(probability + FLOOR) for probability in models))
        other, rows = log.copy(), np.arange(len(codes))
        other[rows, codes] = -np.inf
        for i, labels in (other_labels or {}).items():
            other[i, [*labels]] = -np.inf
        rival = other.argmax(axis=1)
        score = other[rows, rival].astype(np.float64) - log[rows, codes]
        score[np.isin(codes, [*excluded])] = -np.inf
        # Rounded, scores are the same whatever the order of the sums.
        return Suspicion(models, log, rival, score.round(4))

    def _votes(self, codes: Ints) -> Floats:
        """(n, K) share of the nearest neighbours, by cosine."""
        kinds = self.ridge.kinds(codes)
        index = self.near.index
        cell = np.arange(len(index))[:, None] * kinds + codes[index]
        votes = np.bincount(
            cell[index >= 0], weights=self.near.cosine[index >= 0], minlength=len(index) * kinds
        ).reshape(-1, kinds)
        total = np.maximum(votes.sum(axis=1, keepdims=True), 1e-9)
        return np.asarray(votes / total, dtype=np.float32)


class _Family(NamedTuple):
    """Rows that do not vouch for one another."""

    rows: Ints
    taught: Ints  # places among the taught of those that are
    hat: Table  # (rows, taught) of the hat matrix
    inverse: Table  # (taught, taught) of I - H


class _Crowd(NamedTuple):
    """A family of more rows than inputs: it is cheaper to fit anew without it."""

    rows: Ints
    taught: Ints  # places among the taught of those that are
    inputs: Table  # (taught, dim + 1)
    through: Table  # (rows, dim + 1) inputs times the inverse moment of all but the family


@dataclass(frozen=True, slots=True)
class _Ridge:
    """Ridge regression of labels on vectors, each row scored without its own family's labels."""

    taught: Ints
    inputs: Table  # (m, dim + 1) of the rows that are taught, with a constant
    through: Table  # (n, dim + 1) inputs of all rows times the inverse moment
    families: list[_Family]
    crowds: list[_Crowd]
    alone: Ints  # rows that are their whole family, and taught
    place: Ints  # of those, their place among the taught
    leverage: Table  # of those

    @classmethod
    def of(cls, vectors: Floats, fold_units: Ints, taught: Ints) -> _Ridge:
        every = np.concatenate([vectors, np.ones((len(vectors), 1))], axis=1, dtype=np.float64)
        inputs = every[taught]
        moment = inputs.T @ inputs
        moment[np.diag_indices(len(moment) - 1)] += RIDGE
        moment[-1, -1] += HARDLY
        through = every @ np.linalg.inv(moment)
        order = np.argsort(fold_units, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(fold_units[order])) + 1)
        place = np.full(len(vectors), -1)
        place[taught] = np.arange(len(taught))
        alone = np.array([p[0] for p in parts if len(p) == 1 and place[p[0]] >= 0], dtype=np.int64)
        families, crowds = list[_Family](), list[_Crowd]()
        for rows in (p for p in parts if len(p) > 1):
            own = rows[place[rows] >= 0]
            if len(own) > len(moment):
                without = np.linalg.inv(moment - every[own].T @ every[own])
                crowds.append(_Crowd(rows, place[own], every[own], every[rows] @ without))
            elif len(own):
                hat = through[rows] @ every[own].T
                inside = np.eye(len(own)) - hat[np.searchsorted(rows, own)]
                families.append(_Family(rows, place[own], hat, np.asarray(np.linalg.inv(inside))))
        leverage = (through[alone] * every[alone]).sum(axis=1)
        return cls(taught, inputs, through, families, crowds, alone, place[alone], leverage)

    def kinds(self, codes: Ints) -> int:
        return int(codes[self.taught].max()) + 1

    def probabilities(self, codes: Ints) -> Floats:
        """(n, K). What a family adds to its own scores is the hat matrix's part of it (Rifkin and
        Lippert 2007, "Notes on regularized least squares", for one row)."""
        own = codes[self.taught]
        sums = add_up(own) @ self.inputs
        scores = self.through @ sums.T
        left = -scores[self.taught]  # residuals of what was taught
        left[np.arange(len(own)), own] += 1.0
        scores[self.alone] -= (self.leverage / (1.0 - self.leverage))[:, None] * left[self.place]
        for family in self.families:
            scores[family.rows] -= family.hat @ (family.inverse @ left[family.taught])
        for crowd in self.crowds:
            labels = np.eye(len(sums))[own[crowd.taught]]
            others = sums - labels.T @ crowd.inputs
            scores[crowd.rows] = crowd.through @ others.T
        return softmax(scores, SHARPNESS)
