"""The few lines on stdout: may it be merged, why, what to do, where the files lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.outcomes import Verdict
from auditor.reporting.gate import phrases
from auditor.reporting.inert import one_line

_TESTS = 5
_SKIPPED = 2


def summarise_verdict(verdict: Verdict, paths: Sequence[str | Path] = ()) -> str:
    """About 15 lines of 100 columns, inert on a terminal and in a CI log."""
    lines = [one_line(line) for line in _lines(verdict)]
    # A path is there to be copied, so it is never cut.
    lines += [one_line(f"Written   {path}", columns=10_000) for path in paths]
    return "\n".join(lines) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"Candidate {verdict.candidate.name}: {phrases.size(verdict.candidate)}"
    if verdict.base is not None:
        yield f"Base      {verdict.base.name}: {phrases.size(verdict.base)}"
        yield f"Rows      {phrases.difference(verdict)}"
    answer = phrases.ANSWERS[verdict.outcome]
    yield f"Verdict   {verdict.outcome.upper()}: {answer[0].lower()}{answer[1:]}"
    yield f"Because   {phrases.reason(verdict)}"
    yield from _tests(verdict)
    if ends := [phrases.figures(t).smallest for t in phrases.keenness(verdict)]:
        rises = " to ".join(dict.fromkeys(ends))
        yield f"Power     a rise of {rises} would have been caught eight times in ten"
    for _, told in list(phrases.advice(verdict))[:1]:
        yield f"Do first  {told}"
    for skipped in verdict.skipped[:_SKIPPED]:
        yield f"Skipped   {skipped.code}: {skipped.reason}"
    if len(verdict.skipped) > _SKIPPED:
        yield f"Skipped   {len(verdict.skipped) - _SKIPPED} more, see the report"


def _tests(verdict: Verdict) -> Iterator[str]:
    """How they ended, and the numbers of those that matter."""
    yield f"Tests     {phrases.tally(verdict).partition(': ')[2]}"
    shown = phrases.pressing(verdict)
    for tested in shown[:_TESTS]:
        told = phrases.figures(tested)
        margin = f", {'margin' if tested.kind == 'rise' else 'limit'} {told.margin}"
        change = f"{told.effect} ({told.interval}){margin if told.margin else ''}"
        yield f"          {tested.status:<13}{change}  {phrases.about(tested)}"
    if len(shown) > _TESTS:
        yield f"          {len(shown) - _TESTS} more, see the report"
