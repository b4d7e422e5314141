"""The command line: parse, call one function, print, exit.

Results go to stdout, progress and errors to stderr.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.errors import AuditorError, SurroundingsError, UsageError

if TYPE_CHECKING:
    from auditor.interfaces import Progress

# Those of reporting.RENDERERS, which `--help` must not import; the first four by default.
FORMATS = ("html", "json", "relabel", "collect", "label-studio", "argilla")
PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="auditor")
def main() -> None:
    """Audit a labelled dataset before training, and forecast what the next fine-tune forgets."""


@main.command()
@click.argument("data")
@click.option(
    "--update", metavar="FILE", help="What the model is fine-tuned on next; without it, simulated."
)
@click.option("--reference", metavar="FILE", help="Unlabelled text from where the model is used.")
@click.option("--text", metavar="COL", help="The column with the text.")
@click.option("--label", metavar="COL", help="The column with the category.")
@click.option(
    "--role",
    "roles",
    metavar="NAME=COL",
    multiple=True,
    help="Another column's role: id, annotator, source, split or group. Repeatable.",
)
@click.option(
    "--column",
    "columns",
    metavar="COL",
    multiple=True,
    help="Another column to look at, such as product or region: thin combinations of such columns "
    "are found. Repeatable.",
)
@click.option(
    "--input-format",
    metavar="NAME",
    help="csv, tsv, jsonl, json, parquet, arrow or huggingface; by default from the file's name.",
)
@click.option(
    "--output",
    type=PATH,
    metavar="DIR",
    help="Where the report goes  [default: reports/<dataset name>]",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    help="What to write; repeatable  [default: html, json, relabel, collect]",
)
@click.option("--static", is_flag=True, help="Write a report.html that runs no script at all.")
@click.option(
    "--embedder",
    metavar="NAME_OR_FOLDER",
    help="all-MiniLM-L6-v2 (the default, packaged), hashing "
    "(no model), a hub id or a folder with a safetensors model.",
)
@click.option(
    "--probe",
    type=click.Choice(["similarity", "head", "full"]),
    help="How much to spend on the forecast: full really makes the update, in minutes  "
    "[default: head]",
)
@click.option(
    "--budget",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="What the forecast may take; the dearest probe that fits it is used.",
)
@click.option(
    "--target-model",
    metavar="NAME_OR_FOLDER",
    help="What --probe full and backtest fine-tune, a hub id or a folder  [default: the embedder]",
)
@click.option(
    "--coefficients",
    metavar="FILE",
    help="Of the forecast, fitted by `auditor backtest`  [default: those shipped]",
)
@click.option("--seed", type=int, help="Of everything random  [default: 0]")
@click.option("--threads", type=click.IntRange(1), help="Processor threads  [default: all]")
@click.option(
    "--cache-dir", metavar="DIR", help="Where vectors are kept  [default: the user's cache folder]"
)
@click.option(
    "--config",
    type=PATH,
    metavar="FILE",
    help="Settings  [default: auditor.toml, or [tool.auditor] in pyproject.toml]",
)
@click.option(
    "--offline",
    is_flag=True,
    default=None,
    help="Never ask the model hub, whatever --embedder names.",
)
@click.option(
    "--no-text",
    is_flag=True,
    default=None,
    help="Keep the dataset's text, and its columns' values, out of every output.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def audit(
    data: str,
    update: str | None,
    reference: str | None,
    roles: tuple[str, ...],
    columns: tuple[str, ...],
    output: Path | None,
    formats: tuple[str, ...],
    static: bool,
    config: Path | None,
    quiet: bool,
    debug: bool,
    **flags: object,
) -> None:
    """Audit DATA, a labelled dataset: a file, a Hugging Face dataset folder, or - for stdin.

    Writes report.html, audit.json and lists of what to do, and prints a summary. Exits 0 whatever
    it finds; 2 for wrong usage, 4 for data that cannot be audited, 5 where the machine lacks
    something.
    """
    # Threads that sleep while they wait, not spin, share a busy machine; read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with _errors(debug):
        from auditor.settings import load_settings

        flags |= {"roles": _pairs(roles), "declared_columns": columns or None}
        settings = load_settings(config, flags)
        from auditor.pipeline import audit as run
        from auditor.reporting import BY_DEFAULT, save
        from auditor.reporting.summary import summarise

        if output:
            _writable(output)
        with _progress(quiet) as progress:
            found = run(
                data, update=update, reference=reference, settings=settings, progress=progress
            )
        folder = output or Path("reports") / found.dataset.name
        paths = save(found, folder, formats or BY_DEFAULT, static=static)
        if not quiet:
            click.echo(summarise(found, paths), nl=False)


@main.command()
@click.argument("data")
@click.option(
    "--updates",
    type=click.IntRange(1),
    default=8,
    metavar="N",
    show_default=True,
    help="How many updates to measure; every third is of several categories.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=2,
    metavar="N",
    show_default=True,
    help="Fine-tunes an update.",
)
@click.option(
    "--output",
    type=PATH,
    metavar="DIR",
    help="Where measured updates stay  [default: reports/<dataset name>/backtest]",
)
def backtest(
    data: str,
    updates: int,
    seeds: int,
    output: Path | None,
    roles: tuple[str, ...],
    config: Path | None,
    quiet: bool,
    debug: bool,
    **flags: object,
) -> None:
    """Measure how well forgetting is forecast on DATA: leave categories out and fine-tune.

    Every measured update is kept, so a run that was stopped goes on where it was. Prints the rank
    correlation of forecasts and measured drops, and fits coefficients for `auditor audit
    --coefficients`. An update takes minutes on a processor. Exits as `auditor audit` does.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with _errors(debug):
        from auditor.settings import load_settings

        settings = load_settings(config, flags | {"roles": _pairs(roles)})
        from auditor.pipeline import backtest as run
        from auditor.reporting.summary import summarise_backtest

        if output:
            _writable(output)
        with _progress(quiet) as progress:
            found = run(
                data, output, updates=updates, seeds=seeds, settings=settings, progress=progress
            )
        if not quiet:
            click.echo(summarise_backtest(found), nl=False)


