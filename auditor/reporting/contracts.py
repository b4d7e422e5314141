"""The contracts that other programs read, and from which every other format renders again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import fields
from pathlib import Path
from typing import Any

from auditor.errors import DataError
from auditor.interfaces import Result
from auditor.records.audit import SCHEMA_VERSION, Audit
from auditor.records.comparison import COMPARISON_VERSION, Comparison
from auditor.records.verdict import VERDICT_VERSION, Verdict
from auditor.reporting.consistency import faults
from auditor.reporting.contract import Contract, decode

AUDIT = Contract(
    kind=Audit,
    version=SCHEMA_VERSION,
    noun="audit",
    filename="audit.json",
    command="auditor audit",
    remedy="audit the data again",
    description="What `auditor audit` found in a labelled dataset. Rows are 0-based data rows of "
    "the file, rejected ones counted; shares, accuracies and drops are fractions 0-1.",
    by_row=("examples",),
    faults=faults,
)
VERDICT = Contract(
    kind=Verdict,
    version=VERDICT_VERSION,
    noun="verdict",
    filename="gate.json",
    command="auditor gate",
    remedy="run the gate again",
    description="Whether `auditor gate` lets a candidate dataset be merged, and why. Rows are "
    "0-based data rows of the candidate's file, rejected ones counted, where nothing else is "
    "said; shares and drops are fractions 0-1.",
    by_row=("lines", "examples", "base_examples"),
)
COMPARISON = Contract(
    kind=Comparison,
    version=COMPARISON_VERSION,
    noun="comparison",
    filename="compare.json",
    command="auditor compare",
    remedy="compare the sets again",
    description="What `auditor compare` found between two labelled datasets. Rows are 0-based data "
    "rows of the base's or of the candidate's file; shares, accuracies and drops are fractions "
    "0-1, a difference is candidate - base, and intervals hold 80 %, those of `unseen` and `own` "
    "95 %.",
    by_row=("examples", "base_examples"),
)
CONTRACTS: tuple[Contract[Any], ...] = (AUDIT, VERDICT, COMPARISON)

_HOLDERS = Counter(field.name for contract in CONTRACTS for field in fields(contract.kind))


def load(path: str | Path) -> Result:
    """The audit, the verdict or the comparison that a file holds, as its fields tell.

    Fields that it does not know are passed over. Raises DataError for a file that is missing,
    damaged, none of the three, or of another schema version.
    """
    *files, last = (contract.filename for contract in CONTRACTS)
    advice = f"give an {', '.join(files)} or {last}"
    decoded = decode(path, advice)
    if isinstance(decoded, dict):
        matches = [_own_fields(contract, decoded.keys()) for contract in CONTRACTS]
        contract = CONTRACTS[matches.index(max(matches))]
        if any(matches):
            found: Result = contract.convert(decoded, path)
            return found
    *nouns, last = (contract.a_noun for contract in CONTRACTS)
    raise DataError(f"{path}: is not {', '.join(nouns)} or {last}; {advice}")


def schema(kind: type[Result] = Audit) -> dict[str, Any]:
    """The contract of a kind of result as JSON Schema (draft 2020-12)."""
    [contract] = (c for c in CONTRACTS if c.kind is kind)
    return contract.schema()


def _own_fields(contract: Contract[Any], keys: Set[str]) -> int:
    """How many of the keys are fields of this kind of result and of no other."""
    return sum(f.name in keys and _HOLDERS[f.name] == 1 for f in fields(contract.kind))
