"""`compare.html`: one file that opens offline, asks nothing of the network and runs no script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auditor.records.comparison import Comparison, Contrast, Figure, Region
from auditor.reporting.comparison import answer, drawing, numbers
from auditor.reporting.comparison.lead import evaluated_on, unread_notice
from auditor.reporting.pages import page

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
    differs: bool = False  # a difference that is clear of 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastRow:
    """One measure of both sets and their difference."""

    name: str
    base: Cell
    candidate: Cell
    difference: Cell


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
    rows = [_accuracy_row(c.category, c.after) for c in categories]
    return {
        "it": comparison,
        "answer": answer.answer(comparison),
        "unread": unread_notice(comparison),
        "update_title": answer.compared_update_title(comparison),
        "accuracies": _accuracies(comparison),
        "evaluated_on": evaluated_on(comparison, comparison.unseen) if comparison.unseen else "",
        "forecasts": [
            row
            for size, r in (("all rows", full), ("equal size", matched))
            if r and (size == "all rows" or r != full) and not answer.unreliable(r)
            for row in (
                _accuracy_row(f"Accuracy, {size}", r.after),
                _loss_row(f"Lost, {size}", r.drop),
            )
        ],
        "full": full,
        "categories": list(zip(categories, rows, drawing.dumbbells(categories), strict=True)),
        "lost": [_kind(comparison, r) for r in comparison.lacking("candidate")],
        "gained": [_kind(comparison, r) for r in comparison.lacking("base")],
        "histogram": drawing.histogram(found) if found else [],
        "source_rows": _source_rows(comparison),
        "disagreements": _disagreements(comparison),
        "diversity": [(_plain_row(d.measure, d.contrast)) for d in comparison.diversity],
        "no_text": bool(comparison.settings.get("no_text")),
    }


def _accuracies(comparison: Comparison) -> list[ContrastRow]:
    """Before the update: on unseen rows at both sizes, and as is mostly reported."""
    unseen, random_split = comparison.unseen, comparison.random_split
    rows = []
    if unseen:
        rows.append(_accuracy_row("Unseen rows, trained on all rows", unseen.full))
        if unseen.matched != unseen.full:
            rows.append(_accuracy_row("Unseen rows, both sampled to equal size", unseen.matched))
    if random_split:
        rows.append(
            _accuracy_row("Usual random split: near-copies may leak into the test", random_split)
        )
    return rows


def _accuracy_row(name: str, contrast: Contrast) -> ContrastRow:
    """Of accuracies."""
    return _contrast_row(name, contrast, numbers.clipped_percent, numbers.percent_span)


def _loss_row(name: str, contrast: Contrast) -> ContrastRow:
    """Of drops, in points."""

    def interval(figure: Figure) -> str:
        return f"{numbers.lost_points(figure.low)} to {numbers.lost_points(figure.high)}"

    return _contrast_row(name, contrast, numbers.lost_points, interval)


def _contrast_row(
    name: str,
    contrast: Contrast,
    written: Callable[[float], str],
    interval: Callable[[Figure], str],
) -> ContrastRow:
    base, candidate = (
        Cell(value=written(f.value), interval=interval(f))
        for f in (contrast.base, contrast.candidate)
    )
    difference = Cell(
        value=numbers.signed(contrast.difference.value),
        interval=numbers.span(contrast.difference),
        differs=contrast.differs,
    )
    return ContrastRow(name=name, base=base, candidate=candidate, difference=difference)


def _plain_row(name: str, contrast: Contrast) -> ContrastRow:
    """Of a measure that is no percentage."""

    def cell(figure: Figure, *, differs: bool = False) -> Cell:
        return Cell(
            value=f"{figure.value:.2f}".replace("-", "\N{MINUS SIGN}"),
            interval=f"{figure.low:.2f} to {figure.high:.2f}".replace("-", "\N{MINUS SIGN}"),
            differs=differs,
        )

    return ContrastRow(
        name=name,
        base=cell(contrast.base),
        candidate=cell(contrast.candidate),
        difference=cell(contrast.difference, differs=contrast.differs),
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


def _source_rows(comparison: Comparison) -> list[tuple[int, int, str, list[tuple[int, str]]]]:
    """Base row, its variations, its text, and the texts of some."""
    found, base = comparison.amplification, comparison.base_examples
    return [
        (
            p.base_row,
            p.paraphrases,
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
