"""Stage 1: files, and tables in memory -> Dataset.

    sources.py     a path, standard input or what is in memory -> a table that can be read again
    opening/       what a file is, unpacked and decoded
    delimited/     CSV, TSV and other lines of fields
    json/          JSON, in any layout, of any label tool
    typed/         Parquet, Arrow, workbooks, databases
    intents/       examples under intents: Rasa, Snips, CoNLL
    folders/       several files that are one dataset
    memory/        tables of a Python session
    values.py      strings that keep the kinds which JSON and Arrow distinguish; literals.py lists
                   that are written in a cell
    unpacking.py   chat rows in any format, whose text chat.py tells
    columns/       which column is the text, which the label, ...
    labels/        what the label of a row is
    prompts.py     words that all texts begin or end with
    assembly.py    rows and roles -> examples in canonical order, held-out rows, rejected rows
    revisions/     a file as it is in git at a revision, or in DVC's cache

A reader opens a file as a table: it decides what the user left open and the file tells, says so,
and gives each row as its fields, or as a Reject that says why not. Every value is the string that
the file holds, unchanged. A new format is a file with a reader, and its line in
`FILE_READERS`; a folder takes files of any of these.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.dataset.assembly import assemble, usable_texts
from auditor.dataset.columns.annotators import annotator_columns, repeated_texts
from auditor.dataset.columns.joining import one_column
from auditor.dataset.columns.roles import NEEDED, find_roles
from auditor.dataset.delimited.table import CSV, TSV
from auditor.dataset.delimited.txt import TXT
from auditor.dataset.folders.huggingface import HuggingFaceFolder
from auditor.dataset.intents.conll import CONLL
from auditor.dataset.intents.nlu import NLU
from auditor.dataset.json.document import JSON
from auditor.dataset.json.lines import JSONL
from auditor.dataset.labels.name_file import named_labels
from auditor.dataset.sources import open_table
from auditor.dataset.typed.arrow import ARROW
from auditor.dataset.typed.parquet import PARQUET
from auditor.dataset.typed.sqlite import SQLITE
from auditor.dataset.typed.workbook import EXCEL
from auditor.dataset.unpacking import unpacked
from auditor.dataset.values import printable
from auditor.interfaces import Reader
from auditor.records.dataset import Dataset, Decision
from auditor.settings import JOINED, Settings

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

FILE_READERS: tuple[Reader, ...] = (
    *(CSV, TSV, TXT, JSONL, JSON, PARQUET, ARROW, EXCEL, SQLITE, NLU, CONLL),
)
READERS: tuple[Reader, ...] = (*FILE_READERS, HuggingFaceFolder(FILE_READERS))

_LOG = logging.getLogger(__name__)

__all__ = ["READERS", "load_dataset", "load_texts"]


def load_dataset(
    source: Source, settings: Settings, *, labelled: bool = True, strict_roles: bool = True
) -> Dataset:
    """The dataset of a file, a Hugging Face folder, "-" for standard input, or what is in memory.

    Without `labelled`, no column is taken for the label and every category is "". With
    `strict_roles` off, columns that the settings name and this file lacks are detected instead, and
    mapped labels that it lacks are no error.

    Raises UsageError for an unknown format, column or mapped label, DataError for a source that
    cannot be read or holds nothing to audit, MachineError where the machine denies it.
    """
    needed = NEEDED if labelled else NEEDED[:1]
    with open_table(source, settings.input_format, READERS, settings.reading) as (name, table):
        _say(name, table.decisions, no_text=settings.no_text)  # they may be why no column is found
        read = unpacked(table.rows)
        found = find_roles(
            read,
            settings.columns,
            needed,
            tuple(dict.fromkeys(settings.declared_columns)),
            strict=strict_roles,
            several=bool(settings.multi_label),
            no_text=settings.no_text,
        )
        for role in needed:
            read = one_column(read, role, found.columns[role])
        roles = {role: JOINED.join(columns) for role, columns in found.columns.items()}
        said: tuple[Decision, ...] = ()
        if labelled and settings.label_names is not None:
            read, said = named_labels(
                read, roles["label"], settings.label_names, strict=strict_roles
            )
        _say(name, (*found.decisions, *said), no_text=settings.no_text)
        made = assemble(name, read(), roles, settings, strict=strict_roles)
        _say(name, made.decisions, no_text=settings.no_text)
        decisions = (*table.decisions, *found.decisions, *said, *made.decisions)
        repeated = repeated_texts(made.examples) if labelled else frozenset()
        columns = annotator_columns(read(), roles, repeated) if repeated else ()
        return replace(made, decisions=decisions, annotator_columns=columns)


def load_texts(source: Source, settings: Settings) -> tuple[list[str], list[int]]:
    """The texts of an unlabelled source and their 0-based rows; rows without text are left out.

    The columns are those that the settings name where they exist, else one is detected; a file of
    one column needs no name. Raises as `load_dataset` does.
    """
    named = {role: columns for role, columns in settings.columns.items() if role == "text"}
    with open_table(source, settings.input_format, READERS, settings.reading) as (name, table):
        _say(name, table.decisions, no_text=settings.no_text)
        read = unpacked(table.rows)
        found = find_roles(read, named, ("text",), strict=False, no_text=settings.no_text)
        _say(name, found.decisions, no_text=settings.no_text)
        columns = found.columns["text"]
        rows = one_column(read, "text", columns)()
        return usable_texts(rows, JOINED.join(columns), keep_prompt=settings.keep_prompt)


def _say(name: str, decisions: Iterable[Decision], *, no_text: bool) -> None:
    """Tells what was decided, for whoever listens; the command line does."""
    for decision in decisions:
        shown = replace(decision, values=()) if no_text else decision
        _LOG.info("%s: %s", printable(name), printable(shown.said))
