"""JSON: one array of objects."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from auditor.dataset.decoding import open_text
from auditor.dataset.json_objects import DECODER, fault, row_fields
from auditor.errors import DataError
from auditor.records.reading import ReadOptions, Rows, Table


class JsonArray:
    """One array of objects, or an object that holds it as `data`."""

    name = "json"
    suffixes: tuple[str, ...] = (".json",)

    def open(self, path: Path, options: ReadOptions) -> Table:  # noqa: ARG002 - has no options
        """Rows without lines. Raises DataError where the file is no such array."""
        return Table(rows=partial(_rows, path))


def _rows(path: Path) -> Rows:
    with open_text(path) as text:
        document = _decoded(text.read())
    items = document.get("data") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise DataError(
            'expected an array of objects, or {"data": [...]}, and found none;'
            " if it holds one object a line, use --input-format jsonl"
        )
    for row, item in enumerate(items):
        yield None, row_fields(item, row, None)


def _decoded(written: str) -> Any:
    try:
        return DECODER.decode(written)
    except (ValueError, RecursionError) as error:
        place = ""
        if isinstance(error, json.JSONDecodeError):
            place = f"line {error.lineno}, column {error.colno}: "
        raise DataError(
            f"{place}not valid JSON ({fault(error)}); mend it,"
            " or if it holds one object a line, use --input-format jsonl"
        ) from error


JSON = JsonArray()
