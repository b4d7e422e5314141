"""JSON objects as rows: numbers keep their literal form, `null` and `NaN` are missing values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from auditor.dataset.chat import holds_turns, user_turns, with_instruction
from auditor.dataset.json.values import json_value, nested_values
from auditor.dataset.values import Number
from auditor.records.dataset import Reject
from auditor.records.reading import Fields

# Columns inside of objects: where every row has keys of its own, they are no columns of the table.
MOST_DOTTED = 1000


class Fault(str):
    """Why a record is no row."""

    __slots__ = ()


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


def row_fields(item: Any, row: int, line: int | None, dotted: set[str]) -> Fields | Reject:
    """The fields of one record, a decoded JSON value, or why it is no row.

    dotted: the names of columns inside of objects so far, to which this row's are added.
    """
    if isinstance(item, Fault):
        return Reject(row=row, line=line, reason=str(item))
    if not isinstance(item, dict):
        return Reject(row=row, line=line, reason="not a JSON object")
    return _object_fields(item, dotted)


def _object_fields(record: Mapping[str, Any], dotted: set[str]) -> Fields:
    """The record's values by their columns; those inside its objects have dotted names."""
    fields: dict[str, str] = {}
    inside: dict[str, Any] = {}
    for key, given in record.items():
        turns = holds_turns(key)
        value = user_turns(given) if turns else json_value(given)
        if value is not None:
            fields[key] = value
        if isinstance(given, list | Mapping) and not turns:
            inside[key] = given
    for name, value in nested_values(inside):
        if len(dotted) < MOST_DOTTED or name in dotted:
            dotted.add(name)
            fields.setdefault(name, value)
    return with_instruction(fields)


def fault(error: ValueError | RecursionError) -> str:
    """What is wrong with a JSON text, in a few words and without quoting it."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
