"""Measured claims on a terminal: each as a sentence, what was measured, and what that says."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.records.claims import Claims, Measure, MeasuredClaim
from auditor.reporting import wording
from auditor.reporting.inert import one_line

_COLUMNS = 100
_ABOUT = 62  # columns of what a number is


def summarise_claims(found: Claims) -> str:
    """About 35 lines of 100 columns, inert on a terminal."""
    return "\n".join(one_line(line, _COLUMNS) for line in _lines(found)) + "\n"


def _lines(found: Claims) -> Iterator[str]:
    seeds = wording.count(found.seeds, "model", "models")
    yield f"Measured  {found.dataset}: {found.rows:,} rows, {seeds} fine-tuned; 80% intervals"
    yield f"Updates   one after the other: {', '.join(found.updates)}"
    if found.left_out:
        given = len(found.updates) - found.left_out
        last = "all of them are" if not given else f"the last {found.left_out} are"
        yield f"          {last} categories of the data, left out of it for this"
    for claim in found.claims:
        yield ""
        yield from _claim(claim)


def _claim(claim: MeasuredClaim) -> Iterator[str]:
    yield f"{claim.claim}"
    why = f": {claim.reason}" if claim.reason else ""
    yield f"  {claim.verdict}{why}"
    for measure in claim.measures:
        yield f"    {measure.about:<{_ABOUT}}{_figures(measure)}"


def _figures(measure: Measure) -> str:
    if measure.mean is None:
        return "   –"
    mean = f"{measure.mean:6.2f}"
    if measure.low is None or measure.high is None:
        return mean
    return f"{mean}  ({measure.low:.2f} to {measure.high:.2f})"
