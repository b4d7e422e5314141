"""What a baseline holds: findings that are known, and the rows that there were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFinding:
    """One finding that is known."""

    code: str
    category: str | None
    rows: tuple[str, ...]  # sorted hashes of text and label
    reason: str = ""
    expires: date | None = None  # the last day that it counts; None: for good

    @property
    def about(self) -> tuple[str, str, tuple[str, ...]]:
        """What it is about; entries are sorted by it."""
        return self.code, self.category or "", self.rows

    @property
    def keys(self) -> set[str]:
        return keys_of(self.rows, self.category)

    def expired(self, today: date) -> bool:
        return self.expires is not None and self.expires < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The entries of a file, and the rows of the data that it was made of; all sorted."""

    entries: tuple[KnownFinding, ...] = ()
    rows: tuple[str, ...] = ()  # hashes of text and label, each as often as there were such rows
    labels: tuple[str, ...] = ()  # hashes of the labels as they were spelled

    def in_order(self) -> Baseline:
        return replace(
            self,
            entries=tuple(sorted(self.entries, key=lambda e: (e.about, e.reason))),
            rows=tuple(sorted(self.rows)),
            labels=tuple(sorted(self.labels)),
        )


def keys_of(rows: Iterable[str], category: str | None) -> set[str]:
    """The keys that an entry or a finding is known by: the hashes of its rows.

    One of no rows, as of a combination that never occurs, goes by its category.
    """
    return set(rows) or {f"category {category}"}
