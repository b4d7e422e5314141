"""GitLab's Code Quality report: what a merge request shows beside the lines that it changes.

The fields are those of GitLab's documentation, "Code Quality", "Code Quality report format".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from auditor.records.verdict import Status, Tested, Verdict
from auditor.reporting.gate import answer, pairs, phrases
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
        if answer.notes(verdict):
            entries.insert(0, _about_all(verdict, "answer", answer.first_line(verdict), "minor"))
        if len(found) > _MOST:
            said = f"Showing {_MOST:,} of {len(found):,} tests that did not pass; {phrases.HAS_ALL}"
            entries.append(_about_all(verdict, "hidden", said, "info"))
        return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def _entry(verdict: Verdict, tested: Tested) -> dict[str, Any]:
    said = f"{phrases.about(tested)}: {tested.summary} ({phrases.evidence(tested)})"
    if pair := pairs.sentence(verdict, tested):
        said = f"{said}. For example {pair}"
    return {
        "description": one_line(said, _DESCRIPTION),
        "check_name": one_line(tested.check),
        "fingerprint": one_line(phrases.identity(tested)),
        "severity": _SEVERITIES[tested.status],
        "location": _location(verdict, phrases.first_place(verdict, tested)),
    }


def _about_all(verdict: Verdict, name: str, said: str, severity: str) -> dict[str, Any]:
    return {
        "description": one_line(said, _DESCRIPTION),
        "check_name": "auditor-gate",
        "fingerprint": name,
        "severity": severity,
        "location": _location(verdict, 1),
    }


def _location(verdict: Verdict, line: int) -> dict[str, Any]:
    return {"path": one_line(verdict.file, 10_000), "lines": {"begin": line}}
