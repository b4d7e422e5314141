"""`auditor compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.commands import options
from auditor.commands.running import errors, progress_bars, settings_of, writable
from auditor.errors import UsageError


@click.command()
@click.argument("base")
@click.argument("candidate", required=False)
@click.option(
    "--update", metavar="FILE", help="What the model is fine-tuned on next; forecast for both."
)
@click.option(
    "--names",
    metavar="A,B",
    help="What the two are called, such as human,synthetic; with --split-by, its two values.",
)
@click.option(
    "--split-by",
    metavar="COL",
    help="Compare two kinds of rows of BASE, told apart by this column or role, such as source.",
)
@options.takes(
    *options.READING,
    options.output("Where the comparison goes  [default: reports/<base>-<candidate>]"),
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(options.COMPARISON_FORMATS),
    multiple=True,
    help="What to write; repeatable  [default: html, json]",
)
@options.takes(
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
    """Compare two labelled datasets, BASE and CANDIDATE, or two kinds of rows of BASE.

    Writes compare.html and compare.json, and prints a summary. Exits 0 whatever it finds; 2
    for wrong usage, 4 for data that cannot be read, 5 where the machine lacks something.
    """
    with errors(debug):
        called: dict[str, Any] = {} if names is None else {"names": _two(names)}
        if (candidate is None) == (split_by is None):
            raise UsageError("give CANDIDATE, or --split-by COL to compare rows of BASE; not both")
        settings = settings_of(config, flags)
        from auditor.compare import compare as run
        from auditor.reporting.comparison import save_comparison, summarise_comparison

        if output:
            writable(output)
        with progress_bars(quiet) as progress:
            found = run(
                base,
                candidate,
                update=update,
                split_by=split_by,
                settings=settings,
                progress=progress,
                **called,
            )
        paths = save_comparison(
            found,
            output or _folder(base, candidate),
            formats or options.COMPARISON_FORMATS,
            static=static,
        )
        if not quiet:
            click.echo(summarise_comparison(found, paths), nl=False)


def _two(names: str) -> tuple[str, str]:
    """Raises UsageError for anything but two different names."""
    first, _, second = (part.strip() for part in names.partition(","))
    if not first or not second or first == second or "," in second:
        raise UsageError(f"--names {names}: expected two names, such as human,synthetic")
    return first, second


def _folder(base: str, candidate: str | None) -> Path:
    named = [Path(part).stem for part in (base, candidate) if part is not None]
    return Path("reports") / "-".join(named)
