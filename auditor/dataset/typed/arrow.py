"""Arrow IPC, as a file (Feather 2 is one) or as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from auditor.dataset.typed.columnar import (
    Classes,
    allowed_bytes,
    arrow_errors,
    check_schema,
    schema_classes,
    table_rows,
)
from auditor.records.reading import ReadOptions, Rows, Table

FILE_MAGIC = b"ARROW1"


class Arrow:
    """An Arrow IPC file or stream, as its beginning says."""

    name = "arrow"
    suffixes: tuple[str, ...] = (".arrow", ".feather", ".ipc")

    def open(self, path: Path, options: ReadOptions) -> Table:  # noqa: ARG002 - has no options
        """Raises DataError for a damaged file, or one that decodes to far too much."""
        return Table(rows=partial(read_arrow, path, {}))


def read_arrow(path: Path, classes: Classes) -> Rows:
    """Each row of an IPC file or stream; `classes` name numbers that the file does not name."""
    with arrow_errors("Arrow"), pa.OSFile(str(path)) as source:
        is_file = source.read(len(FILE_MAGIC)) == FILE_MAGIC
        source.seek(0)
        opened = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
        with opened as batches:
            check_schema(batches.schema)
            named = {**classes, **schema_classes(batches.schema)}
            in_turn = _each(batches) if is_file else batches
            yield from table_rows(in_turn, named, allowed_bytes(path))


def _each(file: pa.RecordBatchFileReader) -> Iterator[pa.RecordBatch]:
    return (file.get_batch(i) for i in range(file.num_record_batches))


ARROW = Arrow()
