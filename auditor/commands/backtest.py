"""`auditor backtest`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.commands import options
from auditor.commands.report_folder import named, report_folder
from auditor.commands.running import errors, progress_bars, settings_of, writable
from auditor.commands.streams import show


@click.command()
@click.argument("data")
@click.option(
    "--updates",
    type=click.IntRange(1),
    default=8,
    metavar="N",
    show_default=True,
    help="How many updates to measure; every third has several categories.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=2,
    metavar="N",
    show_default=True,
    help="Fine-tunes per update.",
)
@options.takes(
    options.output("Where measured updates are kept  [default: reports/<dataset name>/backtest]"),
    options.TEXT,
    options.LABEL,
    options.ROLE,
    options.MAP_LABEL,
    options.MULTI_LABEL,
    options.INPUT_FORMAT,
    options.EMBEDDER,
    options.PROBE,
    options.TARGET_MODEL,
    options.COEFFICIENTS,
    *options.RUNNING,
    *options.SPEAKING,
)
def backtest(
    data: str,
    updates: int,
    seeds: int,
    output: Path | None,
    config: Path | None,
    quiet: bool,
    debug: bool,
    **flags: Any,
) -> None:
    """Measure how accurate the forecast is on DATA: leave categories out and fine-tune on them.

    Every measured update is kept, so a run that was stopped continues where it was. Prints the rank
    correlation of forecasts and measured losses, and fits coefficients for `auditor audit
    --coefficients`. An update takes minutes on a CPU. Exits as `auditor audit` does.
    """
    with errors(debug):
        settings = settings_of(config, flags, data, quiet=quiet)
        from auditor.pipeline import backtest as run
        from auditor.reporting.summary import summarise_backtest

        writable(output, settings)
        if output is None and Path(data).exists():
            output = report_folder(named(data), quiet=quiet) / "backtest"
        with progress_bars(quiet) as progress:
            found = run(
                data, output, updates=updates, seeds=seeds, settings=settings, progress=progress
            )
        if not quiet:
            show(summarise_backtest(found))
