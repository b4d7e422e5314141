"""`auditor audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.commands import options
from auditor.commands.colour import for_terminal
from auditor.commands.report_folder import report_folder
from auditor.commands.running import errors, expect_there, progress_bars, settings_of, writable
from auditor.commands.streams import show_also


@click.command()
@click.argument("data")
@click.option(
    "--update",
    metavar="FILE",
    help="Data that the model is fine-tuned on next; without it, updates are simulated.",
)
@click.option("--reference", metavar="FILE", help="Unlabelled text from real use of the model.")
@options.takes(
    *options.READING,
    options.output("Where the report goes  [default: reports/<dataset name>]"),
    options.formats("audit", "html, json, relabel, collect"),
    options.STATIC,
    options.EMBEDDER,
    *options.FORECASTING,
    options.MITIGATIONS,
    *options.RUNNING,
    options.NO_TEXT,
    *options.SPEAKING,
)
def audit(
    data: str,
    update: str | None,
    reference: str | None,
    output: Path | None,
    formats: tuple[str, ...],
    static: bool,
    config: Path | None,
    quiet: bool,
    debug: bool,
    **flags: Any,
) -> None:
    """Audit DATA, a labelled dataset: a file, a Hugging Face dataset folder, or - for stdin.

    Writes report.html, audit.json and lists of what to do, and prints a summary. Exits 0 whatever
    it finds; 2 for wrong usage, 4 for data that cannot be audited, 5 for lack of memory, disk or a
    model, 70 for a defect of auditor.
    """
    with errors(debug):
        settings = settings_of(config, flags, data, quiet=quiet)
        writable(output, settings)
        expect_there(data, update, reference)
        with progress_bars(quiet) as progress:
            from auditor.inputs import read_inputs

            inputs = read_inputs(data, update, reference, settings, progress)
            progress("loading", 0, 1)
            from auditor.pipeline import audit_inputs  # takes seconds, so only for what can be read

            progress("loading", 1, 1)
            found = audit_inputs(inputs, settings, progress)
        from auditor.reporting import save, summarise

        folder = output or report_folder((found.dataset.name, data), quiet=quiet)
        paths = save(found, folder, formats or None, static=static)
        if not quiet:
            show_also(for_terminal(summarise(found, paths)))
