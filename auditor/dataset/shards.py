"""Files that are one table together: which files of a folder are data, and what is said of all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from auditor.dataset.packed import NO_DATA, SUFFIXES, stem
from auditor.dataset.values import printable, quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import Table

LOOSE = frozenset((".txt", ".text", ".dat", ".data", ".db", ".zip"))  # often something else
SYSTEM = frozenset(("thumbs.db", "desktop.ini"))
SAMPLE = 100  # rows of a file whose columns are compared


def is_data(file: Path, known: Collection[str]) -> bool:
    """Whether a file of a folder is data, by its name: text is only where there are no tables.

    known: the suffixes that can be read.
    """
    suffix = file.suffix.lower()
    if not _could_be(file, known) or not file.is_file():
        return False
    tables = (f for f in file.parent.iterdir() if f.suffix.lower() not in LOOSE)
    return suffix not in LOOSE or not any(_could_be(other, known) for other in tables)


def _could_be(file: Path, known: Collection[str]) -> bool:
    suffix, name = file.suffix.lower(), file.name.lower()
    other = name.startswith(".") or name in SYSTEM or stem(file).lower().startswith(NO_DATA)
    return (suffix in known or suffix in SUFFIXES) and not other


def one_format(files: Sequence[Path]) -> None:
    """Raises DataError for files of one name in two formats: their rows would be there twice."""
    seen: dict[tuple[Path, str], Path] = {}
    for file in files:
        twin = seen.setdefault((file.parent, stem(file)), file)
        if twin is not file:
            raise DataError(
                f"{printable(twin.name)} and {printable(file.name)} look like one table in two"
                " formats; name one of them, or move it away"
            )


def decisions_of(tables: Sequence[tuple[str, Table]]) -> tuple[Decision, ...]:
    """What was decided of all files, once, and of some, with their names; and which of them lack
    columns that others have.

    tables: the name of each file, and its table.
    """
    said: dict[Decision, list[str]] = {}
    for name, table in tables:
        for decision in table.decisions:
            said.setdefault(decision, []).append(name)
    told = [
        d if len(names) == len(tables) else replace(d, what=f"{quoted_names(names, 3)}: {d.what}")
        for d, names in said.items()
    ]
    return (*told, *(_drift(tables) if len(tables) > 1 else ()))


def _drift(tables: Sequence[tuple[str, Table]]) -> list[Decision]:
    columns = {name: _columns(table) for name, table in tables}
    every = {column for has in columns.values() for column in has}
    lacking: dict[tuple[str, ...], list[str]] = {}
    for name, has in columns.items():
        if has and (missing := sorted(every - has)):
            lacking.setdefault(tuple(missing), []).append(name)
    return [
        Decision(what=f"{quoted_names(names, 3)} without column {quoted_names(missing, 5)}")
        for missing, names in lacking.items()
    ]


def _columns(table: Table) -> set[str]:
    """The columns of the first rows."""
    rows = islice(table.rows(), SAMPLE)
    return {column for _, fields in rows if not isinstance(fields, Reject) for column in fields}
