"""What was not read and what was not done, a line for each reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from auditor.records.dataset import Reject
from auditor.records.findings import SkippedCheck
from auditor.reporting.wording import count, listing

PLACES = 3  # of a reason that are named: enough to look at, and to see what they share
REASONS = 3  # on a console


def rejects(rejected: Sequence[Reject], limit: int | None = None) -> Iterator[str]:
    """A line for each reason, the commonest first: how many rows, why, and where the first are.

    limit: reasons at most; a last line says what is left.
    """
    by_reason: dict[str, list[Reject]] = defaultdict(list)
    for reject in rejected:
        by_reason[reject.reason].append(reject)
    ordered = sorted(by_reason.values(), key=lambda of: (-len(of), of[0].row))
    for of in ordered[:limit]:
        places = listing((reject.place for reject in of), PLACES)
        yield f"{count(len(of), 'row', 'rows')}: {of[0].explanation} ({places})"
    if rest := ordered[len(ordered[:limit]) :]:
        rows = count(sum(map(len, rest)), "more row", "more rows")
        yield f"{rows} for {count(len(rest), 'other reason', 'other reasons')}, see the report"


def skips(skipped: Sequence[SkippedCheck]) -> list[SkippedCheck]:
    """Each reason once, with all codes that were skipped for it, in the order of the first."""
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    for skip in skipped:
        codes[skip.reason][skip.code] = None
    return [SkippedCheck(code=", ".join(of), reason=reason) for reason, of in codes.items()]
