"""Fits the coefficients on measured updates, and scores them on datasets left out of the fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import spearmanr

from auditor.prediction.estimate import (
    Coefficients,
    FidelityWeights,
    Spread,
    forgetting_interval,
    odds,
)
from auditor.prediction.fit_weights import (
    USED,
    Measured,
    fit_curve,
    fit_fidelity,
    fit_spread,
)
from auditor.records.arrays import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One update as forecast by weights that were fitted without its dataset."""

    update: Measured
    forgotten: Table  # (K,) expected
    spread: Spread
    typical: dict[float, float]  # share -> half the width of an interval as wide for all

    @property
    def drop(self) -> Table:
        return self.update.accuracy_before * self.forgotten

    @property
    def skill(self) -> float:
        return float(spearmanr(self.drop, self.update.drop)[0]) / self.update.ceiling

    @property
    def rho_after(self) -> float:
        """Rank correlation of expected and measured accuracy after the update."""
        after = self.update.accuracy[:, 1:].mean(axis=1)
        return float(spearmanr(self.update.accuracy_before - self.drop, after)[0])

    def coverage(self, share: float, *, one_run: bool = False) -> float:
        """The part of measured drops inside their intervals."""
        low, high = self.interval(share, one_run=one_run)
        drops = self.update.drops if one_run else self.update.drop
        return float(((low <= drops) & (drops <= high)).mean())

    def winkler(self, share: float, *, constant: bool = False) -> float:
        """Mean interval score: width, and 2 / (1 - share) times what lies beyond; low is good.

        constant: of the interval that is as wide for all, `expected -+ a quantile of residuals`.
        """
        half, drop = self.typical[share], self.update.drop
        ends = (self.drop - half, self.drop + half)
        low, high = ends if constant else self.interval(share)
        beyond = np.maximum(low - drop, 0.0) + np.maximum(drop - high, 0.0)
        return float((high - low + 2.0 / (1.0 - share) * beyond).mean())

    def interval(self, share: float, *, one_run: bool = False) -> tuple[Table, Table]:
        """(K,) ends of the intervals that hold `share` of the drops."""
        before = self.update.accuracy_before
        sets = self.update.sets
        return forgetting_interval(
            self.forgotten, before, sets, self.spread, share, one_run=one_run
        )


def fit(updates: Sequence[Measured], steps: tuple[int, ...], provenance: str) -> Coefficients:
    """Coefficients from all `updates`, and the skill of each with its dataset left out."""
    natural = [u for u in updates if not u.scored_only]
    pooled = np.concatenate([u.forgotten for u in natural])
    return Coefficients(
        fidelities={
            fidelity: _fidelity(fidelity, updates)
            for fidelity in USED
            if fidelity in updates[0].features
        },
        prior=(_q(pooled, 0.1), float(pooled.mean().round(4)), _q(pooled, 0.9)),
        curve=fit_curve([u for u in natural if u.steps == steps], steps),
        provenance=provenance,
    )


def leave_out(fidelity: str, updates: Sequence[Measured]) -> list[LeftOut]:
    """Each update, forecast from the updates of the other datasets alone.

    Its spread comes from those too, each of them forecast without its own dataset in turn.
    """
    found = []
    for left in updates:
        others = _others(left, [u for u in updates if not u.scored_only])
        expectations = [(u, _expected(fidelity, u, _others(u, others))) for u in others]
        residuals = np.concatenate(
            [np.abs(u.drop - u.accuracy_before * x) for u, x in expectations]
        )
        found.append(
            LeftOut(
                update=left,
                forgotten=_expected(fidelity, left, others),
                spread=fit_spread(expectations),
                typical={s: _q(residuals, s) for s in (0.8, 0.9)},
            )
        )
    return found


def _others(update: Measured, updates: Sequence[Measured]) -> list[Measured]:
    """Those of other datasets; where there are none, the other updates; else itself."""
    of_other_datasets = [u for u in updates if u.dataset != update.dataset]
    return of_other_datasets or [u for u in updates if u is not update] or list(updates)


def _expected(fidelity: str, update: Measured, others: Sequence[Measured]) -> Table:
    """(K,) forgotten share, by weights that were fitted to `others`."""
    weights, level = fit_fidelity(fidelity, others)
    features = {f: v.mean(axis=0) for f, v in update.features[fidelity].items()}
    return np.asarray(expit(odds(features, weights)[0] + level))


def _fidelity(fidelity: str, updates: Sequence[Measured]) -> FidelityWeights:
    natural = [u for u in updates if not u.scored_only]
    left_out = leave_out(fidelity, updates)
    weights, level = fit_fidelity(fidelity, natural)
    expectations = [(x.update, x.forgotten) for x in left_out if not x.update.scored_only]
    return FidelityWeights(
        weights={f: round(w, 4) for f, w in weights.items()},
        level=round(level, 4),
        spread=fit_spread(expectations),
        mean_skill=round(
            float(np.mean([x.skill for x in left_out if not x.update.scored_only])), 3
        ),
        skill={x.update.name: round(x.skill, 3) for x in left_out},
        coverage={x.update.name: round(x.coverage(0.8), 3) for x in left_out},
    )


def _q(values: Table, share: float) -> float:
    return float(np.quantile(values, share).round(4))
