"""The command line: a group of commands, each imported when it is asked for.

Results go to stdout, progress and errors to stderr. What a command does is in `commands/`.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib import import_module

import click

COMMANDS = {
    "audit": "audit:audit",
    "backtest": "backtest:backtest",
    "baseline": "baseline:baseline",
    "compare": "compare:compare",
    "explain": "explain:explain",
    "gate": "gate:gate",
    "report": "report:report",
    "schema": "schema:schema",
}  # name -> module of `commands` : command


class LazyGroup(click.Group):
    """The commands of `COMMANDS`."""

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
