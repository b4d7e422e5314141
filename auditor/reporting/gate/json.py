"""`gate.json`: the verdict for other programs, and from which its other files render again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditor.records.verdict import VERDICT_VERSION, Verdict
from auditor.reporting.contract import Contract

_CONTRACT = Contract(
    kind=Verdict,
    version=VERDICT_VERSION,
    noun="verdict",
    file="gate.json",
    command="auditor gate",
    remedy="run the gate again",
    description="Whether `auditor gate` lets a candidate dataset be merged, and why. Rows are "
    "0-based data rows of the candidate's file, rejected ones counted, where nothing else is "
    "said; shares and drops are fractions 0-1.",
    by_row=("lines", "examples", "base_examples"),
)


class JsonRenderer:
    """The whole verdict, each top-level key on a line of its own so that two can be diffed."""

    name = "json"
    filename = "gate.json"

    def render(self, verdict: Verdict) -> str:
        return _CONTRACT.write(verdict)


def load_verdict(path: str | Path) -> Verdict:
    """The verdict that a `gate.json` holds; fields it does not know are passed over.

    Raises DataError for a file that is missing, damaged, or of another schema version.
    """
    return _CONTRACT.read(path)


def verdict_schema() -> dict[str, Any]:
    """The contract as JSON Schema (draft 2020-12); fields added later are valid under it."""
    return _CONTRACT.schema()
