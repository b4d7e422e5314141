"""Findings compared with a baseline, and how a baseline is made and kept up to date.

known      most of its rows stand in entries of its code, or rows were added to one of these: it is
           the same finding, shrunk, grown or in another order (`History.knows`). What was added
           is counted (`growth.py`), and the gate judges it
untouched  no entry knows it, and each of its rows was there when the baseline was made: nobody
           added or changed what it rests on, so it fails nothing
new        any other
fixed      an entry on whose rows no finding of its code rests
expired    an entry past its date, which no longer counts: its finding is new, whatever it rests
           on
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from auditor.clock import date_of_today
from auditor.gating.baseline.entries import Baseline, KnownFinding
from auditor.gating.baseline.growth import Growth, grown
from auditor.gating.baseline.history import History, label_keys, row_keys
from auditor.records.dataset import Dataset
from auditor.records.findings import Finding


class BaselineDiff(NamedTuple):
    """What of the findings a baseline knows, and which of its entries are out of date."""

    known: tuple[Finding, ...]
    new: tuple[Finding, ...]
    untouched: tuple[Finding, ...]
    fixed: tuple[KnownFinding, ...]
    expired: tuple[KnownFinding, ...]
    growth: tuple[Growth, ...]  # of those that are known


def create(
    findings: Iterable[Finding], dataset: Dataset, reason: str = "", expires: date | None = None
) -> Baseline:
    """A baseline of the errors and warnings among the findings of `dataset`; notes never fail."""
    keys = row_keys(dataset)
    entries = (
        KnownFinding(
            code=finding.code,
            category=finding.category,
            rows=tuple(sorted({keys[row] for row in finding.rows})),
            reason=reason,
            expires=expires,
        )
        for finding in _serious(findings)
    )
    labels = label_keys(dataset).values()
    return Baseline(
        entries=tuple(entries), rows=tuple(keys.values()), labels=tuple(labels)
    ).in_order()


def split(
    baseline: Baseline, findings: Iterable[Finding], dataset: Dataset, today: date | None = None
) -> BaselineDiff:
    """The errors and warnings that are known, new and untouched; entries fixed and expired.

    `today` is by default the day of SOURCE_DATE_EPOCH, or the clock's. Raises UsageError for a
    SOURCE_DATE_EPOCH that is no number of seconds.
    """
    today = today or date_of_today()
    expired = tuple(e for e in baseline.entries if e.expired(today))
    counting = tuple(e for e in baseline.entries if not e.expired(today))
    known_by_code, expired_keys = _entries_by_code(counting), _keys_by_code(expired)
    history, serious = History.of(baseline, dataset), _serious(findings)
    found_keys = history.keys_by_code(serious)
    known, new, untouched = [], [], []
    for finding in serious:
        if history.knows(finding, known_by_code[finding.code]):
            known.append(finding)
        elif (
            history.has_all_of(finding)
            and not history.keys_of(finding) & expired_keys[finding.code]
        ):
            untouched.append(finding)
        else:
            new.append(finding)
    return BaselineDiff(
        known=tuple(known),
        new=tuple(new),
        untouched=tuple(untouched),
        fixed=tuple(e for e in counting if not e.keys & found_keys[e.code]),
        expired=expired,
        growth=tuple(grown(known, history)),
    )


def update(
    baseline: Baseline,
    findings: Sequence[Finding],
    dataset: Dataset,
    reason: str = "",
    expires: date | None = None,
    today: date | None = None,
) -> Baseline:
    """The baseline with the rows and findings that it lacks; what it has stays, found or not.

    What is found again after its entry expired is new, and takes that entry's place. An entry takes
    in the rows that its finding has grown by.
    """
    today = today or date_of_today()
    diff = split(baseline, findings, dataset, today)
    added = create((*diff.new, *diff.untouched), dataset, reason, expires)
    renewed = {entry.about for entry in added.entries}
    history = History.of(baseline, dataset)
    more = [g.finding for growth in diff.growth for g in growth.findings]
    kept = (
        entry if entry.expired(today) else _grown_entry(entry, more, history)
        for entry in baseline.entries
        if entry.about not in renewed
    )
    return Baseline(
        entries=tuple(dict.fromkeys((*kept, *added.entries))),
        rows=tuple((Counter(baseline.rows) | Counter(added.rows)).elements()),
        labels=tuple({*baseline.labels, *added.labels}),
    ).in_order()


def prune(baseline: Baseline, findings: Iterable[Finding], dataset: Dataset) -> Baseline:
    """The baseline without the entries that are no longer found, and the rows that are gone.

    An entry that has expired stays while its finding does: it is why the finding counts as new.
    """
    history = History.of(baseline, dataset)
    found_keys = history.keys_by_code(_serious(findings))
    return Baseline(
        entries=tuple(e for e in baseline.entries if e.keys & found_keys[e.code]),
        rows=tuple((history.before & history.now).elements()),
        labels=tuple({*baseline.labels} & {*label_keys(dataset).values()}),
    ).in_order()


def _serious(findings: Iterable[Finding]) -> list[Finding]:
    return [f for f in findings if f.severity in ("error", "warning")]


def _grown_entry(entry: KnownFinding, grown: Iterable[Finding], history: History) -> KnownFinding:
    """The entry with all hashes of the findings that have grown from it."""
    same = (f for f in grown if f.code == entry.code and history.knows(f, [entry]))
    rows = set(entry.rows).union(*map(history.keys_of, same))
    return replace(entry, rows=tuple(sorted(rows)))


def _entries_by_code(entries: Iterable[KnownFinding]) -> dict[str, list[KnownFinding]]:
    """Code -> its entries."""
    named: dict[str, list[KnownFinding]] = defaultdict(list)
    for entry in entries:
        named[entry.code].append(entry)
    return named


def _keys_by_code(entries: Iterable[KnownFinding]) -> dict[str, set[str]]:
    """Code -> the keys of its entries."""
    by_code: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        by_code[entry.code] |= entry.keys
    return by_code
