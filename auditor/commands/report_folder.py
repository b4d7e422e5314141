"""Where a report goes without `--output`: `reports/<name>`, which no other dataset takes over.

Which files a folder is of stands beside it, in `reports/.<name>.json`: a report itself names no
path, so that the same data gives the same bytes. Where `reports/train` is of `en/train.csv`,
`de/train.csv` goes to `reports/de-train`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from auditor.commands.running import REPORTS
from auditor.commands.streams import say
from auditor.folders import as_path

HASH_DIGITS = 8  # that end a name where no folder above tells two datasets apart

Named = tuple[str, str]  # what a dataset is called, and its file or folder


def report_folder(*datasets: Named, quiet: bool) -> Path:
    """The folder for a report on the datasets; what is unusual about it is said on stderr."""
    usual = "-".join(name for name, _ in datasets)
    if any(path == "-" for _, path in datasets):
        return REPORTS / as_path(usual)
    files = [_from_here(path) for _, path in datasets]
    with suppress(OSError):  # what cannot be written is told when the report is
        other = _claim(usual, files)
        if other is None:
            return REPORTS / as_path(usual)
        for name in _names(datasets, files, other):
            if _claim(name, files) is None:
                if not quiet:
                    of = " and ".join(other) or "another dataset"
                    taken = f"{REPORTS / usual} has the report on {of}"
                    say(f"{taken}; this one goes to {REPORTS / name} (--output DIR names another)")
                return REPORTS / as_path(name)
    return REPORTS / as_path(usual)


def named(path: str) -> Named:
    """A file or folder that was not read yet, by the name that a report gives it."""
    place = Path(path)
    return (place.resolve().name if place.is_dir() else place.stem), path


def _claim(name: str, files: list[str]) -> list[str] | None:
    """Takes a folder for the files; what has taken it before, or None where it is theirs."""
    REPORTS.mkdir(exist_ok=True)
    folder, mark = REPORTS / as_path(name), REPORTS / as_path(f".{name}.json")
    before = mark.exists()
    try:
        folder.mkdir()
        if before:  # of a folder that was removed
            mark.unlink()
    except FileExistsError:
        pass
    try:  # of two at the same time one makes the mark
        with mark.open("x", encoding="ascii") as file:
            file.write(json.dumps({"files": files}) + "\n")
    except FileExistsError:
        taken = _files_of(mark)
        return None if taken == files else taken
    return None


def _files_of(mark: Path) -> list[str]:
    """The files that a mark names; none where it is damaged or just being written."""
    try:
        named = json.loads(mark.read_bytes())["files"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def _names(datasets: tuple[Named, ...], files: list[str], other: list[str]) -> Iterator[str]:
    """Names that tell the datasets from others of the same name, the shortest first."""
    if _folders(files) == _folders(other):
        yield "-".join(f"{name}{_suffix(path)}" for name, path in datasets)
    parents = [Path(path).absolute().parent.parts[1:] for _, path in datasets]
    for depth in range(1, max(map(len, parents)) + 1):
        yield "-".join(
            "-".join([*above[-depth:], name])
            for above, (name, _) in zip(parents, datasets, strict=True)
        )
    digits = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:HASH_DIGITS]
    yield f"{'-'.join(name for name, _ in datasets)}-{digits}"


def _folders(files: list[str]) -> list[str]:
    return [os.path.dirname(file) for file in files]  # noqa: PTH120 - as it is written


def _suffix(path: str) -> str:
    """The ending of a file's name, as a part of a name: .jsonl -> -jsonl."""
    return Path(path).suffix.replace(".", "-")


def _from_here(path: str) -> str:
    """A path as it is from the working folder, however it was given."""
    place = Path(path).absolute()
    place = place.parent.resolve() / place.name
    with suppress(ValueError):  # of another drive
        return Path(os.path.relpath(place)).as_posix()
    return place.as_posix()
