"""Which set retains better: accuracy before and after the update, both sets on the same rows.

A set that holds rewordings of the rows that it is read on looks better than it is. So both are
read on the base's rows, and neither is taught them nor what resembles them (`compare/unseen.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from auditor.records.arrays import Ints, Mask
from auditor.records.comparison import CategoryRetention, Contrast, Figure, Retention
from auditor.records.dataset import Dataset
from auditor.records.forecast import CategoryForecast, Forecast
from auditor.statistics import Z80, score_interval

RESAMPLES = 1000

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of one set at one size, or of one sample of it."""

    rows: int
    right: Mask  # (seeds, n) rows of the pool that a probe of each seed gets right, taught neither
    # them nor their likes
    halves: Mask  # (halves, n) the same, each probe taught another half of the rows
    forecast: Forecast  # with the accuracy of the base's rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The rows that accuracies are read on."""

    dataset: Dataset  # the pool
    base: Mask  # (n,)
    units: Ints  # (n,) rows of one number are not independent
    taught: frozenset[str]  # categories that the update trains: they are not forgotten
    shared: float  # part of the variance of a drop that all categories of an update share


def sample(codes: Ints, size_of: Ints, total: int, random: np.random.Generator) -> Ints:
    """(total,) sorted positions of a sample of rows with the categories `codes` (n,).

    size_of (K,): rows of each category that the smaller set has; what the larger one lacks of a
    category is made up from its others, in proportion to what they have left.
    """
    there = np.bincount(codes, minlength=len(size_of))
    wanted = np.minimum(there, size_of)
    room = there - wanted
    short = min(total - int(wanted.sum()), int(room.sum()))
    if short > 0:
        exact = room * short / room.sum()
        wanted = wanted + exact.astype(np.int64)
        rest = np.argsort(-(exact % 1.0), kind="stable")[: total - int(wanted.sum())]
        wanted[rest] += 1
    drawn = [
        random.choice(np.flatnonzero(codes == c), n, replace=False)
        for c, n in enumerate(wanted.tolist())
    ]
    return np.sort(np.concatenate(drawn))


def retention(
    base: Sequence[Told],
    candidate: Sequence[Told],
    scored: Scored,
    seed: int,
) -> Retention | None:
    """Both sets at one size; `base` and `candidate` are draws in step. None without a category
    that both have.

    Errors of the two drops are taken as independent. Both come from the same coefficients, so they
    are less than that: the interval of the difference is rather too wide. A drop's error is in
    part shared by all categories of an update, and only the rest averages out over them.
    """
    categories = _categories(base, candidate, scored)
    if not categories:
        return None
    each = [_Category(c, base, candidate, scored) for c in categories]
    ranked = sorted(each, key=lambda c: (-abs(c.after.difference.value), c.name))
    right = np.stack([mean_right(base), mean_right(candidate)], axis=1)
    codes = [scored.dataset.categories.index(c) for c in categories]
    before = paired(right, scored, scored.base & np.isin(scored.dataset.codes, codes), seed)
    before = _widened(before, base, candidate, categories)
    drop = _mean_drop([c.drop for c in each], scored.shared)
    return Retention(
        base_rows=base[0].rows,
        candidate_rows=candidate[0].rows,
        draws=len(base),
        probe=base[0].forecast.probe,
        before=before,
        drop=drop,
        after=_after(before, drop),
        categories=tuple(c.record() for c in ranked),
    )


def paired(right: Values, scored: Scored, rows: Mask, seed: int, *, held: float = 0.8) -> Contrast:
    """Mean accuracy over the categories of the `rows` (n,) by both columns of `right` (n, 2).

    Intervals, which hold a part `held`, by resampling units, the same for both: what makes a row
    hard makes it so for both. Where units do not differ, or hardly, resampling knows of none that
    would, so an independent error is added: that of a share of `n` units of which none was hit, by
    Laplace's rule of succession, 1 / (n + 2).
    """
    at = np.flatnonzero(rows)
    codes = np.unique(scored.dataset.codes[at], return_inverse=True)[1]
    units = np.unique(scored.units[at], return_inverse=True)[1]
    size = units.max() + 1, codes.max() + 1
    counts, sums = np.zeros(size), np.zeros((*size, 2))
    np.add.at(counts, (units, codes), 1.0)
    np.add.at(sums, (units, codes), right[at])
    random = np.random.default_rng(seed)
    drawn = random.multinomial(size[0], np.full(size[0], 1 / size[0]), RESAMPLES)
    weights = np.concatenate([np.ones((1, size[0])), drawn])
    rows_drawn = weights @ counts
    hits = (weights @ sums.reshape(size[0], -1)).reshape(len(weights), size[1], 2)
    share = np.divide(
        hits, rows_drawn[:, :, None], out=np.zeros_like(hits), where=rows_drawn[:, :, None] > 0
    )
    means = share.sum(axis=1) / (rows_drawn > 0).sum(axis=1)[:, None]
    both = np.column_stack([means, means[:, 1] - means[:, 0]])
    low, high = np.quantile(both[1:], ((1 - held) / 2, (1 + held) / 2), axis=0)
    unmet = float(norm.ppf((1 + held) / 2)) / (_worth(counts) + 2)
    return Contrast(
        **{
            name: wider(_figure(both[0, i], both[0, i] - low[i], high[i] - both[0, i]), unmet)
            for i, name in enumerate(("base", "candidate", "difference"))
        }
    )


def _worth(counts: Values) -> float:
    """How many units of one weight a mean over categories is worth (Kish 1965, "Survey sampling").

    counts (u, K): each unit's rows of each category.
    """
    weight = (counts / counts.sum(axis=0)).mean(axis=1)
    return float(1.0 / (weight**2).sum())


