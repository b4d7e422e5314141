"""The few lines on stdout: which set retains better, at both sizes, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from auditor.comparison import Comparison, Contrast, Figure, Retention
from auditor.reporting import wording
from auditor.reporting.comparison.answer import answer, signed, span
from auditor.reporting.inert import one_line

_INDENT = " " * 10


def summarise_comparison(comparison: Comparison, paths: Sequence[str | Path] = ()) -> str:
    """About 25 lines of 100 columns, inert on a terminal and in a CI log."""
    lines = [one_line(line) for line in _lines(comparison)]
    # A path is there to be copied, so it is never cut.
    lines += [one_line(f"Written   {path}", columns=10_000) for path in paths]
    return "\n".join(lines) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    base, candidate = comparison.base, comparison.candidate
    yield (
        f"Compared  {base.name} ({wording.count(base.rows, 'row', 'rows')}) with "
        f"{candidate.name} ({wording.count(candidate.rows, 'row', 'rows')}): "
        f"{comparison.kept:,} in both, {comparison.added:,} added, {comparison.removed:,} removed"
    )
    said = answer(comparison)
    yield from _wrapped("Answer", f"{said.verdict} {said.detail}")
    for title, told in (("Matched", comparison.matched), ("Full", comparison.full)):
        if told:
            yield from _table(title, told)
    for place, reason in enumerate(said.reasons):
        yield from _wrapped("" if place else "Why", reason)
    for skipped in comparison.skipped:
        yield f"Skipped   {skipped.code}: {skipped.reason}"


def _table(title: str, told: Retention) -> Iterator[str]:
    head = f"{told.base_rows:,} rows", f"{told.candidate_rows:,} rows", "difference"
    yield f"{title:<10}{'':<18}" + "".join(f"{h:>22}" for h in head)
    measures = (
        ("first accuracy", told.before),
        ("expected drop", told.drop),
        ("after", told.after),
    )
    for name, contrast in measures:
        yield f"{_INDENT}{name:<18}" + _cells(contrast)


def _cells(contrast: Contrast) -> str:
    def share(figure: Figure) -> str:
        return f"{wording.percent(figure.value)} ({span(figure)})"

    difference = contrast.difference
    moved = f"{signed(difference.value)} ({span(difference, difference=True)})"
    return f"{share(contrast.base):>22}{share(contrast.candidate):>22}{moved:>22}"


def _wrapped(head: str, text: str) -> Iterator[str]:
    for place, line in enumerate(wrap(text, 88) or [""]):
        yield f"{'' if place else head:<10}{line}"
