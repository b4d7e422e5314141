"""Tables in memory that are Arrow's, or give themselves as such: polars, duckdb, `datasets`, ...

They go through Arrow's C stream interface, so none of these libraries is imported.
https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.dataset.memory.python_values import EXACT, whole_numbers
from auditor.dataset.typed.columnar import (
    BATCH,
    Classes,
    check_schema,
    class_names,
    extended,
    schema_classes,
    table_rows,
)
from auditor.dataset.values import quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision
from auditor.records.reading import Rows, Table

UNBOUNDED = sys.maxsize  # it is in memory already: nothing is decoded


def stream_table(data: Any) -> Table:
    """A table of any library that speaks Arrow; a reader is read to its end, once.

    Raises DataError for types that Arrow does not know, and for a reader that was read before.
    """
    with _told():
        table = pa.table(_without_wide_integers(data))
    if not table.num_rows and isinstance(data, pa.RecordBatchReader):
        raise DataError("holds no rows; a reader can be read but once: give data.read_all()")
    return _table(table.schema, table.to_batches, table.select, schema_classes(table.schema))


def hugging_face_table(data: Any) -> Table:
    """A `datasets.Dataset`, as it is stored: no format or transform that is set is applied."""
    arrays = [field.name for field in data.features.arrow_schema if extended(field)]
    if arrays and len(arrays) < len(data.features):
        table = hugging_face_table(data.remove_columns(arrays))
        what = f"columns of arrays are not read: {quoted_names(arrays, 5)}"
        return Table(rows=table.rows, decisions=(*table.decisions, Decision(what=what)))
    stored = data.with_format("arrow")
    classes = class_names(data.features.to_dict())

    def batches() -> Iterator[pa.RecordBatch]:
        for part in stored.iter(batch_size=BATCH):
            yield from part.to_batches()

    def columns(names: Sequence[str]) -> pa.Table:
        return stored.select_columns([*names])[:]

    return _table(data.features.arrow_schema, batches, columns, classes)


def _without_wide_integers(data: Any) -> Any:
    """A polars frame with integers of 128 bits, which Arrow has none of, as their own text."""
    kinds = dict(getattr(data, "schema", None) or {}) if hasattr(data, "clear") else {}
    wide = {name: str for name, kind in kinds.items() if str(kind) in ("Int128", "UInt128")}
    return data.cast(wide) if wide else data


def _table(
    schema: pa.Schema,
    batches: Callable[[], Iterable[pa.RecordBatch]],
    columns: Callable[[Sequence[str]], pa.Table],
    classes: Classes,
) -> Table:
    """Its batches as rows; `columns` gives some of its columns at once."""
    check_schema(schema)
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    some = columns(floats) if floats else None
    whole = [name for name in floats if some and _whole_beside_missing(some.column(name))]
    return Table(rows=partial(_rows, batches, whole, classes), decisions=whole_numbers(whole))


def _rows(
    batches: Callable[[], Iterable[pa.RecordBatch]], whole: Sequence[str], classes: Classes
) -> Rows:
    with _told():
        integers = (_as_integers(batch, whole) for batch in batches())
        yield from table_rows(integers, classes, UNBOUNDED)


@contextmanager
def _told() -> Iterator[None]:
    """Turns what pyarrow raises for what it does not know into a DataError of one line."""
    try:
        yield
    except pa.ArrowException as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise DataError(
            f"cannot be read as an Arrow table ({reason});"
            " cast columns of unusual types to strings, or drop them"
        ) from error


def _whole_beside_missing(column: pa.ChunkedArray) -> bool:
    """Whether all that is there has no fraction, and something is missing; NaN is."""
    numbers = column.to_numpy().astype(np.float64)
    filled = numbers[~np.isnan(numbers)]
    exact = (np.abs(filled) <= EXACT) & (filled == np.floor(filled))
    return 0 < len(filled) < len(numbers) and bool(exact.all())


def _as_integers(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    for name in columns:
        numbers = batch.column(name).cast(pa.float64())
        there = pc.if_else(pc.is_nan(numbers), None, numbers)
        at = batch.schema.get_field_index(name)
        batch = batch.set_column(at, name, there.cast(pa.int64()))
    return batch
