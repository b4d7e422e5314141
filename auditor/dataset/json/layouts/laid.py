"""What a layout makes of a document: its records, each an object where it is a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.records.dataset import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The records of a document, in its order."""

    records: Sequence[Any]
    decisions: tuple[Decision, ...] = ()
    # column -> the names that its numbers stand for, where the document tells
    classes: Mapping[str, Sequence[str]] = field(default_factory=dict)


def is_table(value: Any) -> bool:
    """Whether it is a list that holds records: objects, or lists."""
    return isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