_SHARED = (
    *("text", "label", "roles", "input_format", "embedder", "probe", "target_model"),
    *("coefficients", "seed", "threads", "cache_dir", "config", "offline", "quiet", "debug"),
)
backtest.params += [p for p in audit.params if p.name in _SHARED]


@main.command()
@click.argument("file", type=PATH, metavar="AUDIT.json")
@click.option(
    "--output",
    type=PATH,
    metavar="DIR",
    help="Where the report goes  [default: beside AUDIT.json; with --no-text, without_text there]",
)
@click.option(
    "--no-text",
    is_flag=True,
    help="Leave the dataset's text, and its columns' values, out of every output.",
)
def report(
    file: Path,
    output: Path | None,
    formats: tuple[str, ...],
    static: bool,
    no_text: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Render the report of AUDIT.json again, as it is or without the dataset's text.

    Exits 2 for wrong usage, 4 for a file that is no audit or of another schema version, 5 where
    the machine lacks something.
    """
    with _errors(debug):
        from auditor.no_text import without_text
        from auditor.reporting import BY_DEFAULT, load, save
        from auditor.reporting.summary import summarise

        found = without_text(load(file)) if no_text else load(file)
        # The audit that has the text is not to be written over by the one that has none.
        beside = file.parent / "without_text" if no_text else file.parent
        paths = save(found, output or beside, formats or BY_DEFAULT, static=static)
        if not quiet:
            click.echo(summarise(found, paths), nl=False)


report.params += [p for p in audit.params if p.name in ("formats", "static", "quiet", "debug")]


@main.command()
@click.argument("code", required=False)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def explain(code: str | None, debug: bool) -> None:
    """Say what a finding CODE means: why it matters, how it is found, how well, and what to do.

    Without CODE, list the codes.
    """
    with _errors(debug):
        from auditor.checks import CHECKS
        from auditor.limits import limits_of
        from auditor.reporting.summary import explanation, list_codes

        limits = {check.code: limits_of(check) for check in CHECKS}
        click.echo(list_codes() if code is None else explanation(code, limits), nl=False)


@main.command()
def schema() -> None:
    """Print the JSON Schema of audit.json."""
    import json

    from auditor.reporting import schema as published

    click.echo(json.dumps(published(), indent=2))


def _pairs(roles: tuple[str, ...]) -> dict[str, str]:
    """NAME=COL options as a table."""
    for role in roles:
        if not all(role.partition("=")):
            raise UsageError(f"--role {role}: expected NAME=COL, such as --role group=customer")
    return {r.partition("=")[0]: r.partition("=")[2] for r in roles}


def _writable(folder: Path) -> None:
    """Fails before the work, not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SurroundingsError(
            f"--output {folder}: cannot be made ({error.strerror}); choose another folder"
        ) from error
    if not os.access(folder, os.W_OK):
        raise SurroundingsError(f"--output {folder}: cannot be written; choose another folder")


@contextmanager
def _errors(debug: bool) -> Iterator[None]:
    """One clear line for what can go wrong, and the exit code that goes with it."""
    try:
        yield
    except Exception as error:
        if debug:
            traceback.print_exc()
        if isinstance(error, AuditorError):
            message, code = str(error), error.exit_code
        elif isinstance(error, MemoryError | OSError):
            message, code = f"the machine said no: {error}", SurroundingsError.exit_code
        else:
            message = f"a defect of auditor ({type(error).__name__}); please report it with --debug"
            code = AuditorError.exit_code
        click.echo(f"auditor: {' '.join(message.split())}", err=True)
        sys.exit(code)


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """Bars on a terminal; nothing in logs, in CI, or with --quiet."""
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
