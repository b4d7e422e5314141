"""Values of JSON, and of Arrow's nested types: strings that keep their kind, and what nests.

An object or a list is no value of its own, but the plain values inside are columns with dotted
names, such as `annotations.0.choice`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from numbers import Number as AnyNumber
from typing import Any

from auditor.dataset.values import Boolean, Listed, Number, Unusable

DEEPEST = 6  # names in a dotted name: more would be a document, and its names grow with its depth
WIDEST = 10  # items of one list that get columns


def json_value(value: Any) -> str | None:
    """One value whose numbers are Numbers already, or Python's; None where it is missing.

    A list of one plain value is that value, a list of none or of several is Listed.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return Boolean("true" if value else "false")
    if isinstance(value, AnyNumber):
        return None if value != value else Number(value)  # noqa: PLR0124 - NaN is missing
    if isinstance(value, list):
        return _listed(value)
    return _object(value) if isinstance(value, Mapping) else _other(value)


def nested_values(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The plain values inside the record's objects and lists, by their dotted names."""
    for name, value in record.items():
        yield from _inside(name, value, DEEPEST)


def in_a_list(column: str) -> bool:
    """Whether a column is of one item in a list, such as `annotations.0.choice`: what the first of
    several says is nobody's label or text unless a user names it."""
    return re.search(r"\.\d+(\.|$)", column) is not None


def is_plain(value: Any) -> bool:
    """Whether it is a string, a number, a boolean or missing."""
    return not isinstance(value, dict | list)


def plain_list(value: Any) -> bool:
    """Whether it is a list of plain values alone."""
    return isinstance(value, list) and not any(
        item is None or isinstance(item, list | Mapping | bytes) for item in value
    )


def _object(value: Mapping[str, Any]) -> str | None:
    if value.keys() == {"choices"} and isinstance(value["choices"], list):
        return _listed(value["choices"])  # how Label Studio writes several answers to one question
    return Unusable("an object")


def _other(value: Any) -> str:
    """A value of Arrow that JSON does not know."""
    return Unusable("bytes") if isinstance(value, bytes) else str(value)


def _listed(items: list[Any]) -> str | None:
    if not plain_list(items):
        return Unusable("a list")
    values = [value for item in items if (value := json_value(item)) is not None]
    return values[0] if len(values) == 1 else Listed(values)


def _inside(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list) and not plain_list(value):
        inner = {str(at): item for at, item in enumerate(value[:WIDEST])}.items()
    else:
        return
    for key, item in inner:
        path = f"{name}.{key}"
        found = json_value(item)
        if found is not None and type(found) is not Unusable:
            yield path, found
        if depth > 1:
            yield from _inside(path, item, depth - 1)
