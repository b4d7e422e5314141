"""Fits the coefficients on measured updates, and scores them on datasets left out of the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from auditor.prediction.estimate import (
    OF_SETS,
    OUTCOMES,
    Coefficients,
    Expected,
    FidelityWeights,
    OutcomeWeights,
    expect,
    product_interval,
)
from auditor.prediction.features.solidity import size_of
from auditor.prediction.fit_solid import fit_solid
from auditor.prediction.fit_weights import (
    PLAIN,
    RANKED,
    Expectation,
    fit_curve,
    fit_outcome,
    fit_spread,
)
from auditor.prediction.forgetting import share_lost, share_lost_at_end
from auditor.prediction.measured import Measured
from auditor.records.arrays import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One update as forecast by weights that were fitted without its dataset."""

    update: Measured
    expected: Mapping[str, Expected]  # outcome -> (1, K)
    # share -> half the width of an interval as wide for all: of drops, of accuracies at the end
    typical: Mapping[float, tuple[float, float]]

    @property
    def before(self) -> Table:
        return np.asarray(self.expected["before"].mean[0])

    @property
    def lost(self) -> Table:
        """(K,) expected share of the accuracy lost on average."""
        return np.asarray(self.expected["average"].mean[0])

    @property
    def drop(self) -> Table:
        return self.before * self.lost

    @property
    def at_end(self) -> Table:
        """(K,) expected accuracy at the last step."""
        return np.asarray(self.before * (1 - self.expected["end"].mean[0]))

    @property
    def skill(self) -> float:
        return float(spearmanr(self.drop, self.update.drop)[0]) / self.update.ceiling

    @property
    def rho_after(self) -> float:
        """Rank correlation of expected and measured mean accuracy over the checkpoints."""
        after = self.update.accuracy[:, 1:].mean(axis=1)
        return float(spearmanr(self.before - self.drop, after)[0])

    def level_error(self, outcome: str) -> float:
        """Expected less measured mean share lost over the categories."""
        measured = share_lost if outcome == "average" else share_lost_at_end
        expected = self.expected[outcome].mean[0]
        return float(expected.mean() - measured(self.update.accuracy).mean())

    def interval(self, share: float, *, one_run: bool = False) -> tuple[Table, Table]:
        """(K,) ends of the intervals that hold `share` of the drops."""
        before, average = self._ends("before", share, False), self._ends("average", share, one_run)
        return product_interval(self.before, before, self.lost, average)

    def end_interval(self, share: float, *, one_run: bool = False) -> tuple[Table, Table]:
        """(K,) ends of the intervals that hold `share` of the accuracies at the end."""
        low, high = self._ends("end", share, one_run)
        kept = 1 - self.expected["end"].mean[0]
        before = self._ends("before", share, False)
        return product_interval(self.before, before, kept, (1 - high, 1 - low))

    def _ends(self, outcome: str, share: float, one_run: bool) -> tuple[Table, Table]:
        low, high = self.expected[outcome].interval(self.update.sets, share, one_run=one_run)
        return low[0], high[0]

    def coverage(self, share: float, *, one_run: bool = False) -> float:
        """The part of measured drops inside their intervals."""
        low, high = self.interval(share, one_run=one_run)
        drops = self.update.drops if one_run else self.update.drop
        return float(((low <= drops) & (drops <= high)).mean())

    def end_coverage(self, share: float, *, one_run: bool = False) -> float:
        """The part of accuracies at the end inside their intervals."""
        low, high = self.end_interval(share, one_run=one_run)
        last = self.update.runs[:, :, -1] if one_run else self.update.accuracy[:, -1]
        return float(((low <= last) & (last <= high)).mean())

    def winkler(self, share: float, *, constant: bool = False) -> float:
        """Mean interval score of the drops; see `_winkler`."""
        ends = self.interval(share) if not constant else _about(self.drop, self.typical[share][0])
        return _winkler(ends, self.update.drop, share)

    def end_winkler(self, share: float, *, constant: bool = False) -> float:
        """Mean interval score of the accuracies at the end."""
        half = self.typical[share][1]
        ends = self.end_interval(share) if not constant else _about(self.at_end, half)
        return _winkler(ends, self.update.accuracy[:, -1], share)


def _about(middle: Table, half: float) -> tuple[Table, Table]:
    return middle - half, middle + half


def _winkler(ends: tuple[Table, Table], measured: Table, share: float) -> float:
    """Width, and 2 / (1 - share) times what lies beyond; low is good (Winkler 1972)."""
    low, high = ends
    beyond = np.maximum(low - measured, 0.0) + np.maximum(measured - high, 0.0)
    return float((high - low + 2.0 / (1.0 - share) * beyond).mean())


def fit(updates: Sequence[Measured], steps: tuple[int, ...], provenance: str) -> Coefficients:
    """Coefficients from all `updates`, and the skill of each with its dataset left out."""
    fitted = [u for u in updates if u.fitted]
    curves = [u for u in fitted if u.steps == steps]
    each = {f: _fidelity(f, own) for f in PLAIN if (own := having(f, updates))}
    return Coefficients(
        fidelities={
            f: _borrowed(found, each["head"], having(f, fitted)) for f, found in each.items()
        },
        prior={o: _prior(o, fitted) for o in OUTCOMES if o != "before"},
        fitted=fitted_range(fitted),
        curve=fit_curve(curves, steps),
        provenance=provenance,
        solid=fit_solid(fitted),
    )


