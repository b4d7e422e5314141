"""JSON objects as rows: numbers keep their literal form, `null` and `NaN` are missing values."""

from __future__ import annotations

import json
from typing import Any

from auditor.dataset.chat import holds_turns, user_turns, with_instruction
from auditor.dataset.values import Number, json_value
from auditor.records.dataset import Reject
from auditor.records.reading import Fields


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):  # the json module would drop all but the last value
        raise ValueError("an object names the same key twice")
    return made


def _constant(literal: str) -> Number | None:
    return None if literal == "NaN" else Number(literal)


DECODER = json.JSONDecoder(
    parse_int=Number,
    parse_float=Number,
    parse_constant=_constant,
    object_pairs_hook=_object,
)


def row_fields(item: Any, row: int, line: int | None) -> Fields | Reject:
    """The fields of one decoded JSON value, or why it is no row."""
    if not isinstance(item, dict):
        return Reject(row=row, line=line, reason="not a JSON object")
    fields: dict[str, str] = {}
    for key, given in item.items():
        value = user_turns(given) if holds_turns(key) else json_value(given)
        if value is not None:
            fields[key] = value
    return with_instruction(fields)


def fault(error: ValueError | RecursionError) -> str:
    """What is wrong with a JSON text, in a few words and without quoting it."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
