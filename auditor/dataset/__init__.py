"""Stage 1: files -> Dataset.

    sources.py       a path, standard input or a DataFrame -> a table that can be read again
    delimited.py     CSV and TSV; `decoding.py` finds the encoding
    json_lines.py    JSON lines, and json_array.py one array; `json_objects.py` has what both share
    parquet.py       Parquet, and arrow.py Arrow; `columnar.py` has what both share
    huggingface.py   a dataset folder, as Hugging Face saves it
    dataframe.py         a DataFrame
    values.py        strings that keep the kinds which JSON and Arrow distinguish
    chat.py          the text of chat fine-tuning rows
    joining.py       several columns that are one text
    roles.py         which column is the text, which the label, ...
    label_map.py     labels that the user takes for another one
    annotators.py    texts that several annotators labelled, columns that look like annotators
    assembly.py      rows and roles -> examples in canonical order, held-out rows, rejected rows
    revisions/       a file as it is in git at a revision, or in DVC's cache

A reader gives each row as its fields, or as a Reject that says why not. Every value is the string
that the file holds, unchanged. A new format is a file with a reader, and its line in
`FILE_READERS`; a folder of Hugging Face takes files of any of these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.dataset.annotators import annotator_columns, repeated_texts
from auditor.dataset.arrow import ARROW
from auditor.dataset.assembly import assemble, usable_texts
from auditor.dataset.delimited import CSV, TSV
from auditor.dataset.huggingface import HuggingFaceFolder
from auditor.dataset.joining import joined
from auditor.dataset.json_array import JSON
from auditor.dataset.json_lines import JSONL
from auditor.dataset.parquet import PARQUET
from auditor.dataset.roles import find_roles
from auditor.dataset.sources import SourceTable, open_table
from auditor.dataset.values import Rows
from auditor.interfaces import Reader
from auditor.records.dataset import Dataset
from auditor.settings import Settings

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

FILE_READERS: tuple[Reader, ...] = (CSV, TSV, JSONL, JSON, PARQUET, ARROW)
READERS: tuple[Reader, ...] = (*FILE_READERS, HuggingFaceFolder(FILE_READERS))

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
    with open_table(source, settings.input_format, READERS) as table:
        declared = tuple(dict.fromkeys(settings.declared_columns))
        read = _one_text(table, settings, strict=strict_roles)
        roles = find_roles(read, settings.columns, needed, declared, strict=strict_roles)
        dataset = assemble(table.name, read(), roles, settings, strict=strict_roles)
        repeated = repeated_texts(dataset.examples) if labelled else frozenset()
        if not repeated:
            return dataset
        return replace(dataset, annotator_columns=annotator_columns(read(), roles, repeated))


def load_texts(source: Source, settings: Settings) -> tuple[list[str], list[int]]:
    """The texts of an unlabelled source and their 0-based rows; rows without text are left out.

    The columns are those that the settings name where they exist, else one is detected; a file of
    one column needs no name. Raises as `load_dataset` does.
    """
    named = {role: column for role, column in settings.columns.items() if role == "text"}
    with open_table(source, settings.input_format, READERS) as table:
        read = _one_text(table, settings, strict=False)
        column = find_roles(read, named, ("text",), strict=False)["text"]
        return usable_texts(read(), column)


def _one_text(table: SourceTable, settings: Settings, *, strict: bool) -> Callable[[], Rows]:
    """The table's rows, with one column of text where the settings name several."""
    if len(settings.texts) < 2:
        return table.read
    return joined(table.read, settings.texts, strict=strict)