def apart(base: Figure, candidate: Figure) -> Contrast:
    """The contrast of two figures whose errors are independent."""
    below = np.hypot(candidate.value - candidate.low, base.high - base.value)
    above = np.hypot(candidate.high - candidate.value, base.value - base.low)
    difference = _figure(candidate.value - base.value, below, above)
    return Contrast(base=base, candidate=candidate, difference=difference)


def _categories(base: Sequence[Told], candidate: Sequence[Told], scored: Scored) -> tuple[str, ...]:
    """Those that every forecast is about and the base has rows of, and that are not trained."""
    names = {e for e, n in zip(scored.dataset.categories, _rows(scored), strict=True) if n}
    for told in (*base, *candidate):
        names &= {c.category for c in told.forecast.categories}
    return tuple(sorted(names - scored.taught or names))


def _rows(scored: Scored) -> Ints:
    codes = scored.dataset.codes
    return np.bincount(codes[scored.base], minlength=len(scored.dataset.categories))


def mean_right(told: Sequence[Told]) -> Values:
    """(n,) the share of draws and seeds that get each row right."""
    return np.asarray(np.mean([t.right.mean(axis=0) for t in told], axis=0))


class _Category:
    """One category by both sets."""

    def __init__(
        self, name: str, base: Sequence[Told], candidate: Sequence[Told], scored: Scored
    ) -> None:
        code = scored.dataset.categories.index(name)
        rows = scored.base & (scored.dataset.codes == code)
        self.name, self.rows = name, int(rows.sum())
        sets = len(np.unique(scored.units[rows]))
        sides = [[_of(t.forecast, name) for t in side] for side in (base, candidate)]
        self.before = apart(*(_accuracy(s, sets) for s in sides))
        self.drop = apart(*(_drop(s) for s in sides))
        self.after = _after(self.before, self.drop)
        unsure = [f for side in sides for f in side if not f.identifiable]
        self.identifiable = not unsure
        self.reason = unsure[0].reason if unsure else sides[1][0].reason

    def record(self) -> CategoryRetention:
        return CategoryRetention(
            category=self.name,
            before=self.before,
            drop=self.drop,
            after=self.after,
            rows=self.rows,
            identifiable=self.identifiable,
            reason=self.reason,
        )


def _of(forecast: Forecast, name: str) -> CategoryForecast:
    return next(c for c in forecast.categories if c.category == name)


def _accuracy(draws: Sequence[CategoryForecast], sets: int) -> Figure:
    value = float(np.mean([f.accuracy_before for f in draws]))
    low, high = score_interval(np.array(value), np.array(float(sets)), 0.8)
    return wider(
        _figure(value, value - float(low), float(high) - value),
        _between([f.accuracy_before for f in draws]),
    )


def _drop(draws: Sequence[CategoryForecast]) -> Figure:
    value, low, high = np.mean([[f.expected_drop, f.low, f.high] for f in draws], axis=0).tolist()
    return wider(
        _figure(value, value - low, high - value), _between([f.expected_drop for f in draws])
    )


def _between(values: Sequence[float]) -> float:
    """Half the 80 % interval of one draw among several."""
    return Z80 * float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def _widened(
    before: Contrast, base: Sequence[Told], candidate: Sequence[Told], names: Sequence[str]
) -> Contrast:
    """By how much draws differ in their mean accuracy over the categories."""
    one, other = (
        _between([_mean_before(t.forecast, names) for t in side]) for side in (base, candidate)
    )
    return Contrast(
        base=wider(before.base, one),
        candidate=wider(before.candidate, other),
        difference=wider(before.difference, float(np.hypot(one, other))),
    )


def _mean_before(forecast: Forecast, names: Sequence[str]) -> float:
    return float(np.mean([_of(forecast, c).accuracy_before for c in names]))


def wider(figure: Figure, reach: float) -> Figure:
    """The figure with an independent error more, of which `reach` is half the interval."""
    below = float(np.hypot(figure.value - figure.low, reach))
    return _figure(figure.value, below, float(np.hypot(figure.high - figure.value, reach)))


def _mean_drop(forecast_tests: Sequence[Contrast], shared: float) -> Contrast:
    """The mean over categories, of whose variance a part `shared` does not average out."""

    def mean(figures: Sequence[Figure]) -> Figure:
        values = np.array([[f.value, f.value - f.low, f.high - f.value] for f in figures])
        reach = np.sqrt(
            shared * values[:, 1:].mean(axis=0) ** 2
            + (1 - shared) * (values[:, 1:] ** 2).mean(axis=0) / len(values)
        )
        return _figure(values[:, 0].mean(), *reach)

    return apart(
        mean([d.base for d in forecast_tests]), mean([d.candidate for d in forecast_tests])
    )


def _after(before: Contrast, drop: Contrast) -> Contrast:
    """Accuracy after the update: what is left of `before`, whose error shrinks with it."""

    def left(one: Figure, lost: Figure, kept: float) -> Figure:
        below = np.hypot(kept * (one.value - one.low), lost.high - lost.value)
        above = np.hypot(kept * (one.high - one.value), lost.value - lost.low)
        return _figure(one.value - lost.value, below, above)

    kept = [
        1.0 - d.value / b.value if b.value else 1.0
        for b, d in ((before.base, drop.base), (before.candidate, drop.candidate))
    ]
    kept = [float(np.clip(k, 0.0, 1.0)) for k in kept]
    return Contrast(
        base=left(before.base, drop.base, kept[0]),
        candidate=left(before.candidate, drop.candidate, kept[1]),
        difference=left(before.difference, drop.difference, max(kept)),
    )


def _figure(value: float, below: float, above: float) -> Figure:
    value = float(value)
    return Figure(
        value=round(value, 4),
        low=round(value - float(below), 4),
        high=round(value + float(above), 4),
    )
