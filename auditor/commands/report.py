"""`auditor report`."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands import options
from auditor.commands.colour import for_terminal
from auditor.commands.running import errors
from auditor.commands.streams import show_also


@click.command()
@click.argument("file", type=options.PATH, metavar="RESULT.json")
@options.output(
    "Where the report goes  [default: beside RESULT.json; with --no-text, without_text there]"
)
@click.option(
    "--no-text",
    is_flag=True,
    help="Leave the dataset's text, and its columns' values, out of every output.",
)
@options.takes(
    options.formats(None, "those of its command"),
    options.STATIC,
    *options.SPEAKING,
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
    """Render the report of an audit.json, gate.json or compare.json again, as it is or without the
    dataset's text.

    Exits 2 for wrong usage, 4 for a file that is none of them or of another schema version, 5
    for lack of memory, disk or a model, 70 for a defect of auditor.
    """
    with errors(debug):
        from auditor.no_text import without_text
        from auditor.reporting import load, save, summarise

        found = load(file)
        found = without_text(found) if no_text else found
        # The file that has the text is not to be written over by the one that has none.
        folder = file.parent / "without_text" if no_text else file.parent
        paths = save(found, output or folder, formats or None, static=static)
        if not quiet:
            show_also(for_terminal(summarise(found, paths)))
