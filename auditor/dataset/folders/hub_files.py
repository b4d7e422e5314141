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

from auditor.dataset.folders.hub_card import Card, Configuration
from auditor.dataset.folders.shards import split_of_file
from auditor.dataset.folders.splits import training_first
from auditor.dataset.json.document import intent_of
from auditor.dataset.values import quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision

Placed = tuple[Path, str | None]  # a file and its split
Listed = Callable[[Path], list[Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The files of one dataset, training first; `name` where the folder holds it by a name."""

    files: Sequence[Placed]
    name: str | None = None
    decisions: tuple[Decision, ...] = ()


def choose_files(folder: Path, card: Card, asked: str | None, listed: Listed) -> Chosen:
    """The files of the dataset that is asked for, or of the only one; none where the folder holds
    but other folders.

    listed: the data files of a folder. Raises DataError where README.md configures several and none
    is asked for, UsageError for one that is not.
    """
    if card.configurations:
        return _configured(folder, card.configurations, asked)
    intents = [f for f in sorted((folder / "intents").glob("*.json")) if intent_of(f) is not None]
    files = intents or listed(folder) or listed(folder / "data")
    files = [file for file in files if intent_of(file) is not None] or [*files]
    return Chosen(files=[(file, split_of_file(file)) for file in files])


def choose_folder(folder: Path, asked: str | None, listed: Listed) -> Chosen:
    """The files of the folder in it that is asked for, or that alone holds data."""
    inside = [f for f in sorted(folder.iterdir()) if f.is_dir() and f.name[0] not in "._"]
    inner = {sub.name: files for sub in inside if (files := listed(sub))}
    if not inner:
        return Chosen(files=())
    name, said = _chosen(sorted(inner), None, asked)
    placed = [(file, split_of_file(file)) for file in inner[name]]
    return Chosen(files=placed, name=name, decisions=said)


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
