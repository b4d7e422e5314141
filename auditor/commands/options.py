"""The options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from auditor.commands.recipe_options import RECIPE

PATH = click.Path(path_type=Path)

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


class Listing(click.Option):
    """An option whose help lists a registry, imported when that help is asked for and not before.

    listing: gives the text of the help.
    """

    def __init__(self, *names: Any, listing: Callable[[], str], **given: Any) -> None:
        super().__init__(*names, **given)
        self.listing = listing

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        self.help = self.listing()
        return super().get_help_record(ctx)


def _input_formats() -> str:
    from auditor.dataset import READERS

    names = [reader.name for reader in READERS]
    return f"{', '.join(names[:-1])} or {names[-1]}; by default from the file's name."


def _embedders() -> str:
    from auditor.embedding import EMBEDDERS
    from auditor.settings import Settings

    listed = ", ".join(opener.listed for opener in EMBEDDERS)
    return f"{listed}  [default: {Settings().embedder}]"


def _targets() -> str:
    from auditor.embedding.target import TARGETS

    listed = ", ".join(opener.listed for opener in TARGETS)
    return f"The model that --probe full and backtest fine-tune: {listed}  [default: the embedder]"


def _mitigations() -> str:
    from auditor.prediction.mitigations import MITIGATIONS

    listed = "; ".join(f"{m.name}: {m.about}" for m in MITIGATIONS)
    what = "Protection against forgetting that --probe full tries as well"
    return f"{what}; {listed}; all: all of them."


def takes(*options: Decorator) -> Decorator:
    """All of `options` on one command, in that order."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


TEXT = click.option(
    "--text",
    metavar="COL",
    multiple=True,
    help="The column with the text. Repeatable, as for a premise and its hypothesis: the values, "
    "one a line, are then one text.",
)
LABEL = click.option(
    "--label",
    metavar="COL",
    multiple=True,
    help="The column with the category. Repeatable, where each label has a column of 0 and 1.",
)
ROLE = click.option(
    "--role",
    "roles",
    metavar="NAME=COL",
    multiple=True,
    help="Another column's role: id, annotator, source, split, group or context, which is what the "
    "model sees before the text. Repeatable.",
)
COLUMN = click.option(
    "--column",
    "columns",
    metavar="COL",
    multiple=True,
    help="Another column to check, such as product or region: rare combinations of values are "
    "found. Repeatable.",
)
MAP_LABEL = click.option(
    "--map-label",
    "label_map",
    metavar="OLD=NEW",
    multiple=True,
    help="A label to read as another one that it is a spelling of. Repeatable; also as the "
    "table [label_map] in auditor.toml.",
)
LABEL_NAMES = click.option(
    "--label-names",
    metavar="FILE",
    help="The names of labels that are numbers: one a line, or a JSON list or object.",
)
MULTI_LABEL = click.option(
    "--multi-label/--no-multi-label",
    default=None,
    help="A text may have several labels: each in a row or a column of its own, in a list, or "
    "separated in one cell.",
)
KEEP_PROMPT = click.option(
    "--keep-prompt",
    is_flag=True,
    default=None,
    help="Take the words that all texts begin or end with, such as an instruction, for text too.",
)
INPUT_FORMAT = click.option(
    "--input-format",
    metavar="NAME",
    cls=Listing,
    listing=_input_formats,
)
ENCODING = click.option(
    "--encoding",
    metavar="NAME",
    help="The encoding of a text file, such as windows-1252  [default: detected]",
)
DELIMITER = click.option(
    "--delimiter",
    metavar="CHAR",
    help=r"What separates the fields of a line, such as ';' or '\t'  [default: detected]",
)
HEADER = click.option(
    "--header/--no-header",
    default=None,
    help="Whether the first line names the columns  [default: detected]",
)
QUOTING = click.option(
    "--quoting/--no-quoting",
    default=None,
    help='Whether " encloses fields of a delimited file  [default: detected]',
)
TABLE = click.option(
    "--table",
    metavar="NAME",
    help="Which of several: the sheet of a workbook, the table of a database, the file of an "
    "archive, the array in a JSON document, the configuration of a folder.",
)
STATIC = click.option("--static", is_flag=True, help="Write a report.html without any script.")
EMBEDDER = click.option(
    "--embedder",
    metavar="NAME_OR_FOLDER",
    cls=Listing,
    listing=_embedders,
)
PROBE = click.option(
    "--probe",
    type=click.Choice(["similarity", "head", "full"]),
    help="How thorough the forecast is: similarity and head are quick, full runs a real trial "
    "fine-tune, in minutes  [default: head]",
)
BUDGET = click.option(
    "--budget",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Time limit for the forecast; the most accurate level of --probe that fits is used.",
)
TARGET_MODEL = click.option(
    "--target-model",
    metavar="NAME_OR_FOLDER",
    cls=Listing,
    listing=_targets,
)
MITIGATIONS = click.option(
    "--mitigations",
    metavar="NAME",
    multiple=True,
    cls=Listing,
    listing=_mitigations,
)
COEFFICIENTS = click.option(
    "--coefficients",
    metavar="FILE",
    help="Coefficients of the forecast, fitted by `auditor backtest`  [default: those shipped]",
)
SEED = click.option("--seed", type=int, help="Random seed  [default: 0]")
THREADS = click.option(
    "--threads", type=click.IntRange(1), help="Processor threads  [default: all]"
)
CACHE_DIR = click.option(
    "--cache-dir",
    metavar="DIR",
    help="Where text embeddings are cached  [default: the user's cache folder]",
)
CONFIG = click.option(
    "--config",
    type=PATH,
    metavar="FILE",
    help="Settings file  [default: the nearest auditor.toml, or pyproject.toml with "
    "[tool.auditor], from the data's folder upwards, else from the working folder upwards]",
)
OFFLINE = click.option(
    "--offline",
    is_flag=True,
    default=None,
    help="Never ask the model hub, whatever --embedder names.",
)
NO_TEXT = click.option(
    "--no-text",
    is_flag=True,
    default=None,
    help="Keep the dataset's text, and its columns' values, out of every output.",
)
QUIET = click.option("--quiet", is_flag=True, help="Print nothing but errors.")
DEBUG = click.option("--debug", is_flag=True, help="Show the traceback of an error.")


