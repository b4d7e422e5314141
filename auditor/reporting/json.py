"""`audit.json`: the contract that other programs read, and from which a report renders again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditor.records.audit import SCHEMA_VERSION, Audit
from auditor.reporting.consistency import faults
from auditor.reporting.contract import Contract

_CONTRACT = Contract(
    kind=Audit,
    version=SCHEMA_VERSION,
    noun="audit",
    file="audit.json",
    command="auditor audit",
    remedy="audit the data again",
    description="What `auditor audit` found in a labelled dataset. Rows are 0-based data rows of "
    "the file, rejected ones counted; shares, accuracies and drops are fractions 0-1.",
    by_row=("examples",),
    faults=faults,
)


class JsonRenderer:
    """The whole audit, each top-level key on a line of its own so that two audits can be diffed."""

    name = "json"
    filename = "audit.json"

    def render(self, audit: Audit) -> str:
        return _CONTRACT.write(audit)


def load(path: str | Path) -> Audit:
    """The audit that an `audit.json` holds; fields it does not know are passed over.

    Raises DataError for a file that is missing, damaged, or of another schema version.
    """
    return _CONTRACT.read(path)


def schema() -> dict[str, Any]:
    """The contract as JSON Schema (draft 2020-12); fields added later are valid under it."""
    return _CONTRACT.schema()
