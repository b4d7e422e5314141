"""`auditor baseline create`, `update` and `prune`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.commands import options
from auditor.commands.running import errors, progress_bars, settings_of, writable
from auditor.commands.streams import show_also
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.records.dataset import Dataset
    from auditor.records.findings import Finding

_EXAMINING = options.takes(*options.READING, options.EMBEDDER, *options.RUNNING, *options.SPEAKING)
_REASON = click.option(
    "--reason", default="", metavar="TEXT", help="Why these findings are accepted."
)
_EXPIRES = click.option(
    "--expires",
    metavar="YYYY-MM-DD",
    help="The last day on which they are accepted  [default: no end]",
)


@click.group()
def baseline() -> None:
    """Keep a file of known findings.

    With it `auditor gate --baseline` fails only for new ones, and never for rows that were there
    when it was made. It holds no text: rows are kept as hashes, and are recognised when they move
    in the file.
    """


@baseline.command()
@click.argument("data")
@click.option(
    "--output",
    type=options.PATH,
    default=Path("baseline.json"),
    metavar="FILE",
    show_default=True,
    help="Where the baseline goes; an existing one is not overwritten.",
)
@_REASON
@_EXPIRES
@_EXAMINING
def create(
    data: str,
    output: Path,
    reason: str,
    expires: str | None,
    quiet: bool,
    debug: bool,
    **flags: Any,
) -> None:
    """Record the rows of DATA, and accept its errors and warnings as known.

    Exits 2 for wrong usage, 4 for data that cannot be audited, 5 for lack of memory, disk or a
    model, 70 for a defect of auditor.
    """
    with errors(debug):
        until = _day(expires)
        if output.exists():
            raise UsageError(
                f"{output}: is there already; add to it with `auditor baseline update`, which "
                "keeps its reasons, or remove it first"
            )
        writable(output.parent)
        dataset, findings = _examined(data, quiet, **flags)
        from auditor.gating import baseline as baselines

        made = baselines.create(findings, dataset, reason, until)
        baselines.write(made, output)
        _say(quiet, f"{output}: {len(made.entries)} known in {_rows(len(made.rows))}")


@baseline.command()
@click.argument("data")
@click.argument("file", type=options.PATH, metavar="BASELINE")
@_REASON
@_EXPIRES
@_EXAMINING
def update(
    data: str,
    file: Path,
    reason: str,
    expires: str | None,
    quiet: bool,
    debug: bool,
    **flags: Any,
) -> None:
    """Add the rows and findings that are new in DATA to BASELINE; every entry stays, and gets the
    rows that were added to its finding.

    Exits as `auditor baseline create` does.
    """
    with errors(debug):
        from auditor.gating import baseline as baselines

        until, before = _day(expires), baselines.read(file)
        writable(file.parent)
        dataset, findings = _examined(data, quiet, **flags)
        after = baselines.update(before, findings, dataset, reason, until)
        baselines.write(after, file)
        changed = len(set(before.entries) - set(after.entries))
        added = len(after.entries) - len(before.entries)
        also = f", {changed} grown or renewed" if changed else ""
        rows = len(after.rows) - len(before.rows)
        known = f"{len(after.entries)} known"
        _say(quiet, f"{file}: {added} added{also}, {known}; {_rows(rows)} added")


@baseline.command()
@click.argument("data")
@click.argument("file", type=options.PATH, metavar="BASELINE")
@_EXAMINING
def prune(data: str, file: Path, quiet: bool, debug: bool, **flags: Any) -> None:
    """Remove from BASELINE what is no longer found in DATA, and the rows that are gone.

    Expired entries stay while their finding is still there: they are why the gate fails.

    Exits as `auditor baseline create` does.
    """
    with errors(debug):
        from auditor.gating import baseline as baselines

        before = baselines.read(file)
        writable(file.parent)
        dataset, findings = _examined(data, quiet, **flags)
        after = baselines.prune(before, findings, dataset)
        baselines.write(after, file)
        dropped = len(before.entries) - len(after.entries)
        rows = len(before.rows) - len(after.rows)
        _say(quiet, f"{file}: {dropped} dropped, {len(after.entries)} known; {_rows(rows)} dropped")


def _examined(
    data: str, quiet: bool, config: Path | None, **flags: Any
) -> tuple[Dataset, tuple[Finding, ...]]:
    settings = settings_of(config, flags, data, quiet=quiet)
    from auditor.pipeline import examine
    from auditor.settings import cache_folder

    cache_folder(settings)  # what is wrong with it is said before the work
    with progress_bars(quiet) as progress:
        return examine(data, settings=settings, progress=progress)


def _day(written: str | None) -> date | None:
    try:
        return None if written is None else date.fromisoformat(written)
    except ValueError as error:
        raise UsageError(f"--expires {written}: expected a day, such as 2027-01-31") from error


def _rows(number: int) -> str:
    return f"{number:,} {'row' if number == 1 else 'rows'}"


def _say(quiet: bool, line: str) -> None:
    if not quiet:
        show_also(f"{line}\n")
