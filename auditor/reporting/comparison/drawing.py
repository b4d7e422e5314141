"""The figures of the page as plain geometry: numbers that its SVG takes as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.records.comparison import Amplification, CategoryRetention, Figure

_WIDTH = 260  # of a dumbbell
_HIGH = 120  # of the tallest column


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyRange:
    """One set's accuracy with its interval."""

    start: float
    width: float
    mark: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumbbell:
    """A category's average accuracy during the update with either set, on the axis 0-100 %."""

    base: AccuracyRange
    candidate: AccuracyRange


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBar:
    """Base rows with so many variations."""

    x: float
    y: float
    height: float
    label: str
    rows: int


def dumbbells(categories: Sequence[CategoryRetention]) -> list[Dumbbell]:
    return [
        Dumbbell(base=_range(c.after.base), candidate=_range(c.after.candidate)) for c in categories
    ]


def _range(figure: Figure) -> AccuracyRange:
    def x(value: float) -> float:
        return round(5 + min(max(value, 0.0), 1.0) * (_WIDTH - 10), 1)

    width = round(x(figure.high) - x(figure.low), 1)
    return AccuracyRange(start=x(figure.low), width=width, mark=x(figure.value))


def histogram(found: Amplification) -> list[HistogramBar]:
    largest = max(1, *(rows for _, _, rows in found.histogram), 1)
    out = []
    for place, (low, high, rows) in enumerate(found.histogram):
        height = round(rows / largest * _HIGH, 1)
        out.append(
            HistogramBar(
                x=place * 56.0,
                y=round(_HIGH + 18 - height, 1),
                height=height,
                label=str(low) if low == high else f"{low}-{high}",
                rows=rows,
            )
        )
    return out
