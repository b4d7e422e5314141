"""GitLab's Code Quality report: what a merge request shows beside the lines that it changes.

The fields are those of GitLab's documentation, "Code Quality", "Code Quality report format".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from auditor.outcomes import Status, Tested, Verdict
from auditor.reporting.gate import phrases
from auditor.reporting.inert import one_line

_SEVERITIES: Mapping[Status, str] = {
    "fail": "critical",
    "inconclusive": "major",
    "warn": "minor",
    "informational": "info",
}
_MOST = 1000
_DESCRIPTION = 1000  # columns


class GitlabRenderer:
    """One entry for each test that does not pass, at the first of its rows."""

    name = "gitlab"
    filename = "gl-code-quality-report.json"

    def render(self, verdict: Verdict) -> str:
        found = [t for t in verdict.tested if t.status in _SEVERITIES]
        entries = [_entry(verdict, t) for t in found[:_MOST]]
        if len(found) > _MOST:
            entries.append(_hidden(verdict, len(found)))
        return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def _entry(verdict: Verdict, tested: Tested) -> dict[str, Any]:
    line = next(filter(None, (phrases.line_of(verdict, r) for r in tested.rows)), 1)
    said = f"{phrases.about(tested)}: {tested.summary} ({phrases.evidence(tested)})"
    return {
        "description": one_line(said, _DESCRIPTION),
        "check_name": one_line(tested.check),
        "fingerprint": one_line(phrases.identity(tested)),
        "severity": _SEVERITIES[tested.status],
        "location": _location(verdict, line),
    }


def _hidden(verdict: Verdict, found: int) -> dict[str, Any]:
    return {
        "description": f"Showing {_MOST:,} of {found:,} tests that do not pass; gate.json has all",
        "check_name": "auditor-gate",
        "fingerprint": "hidden",
        "severity": "info",
        "location": _location(verdict, 1),
    }


def _location(verdict: Verdict, line: int) -> dict[str, Any]:
    return {"path": one_line(verdict.file, 10_000), "lines": {"begin": line}}
