"""Stage 1: files, and tables in memory -> Dataset.

    sources.py       a path, standard input or what is in memory -> a table that can be read again
    opening.py       a file -> its table: contents.py says what it is, packed.py unpacks it
    delimited.py     CSV, TSV and the like; layout.py finds their form, by delimiters.py,
                     quoting.py, evidence.py, headers.py, overflow.py; splitting.py cuts lines
    decoding.py      bytes -> text; guessing.py where neither a mark nor UTF-8 tells the encoding
    txt.py           lines that promise no form, and those that begin with their labels
    json_lines.py    JSON lines, and json_documents.py JSON; `json_text.py` parses, `documents/`
                     finds the rows, `forms/` reads records as label tools write them, and
                     `json_objects.py` makes fields of objects, whose values json_values.py knows
    nlu.py           examples of intents, in YAML (nlu_yaml.py) and Markdown (nlu_markdown.py)
    conll.py         sentences of tokens, with intents in comments
    parquet.py       Parquet, and arrow.py Arrow; `columnar.py` has what both share
    workbook.py      a sheet of .xlsx, .xls or .ods, whose cells workbook_cells.py prints
    sqlite.py        a table of a database
    class_folders.py a folder for each label; shards.py files that are one table
    huggingface.py   a dataset folder, as Hugging Face saves it; `hub_files.py` chooses its files,
                     by what the folder says of itself (`hub_card.py`)
    in_memory.py     what a Python session holds: dataframe.py pandas, arrow_stream.py what speaks
                     Arrow (polars, duckdb, `datasets`), python_values.py lists and dicts
    pointers.py      a file that only says where LFS, DVC or git-annex keep its content
    values.py        strings that keep the kinds which JSON and Arrow distinguish
    chat.py          the text of chat fine-tuning rows; unpacking.py finds them in any format
    roles.py         which column is the text, which the label, ...: text_choice.py and
                     label_choice.py, by names.py and by columns.py, what columns hold
    joining.py       several columns that are one text, or a label each; cells.py lists in a cell
    labels.py        what the cells of the label say: one label, several, numbers
    prompts.py       words that all texts begin or end with
    label_names.py   numbers that stand for named classes; label_name_file.py what a user names
    label_map.py     labels that the user takes for another one
    annotators.py    texts that several annotators labelled, columns that look like annotators
    assembly.py      rows and roles -> examples in canonical order, held-out rows, rejected rows
    revisions/       a file as it is in git at a revision, or in DVC's cache

A reader opens a file as a table: it decides what the user left open and the file tells, says so,
and gives each row as its fields, or as a Reject that says why not. Every value is the string that
the file holds, unchanged. A new format is a file with a reader, and its line in
`FILE_READERS`; a folder of Hugging Face takes files of any of these.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.dataset.annotators import annotator_columns, repeated_texts
from auditor.dataset.arrow import ARROW
from auditor.dataset.assembly import assemble, usable_texts
from auditor.dataset.conll import CONLL
from auditor.dataset.delimited import CSV, TSV
from auditor.dataset.huggingface import HuggingFaceFolder
from auditor.dataset.joining import one_column
from auditor.dataset.json_documents import JSON
from auditor.dataset.json_lines import JSONL
from auditor.dataset.label_name_file import named_labels
from auditor.dataset.nlu import NLU
from auditor.dataset.parquet import PARQUET
from auditor.dataset.roles import NEEDED, find_roles
from auditor.dataset.sources import open_table
from auditor.dataset.sqlite import SQLITE
from auditor.dataset.txt import TXT
from auditor.dataset.unpacking import unpacked
from auditor.dataset.values import printable
from auditor.dataset.workbook import EXCEL
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
