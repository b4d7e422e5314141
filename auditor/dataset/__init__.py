"""Stage 1: files -> Dataset.

    sources.py       a path, standard input or a DataFrame -> a table that can be read again
    opening.py       a file -> its table: contents.py says what it is, packed.py unpacks it
    delimited.py     CSV, TSV and the like; layout.py finds their form, by delimiters.py,
                     quoting.py, evidence.py, headers.py, overflow.py; splitting.py cuts lines
    decoding.py      bytes -> text; guessing.py where neither a mark nor UTF-8 tells the encoding
    txt.py           lines that promise no form, and those that begin with their labels
    json_lines.py    JSON lines, and json_array.py one array; `json_objects.py` has what both share
    parquet.py       Parquet, and arrow.py Arrow; `columnar.py` has what both share
    workbook.py      a sheet of .xlsx, .xls or .ods, whose cells workbook_cells.py prints
    sqlite.py        a table of a database
    huggingface.py   a dataset folder, as Hugging Face saves it; shards.py its plain files
    class_folders.py a folder for each label
    dataframe.py         a DataFrame
    values.py        strings that keep the kinds which JSON and Arrow distinguish
    chat.py          the text of chat fine-tuning rows
    joining.py       several columns that are one text
    roles.py         which column is the text, which the label, ...
    label_map.py     labels that the user takes for another one
    assembly.py      rows and roles -> examples in canonical order, held-out rows, rejected rows
    revisions/       a file as it is in git at a revision, or in DVC's cache

A reader opens a file as a table: it decides what the user left open and the file tells, says so,
and gives each row as its fields, or as a Reject that says why not. Every value is the string that
the file holds, unchanged. A new format is a file with a reader, and its line in
`FILE_READERS`; a folder of Hugging Face takes files of any of these.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.dataset.arrow import ARROW
from auditor.dataset.assembly import assemble, usable_texts
from auditor.dataset.delimited import CSV, TSV
from auditor.dataset.huggingface import HuggingFaceFolder
from auditor.dataset.joining import joined
from auditor.dataset.json_array import JSON
from auditor.dataset.json_lines import JSONL
from auditor.dataset.parquet import PARQUET
from auditor.dataset.roles import find_roles
from auditor.dataset.sources import open_table
from auditor.dataset.sqlite import SQLITE
from auditor.dataset.txt import TXT
from auditor.dataset.values import printable, quoted_names
from auditor.dataset.workbook import EXCEL
from auditor.interfaces import Reader
from auditor.records.dataset import Dataset, Decision
from auditor.records.reading import Rows, Table
from auditor.settings import Settings

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

FILE_READERS: tuple[Reader, ...] = (CSV, TSV, TXT, JSONL, JSON, PARQUET, ARROW, EXCEL, SQLITE)
READERS: tuple[Reader, ...] = (*FILE_READERS, HuggingFaceFolder(FILE_READERS))

_LOG = logging.getLogger(__name__)

__all__ = ["READERS", "load_dataset", "load_texts"]


def load_dataset(
    source: Source, settings: Settings, *, labelled: bool = True, strict_roles: bool = True
) -> Dataset:
    """The dataset of a file, a Hugging Face folder, "-" for standard input, or a DataFrame.

    Without `labelled`, no column is taken for the label and every category is "". With
    `strict_roles` off, columns that the settings name and this file lacks are detected instead, and
    mapped labels that it lacks are no error.

    Raises UsageError for an unknown format, column or mapped label, DataError for a source that
    cannot be read or holds nothing to audit, MachineError where the machine denies it.
    """
    needed = ("text", "label") if labelled else ("text",)
    with open_table(source, settings.input_format, READERS, settings.reading) as (name, table):
        declared = tuple(dict.fromkeys(settings.declared_columns))
        read = _one_text(table, settings, strict=strict_roles)
        roles = find_roles(read, settings.columns, needed, declared, strict=strict_roles)
        _say(name, table.decisions, no_text=settings.no_text)
        made = assemble(name, read(), roles, settings, strict=strict_roles)
        return replace(made, decisions=table.decisions)


def load_texts(source: Source, settings: Settings) -> tuple[list[str], list[int]]:
    """The texts of an unlabelled source and their 0-based rows; rows without text are left out.

    The columns are those that the settings name where they exist, else one is detected; a file of
    one column needs no name. Raises as `load_dataset` does.
    """
    named = {role: column for role, column in settings.columns.items() if role == "text"}
    with open_table(source, settings.input_format, READERS, settings.reading) as (name, table):
        _say(name, table.decisions, no_text=settings.no_text)
        read = _one_text(table, settings, strict=False)
        column = find_roles(read, named, ("text",), strict=False)["text"]
        return usable_texts(read(), column)


def _say(name: str, decisions: Iterable[Decision], *, no_text: bool) -> None:
    """Tells what was decided, for whoever listens; the command line does."""
    for decision in decisions:
        quoted = quoted_names(() if no_text else decision.values, 3)
        values = f", such as {quoted}" if quoted else ""
        otherwise = f" (else: {decision.otherwise})" if decision.otherwise else ""
        _LOG.info("%s: %s", printable(name), printable(f"{decision.what}{values}{otherwise}"))


def _one_text(table: Table, settings: Settings, *, strict: bool) -> Callable[[], Rows]:
    """The table's rows, with one column of text where the settings name several."""
    if len(settings.texts) < 2:
        return table.rows
    return joined(table.rows, settings.texts, strict=strict)