class _Format(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """The name of a format of one kind of result, or of any. The registry is asked for them when
    they are needed: `auditor --help` must not wait for what renders."""

    name = "format"

    def __init__(self, noun: str | None) -> None:
        self.noun = noun

    @cached_property
    def choice(self) -> click.Choice[str]:
        from auditor.reporting.formats import names

        return click.Choice(names(self.noun))

    def get_metavar(self, *args: Any, **named: Any) -> str | None:
        return self.choice.get_metavar(*args, **named)

    def convert(self, *args: Any, **named: Any) -> str:
        return self.choice.convert(*args, **named)

    def shell_complete(self, *args: Any, **named: Any) -> Any:
        return self.choice.shell_complete(*args, **named)


def formats(noun: str | None, default: str, more: str = "") -> Decorator:
    """Which formats to write of an "audit", a "verdict" or a "comparison"; of any: None."""
    said = f"What to write; repeatable{more}  [default: {default}]"
    return click.option("--format", "formats", type=_Format(noun), multiple=True, help=said)


def output(help_: str) -> Decorator:
    """The folder that a command writes to."""
    return click.option("--output", type=PATH, metavar="DIR", help=help_)


FORM = (INPUT_FORMAT, ENCODING, DELIMITER, HEADER, QUOTING, TABLE)
READING = (
    *(TEXT, LABEL, ROLE, COLUMN, LABEL_NAMES, MAP_LABEL, MULTI_LABEL, KEEP_PROMPT),
    *FORM,
)
FORECASTING = (PROBE, BUDGET, TARGET_MODEL, *RECIPE, COEFFICIENTS)
RUNNING = (SEED, THREADS, CACHE_DIR, CONFIG, OFFLINE)
SPEAKING = (QUIET, DEBUG)
