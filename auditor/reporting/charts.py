"""Charts as plain geometry: numbers and path data that the page's SVG takes as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.records.audit import Audit
from auditor.records.forecast import CategoryForecast, Curve, Forecast, Matrix
from auditor.reporting import wording
from auditor.reporting.cards import category_of_rows
from auditor.reporting.codes import code as words_for
from auditor.reporting.label_errors import single
from auditor.reporting.verdict import ranked

_BAR = 180  # width of an interval bar
_PANEL = (240, 130)  # a retention panel's plot, in SVG units
_MAP = (1000, 640)
_CURVES = 6
_MATRIX = (30, 20)  # rows and columns shown at most: a page is as wide
COLOURS = 10  # of the palette in report.css; marks change when they are used up
# Shapes drawn at a point by a pen with round ends: dot, plus, cross, bar, caret.
_MARKS = ("h0", "m-4 0h8m-4-4v8", "m-3-3l6 6m0-6l-6 6", "m-4 0h8", "m-4 3l4-7 4 7")
_RING = "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0"
_STILL = 4000  # points of the still map at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An expected drop with its interval, on an axis that a whole table shares."""

    zero: float
    start: float
    width: float
    mark: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The points of one category."""

    category: str
    points: int
    colour: int
    mark: int
    path: str
    key: str  # path of the one mark in the legend


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    layers: tuple[Layer, ...]
    rings: str
    ringed: int
    shown: int
    of_rows: int


def bars(categories: Sequence[CategoryForecast]) -> list[Bar]:
    """One bar for each category, zero and the largest upper bound being shared."""
    low = min([0.0, *(c.low for c in categories)])
    high = max([0.1, *(c.high for c in categories)])

    def x(value: float) -> float:
        return round(4 + (value - low) / (high - low) * (_BAR - 8), 1)

    return [
        Bar(
            zero=x(0),
            start=x(c.low),
            width=round(x(c.high) - x(c.low), 1),
            mark=x(c.expected_drop),
        )
        for c in categories
    ]


def panels(forecast: Forecast) -> list[Panel]:
    """Retention of the six categories that go first, of those that have curves."""
    curves = {c.category: c for c in forecast.curves}
    first = [curves[c.category] for c in ranked(forecast) if c.category in curves][:_CURVES]
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
    rows = sorted(
        range(len(matrix.categories)), key=lambda i: (rank.get(matrix.categories[i], 10**9), i)
    )[: _MATRIX[0]]

    def harm(column: int) -> float:
        return sum(row[column] or 0.0 for row in matrix.drops)

    worst = [max(range(len(matrix.updates)), key=lambda j: matrix.drops[i][j] or 0.0) for i in rows]
    harmful = sorted(range(len(matrix.updates)), key=lambda j: (-harm(j), j))
    columns = list(dict.fromkeys([*worst, *harmful]))[: _MATRIX[1]]
    drops = [matrix.drops[i][j] for i in rows for j in columns]
    most = max([0.05, *(d for d in drops if d is not None)])

    def cell(drop: float | None) -> tuple[str, int] | None:
        if drop is None:
            return None
        text = str(round(drop * 100)).replace("-", "\N{MINUS SIGN}")
        return text, round(5 * max(drop, 0) / most)

    return Grid(
        updates=tuple(matrix.updates[j] for j in columns),
        rows=tuple(
            (matrix.categories[i], tuple(cell(matrix.drops[i][j]) for j in columns)) for i in rows
        ),
        of_rows=len(matrix.categories),
        of_updates=len(matrix.updates),
    )


def scatter(audit: Audit) -> Scatter | None:
    """The map with one layer for each category, and rings around the rows of findings."""
    if not audit.map:
        return None
    points = audit.map[:: -(-len(audit.map) // _STILL)]
    at = dict(zip((row for row, _, _ in points), _placed(points), strict=True))
    category = category_of_rows(audit)
    names = sorted(audit.dataset.categories)
    members: dict[str, list[str]] = {name: [] for name in names}
    for row, place in at.items():
        members.setdefault(category.get(row, "(in no subtype)"), []).append(place)
    about_rows = [f for f in single(audit.findings) if words_for(f.code).on_map]
    found = {r for f in about_rows for r in f.rows}
    ringed = [place for row, place in at.items() if row in found]
    return Scatter(
        layers=tuple(_layer(n, p, i) for i, (n, p) in enumerate(members.items()) if p),
        rings=_stamp(ringed, _RING),
        ringed=len(ringed),
        shown=len(at),
        of_rows=sum(audit.dataset.categories.values()),
    )


def _layer(category: str, places: list[str], number: int) -> Layer:
    mark = number // COLOURS % len(_MARKS)
    return Layer(
        category=category,
        points=len(places),
        colour=number % COLOURS,
        mark=mark,
        path=_stamp(places, _MARKS[mark]),
        key=_stamp(["8 8"], _MARKS[mark]),
    )


def _stamp(places: Iterable[str], shape: str) -> str:
    return "".join(f"M{place}{shape}" for place in places)


def _placed(points: Sequence[tuple[int, float, float]]) -> list[str]:
    """The points as `x y` inside the map, one scale for both axes, as UMAP knows none."""
    xs, ys = [p[1] for p in points], [p[2] for p in points]
    width, height, margin = *_MAP, 16
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
    left, top = (width - wide * scale) / 2, (height - high * scale) / 2
    first, top_y = min(xs), max(ys)
    return [
        f"{left + (x - first) * scale:.1f} {top + (top_y - y) * scale:.1f}"
        for x, y in zip(xs, ys, strict=True)
    ]
