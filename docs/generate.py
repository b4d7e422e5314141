"""Writes what the documentation has from the code.

    python docs/generate.py            the pages of finding codes, and the tables of options
    python docs/generate.py --outputs  also what the quoted commands print (minutes)

Pages of codes are what `auditor explain` says, tables of options what `--help` says: change these,
and write anew. A quoted command is a block of the language `console`: what follows a line `$ ...`
is what that command prints in the folder of the repository. `tests/test_docs.py` compares.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from auditor.checks import CHECKS
from auditor.checks.limits import limits_of
from auditor.cli import main as auditor
from auditor.reporting.codes import Accuracy, accuracy, codes, explain
from auditor.settings import Settings

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))
LIMITS = {check.code: limits_of(check) for check in CHECKS}
TABLE = re.compile(r"(<!-- options of (?P<command>[\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
SETTINGS = re.compile(r"(<!-- settings -->\n).*?(<!-- end -->)", re.DOTALL)
QUOTED = re.compile(r"^```console\n(?P<lines>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<printed>(?:(?!\$ ).*\n)*)", re.MULTILINE)


def generated() -> Iterator[tuple[Path, str]]:
    """Every file that is made of the code, in whole or in part, with its text."""
    yield DOCS / "codes" / "README.md", index()
    for name in codes():
        yield DOCS / "codes" / f"{name}.md", page(name)
    options = DOCS / "options.md"
    tabled = TABLE.sub(_tabled, options.read_text(encoding="utf-8"))
    yield options, SETTINGS.sub(lambda m: f"{m[1]}\n{settings()}\n\n{m[2]}", tabled)


# --- finding codes ----------------------------------------------------------------------------


def index() -> str:
    lines = [f"| [`{name}`]({name}.md) | {words.title} |" for name, words in codes().items()]
    return "\n".join(
        [
            "# Finding codes\n",
            "In the order of a report. `auditor explain CODE` prints each page.\n",
            "| code | what |",
            "|---|---|",
            *lines,
            "",
        ]
    )


def page(name: str) -> str:
    """What `auditor explain` says of a code, its accuracy and its limits as tables."""
    told = {part.title: part.lines for part in explain(name, LIMITS.get(name, ()))}
    parts = [f"# `{name}`: {codes()[name].title}"]
    for title, lines in told.items():
        text = {"Limits": _limits, "Measured": _accuracy}.get(title, _paragraphs)(name, lines)
        parts += [f"## {title}", text]
    return "\n\n".join([*parts, "[All codes](README.md)"]) + "\n"


def _paragraphs(name: str, lines: tuple[str, ...]) -> str:  # noqa: ARG001 - as the others
    return "\n\n".join(lines)


def _limits(name: str, lines: tuple[str, ...]) -> str:  # noqa: ARG001 - as the others
    rows = [
        f"| `{limit.name}` | {limit.default:,} | {_cell(limit.reason)} |" for limit in LIMITS[name]
    ]
    head = "| limit | default | reason |\n|---|---|---|"
    return "\n".join([f"Set in `[checks.{name}]` of `auditor.toml`.\n", head, *rows])


def _accuracy(name: str, lines: tuple[str, ...]) -> str:
    table = accuracy(name)
    if table is None:
        return _paragraphs(name, lines)
    return f"{lines[0]} [How it was measured](../measurements.md)\n\n{_table(table)}"


def _table(table: Accuracy) -> str:
    lines = [table.columns, ("---",) * len(table.columns), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# --- options ----------------------------------------------------------------------------------


def commands(group: click.Group, name: str = "auditor") -> dict[str, click.Command]:
    """Every command under the group, by what a user types."""
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        inside = isinstance(command, click.Group)
        found |= commands(command, f"{name} {part}") if inside else {f"{name} {part}": command}
    return found


def options(command: click.Command) -> dict[str, tuple[str, str]]:
    """An option's name -> how it is written and what `--help` says of it."""
    context = click.Context(command)
    records = {
        parameter.opts[-1]: parameter.get_help_record(context)
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }
    return {name: record for name, record in records.items() if record is not None}


def _tabled(marked: re.Match[str]) -> str:
    return f"{marked[1]}\n{options_of(marked['command'])}\n\n{marked[3]}"


def options_of(name: str) -> str:
    """The table of a command's options; those that are as in `auditor audit` are only named."""
    every = commands(auditor)
    own = options(every[name])
    audit = {} if name == "auditor audit" else options(every["auditor audit"])
    same = [option for option, said in own.items() if audit.get(option) == said]
    rows = [_row(*said) for option, said in own.items() if option not in same]
    table = "\n".join(["| option | meaning |", "|---|---|", *rows]) if rows else ""
    named = f"As in `auditor audit`: {', '.join(f'`{option}`' for option in same)}." if same else ""
    return "\n\n".join(filter(None, (table, named)))


def settings() -> str:
    """The table of settings: name, default, and the option of `auditor audit` that sets it."""
    audit = commands(auditor)["auditor audit"]
    option = {parameter.name: parameter.opts[-1] for parameter in audit.params}
    option["declared_columns"] = option["columns"]
    rows = [
        f"| `{field.name}` | {_default(field)} | {_code(option.get(field.name))} |"
        for field in dataclasses.fields(Settings)
        if field.name != "checks"
    ]
    return "\n".join(["| setting | default | option |", "|---|---|---|", *rows])


def _default(field: dataclasses.Field[object]) -> str:
    made = field.default_factory is not dataclasses.MISSING
    return "" if made or field.default in (None, ()) else _code(_written(field.default))


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _code(text: str | None) -> str:
    return f"`{text}`" if text else ""


def _row(written: str, said: str) -> str:
    return f"| `{_cell(written)}` | {_cell(said)} |"


def _cell(text: str) -> str:
    """Text in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


# --- what quoted commands print ---------------------------------------------------------------


def quoted(text: str) -> list[tuple[str, str]]:
    """The commands that a page quotes with what they print, in order."""
    blocks = [[*COMMAND.finditer(block["lines"])] for block in QUOTED.finditer(text)]
    return [(c["command"], c["printed"]) for block in blocks if _told(block) for c in block]


def _told(block: list[re.Match[str]]) -> bool:
    """Whether a block quotes anything; one without is an invitation to type."""
    return any(command["printed"] for command in block)


def run(command: str, folder: Path) -> str:
    """What the command prints in the folder, with the `auditor` of this repository."""
    programs = folder / ".programs"
    if not programs.exists():
        programs.mkdir()
        for name, module in (("auditor", "-m auditor "), ("python", "")):
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module}"$@"\n')
            (programs / name).chmod(0o755)
        (folder / "sample_datasets").symlink_to(ROOT / "sample_datasets")
    path = os.pathsep.join([str(programs), os.environ["PATH"]])  # ahead of an installed one
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    done = subprocess.run(  # noqa: S603 - what the page says
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def rewritten(text: str, folder: Path) -> str:
    """The page with what its commands print now."""

    def again(block: re.Match[str]) -> str:
        found = [*COMMAND.finditer(block["lines"])]
        if not _told(found):
            return block[0]
        lines = [f"$ {c['command']}\n{run(c['command'], folder)}" for c in found]
        return f"```console\n{''.join(lines)}```"

    return QUOTED.sub(again, text)


def write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for quoting in PAGES if "--outputs" in sys.argv[1:] else ():
        with tempfile.TemporaryDirectory() as place:
            write({quoting: rewritten(quoting.read_text(encoding="utf-8"), Path(place))})
    for page_of_code in (DOCS / "codes").glob("*.md"):
        page_of_code.unlink()
    write(dict(generated()))
