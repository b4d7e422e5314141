"""JSON Lines: one object a line, or one list."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from auditor.dataset.columns.names import names_text_or_label
from auditor.dataset.json.document import document_table, form_rows, table_of
from auditor.dataset.json.forms import SAMPLE, Form, form_of
from auditor.dataset.json.lists_of_one import said_of
from auditor.dataset.json.objects import Fault
from auditor.dataset.json.text import lines_of, values_of
from auditor.dataset.json.values import is_plain
from auditor.dataset.opening.decoding import encoding_of, open_text
from auditor.errors import DataError
from auditor.records.dataset import Decision
from auditor.records.reading import ReadOptions, Rows, Table

DOCUMENT = Decision(what="it holds one JSON document, not an object a line")
SPREAD = Decision(what="it holds JSON objects of several lines, a row each")


class JsonLines:
    """One JSON object a line; blank lines are no rows."""

    name = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Raises DataError for bytes that are no text, or a document without rows."""
        encoding = encoding_of(path, options.encoding)
        table = _table(path, encoding.name, options)
        return replace(table, decisions=(*encoding.decisions, *table.decisions))


def _table(path: Path, encoding: str, options: ReadOptions) -> Table:
    sample = [value for _, value in islice(lines_of(path, encoding), SAMPLE)]
    if sample and (isinstance(sample[0], Fault) or (len(sample) == 1 and not _is_row(sample[0]))):
        whole = _document(path, encoding, options)
        if whole is not None:
            return whole
    form = form_of(sample)
    decisions = (*form.decisions, *said_of(form, sample))
    return Table(rows=partial(_rows, path, encoding, form), decisions=decisions)


def _is_row(value: Any) -> bool:
    """Whether the only line is a row, and no document: a plain value is called as a column is."""
    named = value.items() if isinstance(value, dict) else ()
    return any(names_text_or_label(key) and is_plain(inner) for key, inner in named)


def _rows(path: Path, encoding: str, form: Form) -> Rows:
    yield from form_rows(lines_of(path, encoding), form)


def _document(path: Path, encoding: str, options: ReadOptions) -> Table | None:
    """What the file holds where it is no lines; None where it is lines after all."""
    with open_text(path, encoding) as text:
        try:
            values = values_of(text.read())
        except (ValueError, RecursionError):
            return None
    if len(values) > 1:
        return table_of(values, (SPREAD,))
    return _of_one(values[0][1], options)


def _of_one(document: Any, options: ReadOptions) -> Table | None:
    """A document; an object without rows in it is a row itself."""
    try:
        table = document_table(document, options)
    except DataError:
        if isinstance(document, dict):
            return None
        raise
    return Table(rows=table.rows, decisions=(DOCUMENT, *table.decisions))


JSONL = JsonLines()
