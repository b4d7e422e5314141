"""`auditor schema`."""

from __future__ import annotations

import json

import click

from auditor.commands.streams import show


@click.command()
def schema() -> None:
    """Print the JSON Schema of audit.json."""
    from auditor.reporting import schema as published

    show(f"{json.dumps(published(), indent=2)}\n")
