"""Columns whose every value is a list of one: the list is read as what it holds, which is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.dataset.chat import holds_turns
from auditor.dataset.json.forms import Form
from auditor.dataset.json.values import plain_list
from auditor.dataset.values import quoted_names
from auditor.records.dataset import Decision


def said_of(form: Form, sample: Sequence[Any]) -> Iterator[Decision]:
    """What is decided of the lists in rows like those of the sample."""
    columns: dict[str, bool] = {}
    for record in sample:
        for row in form.rows(record):
            for name, value in row.items() if isinstance(row, Mapping) else ():
                if value not in (None, []) and not holds_turns(name):
                    one = plain_list(value) and len(value) == 1
                    columns[name] = columns.get(name, True) and one
    of_one = [name for name, one in columns.items() if one]
    if of_one:
        yield Decision(what=f"lists of one are read as what they hold ({quoted_names(of_one, 5)})")
