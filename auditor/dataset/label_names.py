"""Labels that are numbers, and the names that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from auditor.dataset.values import Listed, Number, Unusable
from auditor.records.dataset import Reject
from auditor.records.reading import Fields, Rows

UNNAMED = "a class number without a name"


def named_rows(rows: Rows, classes: Mapping[str, Sequence[str]]) -> Rows:
    """The rows with the names in place of numbers, in the columns of `classes`."""
    for line, fields in rows:
        yield line, fields if isinstance(fields, Reject) else _named(fields, classes)


def _named(fields: Fields, classes: Mapping[str, Sequence[str]]) -> Fields:
    named: dict[str, str | None] = dict(fields)
    for column, names in classes.items():
        if column in fields:
            named[column] = class_name(fields[column], names)
    return {column: value for column, value in named.items() if value is not None}


def class_name(value: str, names: Sequence[str]) -> str | None:
    """The class that a number from 0 stands for; -1 is how Hugging Face writes an unknown one."""
    if isinstance(value, Listed):
        return Listed(name for v in value.items if (name := class_name(v, names)) is not None)
    if isinstance(value, Unusable) or (value in names and not isinstance(value, Number)):
        return value
    if value == "-1":
        return None
    if not re.fullmatch(r"\d{1,9}", value) or int(value) >= len(names):
        return Unusable(UNNAMED)
    return names[int(value)]
