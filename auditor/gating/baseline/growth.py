"""What was added to findings that are known: how far each has grown, and in what proportion.

That a finding is known says nothing of rows that were added to it. So they are counted, of what was
added and of what was there, for the gate to hold against its limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from auditor.gating.baseline.history import History
from auditor.records.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A known finding with rows that were added."""

    finding: Finding
    then: int  # of its rows those that were there when the baseline was made
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What was added to the known findings of one check."""

    code: str
    findings: tuple[Grown, ...]  # what grew most first
    rows: tuple[int, ...]  # of theirs, where those that were added are among
    added: int  # how many of them were
    share_added: float  # of all rows that were added, those in known findings of the check
    share_there: float  # of all rows that were there
    part: float  # of the rows that there are, all that were added

    @property
    def rise(self) -> float:
        """How far beyond the share of old rows that of added rows is; 0: in proportion."""
        return self.share_added - self.share_there


def grown(known: Iterable[Finding], history: History) -> Iterator[Growth]:
    """The growth of each check of which a known finding has grown, by code."""
    for code, found in groupby(sorted(known, key=lambda f: f.code), key=lambda f: f.code):
        findings = [*found]
        more = [g for f in findings if (g := _grown(f, history)).now > g.then]
        if more:
            more.sort(key=lambda g: (g.then - g.now, g.finding.fingerprint))
            yield _growth(code, {r for f in findings for r in f.rows}, more, history)


def _grown(finding: Finding, history: History) -> Grown:
    there = round(history.there(finding.rows))
    return Grown(finding=finding, then=there, now=len(finding.rows))


def _growth(code: str, rows: set[int], more: list[Grown], history: History) -> Growth:
    there, added = history.there(rows), len(rows) - history.there(rows)
    all_there = history.there(history.keys)
    all_added = len(history.keys) - all_there
    return Growth(
        code=code,
        findings=tuple(more),
        rows=tuple(sorted(r for r in rows if history.added_to(r))),
        added=round(added),
        share_added=added / all_added,
        share_there=there / all_there if all_there else 0.0,
        part=all_added / len(history.keys),
    )
