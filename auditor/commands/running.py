"""What surrounds every command: settings, a folder that can be written, progress, errors."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.errors import AuditorError, MachineError, UsageError

if TYPE_CHECKING:
    from auditor.interfaces import Progress
    from auditor.settings import Settings


def settings_of(config: Path | None, flags: Mapping[str, Any]) -> Settings:
    """The settings of `config`, with the flags of the command line on top. Raises UsageError."""
    from auditor.settings import load_settings

    return load_settings(config, given(flags))


def given(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The flags of the command line by the names of the settings. Raises UsageError."""
    rest = dict(flags)
    columns = {role: rest.pop(role, ()) for role in ("text", "label")}
    return {
        **{role: of[0] if len(of) == 1 else of or None for role, of in columns.items()},
        "declared_columns": rest.pop("columns", None) or None,
        "mitigations": rest.pop("mitigations", None) or None,
        "roles": _pairs("--role", rest.pop("roles", ()), "NAME=COL", "group=customer"),
        "label_map": _pairs("--map-label", rest.pop("label_map", ()), "OLD=NEW", "Refund=refund"),
        **rest,
    }


def _pairs(flag: str, pairs: tuple[str, ...], form: str, example: str) -> dict[str, str]:
    """Options such as NAME=COL as a table."""
    for pair in pairs:
        if not all(pair.partition("=")):
            raise UsageError(f"{flag} {pair}: expected {form}, such as {flag} {example}")
    return {pair.partition("=")[0]: pair.partition("=")[2] for pair in pairs}


def writable(folder: Path) -> None:
    """Fails before the work, not after it: raises MachineError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(
            f"--output {folder}: cannot be made ({error.strerror}); choose another folder"
        ) from error
    if not os.access(folder, os.W_OK):
        raise MachineError(f"--output {folder}: cannot be written; choose another folder")


@contextmanager
def errors(debug: bool) -> Iterator[None]:
    """One clear line for what can go wrong, and the exit code that goes with it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, a user sees one line
        if debug:
            traceback.print_exc()
        if isinstance(error, AuditorError):
            message, code = str(error), error.exit_code
        elif isinstance(error, MemoryError | OSError):
            message, code = f"system error (memory or disk): {error}", MachineError.exit_code
        else:
            message = f"a defect of auditor ({type(error).__name__}); please report it with --debug"
            code = AuditorError.exit_code
        click.echo(f"auditor: {' '.join(message.split())}", err=True)
        sys.exit(code)


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
        click.echo(f"auditor: {' '.join(record.getMessage().split())}", err=True)


@contextmanager
def _bars(quiet: bool) -> Iterator[Progress]:
    if quiet or not sys.stderr.isatty() or "CI" in os.environ:
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if total and stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            if stage in tasks:
                bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield advance
