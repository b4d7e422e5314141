"""`auditor explain`."""

from __future__ import annotations

import click

from auditor.commands import options
from auditor.commands.running import errors
from auditor.commands.streams import show


@click.command()
@click.argument("code", required=False)
@options.DEBUG
def explain(code: str | None, debug: bool) -> None:
    """Explain a finding CODE: what it means, why it matters, method, accuracy and what to do.

    Without CODE, list the codes.
    """
    with errors(debug):
        from auditor.checks import CHECKS
        from auditor.checks.limits import limits_of
        from auditor.reporting.summary import explanation, list_codes

        limits = {check.code: limits_of(check) for check in CHECKS}
        show(list_codes() if code is None else explanation(code, limits))
