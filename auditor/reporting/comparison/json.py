"""`compare.json`: the contract that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditor.records.comparison import COMPARISON_VERSION, Comparison
from auditor.reporting.contract import Contract

_CONTRACT = Contract(
    kind=Comparison,
    version=COMPARISON_VERSION,
    noun="comparison",
    file="compare.json",
    command="auditor compare",
    remedy="compare the sets again",
    description="What `auditor compare` found between two labelled datasets. Rows are 0-based data "
    "rows of the base's or of the candidate's file; shares, accuracies and drops are fractions "
    "0-1, a difference is candidate - base, and intervals hold 80 %, those of `unseen` and `own` "
    "95 %.",
    by_row=("examples", "base_examples"),
)


class ComparisonJson:
    """The whole comparison, each top-level key on a line of its own."""

    name = "json"
    filename = "compare.json"

    def render(self, comparison: Comparison) -> str:
        return _CONTRACT.write(comparison)


def load_comparison(path: str | Path) -> Comparison:
    """The comparison that a `compare.json` holds; fields it does not know are passed over.

    Raises DataError for a file that is missing, damaged, or of another schema version.
    """
    return _CONTRACT.read(path)


def comparison_schema() -> dict[str, Any]:
    """The contract as JSON Schema (draft 2020-12); fields added later are valid under it."""
    return _CONTRACT.schema()
