"""The findings that a team knows and lives with, so that a gate asks about new ones alone.

A baseline is a file to keep in git beside the data: sorted JSON, one entry a line, that changes
only where the data does. Rows stand in it as short hashes of code, text and label, never as text
or row numbers, so that entries stay when rows move. `new` and `fixed` are then told by rows:

    known    a finding most of whose rows stand in entries of its code
    new      any other
    fixed    an entry on whose rows no known finding rests
    expired  an entry past its date, which no longer counts
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from auditor.errors import DataError, SurroundingsError, UsageError
from auditor.files import write_whole
from auditor.records import Dataset
from auditor.results import Finding

KEY = 16  # hexadecimal digits of a row's hash: one chance in 10**7 that two of a million agree
MOST = 0.5  # share of a finding's rows that must be known; more than this


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One finding that is known."""

    code: str
    category: str | None
    rows: tuple[str, ...]  # sorted hashes of code, text and label
    reason: str = ""
    expires: date | None = None  # the last day that it counts; None: for good

    @property
    def about(self) -> tuple[str, str, tuple[str, ...]]:
        """What it is about; entries are sorted by it."""
        return self.code, self.category or "", self.rows

    def expired(self, today: date) -> bool:
        return self.expires is not None and self.expires < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The entries of a file, sorted."""

    entries: tuple[Entry, ...] = ()


class Standing(NamedTuple):
    """How findings stand to a baseline."""

    known: tuple[Finding, ...]
    new: tuple[Finding, ...]
    fixed: tuple[Entry, ...]
    expired: tuple[Entry, ...]


def create(
    findings: Iterable[Finding], dataset: Dataset, reason: str = "", expires: date | None = None
) -> Baseline:
    """A baseline of the errors and warnings among the findings of `dataset`; notes never fail."""
    content = _content(dataset)
    return _sorted(
        Entry(
            code=finding.code,
            category=finding.category,
            rows=tuple(sorted(_keys(finding, content))),
            reason=reason,
            expires=expires,
        )
        for finding in _weighty(findings)
    )


def split(
    baseline: Baseline, findings: Iterable[Finding], dataset: Dataset, today: date | None = None
) -> Standing:
    """The errors and warnings that are known and new, and the entries that are fixed and expired.

    `today` is by default the day of SOURCE_DATE_EPOCH, or the clock's. Raises UsageError for a
    SOURCE_DATE_EPOCH that is no number of seconds.
    """
    today = today or date_of_today()
    expired = tuple(e for e in baseline.entries if e.expired(today))
    counting = [e for e in baseline.entries if not e.expired(today)]
    # A finding of no rows, as of a combination that never occurs, goes by its category.
    held: dict[str, set[str]] = defaultdict(set)
    for entry in counting:
        held[entry.code] |= _marks(entry.rows, entry.category)
    content = _content(dataset)
    known, new = [], []
    resting: dict[str, set[str]] = defaultdict(set)
    for finding in _weighty(findings):
        marks = _marks(_keys(finding, content), finding.category)
        if len(marks & held[finding.code]) > MOST * len(marks):
            known.append(finding)
            resting[finding.code] |= marks
        else:
            new.append(finding)
    fixed = [e for e in counting if not _marks(e.rows, e.category) & resting[e.code]]
    return Standing(tuple(known), tuple(new), tuple(fixed), expired)


def update(
    baseline: Baseline,
    findings: Sequence[Finding],
    dataset: Dataset,
    reason: str = "",
    expires: date | None = None,
    today: date | None = None,
) -> Baseline:
    """The baseline with what is new besides; entries stay as they are, those not found too.

    What is found again after its entry expired is new, and takes that entry's place.
    """
    added = create(split(baseline, findings, dataset, today).new, dataset, reason, expires).entries
    renewed = {entry.about for entry in added}
    return _sorted([*(e for e in baseline.entries if e.about not in renewed), *added])


def prune(
    baseline: Baseline, findings: Iterable[Finding], dataset: Dataset, today: date | None = None
) -> Baseline:
    """The baseline without the entries that are no longer found, and without expired ones."""
    standing = split(baseline, findings, dataset, today)
    gone = {*standing.fixed, *standing.expired}
    return replace(baseline, entries=tuple(e for e in baseline.entries if e not in gone))


def read(path: Path) -> Baseline:
    """Raises UsageError for a file that is not there, DataError for one that is no baseline."""
    make = f"make one with `auditor baseline create DATA --output {path}`"
    try:
        return _sorted(msgspec.json.decode(path.read_bytes(), type=Baseline).entries)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such baseline; {make}") from error
    except OSError as error:
        raise SurroundingsError(f"{path}: cannot be read ({error.strerror})") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: is not a baseline ({error}); restore it, or {make}") from error


def write(baseline: Baseline, path: Path) -> None:
    """One entry a line, so that a diff shows what came and went. Raises SurroundingsError."""
    lines = b",\n".join(msgspec.json.encode(entry) for entry in baseline.entries)
    content = b'{"entries": [\n' + lines + b"\n]}\n" if lines else b'{"entries": []}\n'
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise SurroundingsError(
            f"{path}: cannot be written ({error.strerror or error}); choose another place"
        ) from error


def date_of_today() -> date:
    """In UTC; of SOURCE_DATE_EPOCH where it is set, so that a run can be repeated to the byte."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH must be seconds since 1970, not {given!r}") from error


def _weighty(findings: Iterable[Finding]) -> list[Finding]:
    return [f for f in findings if f.severity in ("error", "warning")]


def _content(dataset: Dataset) -> Mapping[int, str]:
    """File row -> the hash of what stands there."""
    return {e.row: e.content for e in (*dataset.examples, *dataset.held_out)}


def _keys(finding: Finding, content: Mapping[int, str]) -> set[str]:
    return {
        hashlib.sha256(f"{finding.code}\n{content[row]}".encode()).hexdigest()[:KEY]
        for row in finding.rows
    }


def _marks(keys: Iterable[str], category: str | None) -> set[str]:
    """What an entry or a finding is known by: its rows, or without rows its category."""
    return set(keys) or {f"category {category}"}


def _sorted(entries: Iterable[Entry]) -> Baseline:
    return Baseline(entries=tuple(sorted(entries, key=lambda e: (e.about, e.reason))))
