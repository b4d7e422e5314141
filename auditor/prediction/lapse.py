"""What share of labels is wrong, from how agreement with a probe rises with its sureness.

    P(agree | sureness x) = e / (K - 1) + (1 - e K / (K - 1)) logistic(a + b x),  b >= 0

A psychometric function with a lapse rate e (Wichmann and Hill 2001, "The psychometric function: I.
Fitting, sampling, and goodness of fit"): where the probe is right, which it is ever more often the
surer it is, the label agrees unless it is wrong; where the probe is wrong, a wrong label agrees by
chance. The interval of e is its profile likelihood's, so that it is wide where sureness never
reaches the level at which the curve would end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from auditor.records.arrays import Mask, Table

STEP = 0.005  # between the shares at which the likelihood is computed
BINS = 60  # of sureness, as many rows in each
ROUNDS = 40  # of Newton's method; far more than it takes
MIN_PROBABILITY = 1e-9  # of a probability
MAX_START, MAX_SLOPE = 20.0, 50.0  # a and b beyond these are a step


class Lapse(NamedTuple):
    """The share of wrong labels: its mean by the profile likelihood, and its interval's ends."""

    share: float
    low: float
    high: float


def lapse_rate(agreed: Mask, sureness: Table, kinds: int, confidence: float) -> Lapse:
    """The share of wrong labels, each end of the interval with so much `confidence`.

    agreed (n,): whether the label is the one that the probe says; sureness (n,), of any unit;
    kinds: the number of categories, 2 at least.
    """
    order = np.argsort(sureness, kind="stable")
    parts = np.array_split(order, min(BINS, len(order)))
    x = np.array([sureness[p].mean() for p in parts])
    curve = _Curve(
        x=x / max(float(x.std()), MIN_PROBABILITY),
        rows=np.array([len(p) for p in parts], dtype=np.float64),
        hits=np.array([agreed[p].sum() for p in parts], dtype=np.float64),
        kinds=kinds,
    )
    largest = (kinds - 1) / kinds  # labels that say nothing
    shares = np.append(np.arange(0.0, largest - STEP / 2, STEP), largest)
    loss = curve.fit(shares)
    inside = shares[2.0 * (loss - loss.min()) <= float(norm.ppf(confidence)) ** 2]
    # Not the likeliest, which leaps from end to end where the interval is wide.
    mean = float(np.average(shares, weights=np.exp(loss.min() - loss)))
    return Lapse(mean, float(inside.min()), float(inside.max()))


class _Curve(NamedTuple):
    """Agreement by sureness: `hits` (m,) of `rows` (m,) at `x` (m,)."""

    x: Table
    rows: Table
    hits: Table
    kinds: int

    def fit(self, shares: Table) -> Table:
        """(s,) the least negative log likelihood at each of `shares` (s,), over a and b."""
        a, b = self._start(shares)
        loss, damping = self._loss(shares, a, b), np.full(len(shares), 1e-3)
        for _ in range(ROUNDS):
            step_a, step_b = self._step(shares, a, b, damping)
            new_a = np.clip(a + step_a, -MAX_START, MAX_START)
            new_b = np.clip(b + step_b, 0.0, MAX_SLOPE)
            new_loss = self._loss(shares, new_a, new_b)
            better = new_loss <= loss
            a, b = np.where(better, new_a, a), np.where(better, new_b, b)
            loss = np.where(better, new_loss, loss)
            damping = np.where(better, damping / 4, damping * 8)
        return loss

    def _start(self, shares: Table) -> tuple[Table, Table]:
        """The best of a grid, for each share: the likelihood can have several hills."""
        slopes = np.concatenate([[0.0], np.geomspace(0.1, 20.0, 19)])
        a, b = (g.ravel() for g in np.meshgrid(np.linspace(-6.0, 6.0, 25), slopes))
        best = [int(self._loss(np.full(len(a), e), a, b).argmin()) for e in shares[::8]]
        of_each = np.repeat(best, 8)[: len(shares)]
        return a[of_each], b[of_each]

    def _agreement(self, shares: Table, a: Table, b: Table) -> tuple[Table, Table]:
        """(s, m) the chance to agree, and its derivative by a."""
        level = (shares / (self.kinds - 1))[:, None]
        right = expit(a[:, None] + b[:, None] * self.x)
        height = 1.0 - self.kinds * level
        chance = np.clip(level + height * right, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
        return chance, height * right * (1.0 - right)

    def _loss(self, shares: Table, a: Table, b: Table) -> Table:
        chance, _ = self._agreement(shares, a, b)
        likelihood = self.hits * np.log(chance) + (self.rows - self.hits) * np.log1p(-chance)
        return np.asarray(-likelihood.sum(axis=1))

    def _step(self, shares: Table, a: Table, b: Table, damping: Table) -> tuple[Table, Table]:
        """Fisher scoring with Levenberg's damping: (s,) changes of a and of b."""
        chance, slope = self._agreement(shares, a, b)
        pull = (self.hits / chance - (self.rows - self.hits) / (1.0 - chance)) * slope
        weight = self.rows * slope**2 / (chance * (1.0 - chance))
        g0, g1 = pull.sum(axis=1), (pull * self.x).sum(axis=1)
        w0 = weight.sum(axis=1) * (1.0 + damping) + MIN_PROBABILITY
        w1 = (weight * self.x).sum(axis=1)
        w2 = (weight * self.x**2).sum(axis=1) * (1.0 + damping) + MIN_PROBABILITY
        det = w0 * w2 - w1**2
        return (w2 * g0 - w1 * g1) / det, (w0 * g1 - w1 * g0) / det
