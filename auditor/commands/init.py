"""`auditor init`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any, get_type_hints

import click

from auditor.commands import options
from auditor.commands.audit import audit
from auditor.commands.running import errors
from auditor.commands.streams import show
from auditor.errors import MachineError, UsageError

NAME = "auditor.toml"
_COLUMNS = 98


@click.command()
@options.DEBUG
def init(debug: bool) -> None:
    """Write auditor.toml into the working folder: every setting, explained and commented out.

    Exits 2 where there is one already, which stays as it is; 5 where it cannot be written.
    """
    with errors(debug):
        try:
            with Path(NAME).open("x", encoding="utf-8") as file:
                file.write(commented_settings())
        except FileExistsError as error:
            raise UsageError(f"{NAME} is there already; move it away first") from error
        except OSError as error:
            raise MachineError(f"{NAME} cannot be written ({error.strerror})") from error
    show(f"Written   {NAME}\n")


def commented_settings() -> str:
    """Every setting with what it is for and its default, as `Settings` and the options have it."""
    lines = ["# Settings of auditor. Take the # away from what you change; options win over these."]
    for setting in _settings():
        lines += ["", *setting]
    return "\n".join(lines) + "\n"


def _settings() -> Iterator[list[str]]:
    from auditor.settings import Settings

    defaults, hints = Settings(), get_type_hints(Settings, include_extras=True)
    told = {parameter.name: parameter for parameter in audit.params}
    named = {"declared_columns": "columns"}
    for field in dataclasses.fields(Settings):
        option = told.get(named.get(field.name, field.name))
        about = f"{_help(option)} " if isinstance(option, click.Option) else ""
        wanted = next(m.description for m in hints[field.name].__metadata__ if m.description)
        comment = wrap(f"{about}It {wanted}.", _COLUMNS, break_on_hyphens=False)
        value = _toml(getattr(defaults, field.name))
        yield [*(f"# {line}" for line in comment), f"# {field.name} = {value}".rstrip()]


def _help(option: click.Option) -> str:
    said = option.listing() if isinstance(option, options.Listing) else option.help or ""
    text = said.partition("  [default")[0]
    return text if text.endswith(".") else f"{text}."


def _toml(value: Any) -> str:
    """A default as TOML writes it; empty for None, which TOML cannot say."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "{}"
    return json.dumps(value)  # of strings, numbers, flags and lists the same
