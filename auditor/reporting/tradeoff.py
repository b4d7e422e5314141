"""What an update learns and what it leaves of the old categories, as a picture of all trials.

Geometry alone: positions in SVG units, which the page's SVG takes as they are. Names stand in a
column beside the plot, each joined to its mark by a line, so that none hides another; marks that
would lie on each other are one, with the names of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.records.measurement import Saving
from auditor.reporting import wording

PLOT = (300.0, 220.0)  # width and height of the plot
_COLUMN = 322.0  # where names begin
_LINE = 15.0  # height of a line of names
_LETTERS = 38  # of names in a line
_AXIS = 40.0  # below the plot: ticks and a title
_ALIKE = 0.03  # of accuracy: as far apart two marks can be told apart
TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One way to make the update: accuracies at the end, as shares."""

    name: str
    learnt: float  # on the update
    kept: float  # on the old categories
    low: float | None  # of `kept`; None: no interval
    high: float | None
    verdict: Saving | None  # None: the update alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark, and its names in lines."""

    x: float
    y: float
    interval: tuple[float, float] | None  # its ends in y
    kind: str  # class of the mark: alone, saved, unsaved, unlearnt
    lines: tuple[str, ...]
    said: str  # the same in words
    label_y: float  # of the first line's middle
    leader: str  # path from the mark to its names


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradeoff:
    marks: tuple[Mark, ...]
    before_y: float  # accuracy of the old categories before the update
    ticks: tuple[tuple[float, float, int], ...]  # x, y, percent
    height: float  # of everything: names may need more than the plot
    label: str  # what a reader who cannot see it is told


def draw(points: Sequence[Point], before: float) -> Tradeoff:
    """The best kept ones first, from above; `before`: accuracy before the update, as a share."""
    # Of those that keep as much the right one first, so that no line runs through another's mark.
    groups = _together(sorted(points, key=lambda p: (-round(p.kept / _ALIKE), -p.learnt)))
    marks, free = [], 0.0
    for group in groups:
        mark = _mark(group, free)
        marks.append(mark)
        free = mark.label_y + _LINE * len(mark.lines)
    lowest = marks[-1].label_y + _LINE * len(marks[-1].lines) if marks else 0.0
    return Tradeoff(
        marks=tuple(marks),
        before_y=_y(before),
        ticks=tuple((_x(t / 100), _y(t / 100), t) for t in TICKS),
        height=max(PLOT[1] + _AXIS, lowest),
        label=(
            f"Before the update {wording.percent(before)} of the old rows are recognised. "
            + " ".join(mark.said for mark in marks)
        ),
    )


def _together(points: Sequence[Point]) -> list[list[Point]]:
    """Those of one kind that lie on each other."""
    groups: list[list[Point]] = []
    for point in points:
        for group in groups:
            first = group[0]
            near = max(abs(point.kept - first.kept), abs(point.learnt - first.learnt)) < _ALIKE
            if near and _kind(first) == _kind(point):
                group.append(point)
                break
        else:
            groups.append([point])
    return groups


def _kind(point: Point) -> str:
    kinds = {"saved": "saved", "not saved": "unsaved", "fails to learn": "unlearnt", None: "alone"}
    return kinds[point.verdict]


def _mark(group: Sequence[Point], free: float) -> Mark:
    first = group[0]
    x, y = _x(first.learnt), _y(first.kept)
    at = max(y, free)
    ends = None
    if len(group) == 1 and first.low is not None and first.high is not None:
        ends = (_y(first.low), _y(first.high))
    names = wording.listing((p.name for p in group), len(group))
    return Mark(
        x=x,
        y=y,
        interval=ends,
        kind=_kind(first),
        lines=_lines([p.name for p in group]),
        said=(
            f"{names}: {wording.percent(first.kept)} of the old rows, "
            f"{wording.percent(first.learnt)} of the update."
        ),
        label_y=round(at, 1),
        leader=f"M{x} {y}L{_COLUMN - 4} {round(at, 1)}",
    )


def _lines(names: Sequence[str]) -> tuple[str, ...]:
    lines = [names[0]]
    for name in names[1:]:
        if len(lines[-1]) + len(name) + 2 <= _LETTERS:
            lines[-1] += f", {name}"
        else:
            lines[-1] += ","
            lines.append(name)
    return tuple(lines)


def _x(share: float) -> float:
    return round(PLOT[0] * min(max(share, 0.0), 1.0), 1)


def _y(share: float) -> float:
    return round(PLOT[1] * (1 - min(max(share, 0.0), 1.0)), 1)
