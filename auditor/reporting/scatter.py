"""The map as a drawing that runs no script: path data that the page's SVG takes as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.records.audit import Audit
from auditor.reporting.cards import category_of_rows
from auditor.reporting.codes import code as words_for
from auditor.reporting.label_errors import single

_MAP = (1000, 640)
COLOURS = 10  # of the palette in report.css; marks change when they are used up
# Shapes drawn at a point by a pen with round ends: dot, plus, cross, bar, caret.
_MARKS = ("h0", "m-4 0h8m-4-4v8", "m-3-3l6 6m0-6l-6 6", "m-4 0h8", "m-4 3l4-7 4 7")
_RING = "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0"
_STILL = 4000  # points of the still map at most


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
