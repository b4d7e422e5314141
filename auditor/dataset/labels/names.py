"""Labels that are numbers, and the names that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from auditor.dataset.values import Listed, Number, Unusable
from auditor.records.dataset import Reject
from auditor.records.reading import Fields, Rows

WHOLE = re.compile(r"(0|[1-9]\d{0,8})(?:\.0+)?")  # a whole number, also as 1.0
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
    """The class that a number from 0 stands for; -1 is how Hugging Face writes an unknown one.

    Words stay, and so does a numeral that is a name itself: it has been named before.
    """
    if isinstance(value, Listed):
        return Listed(name for v in value.items if (name := class_name(v, names)) is not None)
    whole = WHOLE.fullmatch(value)
    if isinstance(value, Unusable) or (value in names and not isinstance(value, Number)):
        return value
    if whole is None:
        return None if value == "-1" else Unusable(UNNAMED) if isinstance(value, Number) else value
    return names[int(whole[1])] if int(whole[1]) < len(names) else Unusable(UNNAMED)
