"""`auditor schema`."""

from __future__ import annotations

import json

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of audit.json."""
    from auditor.reporting import schema as published

    click.echo(json.dumps(published(), indent=2))
