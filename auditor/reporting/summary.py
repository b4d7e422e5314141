"""The few lines on stdout: what was read, what is surest, what goes first, where it all lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.reporting import verdict, wording
from auditor.reporting.inert import one_line
from auditor.results import Audit

_CODES = 8
_SKIPPED = 3


def summarise(audit: Audit, paths: Sequence[str | Path] = ()) -> str:
    """About 25 lines of 100 columns, inert on a terminal and in a CI log."""
    lines = [one_line(line) for line in _lines(audit)]
    # A path is there to be copied, so it is never cut.
    lines += [one_line(f"Written   {path}", columns=10_000) for path in paths]
    return "\n".join(lines) + "\n"


def _lines(audit: Audit) -> Iterator[str]:
    data = audit.dataset
    rejected = f", {len(data.rows_rejected):,} rejected" if data.rows_rejected else ""
    yield f"Read      {data.name}: {wording.count(data.rows_read, 'row', 'rows')}{rejected}, " + (
        wording.count(len(data.categories), "category", "categories")
    )
    yield f"Columns   {', '.join(f'{role}: {column}' for role, column in data.roles.items())}"
    judged = verdict.judge(audit)
    yield f"Verdict   {judged.training}"
    yield from _findings(audit)
    yield from _forecast(audit, judged)
    for skipped in audit.skipped[:_SKIPPED]:
        yield f"Skipped   {skipped.code}: {skipped.reason}"
    if len(audit.skipped) > _SKIPPED:
        yield f"Skipped   {len(audit.skipped) - _SKIPPED} more, see the report"


def _findings(audit: Audit) -> Iterator[str]:
    codes = wording.reading_order(f.code for f in audit.findings)
    head = "Findings  "
    for code in codes[:_CODES]:
        found = audit.of(code)
        yield f"{head}{len(found):>4} {code:<19} {found[0].summary}"
        head = " " * len(head)
    if len(codes) > _CODES:
        yield f"{head}{len(codes) - _CODES:>4} codes more, see the report"


def _forecast(audit: Audit, judged: verdict.Verdict) -> Iterator[str]:
    if audit.forecast is None:
        return
    if not judged.first:
        yield f"Forecast  {judged.forgetting}"
        return
    yield f"Forecast  under {wording.update_title(audit.forecast)} these go first:"
    for category in judged.first:
        drop = f"{wording.points(category.expected_drop):>10}"
        yield f"          {drop}  (80% interval {wording.interval(category)})  {category.category}"
    unsure = sum(not c.identifiable for c in audit.forecast.categories)
    if unsure:
        yield f"          not identifiable for {unsure} of {len(audit.forecast.categories)}"
