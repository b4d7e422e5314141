"""Chat fine-tuning rows in any format: the same rows give the same text, also as CSV."""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.dataset.chat import holds_turns, user_turns, with_instruction
from auditor.dataset.literals import literal
from auditor.dataset.values import Unusable
from auditor.records.dataset import Reject
from auditor.records.reading import Rows


def unpacked(read: Callable[[], Rows]) -> Callable[[], Rows]:
    """The rows with the text of an instruction and its input, and with conversations in place of
    the JSON that a cell holds them as."""

    def rows() -> Rows:
        for line, fields in read():
            if isinstance(fields, Reject):
                yield line, fields
                continue
            yield line, with_instruction({c: _spoken(c, v) for c, v in fields.items()})

    return rows


def _spoken(column: str, value: str) -> str:
    if type(value) is not str or not holds_turns(column):
        return value
    turns = literal(value)
    said = user_turns(turns) if isinstance(turns, list) and turns else None
    if said is None and re.match(r"\s*\[\s*\{", value):
        return Unusable("a list that is no conversation")  # such as numpy writes it, without commas
    return value if said is None else said
