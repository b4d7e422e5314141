"""A check's limits: each a field with a default and the reason for it."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, cast

from auditor.records.findings import Limit

Number = TypeVar("Number", int, float)


def limit(default: Number, reason: str = "") -> Number:
    """A field of a check; without a reason it shares that of the field before it."""
    # Typed as its default, as `dataclasses.field` is.
    found: Number = dataclasses.field(default=default, metadata={"reason": reason})
    return found


def limits_of(check: Any) -> tuple[Limit, ...]:
    """The limits that the check judges by, in the order of its file."""
    return tuple(
        Limit(
            name=f.name,
            value=getattr(check, f.name),
            default=cast("int | float", f.default),
            reason=f.metadata.get("reason", ""),
        )
        for f in dataclasses.fields(check)
    )
