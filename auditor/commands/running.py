"""What surrounds every command: settings, a folder that can be written, progress, errors."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.clock import date_of_today
from auditor.commands.ending import end
from auditor.commands.streams import say
from auditor.commands.time_left import TimeLeft
from auditor.errors import DataError, MachineError, UsageError
from auditor.folders import can_be_written

if TYPE_CHECKING:
    from auditor.interfaces import Progress
    from auditor.settings import Settings
    from auditor.settings_files import Files

_WORDS = ("text", "label", "columns", "roles", "label_map")  # flags that hold words of the data
REPORTS = Path("reports")  # what is written without --output goes into a folder in it


def settings_of(
    config: Path | None, flags: Mapping[str, Any], *data: str | None, quiet: bool
) -> Settings:
    """The settings, with the flags of the command line on top; what file they are of is said.

    config: the file that the user names; data: what is to be audited, near which one is looked for
    otherwise. Raises UsageError.
    """
    from auditor.settings import load_settings

    places = places_of(*data)
    say_settings(config, places, quiet=quiet)
    return load_settings(config, given(flags), *places)


def places_of(*data: str | None) -> list[Path]:
    """The files and folders that are named, without standard input."""
    return [Path(name) for name in data if name not in (None, "-")]


def expect_there(*data: str | None) -> None:
    """Each of `data` is somewhere, before what takes seconds to load is: raises DataError."""
    from auditor.dataset.sources import expect_exists
    from auditor.dataset.values import printable

    for place in places_of(*data):
        try:
            expect_exists(place)
        except DataError as error:
            raise DataError(printable(f"{place}: {error}")) from error


def say_settings(
    config: Path | None, places: Sequence[Path], files: Files | None = None, *, quiet: bool
) -> None:
    """Says on stderr what file of settings counts, where that is not plain to see.

    It is for the file of `--config`, and for the one of the working folder.
    """
    from auditor.settings_files import ON_DISK, find, passed_over

    files = files or ON_DISK
    used = None if quiet or config else find(*places, files=files)
    if used is None:
        return
    if other := passed_over(used, files):
        nearer = f"which is nearer to the data than {other} (--config FILE names another)"
        say(f"settings: {used.called}, {nearer}")
    elif used.path.parent != Path():
        say(f"settings: {used.called}")


def given(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The flags of the command line by the names of the settings. Raises UsageError."""
    rest = {name: _as_typed(value) if name in _WORDS else value for name, value in flags.items()}
    columns = {role: rest.pop(role, ()) for role in ("text", "label")}
    return {
        **{role: of[0] if len(of) == 1 else of or None for role, of in columns.items()},
        "declared_columns": rest.pop("columns", None) or None,
        "mitigations": rest.pop("mitigations", None) or None,
        "roles": _pairs("--role", rest.pop("roles", ()), "NAME=COL", "group=customer"),
        "label_map": _pairs("--map-label", rest.pop("label_map", ()), "OLD=NEW", "Refund=refund"),
        **rest,
    }


def _as_typed(value: Any) -> Any:
    """A word, or words, as they were typed.

    Where the locale is C, Python hands on the bytes beyond ASCII as surrogates. Files are found
    by these, columns and labels are not.
    """
    if isinstance(value, tuple):
        return tuple(map(_as_typed, value))
    return value and value.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _pairs(flag: str, pairs: tuple[str, ...], form: str, example: str) -> dict[str, str]:
    """Options such as NAME=COL as a table."""
    for pair in pairs:
        if not all(pair.partition("=")):
            raise UsageError(f"{flag} {pair}: expected {form}, such as {flag} {example}")
    return {pair.partition("=")[0]: pair.partition("=")[2] for pair in pairs}


def writable(output: Path | None, settings: Settings | None = None) -> None:
    """What will be written can be, before the work and not after it: raises MachineError.

    output: None, where a folder in `reports` is made of the dataset's name; settings: those that
    name the cache.
    """
    if settings:
        from auditor.settings import cache_folder

        cache_folder(settings)
    if output is None:
        if not can_be_written(REPORTS):
            raise MachineError(f"{REPORTS}: cannot be written; name a folder with --output")
        return
    missing = [folder for folder in (output, *output.parents) if not os.path.lexists(folder)]
    try:
        output.mkdir(parents=True, exist_ok=True)
        if not can_be_written(output):
            raise MachineError(f"--output {output}: cannot be written; choose another folder")
    except OSError as error:
        raise MachineError(
            f"--output {output}: cannot be made ({error.strerror}); choose another folder"
        ) from error
    finally:
        for folder in missing:  # it is made again for the files, so that no run leaves it empty
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def errors(debug: bool) -> Iterator[None]:
    """One clear line for what can go wrong, and the exit code that goes with it."""
    try:
        date_of_today()  # numpy too reads what decides it, and falls over what is no number
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, a user sees one line
        end(error, debug=debug)


@contextmanager
def progress_bars(quiet: bool) -> Iterator[Progress]:
    """Bars on a terminal, none in logs, in CI, or with --quiet; and what is to be said of the work,
    a line each, but with --quiet."""
    log, said = logging.getLogger("auditor"), _Said()
    said.setLevel(logging.ERROR if quiet else logging.INFO)
    before = log.level
    log.addHandler(said)
    log.setLevel(logging.INFO)
    try:
        with _bars(quiet) as progress:
            yield progress
    finally:
        log.setLevel(before)
        log.removeHandler(said)


class _Said(logging.Handler):
    """What the package logs, on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


@contextmanager
def _bars(quiet: bool) -> Iterator[Progress]:
    if quiet or not sys.stderr.isatty() or "CI" in os.environ:
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description:10}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}
        left = TimeLeft()

        def advance(stage: str, done: int, total: int) -> None:
            if total and stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None, left="", count="")
            if stage in tasks:
                # Of what is one step a bar only shows that it goes on, until it is done.
                of = total if total > 1 or done else None
                count = f"{done:,}/{total:,}" if total > 1 else ""
                words = left.words(stage, done, total)
                bars.update(tasks[stage], completed=done, total=of, left=words, count=count)

        yield advance
