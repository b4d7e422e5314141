"""Parquet."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from auditor.dataset.typed.columnar import (
    BATCH,
    allowed_bytes,
    arrow_errors,
    check_schema,
    check_size,
    schema_classes,
    table_rows,
)
from auditor.records.reading import ReadOptions, Rows, Table


class Parquet:
    """A Parquet file, decoded a few rows at a time."""

    name = "parquet"
    suffixes: tuple[str, ...] = (".parquet", ".pq")

    def open(self, path: Path, options: ReadOptions) -> Table:  # noqa: ARG002 - has no options
        """Raises DataError for a damaged file, or one that decodes to far too much."""
        return Table(rows=partial(_rows, path))


def _rows(path: Path) -> Rows:
    allowed = allowed_bytes(path)
    with arrow_errors("Parquet"), pq.ParquetFile(path) as file:
        check_schema(file.schema_arrow)
        groups = range(file.metadata.num_row_groups)
        check_size(sum(file.metadata.row_group(g).total_byte_size for g in groups), allowed)
        batches = file.iter_batches(batch_size=BATCH)
        yield from table_rows(batches, schema_classes(file.schema_arrow), allowed)


PARQUET = Parquet()
