"""The few lines on stdout: may it be merged, why, what to do, where the files lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.records.verdict import Verdict
from auditor.reporting.gate import answer, pairs, phrases
from auditor.reporting.inert import one_line
from auditor.reporting.terminal import left, wrapped
from auditor.reporting.undone import skips

_TESTS = 5
_SKIPPED = 2
_COLUMNS = 100
_NAME = 10  # columns, for what a line is about
_LINES = 4  # for one thing; the page has all of it
_WHOLE = 10_000  # columns of what is not cut here


def summarise_verdict(verdict: Verdict, paths: Sequence[str | Path] = ()) -> str:
    """About 20 lines of 100 columns, inert on a terminal and in a CI log."""
    lines = [one_line(line) for name, said in _said(verdict) for line in _wrapped(name, said)]
    # A path is there to be copied, so it is never cut.
    lines += [one_line(f"Written   {path}", _WHOLE) for path in paths]
    return "\n".join(lines) + "\n"


def _wrapped(name: str, said: str) -> Iterator[str]:
    """What is said in lines that fit, beside what it is about."""
    for at, line in enumerate(wrapped(one_line(said, _WHOLE), _COLUMNS - _NAME, _LINES)):
        yield left("" if at else name, _NAME) + line


def _said(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What each line is about, and what it says."""
    yield "Candidate", f"{verdict.candidate.name}: {answer.size(verdict.candidate)}"
    if verdict.base is not None:
        yield "Base", f"{verdict.base.name}: {answer.size(verdict.base)}"
        yield "Rows", answer.difference(verdict)
    yield "Verdict", answer.short_line(verdict)
    yield "Because", answer.reason(verdict)
    yield from _tests(verdict)
    if ends := [phrases.figures(t).smallest for t in answer.detectable_range(verdict)]:
        changes = " to ".join(dict.fromkeys(ends))
        yield "Power", f"smallest detectable change (80% power): {changes}"
    for at, (where, why) in enumerate(answer.rejected(verdict)):
        yield "" if at else "Rejected", f"{where}: {why}"
    yield from (("Do first", advice) for _, advice in list(answer.advice_lines(verdict))[:1])
    if sentence := answer.outcome_without_rows(verdict):
        yield "Drop", sentence
    skipped = skips(verdict.skipped)
    yield from (("Skipped", f"{s.code}: {s.reason}") for s in skipped[:_SKIPPED])
    if len(skipped) > _SKIPPED:
        yield "Skipped", f"{len(skipped) - _SKIPPED} more, see the report"


def _tests(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """How they ended, the numbers of those that matter, and one pair of rows."""
    yield "Tests", answer.tally(verdict).partition(": ")[2]
    shown = answer.pressing(verdict)
    for tested in shown[:_TESTS]:
        figures = phrases.figures(tested)
        interval = f" ({figures.interval})" if figures.interval else ""
        limit = f", limit {figures.limit}" if figures.limit else ""
        change = f"{figures.effect}{interval}{limit}"
        yield "", f"{phrases.STATUSES[tested.status]:<13}{change}  {phrases.about(tested)}"
    if len(shown) > _TESTS:
        yield "", f"{len(shown) - _TESTS} more, see the report"
    if pair := next((t for t in shown if t.pairs), None):
        yield "Example", pairs.sentence(verdict, pair)
