"""Files of one table: those of a folder, or those that a pattern finds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from auditor.dataset.folders.splits import SPLITS, split_of, training_first
from auditor.dataset.intents.nlu import NLU
from auditor.dataset.opening.packed import NO_DATA, SUFFIXES, stem
from auditor.dataset.values import printable, quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import Rows

LOOSE = frozenset((".txt", ".text", ".dat", ".data", ".db", ".zip"))  # often something else
SYSTEM = frozenset(("thumbs.db", "desktop.ini"))
SAMPLE = 100  # rows of a file whose columns are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file of the folder."""

    file: Path
    split: str | None
    rows: Callable[[], Rows]
    decisions: tuple[Decision, ...] = ()


def plain_files(folder: Path, known: Collection[str], described: Sequence[str]) -> list[Path]:
    """The data files of a folder, or of its folders that are named for splits; only those named for
    a split where there are such.

    Raises DataError where two of them are one table in two formats.
    """
    found = data_files(folder, known, described)
    if not found and folder.is_dir():
        inside = [p for p in sorted(folder.iterdir()) if p.is_dir() and p.name.lower() in SPLITS]
        found = [file for place in inside for file in data_files(place, known, described)]
    if any(split_of_file(file) for file in found):
        found = [file for file in found if split_of_file(file)]
    one_format(found)
    return in_order(found)


def data_files(folder: Path, known: Collection[str], described: Sequence[str] = ()) -> list[Path]:
    """The files of a folder that are data by their names; loose text only where there are no
    tables. `described` are names of files that describe it."""
    files = [
        file
        for file in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if file.is_file()
        and (file.suffix.lower() in known or file.suffix.lower() in SUFFIXES)
        and not file.name.startswith(".")
        and file.name not in described
        and file.name.lower() not in SYSTEM
        and not stem(file).lower().startswith(NO_DATA)
        and not _is_prose(file)
    ]
    tables = [file for file in files if file.suffix.lower() not in LOOSE]
    return tables or files


def _is_prose(file: Path) -> bool:
    """Of YAML and Markdown only what is called after its examples of intents is data."""
    return file.suffix.lower() in NLU.suffixes and "nlu" not in f"{file.parent.name}{file.stem}"


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


def in_order(files: Iterable[Path]) -> list[Path]:
    """Training files first."""
    return sorted(files, key=lambda file: (training_first(split_of_file(file) or ""), file.name))


def split_of_file(file: Path) -> str | None:
    """The split that a file, or else its folder, is named for."""
    folder = file.parent.name.lower()
    return split_of(file.stem) or (folder if folder in SPLITS else None)


def decisions_of(shards: Sequence[Shard]) -> tuple[Decision, ...]:
    """What was decided of all files, once, and of some, with their names; and which of them have
    other columns than the first."""
    said: dict[Decision, list[str]] = {}
    for shard in shards:
        for decision in shard.decisions:
            said.setdefault(decision, []).append(shard.file.name)
    told = [
        d if len(names) == len(shards) else replace(d, what=f"{quoted_names(names, 3)}: {d.what}")
        for d, names in said.items()
    ]
    return (*told, *_drift(shards))


def _drift(shards: Sequence[Shard]) -> list[Decision]:
    columns = {shard.file.name: _columns(shard) for shard in shards if len(shards) > 1}
    every = {column for names in columns.values() for column in names}
    lacking: dict[tuple[str, ...], list[str]] = {}
    for name, has in columns.items():
        if has and (missing := sorted(every - has)):
            lacking.setdefault(tuple(missing), []).append(name)
    return [
        Decision(what=f"{quoted_names(names, 3)} without column {quoted_names(missing, 5)}")
        for missing, names in lacking.items()
    ]


def _columns(shard: Shard) -> set[str]:
    """The columns of the file's first rows."""
    rows = islice(shard.rows(), SAMPLE)
    return {column for _, fields in rows if not isinstance(fields, Reject) for column in fields}
