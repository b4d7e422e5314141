"""The command line: a group of commands, each imported when it is asked for.

Results go to stdout, progress and errors to stderr. What a command does is in `commands/`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn

import click

from auditor.commands.ending import SIGNALLED, every_end_has_its_code
from auditor.commands.streams import standard_streams

COMMANDS = {
    "audit": "audit:audit",
    "backtest": "backtest:backtest",
    "baseline": "baseline:baseline",
    "claims": "claims:claims",
    "compare": "compare:compare",
    "explain": "explain:explain",
    "gate": "gate:gate",
    "init": "init:init",
    "report": "report:report",
    "schema": "schema:schema",
}  # name -> module of `commands` : command


class LazyGroup(click.Group):
    """The commands of `COMMANDS`."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **more: Any,
    ) -> Any:
        """As click has it, but that every way to end has an exit code of its own, and one line."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **more)
        with standard_streams(), every_end_has_its_code():
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **more)
        sys.exit(code or 0)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"auditor.commands.{module}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            near = get_close_matches(name, COMMANDS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(COMMANDS))}"
            ctx.fail(f"no such command {name!r}; {hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="auditor")
def main() -> None:
    """Audit a labelled dataset before training, and forecast what the next fine-tune forgets."""
    # Threads that sleep while they wait, not spin, share a busy machine; read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if not os.environ.get("SOURCE_DATE_EPOCH"):  # an empty one is none; numpy falls over it
        os.environ.pop("SOURCE_DATE_EPOCH", None)


def run() -> NoReturn:
    """The command line as a process of its own.

    A signal ends it without waiting for threads: of what torch and its like still compute Python
    makes an abort, with another exit code.
    """
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int) and end.code > SIGNALLED:
            os._exit(end.code)
        raise
    raise AssertionError("a command ends by SystemExit")
