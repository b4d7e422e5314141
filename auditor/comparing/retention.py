"""Which set retains better: accuracy before and on average during the update, on the same rows.

A set that holds rewordings of the rows that it is evaluated on looks better than it is. So both are
evaluated on the base's rows, and neither is taught them nor what resembles them (`leakage.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.comparing.estimates import independent_contrast, reaching, wider
from auditor.comparing.fitted import Draws, EvaluationRows, both_right
from auditor.comparing.paired import paired_contrast
from auditor.records.comparison import CategoryRetention, Contrast, Figure, Retention
from auditor.records.forecast import CategoryForecast, Forecast
from auditor.statistics import Z80, score_interval


def retention(draws: Draws, evaluation: EvaluationRows, seed: int) -> Retention | None:
    """Both sets at one size; None without a category that both have.

    Errors of the two drops are taken as independent. Both come from the same coefficients, so they
    are less than that: the interval of the difference is rather too wide. A drop's error is in
    part shared by all categories of an update, and only the rest averages out over them.
    """
    names = _categories(draws, evaluation)
    if not names:
        return None
    each = [_category(name, draws, evaluation) for name in names]
    before, drop = _before(draws, names, evaluation, seed), _mean_drop(each, evaluation.shared)
    base, candidate = draws
    return Retention(
        base_rows=base[0].rows,
        candidate_rows=candidate[0].rows,
        draws=len(base),
        probe=base[0].forecast.probe,
        before=before,
        drop=drop,
        after=_after(before, drop),
        categories=tuple(sorted(each, key=lambda c: (-abs(c.after.difference.value), c.category))),
    )


def _categories(draws: Draws, evaluation: EvaluationRows) -> tuple[str, ...]:
    """Those that every forecast is about and the base has rows of, and that are not trained."""
    all_names = evaluation.dataset.categories
    rows = np.bincount(evaluation.dataset.codes[evaluation.base], minlength=len(all_names))
    names = {name for name, n in zip(all_names, rows, strict=True) if n}
    for fitted in (*draws[0], *draws[1]):
        names &= {c.category for c in fitted.forecast.categories}
    return tuple(sorted(names - evaluation.taught or names))


def _category(name: str, draws: Draws, evaluation: EvaluationRows) -> CategoryRetention:
    """One category by both sets."""
    code = evaluation.dataset.categories.index(name)
    rows = evaluation.base & (evaluation.dataset.codes == code)
    sets = len(np.unique(evaluation.units[rows]))
    base, candidate = ([_of(fitted.forecast, name) for fitted in samples] for samples in draws)
    before = independent_contrast(_accuracy(base, sets), _accuracy(candidate, sets))
    drop = independent_contrast(_drop(base), _drop(candidate))
    unsure = [f for f in (*base, *candidate) if not f.identifiable]
    return CategoryRetention(
        category=name,
        before=before,
        drop=drop,
        after=_after(before, drop),
        rows=int(rows.sum()),
        identifiable=not unsure,
        reason=unsure[0].reason if unsure else candidate[0].reason,
    )


def _of(forecast: Forecast, name: str) -> CategoryForecast:
    return next(c for c in forecast.categories if c.category == name)


def _accuracy(draws: Sequence[CategoryForecast], sets: int) -> Figure:
    value = float(np.mean([f.accuracy_before for f in draws]))
    low, high = score_interval(np.array(value), np.array(float(sets)), 0.8)
    own = reaching(value, value - float(low), float(high) - value)
    return wider(own, _between([f.accuracy_before for f in draws]))


def _drop(draws: Sequence[CategoryForecast]) -> Figure:
    value, low, high = np.mean([[f.expected_drop, f.low, f.high] for f in draws], axis=0).tolist()
    own = reaching(value, value - low, high - value)
    return wider(own, _between([f.expected_drop for f in draws]))


def _between(values: Sequence[float]) -> float:
    """Half the 80 % interval of one draw among several."""
    return Z80 * float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def _before(draws: Draws, names: Sequence[str], evaluation: EvaluationRows, seed: int) -> Contrast:
    """Accuracy before the update, with the error of which rows were drawn."""
    codes = [evaluation.dataset.categories.index(c) for c in names]
    rows = evaluation.base & np.isin(evaluation.dataset.codes, codes)
    measured = paired_contrast(both_right(draws), evaluation, rows, seed)
    base, candidate = (
        _between([_mean_before(fitted.forecast, names) for fitted in samples]) for samples in draws
    )
    return Contrast(
        base=wider(measured.base, base),
        candidate=wider(measured.candidate, candidate),
        difference=wider(measured.difference, float(np.hypot(base, candidate))),
    )


def _mean_before(forecast: Forecast, names: Sequence[str]) -> float:
    return float(np.mean([_of(forecast, c).accuracy_before for c in names]))


def _mean_drop(each: Sequence[CategoryRetention], shared: float) -> Contrast:
    """The mean over categories, of whose variance a part `shared` does not average out."""

    def mean(figures: Sequence[Figure]) -> Figure:
        values = np.array([[f.value, f.value - f.low, f.high - f.value] for f in figures])
        reach = np.sqrt(
            shared * values[:, 1:].mean(axis=0) ** 2
            + (1 - shared) * (values[:, 1:] ** 2).mean(axis=0) / len(values)
        )
        return reaching(values[:, 0].mean(), *reach)

    return independent_contrast(
        mean([c.drop.base for c in each]), mean([c.drop.candidate for c in each])
    )


def _after(before: Contrast, drop: Contrast) -> Contrast:
    """Average accuracy during the update: what is left of `before`, whose error shrinks with it."""
    kept = [_part_kept(before.base, drop.base), _part_kept(before.candidate, drop.candidate)]
    return Contrast(
        base=_left(before.base, drop.base, kept[0]),
        candidate=_left(before.candidate, drop.candidate, kept[1]),
        difference=_left(before.difference, drop.difference, max(kept)),
    )


def _part_kept(before: Figure, drop: Figure) -> float:
    return float(np.clip(1.0 - drop.value / before.value if before.value else 1.0, 0.0, 1.0))


def _left(before: Figure, drop: Figure, kept: float) -> Figure:
    below = np.hypot(kept * (before.value - before.low), drop.high - drop.value)
    above = np.hypot(kept * (before.high - before.value), drop.value - drop.low)
    return reaching(before.value - drop.value, below, above)
