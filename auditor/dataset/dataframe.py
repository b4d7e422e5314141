"""A pandas DataFrame, cell by cell: no column is ever cast to a common type."""

from __future__ import annotations

from numbers import Number as AnyNumber
from typing import TYPE_CHECKING, Any

from auditor.dataset.chat import holds_turns, user_turns, with_instruction
from auditor.dataset.values import Boolean, Number, Unusable, quoted_names
from auditor.errors import DataError
from auditor.records.reading import Rows

if TYPE_CHECKING:
    import pandas as pd


def frame_rows(frame: pd.DataFrame) -> Rows:
    """Each row, by position: the index plays no part. Raises DataError for a column named twice."""
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"two columns are named {quoted_names(twice)}; rename one of them")
    columns = [
        [
            None if missing else _value(cell, name)
            for cell, missing in zip(frame.iloc[:, at], frame.iloc[:, at].isna(), strict=True)
        ]
        for at, name in enumerate(names)
    ]
    for values in zip(*columns, strict=True):
        fields = {n: v for n, v in zip(names, values, strict=True) if v is not None}
        yield None, with_instruction(fields)


def _value(cell: Any, name: str) -> str | None:
    if isinstance(cell, str):
        return str(cell)
    if holds_turns(name) and hasattr(cell, "__iter__"):
        return user_turns([*cell])  # pandas gives the lists of a Parquet file as arrays
    if str(cell) in ("True", "False"):  # numpy's booleans are no Python booleans
        return Boolean(cell)
    if isinstance(cell, AnyNumber):
        return Number(cell)
    if isinstance(cell, bytes):
        return Unusable("bytes")
    return Unusable(f"a {type(cell).__name__}") if hasattr(cell, "__iter__") else str(cell)
