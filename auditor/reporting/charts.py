"""Charts as plain geometry: numbers and path data that the page's SVG takes as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.records.forecast import CategoryForecast, Curve, Forecast, Matrix
from auditor.reporting import wording
from auditor.reporting.forgetting import ranked

_BAR = 180  # width of a bar from before to the end
_PANEL = (240, 130)  # a retention panel's plot, in SVG units
_CURVES = 6
_MATRIX = (30, 20)  # rows and columns shown at most: a page is as wide


@dataclass(frozen=True, slots=True, kw_only=True)
class FallBar:
    """Accuracy before the update and at its end with the interval, on the axis 0-100 %."""

    before: float
    start: float
    width: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Retention of one category: a line with its band, and the same as text."""

    category: str
    line: str
    band: str
    ticks: tuple[tuple[float, int], ...]  # x, update step
    cells: tuple[tuple[str, str], ...]  # accuracy and its interval at each step


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The part of an update matrix that is shown; a cell is its text and shade 0-5."""

    updates: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int] | None, ...]], ...]
    of_rows: int
    of_updates: int


def bars(categories: Sequence[CategoryForecast]) -> list[FallBar]:
    """One bar for each category."""

    def x(accuracy: float) -> float:
        return round(5 + min(max(accuracy, 0.0), 1.0) * (_BAR - 10), 1)

    return [
        FallBar(
            before=x(c.accuracy_before),
            start=x(c.end_low),
            width=round(x(c.end_high) - x(c.end_low), 1),
            end=x(c.accuracy_at_end),
        )
        for c in categories
    ]


def panels(forecast: Forecast) -> list[Panel]:
    """Retention of the six categories that go first, of those that have curves."""
    curves = {c.category: c for c in forecast.curves}
    known = (c.category for c in ranked(forecast) if c.learnt)
    first = [curves[category] for category in known if category in curves][:_CURVES]
    return [_panel(curve, forecast.steps) for curve in first] if forecast.steps else []


def _panel(curve: Curve, steps: Sequence[int]) -> Panel:
    width, height = _PANEL
    first, last = steps[0], max(steps[-1], steps[0] + 1)
    xs = [round((s - first) / (last - first) * width, 1) for s in steps]

    def along(values: Sequence[float]) -> list[str]:
        ys = [round((1 - min(max(v, 0), 1)) * height, 1) for v in values]
        return [f"{x} {y}" for x, y in zip(xs, ys, strict=True)]

    upper, lower = along(curve.high), along(curve.low)
    shown = {0, len(steps) // 2, len(steps) - 1}
    return Panel(
        category=curve.category,
        line="M" + "L".join(along(curve.accuracy)),
        band="M" + "L".join([*upper, *reversed(lower)]) + "Z",
        ticks=tuple((xs[i], steps[i]) for i in sorted(shown)),
        cells=tuple(
            (wording.percent(a), f"{wording.percent(lo)} to {wording.percent(hi)}")
            for a, lo, hi in zip(curve.accuracy, curve.low, curve.high, strict=True)
        ),
    )


def grid(matrix: Matrix, forecast: Forecast) -> Grid:
    """The rows of the most endangered categories; the columns of the updates that are worst for
    them, in their order, and then of the most harmful ones.
    """
    rank = {c.category: c.rank for c in forecast.categories}
    unlearnt = {c.category for c in forecast.categories if not c.learnt}
    rows = sorted(
        (i for i, category in enumerate(matrix.categories) if category not in unlearnt),
        key=lambda i: (rank.get(matrix.categories[i], 10**9), i),
    )[: _MATRIX[0]]

    def harm(column: int) -> float:
        return sum(row[column] or 0.0 for row in matrix.drops)

    worst = [max(range(len(matrix.updates)), key=lambda j: matrix.drops[i][j] or 0.0) for i in rows]
    harmful = sorted(range(len(matrix.updates)), key=lambda j: (-harm(j), j))
    columns = list(dict.fromkeys([*worst, *harmful]))[: _MATRIX[1]]
    drops = [matrix.drops[i][j] for i in rows for j in columns]
    largest = max([0.05, *(d for d in drops if d is not None)])

    def cell(drop: float | None) -> tuple[str, int] | None:
        if drop is None:
            return None
        text = str(round(drop * 100)).replace("-", "\N{MINUS SIGN}")
        return text, round(5 * max(drop, 0) / largest)

    return Grid(
        updates=tuple(matrix.updates[j] for j in columns),
        rows=tuple(
            (matrix.categories[i], tuple(cell(matrix.drops[i][j]) for j in columns)) for i in rows
        ),
        of_rows=len(matrix.categories),
        of_updates=len(matrix.updates),
    )
