"""JSON: a document with rows somewhere in it, or values one after another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from auditor.dataset.json.forms import Form, form_of
from auditor.dataset.json.layouts import lay_out
from auditor.dataset.json.lists_of_one import said_of
from auditor.dataset.json.objects import row_fields
from auditor.dataset.json.text import document_of, holds_lines, lines_of
from auditor.dataset.labels.names import named_rows
from auditor.dataset.opening.decoding import encoding_of
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import ReadOptions, Rows, Table

USERSAYS = re.compile(r"(.+)_usersays_[\w-]+\.json")
BY_NAME = Decision(what="the label is the intent that the file's name tells, as in Dialogflow")
LINES = Decision(what="it holds JSON values one after another, a row each")


class JsonDocument:
    """A document, as `json/layouts/` lays it out; its records may be of a form of `json/forms/`."""

    name = "json"
    suffixes: tuple[str, ...] = (".json",)

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows without lines, but where values follow one another. Raises DataError where the file
        is no JSON, or no layout finds rows in it."""
        encoding = encoding_of(path, options.encoding)
        table = _table(path, encoding.name, options)
        intent = intent_of(path)
        table = table if intent is None else _with_intent(table, intent)
        return replace(table, decisions=(*encoding.decisions, *table.decisions))


def _table(path: Path, encoding: str, options: ReadOptions) -> Table:
    if holds_lines(path, encoding):
        return table_of(list(lines_of(path, encoding)), (LINES,))
    values = document_of(path, encoding)
    return table_of(values, (LINES,)) if len(values) > 1 else document_table(values[0][1], options)


def intent_of(path: Path) -> str | None:
    """The intent whose examples Dialogflow keeps in a file, by its name."""
    found = USERSAYS.fullmatch(path.name)
    return found[1] if found else None


def _with_intent(table: Table, intent: str) -> Table:
    """The table with the label that the file's name tells."""

    def rows() -> Rows:
        for line, fields in table.rows():
            yield line, fields if isinstance(fields, Reject) else {"label": intent, **fields}

    return Table(rows=rows, decisions=(*table.decisions, BY_NAME))


def document_table(document: Any, options: ReadOptions) -> Table:
    """The table of a decoded document. Raises DataError where it holds none."""
    laid = lay_out(document, options)
    table = table_of([(None, record) for record in laid.records], laid.decisions)
    if not laid.classes:
        return table
    return Table(rows=lambda: named_rows(table.rows(), laid.classes), decisions=table.decisions)


def table_of(
    records: Sequence[tuple[int | None, Any]], decisions: tuple[Decision, ...] = ()
) -> Table:
    """Records with their lines as a table, read by the form that they have."""
    found = [record for _, record in records]
    form = form_of(found)
    said = (*decisions, *form.decisions, *said_of(form, found))
    return Table(rows=partial(form_rows, records, form), decisions=said)


def form_rows(records: Iterable[tuple[int | None, Any]], form: Form) -> Rows:
    """The rows that the form makes of each record."""
    made = chain.from_iterable(
        ((line, item) for item in form.rows(record)) for line, record in records
    )
    dotted: set[str] = set()
    for row, (line, item) in enumerate(made):
        yield line, row_fields(item, row, line, dotted)


JSON = JsonDocument()
