"""`compare.html`: one file that opens offline, asks nothing of the network and runs no script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auditor.comparison import Comparison, Contrast, Figure, Region, Retention
from auditor.reporting import wording
from auditor.reporting.comparison import answer, drawing
from auditor.reporting.html import page

_CATEGORIES = 40  # drawn; the rest is in compare.json


class ComparisonHtml:
    """The comparison for people. The same comparison gives the same bytes."""

    name = "html"
    filename = "compare.html"

    def render(self, comparison: Comparison) -> str:
        return page("comparison.html.j2", ["report.css", "comparison.css"], _view(comparison))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number and its interval as they are written."""

    value: str
    interval: str
    apart: bool = False  # a difference that is clear of 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure of both sets and their difference."""

    name: str
    base: Cell
    candidate: Cell
    difference: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The numbers at one size."""

    title: str
    sizes: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A region with its texts of either set."""

    region: Region
    base: tuple[tuple[int, str], ...]
    candidate: tuple[tuple[int, str], ...]


def _view(comparison: Comparison) -> dict[str, Any]:
    """Everything the page shows, by the names the templates use."""
    full, matched, found = comparison.full, comparison.matched, comparison.amplification
    categories = full.categories[:_CATEGORIES] if full else ()
    lines = [_line(c.category, c.after) for c in categories]
    return {
        "it": comparison,
        "answer": answer.answer(comparison),
        "update_title": answer.update_title(comparison),
        "sizes": [
            _size(title, r, comparison)
            for title, r in (("At matched size", matched), ("At full size", full))
            if r
        ],
        "own": _line("on its own rows", comparison.own) if comparison.own else None,
        "full": full,
        "categories": list(zip(categories, lines, drawing.dumbbells(categories), strict=True)),
        "lost": [_kind(comparison, r) for r in comparison.lacking("candidate")],
        "gained": [_kind(comparison, r) for r in comparison.lacking("base")],
        "columns": drawing.columns(found) if found else [],
        "parents": _parents(comparison),
        "disagreements": _disagreements(comparison),
        "diversity": [(_plain_line(d.measure, d.contrast)) for d in comparison.diversity],
        "no_text": bool(comparison.settings.get("no_text")),
    }


def _size(title: str, told: Retention, comparison: Comparison) -> Size:
    measures = (
        (f"First accuracy, on rows of {comparison.base.name}", told.before),
        ("Accuracy after the update", told.after),
    )
    lines = [_line(name, contrast) for name, contrast in measures]
    lines.insert(1, _line("Expected drop", told.drop, points=True))
    if told.on_added:
        name = f"First accuracy, on rows that {comparison.candidate.name} adds"
        lines.append(_line(name, told.on_added))
    rows = f"{told.base_rows:,} and {told.candidate_rows:,} rows"
    drawn = f", mean of {told.draws} samples" if told.draws > 1 else ""
    return Size(title=title, sizes=rows + drawn, lines=tuple(lines))


def _line(name: str, contrast: Contrast, *, points: bool = False) -> Line:
    def cell(figure: Figure) -> Cell:
        if points:
            return Cell(
                value=wording.points(figure.value),
                interval=answer.span(figure, difference=True).replace("+", ""),
            )
        return Cell(value=wording.percent(figure.value), interval=answer.span(figure))

    return Line(
        name=name,
        base=cell(contrast.base),
        candidate=cell(contrast.candidate),
        difference=Cell(
            value=answer.signed(contrast.difference.value),
            interval=answer.span(contrast.difference, difference=True),
            apart=contrast.apart,
        ),
    )


def _plain_line(name: str, contrast: Contrast) -> Line:
    """Of a measure that is no percentage."""

    def cell(figure: Figure, *, apart: bool = False) -> Cell:
        return Cell(
            value=f"{figure.value:.2f}".replace("-", "\N{MINUS SIGN}"),
            interval=f"{figure.low:.2f} to {figure.high:.2f}".replace("-", "\N{MINUS SIGN}"),
            apart=apart,
        )

    return Line(
        name=name,
        base=cell(contrast.base),
        candidate=cell(contrast.candidate),
        difference=cell(contrast.difference, apart=contrast.apart),
    )


def _kind(comparison: Comparison, region: Region) -> Kind:
    base, candidate = comparison.base_examples, comparison.examples
    return Kind(
        region=region,
        base=tuple((r, base[str(r)]) for r in region.base_rows if str(r) in base),
        candidate=tuple(
            (r, candidate[str(r)]) for r in region.candidate_rows if str(r) in candidate
        ),
    )


def _parents(comparison: Comparison) -> list[tuple[int, int, str, list[tuple[int, str]]]]:
    """Base row, its variations, its text, and the texts of some."""
    found, base = comparison.amplification, comparison.base_examples
    return [
        (
            p.base_row,
            p.variations,
            base[str(p.base_row)],
            [(r, comparison.examples[str(r)]) for r in p.rows if str(r) in comparison.examples],
        )
        for p in (found.largest if found else ())
        if str(p.base_row) in base
    ]


def _disagreements(comparison: Comparison) -> list[dict[str, Any]]:
    found = comparison.agreement
    return [
        {
            "it": d,
            "base": comparison.base_examples.get(str(d.base_row)),
            "candidate": comparison.examples.get(str(d.candidate_row)),
        }
        for d in (found.disagreements if found else ())
    ]