def _borrowed(
    found: FidelityWeights, head: FidelityWeights, updates: Sequence[Measured]
) -> FidelityWeights:
    """With the outcomes of `head` that were not measured in the updates of a fidelity."""
    measured = {o for o in head.outcomes if any(u.outcome(o) is not None for u in updates)}
    own = {o: w for o, w in found.outcomes.items() if o in measured}
    return replace(found, outcomes={**head.outcomes, **own})


def having(fidelity: str, updates: Sequence[Measured]) -> list[Measured]:
    """The updates of which all features of the fidelity are known."""
    used = {*RANKED[fidelity]}.union(*PLAIN[fidelity].values())
    return [u for u in updates if used <= set(u.features)]


def leave_out(fidelity: str, updates: Sequence[Measured]) -> list[LeftOut]:
    """Each update, forecast from the updates of the other datasets alone.

    Its spread comes from those too, each of them forecast without its own dataset in turn.
    """
    fits: dict[tuple[str, ...], dict[str, OutcomeWeights]] = {}

    def weights(others: Sequence[Measured]) -> dict[str, OutcomeWeights]:
        key = tuple(u.name for u in others)
        if key not in fits:
            fits[key] = _outcomes(fidelity, others)
        return fits[key]

    def expected(update: Measured, others: Sequence[Measured]) -> dict[str, Expected]:
        return {o: expect(update.mean_features, w) for o, w in weights(others).items()}

    found = []
    spreads: dict[
        tuple[str, ...], tuple[dict[str, OutcomeWeights], dict[float, tuple[float, float]]]
    ] = {}
    for left in updates:
        others = _others(left, [u for u in updates if u.fitted])
        key = tuple(u.name for u in others)
        if key not in spreads:
            inner = [(u, expected(u, _others(u, others))) for u in others]
            spreads[key] = _with_spread(weights(others), inner), _typical(inner)
        spread, typical = spreads[key]
        said = {o: expect(left.mean_features, w) for o, w in spread.items()}
        found.append(LeftOut(update=left, expected=said, typical=typical))
    return found


def _outcomes(fidelity: str, updates: Sequence[Measured]) -> dict[str, OutcomeWeights]:
    there = [o for o in (*OUTCOMES, *OF_SETS) if any(u.outcome(o) is not None for u in updates)]
    return _complete({o: fit_outcome(fidelity, o, updates) for o in there})


def _complete(outcomes: dict[str, OutcomeWeights]) -> dict[str, OutcomeWeights]:
    """Where no update was ever learnt, what is lost by then is what is lost at the end."""
    return {"learnt": outcomes["end"], **outcomes}


def _with_spread(
    weights: Mapping[str, OutcomeWeights],
    expectations: Sequence[tuple[Measured, Mapping[str, Expected]]],
) -> dict[str, OutcomeWeights]:
    out = {}
    for outcome, found in weights.items():
        known: list[Expectation] = [
            (u, y, e[outcome])
            for u, e in expectations
            if outcome in e and (y := u.outcome(outcome)) is not None
        ]
        if known:
            out[outcome] = replace(found, spread=fit_spread(outcome, known))
    return _complete(out)


def _typical(
    expectations: Sequence[tuple[Measured, Mapping[str, Expected]]],
) -> dict[float, tuple[float, float]]:
    drops, ends = [], []
    for u, e in expectations:
        before = e["before"].mean[0]
        drops.append(np.abs(u.drop - before * e["average"].mean[0]))
        ends.append(np.abs(u.accuracy[:, -1] - before * (1 - e["end"].mean[0])))
    return {s: (_q(np.concatenate(drops), s), _q(np.concatenate(ends), s)) for s in (0.8, 0.9)}


def _others(update: Measured, updates: Sequence[Measured]) -> list[Measured]:
    """Those of other datasets; where there are none, the other updates; else itself."""
    of_other_datasets = [u for u in updates if u.dataset != update.dataset]
    return of_other_datasets or [u for u in updates if u is not update] or list(updates)


def _fidelity(fidelity: str, updates: Sequence[Measured]) -> FidelityWeights:
    fitted = [u for u in updates if u.fitted]
    left_out = leave_out(fidelity, updates)
    expectations = [(x.update, x.expected) for x in left_out if x.update.fitted]
    natural = [x.skill for x in left_out if x.update.fitted and not x.update.damaged]
    return FidelityWeights(
        outcomes=_with_spread(_outcomes(fidelity, fitted), expectations),
        mean_skill=round(float(np.mean(natural)), 3),
        skill={x.update.name: round(x.skill, 3) for x in left_out},
        coverage={x.update.name: round(x.coverage(0.8), 3) for x in left_out},
    )


def _prior(outcome: str, updates: Sequence[Measured]) -> tuple[float, float, float]:
    """10 %, mean and 90 % of an outcome over all categories."""
    known = [y for u in updates if (y := u.outcome(outcome)) is not None]
    pooled = np.concatenate(known) if known else np.array([0.0, 1.0])
    return _q(pooled, 0.1), float(pooled.mean().round(4)), _q(pooled, 0.9)


def fitted_range(updates: Sequence[Measured]) -> dict[str, tuple[float, float]]:
    """The smallest and the largest size among the measured sets, by the name of the size."""
    sizes = [size_of(u.mean_features) for u in updates]
    return {
        name: (round(min(s[name] for s in sizes)), round(max(s[name] for s in sizes)))
        for name in sizes[0]
    }


def _q(values: Table, share: float) -> float:
    return float(np.quantile(values, share).round(4))
