"""`auditor compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.commands import options
from auditor.commands.colour import for_terminal
from auditor.commands.report_folder import named, report_folder
from auditor.commands.running import errors, expect_there, progress_bars, settings_of, writable
from auditor.commands.streams import show_also


@click.command()
@click.argument("base")
@click.argument("candidate", required=False)
@click.option(
    "--update",
    metavar="FILE",
    help="Data that the model is fine-tuned on next; the forecast is made for both sets.",
)
@click.option(
    "--names",
    metavar="A,B",
    help="Names of the two sets, such as human,synthetic; with --split-by, the base's value first.",
)
@click.option(
    "--split-by",
    metavar="COL",
    help="Make both sets from one file: rows with one value of this column, such as the human "
    "ones, are the base, and all rows the candidate.",
)
@options.takes(
    *options.READING,
    options.output("Where the comparison goes  [default: reports/<base>-<candidate>]"),
)
@options.takes(
    options.formats("comparison", "html, json"),
    options.STATIC,
    options.EMBEDDER,
    *options.FORECASTING,
    *options.RUNNING,
    options.NO_TEXT,
    *options.SPEAKING,
)
def compare(
    base: str,
    candidate: str | None,
    update: str | None,
    names: str | None,
    split_by: str | None,
    output: Path | None,
    formats: tuple[str, ...],
    static: bool,
    config: Path | None,
    quiet: bool,
    debug: bool,
    **flags: Any,
) -> None:
    """Compare two labelled datasets, BASE and CANDIDATE, or rows of BASE with all of it.

    Writes compare.html and compare.json, and prints a summary. Exits 0 whatever it finds; 2 for
    wrong usage, 4 for data that cannot be read, 5 for lack of memory, disk or a model, 70 for a
    defect of auditor.
    """
    with errors(debug):
        settings = settings_of(config, flags, base, candidate, quiet=quiet)
        writable(output, settings)
        expect_there(base, candidate, update)
        from auditor.comparing.compare import compare as run
        from auditor.comparing.sets import NAMES
        from auditor.reporting import save, summarise

        with progress_bars(quiet) as progress:
            found = run(
                base,
                candidate,
                update=update,
                names=NAMES if names is None else [name.strip() for name in names.split(",")],
                split_by=split_by,
                settings=settings,
                progress=progress,
            )
        both = [named(path) for path in (base, candidate) if path is not None]
        folder = output or report_folder(*both, quiet=quiet)
        paths = save(found, folder, formats or None, static=static)
        if not quiet:
            show_also(for_terminal(summarise(found, paths)))
