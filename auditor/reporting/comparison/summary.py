"""The few lines on stdout: what was found, what to do, the numbers that this rests on, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.records.comparison import Comparison, Contrast, Unseen
from auditor.reporting import wording
from auditor.reporting.comparison.answer import answer, compared_update_title, unreliable
from auditor.reporting.comparison.lead import evaluated_on, unread_notice
from auditor.reporting.comparison.numbers import clipped_percent, percent_span, signed, span
from auditor.reporting.inert import one_line
from auditor.reporting.terminal import cut, right, wrapped
from auditor.reporting.undone import REASONS, rejects, skips

_INDENT = " " * 10
_WIDTH = 88  # of the text beside the heads
_WHOLE = 10_000  # columns of what is not cut here


def summarise_comparison(comparison: Comparison, paths: Sequence[str | Path] = ()) -> str:
    """About 30 lines of 100 columns, inert on a terminal and in a CI log."""
    lines = [one_line(line) for line in _lines(comparison)]
    # A path is there to be copied, so it is never cut.
    lines += [one_line(f"Written   {path}", _WHOLE) for path in paths]
    return "\n".join(lines) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    base, candidate = comparison.base, comparison.candidate
    yield from _wrapped(
        "Compared",
        f"{base.name} ({wording.count(base.rows, 'row', 'rows')}) with "
        f"{candidate.name} ({wording.count(candidate.rows, 'row', 'rows')}): "
        f"{comparison.kept:,} in both, {comparison.added:,} added, {comparison.removed:,} removed",
    )
    for side in (base, candidate):
        for at, line in enumerate(rejects(side.rows_rejected, REASONS)):
            yield from _wrapped("" if at else "Rejected", f"{side.name}, {line}")
    said = answer(comparison)
    yield from _wrapped("Found", said.verdict)
    yield from _wrapped("Do", said.advice)
    if said.detail:
        yield from _wrapped("Also", said.detail)
    if unread := unread_notice(comparison):
        yield from _wrapped("Language", unread)
    if comparison.unseen:
        yield from _accuracies(comparison, comparison.unseen)
    yield from _forecasts(comparison)
    for place, reason in enumerate(said.reasons):
        yield from _wrapped("" if place else "Why", reason)
    for skip in skips(comparison.skipped):
        yield f"Skipped   {skip.code}: {skip.reason}"


def _accuracies(comparison: Comparison, unseen: Unseen) -> Iterator[str]:
    yield _head("Accuracy", comparison)
    yield _line("unseen, all rows", unseen.full)
    if unseen.matched != unseen.full:
        yield _line("unseen, equal size", unseen.matched)
    if comparison.random_split:
        yield _line("usual random split", comparison.random_split)
    yield from _wrapped(
        "",
        f"{evaluated_on(comparison, unseen)} The usual random split tests each set "
        "on its own rows, where near-copies may leak into the test. 95% intervals.",
    )


def _forecasts(comparison: Comparison) -> Iterator[str]:
    if comparison.full is None or unreliable(comparison.full):
        return
    yield _head("Forecast", comparison)
    yield _line("average, all rows", comparison.full.after)
    if comparison.matched and comparison.matched != comparison.full:
        yield _line("average, equal size", comparison.matched.after)
    yield from _wrapped(
        "",
        f"Average accuracy during {compared_update_title(comparison)}, not at its end; "
        "80% intervals.",
    )


def _head(title: str, comparison: Comparison) -> str:
    names = (comparison.base.name, comparison.candidate.name, "difference")
    return f"{title:<10}{'':<19}" + "".join(right(cut(name, 21), 23) for name in names)


def _line(name: str, contrast: Contrast) -> str:
    moved = f"{signed(contrast.difference.value)} ({span(contrast.difference)})"
    cells = [
        f"{clipped_percent(f.value)} ({percent_span(f)})"
        for f in (contrast.base, contrast.candidate)
    ]
    return f"{_INDENT}{name:<19}" + "".join(f"{cell:>23}" for cell in (*cells, moved))


def _wrapped(head: str, text: str) -> Iterator[str]:
    for place, line in enumerate(wrapped(one_line(text, _WHOLE), _WIDTH) or [""]):
        yield f"{'' if place else head:<10}{line}"
