"""`auditor report`."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands import options
from auditor.commands.running import errors


@click.command()
@click.argument("file", type=options.PATH, metavar="AUDIT.json")
@options.output(
    "Where the report goes  [default: beside AUDIT.json; with --no-text, without_text there]"
)
@click.option(
    "--no-text",
    is_flag=True,
    help="Leave the dataset's text, and its columns' values, out of every output.",
)
@options.takes(options.FORMAT, options.STATIC, *options.SPEAKING)
def report(
    file: Path,
    output: Path | None,
    formats: tuple[str, ...],
    static: bool,
    no_text: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Render the report of AUDIT.json again, as it is or without the dataset's text.

    Exits 2 for wrong usage, 4 for a file that is no audit or of another schema version, 5 where
    the machine lacks something.
    """
    with errors(debug):
        from auditor.no_text import without_text
        from auditor.reporting import BY_DEFAULT, load, save
        from auditor.reporting.summary import summarise

        found = without_text(load(file)) if no_text else load(file)
        # The audit that has the text is not to be written over by the one that has none.
        beside = file.parent / "without_text" if no_text else file.parent
        paths = save(found, output or beside, formats or BY_DEFAULT, static=static)
        if not quiet:
            click.echo(summarise(found, paths), nl=False)
