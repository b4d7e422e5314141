"""How likely a label is wrong: errors planted in the user's own rows say what errors look like.

Labels are changed on trial, by family, a few at a time, half of them to the likeliest other
category and half to any, and the three models score them as they scored the rows as they are. That
is a sample of wrong labels. The rows as they are are a mixture of wrong and right ones in an
unknown proportion; with the log odds of wrong against right a rising curve of the score, proportion
and curve are found by maximum likelihood: case and control, the controls contaminated (Lancaster
and Imbens 1996, "Case-control studies with contaminated controls", Journal of Econometrics; Qin
1999, "Empirical likelihood ratio based confidence intervals for mixture proportions", Annals of
Statistics). Planting controls of a known kind to calibrate a score is usual in the laboratory
(spike-ins).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import beta, chi2

from auditor.prediction.label_probes import MAX_SCORE
from auditor.records.arrays import Floats, Ints, Table

RATES = (0.02, 0.10)  # of the families at a time; scores of planted errors hardly differ by it
PLANTED = 1000  # families in all, where they are enough ...
MAX_TURNS = 8  # ... in as many turns of all rates and kinds
NEAREST = (
    0.5,
    0.0,
    0.75,
)  # part of the errors to the likeliest category: assumed, and for the interval
TURNS = 4  # of weighing planted errors anew
MAX_PROBABILITY = 0.99  # a thousand planted errors show no more
SURE = 0.95  # of the interval of the share
UNIT = 5.0  # of scores in the curve, so that its parameters are of one size
STEEPEST = 3.0 * UNIT  # of the log odds by the score, which is log odds itself
SHARES = expit(np.linspace(-9.0, 3.0, 41))  # of wrong labels, at which the likelihood is computed
# Of wrong labels, before the data speak: one in thirty in the mean, as Northcutt, Athalye and
# Mueller (2021, "Pervasive label errors in test sets") found in ten public sets (3.3 %).
PRIOR = (1.0, 29.0)
ODDS = (-9.0, 9.0)  # log odds of the share
CELL = 0.1  # width of a score's cell: far less than what separates wrong from right
GRID = np.arange(-MAX_SCORE - CELL, MAX_SCORE + 2 * CELL, CELL)


@dataclass(frozen=True, slots=True)
class Planted:
    """Labels that were changed on trial, and what the models said against them."""

    score: Table  # (m,)
    row: Ints  # (m,) positions
    nearest: Floats  # (m,) 1 where the label became the likeliest other one, 0 where any


@dataclass(frozen=True, slots=True)
class Share:
    """The share of wrong labels, and (cells,) the probability of being wrong at each score."""

    share: float
    low: float
    high: float
    wrong: Table
    ratio: Table  # (cells,) log odds of wrong against right where either is as likely before

    def from_score(self, share: float) -> float:
        """The score from which a label is rather wrong than right where `share` of them are wrong;
        inf where none is."""
        rather = np.flatnonzero(self.ratio >= logit(1.0 - share))
        return float(GRID[rather[0]]) if len(rather) else np.inf

    def at(self, score: Table) -> Table:
        """(n,) probability that labels of such scores are wrong; 0 where there is no score."""
        wrong = np.minimum(self.wrong[_cell(score)], MAX_PROBABILITY)
        return np.where(np.isfinite(score), wrong, 0.0).round(4)


def plant(
    trial: Callable[[Ints], Table], score: Table, rival: Ints, codes: Ints, family: Ints, seed: int
) -> Planted:
    """Plants errors in the rows that are assessed, those with a finite `score` (n,).

    trial: scores labels (n,); rival (n,): the likeliest other category of each row; family (n,):
    rows of one are relabelled together.
    """
    random = np.random.default_rng(seed)
    assessed = np.isfinite(score)
    families = np.unique(family[assessed])
    parts = []
    for _ in range(_turns(len(families))):
        for rate in RATES:
            for nearest in (True, False):
                count = max(round(rate * len(families)), 1)
                chosen = assessed & np.isin(family, random.permutation(families)[:count])
                other = rival if nearest else _any_other(codes[assessed], codes, random)
                labels = np.where(chosen, _of_family(other, family), codes)
                rows = np.flatnonzero(chosen & (labels != codes))
                found = trial(labels)[rows]
                known = np.isfinite(found)
                parts.append((found[known], rows[known], np.full(known.sum(), float(nearest))))
    return Planted(*(np.concatenate(p) for p in zip(*parts, strict=True)))


def estimate(score: Table, weight: Table, planted: Planted) -> Share:
    """The share of wrong labels among rows with `score` (n,), of which -inf is not assessed.

    weight (n,): 1 over the rows of its family. Its interval holds whatever part of the errors, from
    none to three quarters, is to the likeliest other category.
    """
    known = np.isfinite(score)
    rows = np.asarray(np.bincount(_cell(score[known]), weight[known], len(GRID)), dtype=float)
    fitted, mixture = _fit(rows, score, weight, planted, NEAREST[0], None, np.zeros(len(score)))
    profile = mixture.profile(fitted)
    share = _averaged(mixture, fitted, profile)
    ends = [_interval(fitted, profile)]
    for nearest in NEAREST[1:]:
        wrong = mixture.share(fitted).at(score)
        other, another = _fit(rows, score, weight, planted, nearest, fitted, wrong)
        ends.append(_interval(other, another.profile(other)))
    low, high = zip(*ends, strict=True)
    # What is usual may draw the share beyond what the data alone allow.
    return replace(share, low=min(*low, share.share), high=max(*high, share.share))


def _averaged(mixture: _Mixture, best: _Fitted, profile: Sequence[_Fitted]) -> Share:
    """Over the shares that the data leave open, by likelihood and what is usual (PRIOR)."""
    steps = np.gradient(SHARES)
    log = beta.logpdf(SHARES, *PRIOR) - np.array([f.loss for f in profile]) + np.log(steps)
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    wrong = sum(w * mixture.share(f).wrong for w, f in zip(weights, profile, strict=True))
    return replace(mixture.share(best), share=float(weights @ SHARES), wrong=np.asarray(wrong))


class _Fitted(NamedTuple):
    loss: float  # negative log likelihood
    share: float
    curve: Table  # (3,)


def _fit(
    rows: Table,
    score: Table,
    weight: Table,
    planted: Planted,
    nearest: float,
    start: _Fitted | None,
    wrong: Table,
) -> tuple[_Fitted, _Mixture]:
    """What is planted in a row that is wrong already may put it right: it counts by the chance that
    it is not, which the fit itself says."""
    of_row = weight[planted.row]
    for _ in range(1 if start else TURNS):
        still = np.where(planted.nearest > 0, 1.0 - wrong[planted.row], 1.0) * of_row
        errors = np.zeros(len(GRID))
        for kind, part in ((1.0, nearest), (0.0, 1.0 - nearest)):
            own = np.where(planted.nearest == kind, still, 0.0)
            cells = np.bincount(_cell(planted.score), own, len(GRID))
            errors += part * of_row.sum() * cells / max(cells.sum(), 1e-9)
        mixture = _Mixture(rows, errors)
        start = mixture.best(start)
        wrong = mixture.share(start).at(score)
    assert start is not None  # noqa: S101 - TURNS is not 0
    return start, mixture


@dataclass(frozen=True, slots=True)
class _Mixture:
    """`rows` (cells,) that are wrong in an unknown share, and `errors` (cells,) that are."""

    rows: Table
    errors: Table

    def best(self, start: _Fitted | None) -> _Fitted:
        """The likeliest share and curve. Without a `start` from several: few errors among many
        doubtful rows and many among few can each be a hill."""
        starts = STARTS if start is None else (start,)
        return min((self._climb(s, fixed=False) for s in starts), key=lambda f: f.loss)

    def profile(self, best: _Fitted) -> list[_Fitted]:
        """The best curve for each of SHARES, found from the likeliest share outwards."""
        found: dict[int, _Fitted] = {}
        middle = int(np.abs(logit(SHARES) - logit(best.share)).argmin())
        for order in (range(middle, len(SHARES)), range(middle - 1, -1, -1)):
            last = best
            for k in order:
                last = found[k] = self._climb(last._replace(share=float(SHARES[k])), fixed=True)
        return [found[k] for k in range(len(SHARES))]

    def share(self, fitted: _Fitted) -> Share:
        """Without its interval."""
        ratio = _BASIS @ fitted.curve
        right = (1.0 - fitted.share) * np.exp(-ratio)
        return Share(fitted.share, 0.0, 1.0, fitted.share / (fitted.share + right), ratio)

    def _climb(self, start: _Fitted, *, fixed: bool) -> _Fitted:
        odds = float(logit(start.share))
        limits = [(odds, odds) if fixed else ODDS, (-30.0, 30.0), (0.0, STEEPEST), (0.0, STEEPEST)]
        first = np.r_[np.clip(odds, *ODDS), start.curve]
        done = minimize(self._loss, first, jac=True, method="TNC", bounds=limits)
        return _Fitted(float(done.fun), float(expit(done.x[0])), done.x[1:])

    def _loss(self, x: Table) -> tuple[float, Table]:
        """With its gradient. A row of the pool is a planted one with odds errors : rows h, where h
        is the density of the rows as they are over that of errors."""
        share, (n, m) = expit(x[0]), (self.rows.sum(), self.errors.sum())
        right = np.exp(-np.clip(_BASIS @ x[1:], -30.0, 30.0))
        h = share + (1.0 - share) * right
        loss = self.errors @ np.log1p(n * h / m) + self.rows @ np.log1p(m / (n * h))
        slope = self.errors * (n / m) / (1.0 + n * h / m) - self.rows * m / (n * h * h + m * h)
        by_curve = -(1.0 - share) * (slope * right) @ _BASIS
        by_share = float(slope @ (1.0 - right)) * share * (1.0 - share)
        return float(loss), np.r_[by_share, by_curve]


# A constant, the score, and its square from the least score on: what rises with the score.
_BASIS = np.stack(
    [
        np.ones(len(GRID)),
        GRID / UNIT,
        np.maximum(GRID + MAX_SCORE, 0.0) ** 2 / (4 * MAX_SCORE * UNIT),
    ],
    axis=1,
)


STARTS = tuple(_Fitted(np.inf, share, np.array([3.0, 2.5, 2.5])) for share in (0.003, 0.03, 0.15))


def _interval(best: _Fitted, profile: Sequence[_Fitted]) -> tuple[float, float]:
    """The shares whose likelihood is not too far below the best (Wilks 1938), between SHARES by
    straight lines; beyond the first and last of them 0 and 1."""
    beyond = np.array([f.loss for f in profile]) - best.loss - chi2.ppf(SURE, 1) / 2
    inside = np.flatnonzero(beyond <= 0)
    if not len(inside):
        return best.share, best.share
    first, last = inside[0], inside[-1]
    low = 0.0 if first == 0 else _crossing(first - 1, first, beyond)
    high = 1.0 if last == len(SHARES) - 1 else _crossing(last, last + 1, beyond)
    return min(low, best.share), max(high, best.share)


def _crossing(one: int, other: int, height: Table) -> float:
    """The share between two of SHARES at which `height` is 0."""
    part = height[one] / (height[one] - height[other])
    odds = logit(SHARES)
    return float(expit(odds[one] + part * (odds[other] - odds[one])))


def _cell(score: Table) -> Ints:
    finite = np.clip(np.nan_to_num(score, neginf=GRID[0]), GRID[0], GRID[-1])
    return np.asarray(((finite - GRID[0]) / CELL).astype(np.int64).clip(0, len(GRID) - 1))


def _turns(families: int) -> int:
    a_turn = max(2 * sum(round(r * families) for r in RATES), 1)
    return int(np.clip(PLANTED // a_turn, 1, MAX_TURNS))


def _any_other(assessed: Ints, codes: Ints, random: np.random.Generator) -> Ints:
    """(n,) one of the categories that are `assessed`, mostly another than a row's own."""
    return np.asarray(random.choice(np.unique(assessed), len(codes)))


def _of_family(values: Ints, family: Ints) -> Ints:
    """(n,) the value of each family's first row."""
    _, first, own = np.unique(family, return_index=True, return_inverse=True)
    return np.asarray(values[first][own])
