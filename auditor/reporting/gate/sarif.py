"""SARIF 2.1.0 (OASIS, 2020), for code scanning: a result for each test that does not pass.

GitHub takes any result for an alert, whatever its `kind`, so those that pass are not listed;
gate.junit.xml has them. It keeps 5,000 results of a run, needs a line for each place, and knows an
alert again by the fingerprint `primaryLocationLineHash`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import quote

from auditor.records.verdict import Status, Tested, Verdict
from auditor.reporting.codes import codes, explain, words_of_code
from auditor.reporting.gate import answer, pairs, phrases
from auditor.reporting.inert import inert, one_line
from auditor.reporting.wording import named_rows

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Mapping[Status, str] = {
    "fail": "error",
    "inconclusive": "warning",
    "warn": "warning",
    "informational": "note",
}
_MOST = 5000  # results that GitHub keeps of a run
_PLACES = 20  # rows that a result points at
_MESSAGE = 2000  # columns
_LINK = re.compile(r"(?<=\])(?=\()")  # `[text](target)` is a link in a SARIF message


class SarifRenderer:
    """One run with the rules of the checks that found something."""

    name = "sarif"
    filename = "gate.sarif"

    def render(self, verdict: Verdict) -> str:
        found = [t for t in verdict.tested if t.status in _LEVELS]
        checks = list(dict.fromkeys(t.check for t in found[:_MOST]))
        driver = {"name": "auditor", "rules": [_rule(check) for check in checks]}
        if version := verdict.versions.get("auditor"):
            driver["version"] = one_line(version)
        run = {
            "tool": {"driver": driver},
            "automationDetails": {"id": f"auditor-gate/{_uri(verdict.file)}/"},
            "columnKind": "unicodeCodePoints",
            "invocations": [_invocation(verdict, len(found))],
            "results": [_result(verdict, t, checks) for t in found[:_MOST]],
            "properties": {
                "outcome": verdict.outcome,
                "reason": _message(answer.explained(verdict)),
                "passed": len(verdict.of("pass")),
            },
        }
        log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
        return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _rule(check: str) -> dict[str, Any]:
    """A check, with what `auditor explain` says of it."""
    words = words_of_code(check)
    rule: dict[str, Any] = {"id": one_line(check), "shortDescription": {"text": words.title}}
    if check in codes():
        parts = explain(check)
        rule["fullDescription"] = {"text": words.meaning}
        rule["help"] = {
            "text": "\n\n".join("\n".join([p.title, *p.lines]) for p in parts),
            "markdown": "\n\n".join("\n\n".join([f"### {p.title}", *p.lines]) for p in parts),
        }
    return rule


def _result(verdict: Verdict, tested: Tested, checks: Sequence[str]) -> dict[str, Any]:
    shown = tested.rows[:_PLACES]
    return {
        "ruleId": one_line(tested.check),
        "ruleIndex": checks.index(tested.check),
        "level": _LEVELS[tested.status],
        "message": {"text": _said(verdict, tested)},
        "locations": [_location(verdict, row) for row in shown] or [_location(verdict, None)],
        "partialFingerprints": {
            "auditor/v1": inert(tested.fingerprint),
            "primaryLocationLineHash": inert(phrases.identity(tested)),
        },
        **({"relatedLocations": _related(verdict, tested)} if tested.pairs else {}),
        "properties": _numbers(tested),
    }


def _said(verdict: Verdict, tested: Tested) -> str:
    said = [f"{phrases.about(tested)}: {tested.summary}.", f"{phrases.evidence(tested)}."]
    if pair := pairs.sentence(verdict, tested):
        said.append(f"For example {pair}.")
    if len(tested.rows) > _PLACES:
        said.append(f"Pointing at {_PLACES} of {len(tested.rows):,} listed rows.")
    if tested.base_rows:
        said.append(f"In the base: {named_rows(tested.base_rows)}.")
    return _message(" ".join([*said, tested.advice]))


def _numbers(tested: Tested) -> dict[str, Any]:
    keys = ("status", "kind", "base", "candidate", "effect", "low", "high", "margin", "p")
    return {key: getattr(tested, key) for key in keys if getattr(tested, key) is not None}


def _location(verdict: Verdict, row: int | None) -> dict[str, Any]:
    """Where a row stands; the file's first line where it has none, or the whole set is meant."""
    line = None if row is None else phrases.line_of(verdict, row)
    place = {
        "artifactLocation": {"uri": _uri(verdict.file)},
        "region": {"startLine": line or 1},
    }
    message = {} if row is None else {"message": {"text": f"row {row}"}}
    return {"physicalLocation": place, **message}


def _related(verdict: Verdict, tested: Tested) -> list[dict[str, Any]]:
    """The rows that some of the test's rows repeat or contradict.

    GitHub takes no location without a file. Which one the base is may be known to git alone, so a
    row of it is named at the candidate's row.
    """
    return [
        {
            **_location(verdict, pair.other if pair.other_in == "candidate" else pair.row),
            "id": at,
            "message": {"text": _message(pairs.relation(verdict, tested, pair))},
        }
        for at, pair in enumerate(tested.pairs[:_PLACES], 1)
    ]


def _invocation(verdict: Verdict, found: int) -> dict[str, Any]:
    notes = [f"{s.code} was not done: {s.reason}" for s in verdict.skipped]
    if found > _MOST:
        notes.append(f"Showing {_MOST:,} of {found:,} results; {phrases.HAS_ALL}")
    notes += [f"{where} could not be read: {why}" for where, why in answer.rejected(verdict)]
    message = [{"level": "note", "message": {"text": _message(note)}} for note in notes]
    return {"executionSuccessful": True, "toolExecutionNotifications": message}


def _message(text: str) -> str:
    return _LINK.sub(" ", one_line(text, _MESSAGE))


def _uri(file: str) -> str:
    """The file's name as a relative reference (RFC 3986), or a file URI where it is absolute."""
    drive = PureWindowsPath(file).is_absolute() and not file.startswith("/")
    path = PureWindowsPath(file).as_posix() if drive else file
    while path.startswith("./"):
        path = path[2:]
    encoded = quote(path.encode("utf-8", "surrogatepass"), safe="/:" if drive else "/")
    if drive:
        return f"file:///{encoded}"
    return f"file://{encoded}" if path.startswith("/") else encoded
