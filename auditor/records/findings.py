"""Findings, and the limits that they rest on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from auditor.records.kept import counted, quoted

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # the worst first

_SHORT = 12  # characters of a fingerprint that tell it from others


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault, with what was measured, the limit it passed, and what to do."""

    code: str
    severity: Severity
    category: str | None
    subtype: str | None
    summary: str
    measured: Mapping[str, Any]
    limit: Mapping[str, Any]
    rows: tuple[int, ...]  # 0-based data rows of the file
    advice: str
    fingerprint: str  # of code, category and the rows' content
    reference_rows: tuple[int, ...] = ()  # 0-based rows of the reference file

    @property
    def shown_rows(self) -> tuple[int, ...]:
        """Its rows as a reader goes through them: side by side where `measured` names `pairs`."""
        paired = tuple(r for pair in self.measured.get("pairs", ()) for r in pair.values())
        return paired or self.rows

    def __repr__(self) -> str:
        of = f" of {quoted(self.category)}" if self.category else ""
        found = f"{self.severity}, {counted(len(self.rows), 'row')}{of}"
        return f"<Finding {self.code}: {found}; {self.fingerprint[:_SHORT]}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit that a check judged by, and why its default is what it is."""

    name: str
    value: int | float
    default: int | float
    reason: str  # empty: that of the limit before it


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedCheck:
    """Something that was not done, and why."""

    code: str
    reason: str


def fingerprint(code: str, category: str | None, contents: Sequence[str]) -> str:
    """A hash of code, category and the rows' content: stable when rows move in the file."""
    parts = "\n".join([code, category or "", *sorted(contents)])
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]
