"""Which files of a folder belong to which of its datasets, and to which split.

README.md's configs            as they say
train.csv, data/test.csv       one dataset, split by the names of its files
train/0.csv, test/0.csv        one dataset, split by its folders
en/train.csv, de/train.csv     a dataset for each folder
intents/*_usersays_en.json     the examples of an agent of Dialogflow
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.dataset.hub_card import Card, Configuration
from auditor.dataset.json_documents import intent_of
from auditor.dataset.splits import SPLITS, split_of, training_first
from auditor.dataset.values import quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision

Placed = tuple[Path, str | None]  # a file and its split
IsData = Callable[[Path], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The files of one dataset, training first; `name` where the folder holds it by a name."""

    files: Sequence[Placed]
    name: str | None = None
    decisions: tuple[Decision, ...] = ()


def choose_files(folder: Path, card: Card, asked: str | None, is_data: IsData) -> Chosen:
    """The files of the dataset that is asked for, or of the only one.

    Raises DataError where there are several and none is asked for, UsageError for one that is not.
    """
    if card.configurations:
        return _configured(folder, card.configurations, asked)
    for files in (_agent(folder), _of_one(folder, is_data), _of_one(folder / "data", is_data)):
        if files:
            return Chosen(files=files)
    inner = {sub.name: _of_one(sub, is_data) for sub in _folders(folder)}
    inner = {name: files for name, files in inner.items() if files}
    if inner and all(split_of(name) is not None for name in inner):
        by_split = [(f, split_of(name)) for name, files in inner.items() for f, _ in files]
        return Chosen(files=sorted(by_split, key=_training_first))
    if not inner:
        return Chosen(files=())
    name, said = _chosen(sorted(inner), None, asked)
    return Chosen(files=inner[name], name=name, decisions=said)


def _chosen(
    names: Sequence[str], default: str | None, asked: str | None
) -> tuple[str, tuple[Decision, ...]]:
    """The name that is asked for, the only one, or the one that the folder calls its default."""
    if asked in names:
        return str(asked), ()
    if asked is not None:
        raise UsageError(f"no configuration {asked!r} for --table; it has {quoted_names(names)}")
    found = names[0] if len(names) == 1 else default
    if found is None:
        raise DataError(
            f"holds several configurations: {quoted_names(names)}; choose one, such as with"
            f" --table {shlex.quote(names[0])}"
        )
    others = "" if len(names) == 1 else f" of {len(names)}"
    what = f"the configuration{others} is {quoted_names([found])}"
    return found, (Decision(what=what, otherwise="--table"),)


def _configured(folder: Path, given: Sequence[Configuration], asked: str | None) -> Chosen:
    by_name = {configuration.name: configuration for configuration in given}
    default = next((c.name for c in given if c.is_default), None)
    name, said = _chosen(list(by_name), default, asked)
    files: list[Placed] = []
    for split, patterns in by_name[name].files:
        found = sorted({f for pattern in patterns for f in _matching(folder, pattern)})
        if not found:
            raise DataError(
                f"configuration {name!r} names files that are not in the folder:"
                f" {quoted_names(patterns)}; download them"
            )
        files += [(file, split) for file in found]
    return Chosen(files=sorted(files, key=_training_first), name=name, decisions=said)


def _of_one(folder: Path, is_data: IsData) -> list[Placed]:
    """The data files of a folder, or only those named for a split where there are such; those of
    the folders in it where these are named for splits."""
    files = [f for f in sorted(folder.iterdir()) if is_data(f)] if folder.is_dir() else []
    said = [f for f in files if intent_of(f) is not None]
    if said:
        return [(file, None) for file in said]
    placed = [(file, split_of(file.stem)) for file in files]
    if any(split for _, split in placed):
        return sorted((p for p in placed if p[1] is not None), key=_training_first)
    if placed:
        return placed
    inner = [sub for sub in _folders(folder) if sub.name.lower() in SPLITS]
    found = [(f, split_of(sub.name)) for sub in inner for f in sorted(sub.iterdir()) if is_data(f)]
    return sorted(found, key=_training_first)


def _agent(folder: Path) -> list[Placed]:
    """The examples of an agent of Dialogflow, whose other files describe it."""
    inside = sorted((folder / "intents").glob("*.json"))
    return [(file, None) for file in inside if intent_of(file) is not None]


def _folders(folder: Path) -> list[Path]:
    inside = folder.iterdir() if folder.is_dir() else ()
    return sorted(f for f in inside if f.is_dir() and not f.name.startswith("."))


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    """The files inside of the folder that a pattern of the hub means; links lead nowhere."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./").removesuffix("/"))
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    whole = re.compile("".join(wild.get(part, re.escape(part)) for part in parts) + "(?:/.*)?")
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place) / name
            if whole.fullmatch(file.relative_to(folder).as_posix()) and not file.is_symlink():
                yield file


def _training_first(placed: Placed) -> tuple[tuple[bool, str], str]:
    return training_first(placed[1] or ""), str(placed[0])
