"""JSON: a document with rows somewhere in it, or values one after another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from auditor.dataset.documents import lay_out
from auditor.dataset.forms import SAMPLE, Form, form_of
from auditor.dataset.json_objects import row_fields
from auditor.dataset.json_text import document_of, holds_lines, lines_of
from auditor.dataset.label_names import named_rows
from auditor.dataset.lists_of_one import said_of
from auditor.records.dataset import Decision
from auditor.records.reading import ReadOptions, Rows, Table

LINES = Decision(what="it holds JSON values one after another, a row each")


class JsonDocument:
    """A document, as `documents/` lays it out; its records may be of a form of `forms/`."""

    name = "json"
    suffixes: tuple[str, ...] = (".json",)

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows without lines, but where values follow one another. Raises DataError where the file
        is no JSON, or no layout finds rows in it."""
        if holds_lines(path):
            return table_of(list(lines_of(path)), (LINES,))
        values = document_of(path)
        if len(values) > 1:
            return table_of(values, (LINES,))
        return document_table(values[0][1], options)


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
    sample = [record for _, record in records[:SAMPLE]]
    form = form_of(sample)
    said = (*decisions, *form.decisions, *said_of(form, sample))
    return Table(rows=partial(form_rows, records, form), decisions=said)


def form_rows(records: Iterable[tuple[int | None, Any]], form: Form) -> Rows:
    """The rows that the form makes of each record."""
    made = chain.from_iterable(
        ((line, item) for item in form.rows(record)) for line, record in records
    )
    for row, (line, item) in enumerate(made):
        yield line, row_fields(item, row, line)


JSON = JsonDocument()
