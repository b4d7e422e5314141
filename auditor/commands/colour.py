"""A summary as a terminal shows it: weight and colour, and as wide as the terminal is."""

from __future__ import annotations

import os
import shutil
import sys

import click

HEAD = 10  # columns that name what a line is about
UNCUT = ("Written", "Next")  # paths, which are there to be copied


def for_terminal(text: str) -> str:
    """`text` as it is, but where stdout is a terminal, in no CI and without NO_COLOR."""
    if not sys.stdout.isatty() or "CI" in os.environ or os.environ.get("NO_COLOR"):
        return text
    return coloured(text, shutil.get_terminal_size().columns)


def coloured(text: str, columns: int) -> str:
    """Each line cut to `columns`, its head bold, and a verdict in the colour of what it says."""
    from auditor.reporting.terminal import cut

    lines = []
    for line in text.splitlines():
        fitting = line if line.startswith(UNCUT) else cut(line, columns)
        head, rest = fitting[:HEAD], fitting[HEAD:]
        if head.startswith("Verdict"):
            rest = click.style(rest, fg=_colour(rest), bold=True)
        lines.append((click.style(head, bold=True) if head.strip() else head) + rest)
    return "\n".join(lines) + "\n"


def _colour(verdict: str) -> str:
    if verdict.startswith(("Not yet", "FAIL")):
        return "red"
    return "green" if verdict.startswith(("Yes", "PASS")) else "yellow"
