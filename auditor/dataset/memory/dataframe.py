"""A pandas DataFrame, cell by cell: no column is ever cast to a common type."""

from __future__ import annotations

from typing import Any

import numpy as np

from auditor.dataset.memory.python_values import named_once, table_of
from auditor.errors import DataError
from auditor.records.reading import Table


def frame_table(frame: Any) -> Table:
    """Each row, by position: an index plays no part, unless it has a name, as columns have.

    Raises DataError for a column named twice and for columns of several levels.
    """
    levels = getattr(frame.columns, "nlevels", 1)
    if levels > 1:
        raise DataError(
            f"its columns have {levels} levels; give them one, as in"
            " data.columns = ['_'.join(map(str, c)) for c in data.columns]"
        )
    known = {str(name) for name in frame.columns}
    named = [
        (str(name), [*frame.index.get_level_values(level)])
        for level, name in enumerate(frame.index.names)
        if name is not None and str(name) not in known
    ]
    columns = [(str(name), _cells(frame.iloc[:, at])) for at, name in enumerate(frame.columns)]
    return table_of(named_once([*named, *columns]))


def _cells(column: Any) -> list[Any]:
    """Its cells, None where pandas holds them for missing."""
    if getattr(column.dtype, "categories", None) is not None:
        # By their codes: beside missing values pandas casts a category such as (0, 2] to floats.
        categories = _cells(column.cat.categories.to_series())
        return [categories[code] if code >= 0 else None for code in column.cat.codes]
    short = column.dtype == np.float32  # pandas gives its cells as Python's, with more digits
    cells = column.to_numpy() if short else column
    return [None if missing else cell for cell, missing in zip(cells, column.isna(), strict=True)]
