"""`auditor claims`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.commands import options
from auditor.commands.running import errors, progress_bars, settings_of
from auditor.commands.streams import show


@click.command()
@click.argument("data")
@click.option(
    "--update",
    "updates",
    multiple=True,
    metavar="FILE",
    help="What the model is fine-tuned on next; repeatable, made in this order. Up to three, "
    "categories of DATA are left out as further ones.",
)
@click.option(
    "--seeds",
    type=click.IntRange(2),
    default=3,
    metavar="N",
    show_default=True,
    help="Models that are fine-tuned; every interval is over them.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What is printed.",
)
@options.takes(
    options.TEXT,
    options.LABEL,
    options.ROLE,
    options.MAP_LABEL,
    options.MULTI_LABEL,
    options.INPUT_FORMAT,
    options.EMBEDDER,
    options.TARGET_MODEL,
    *options.RUNNING,
    *options.SPEAKING,
)
def claims(
    data: str,
    updates: tuple[str, ...],
    seeds: int,
    form: str,
    config: Path | None,
    quiet: bool,
    debug: bool,
    **flags: Any,
) -> None:
    """Measure on DATA what is claimed of replay, elastic weight consolidation and distillation.

    That a replayed buffer keeps the subtypes that it holds and not those it lacks, that EWC
    protects wrong labels, and that distillation passes errors on: each is confirmed here, not
    confirmed, or cannot be decided. Takes some minutes. Exits as `auditor audit` does, but that no
    verdict is a failure.
    """
    with errors(debug):
        settings = settings_of(config, flags, data, quiet=quiet)
        from auditor.pipeline import claims as run

        with progress_bars(quiet) as progress:
            found = run(data, updates, seeds=seeds, settings=settings, progress=progress)
        if form == "json":
            import msgspec

            show(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
        else:
            from auditor.reporting.claims import summarise_claims

            show(summarise_claims(found))
