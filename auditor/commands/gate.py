"""`auditor gate`."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.commands import options
from auditor.commands.base import ChosenBase, chosen_base, exclusive
from auditor.commands.colour import for_terminal
from auditor.commands.report_folder import report_folder
from auditor.commands.running import errors, expect_there, progress_bars, writable
from auditor.commands.streams import say, show, show_also
from auditor.errors import AuditorError, MachineError

if TYPE_CHECKING:
    from auditor.gating.policy_at_revision import Ruling
    from auditor.records.verdict import Outcome, Verdict


@click.command()
@click.argument("candidate")
@click.option("--base", metavar="BASE", help="The dataset that the candidate is to replace.")
@click.option(
    "--base-ref", metavar="REV", help="The candidate as it is in git at REV, such as origin/main."
)
@click.option(
    "--base-path",
    type=options.PATH,
    metavar="PATH",
    help="The path that the candidate had at REV  [default: its own; a renamed file is followed]",
)
@click.option(
    "--fetch",
    is_flag=True,
    help="Let git fetch what this clone lacks of REV; never with --offline.",
)
@click.option(
    "--baseline",
    type=options.PATH,
    metavar="FILE",
    help="Known findings, from `auditor baseline create`; others are new.",
)
@click.option(
    "--update",
    metavar="FILE",
    help="Data that the model is fine-tuned on next; the forecast of forgetting is tested too.",
)
@click.option(
    "--policy",
    type=options.PATH,
    metavar="FILE",
    help="What warns and what fails  [default: [gate] in auditor.toml, or in "
    "--config, or [tool.auditor.gate] in pyproject.toml]",
)
@click.option(
    "--inconclusive",
    type=click.Choice(["pass", "fail"]),
    help="How to exit when the data is too small to decide  [default: neither, exit 3]",
)
@options.takes(
    *options.READING,
    options.output("Where the verdict goes  [default: reports/<candidate name>]"),
)
@options.takes(
    options.formats("verdict", "html, json, markdown, drop", ". github also prints annotations."),
    options.EMBEDDER,
    *options.FORECASTING,
    *options.RUNNING,
    options.NO_TEXT,
    *options.SPEAKING,
)
def gate(
    candidate: str,
    base: str | None,
    base_ref: str | None,
    base_path: Path | None,
    fetch: bool,
    baseline: Path | None,
    update: str | None,
    policy: Path | None,
    inconclusive: Outcome | None,
    output: Path | None,
    formats: tuple[str, ...],
    config: Path | None,
    quiet: bool,
    debug: bool,
    **flags: Any,
) -> None:
    """Decide whether CANDIDATE, a labelled dataset, may be merged.

    It is compared with a base (--base, --base-ref) or with known findings (--baseline), or checked
    against limits alone. Prints a summary, writes the verdict, and then exits: 0 pass,
    1 fail, 3 inconclusive; without a verdict 2 for wrong usage, 4 for data that cannot be read,
    5 for lack of memory, disk or a model, 70 for a defect of auditor.
    """
    with errors(debug):
        exclusive(base=base, base_ref=base_ref, baseline=baseline)
        fetch = fetch and not flags["offline"]
        against = chosen_base(candidate, base, base_ref, base_path, fetch=fetch)
        rules = against.rules(policy, config, flags, quiet=quiet)
        writable(output, rules.settings)
        expect_there(candidate, base, update)
        verdict = _judged(candidate, against, rules, quiet=quiet, baseline=baseline, update=update)
        folder = output or report_folder((verdict.candidate.name, candidate), quiet=quiet)
        _report(verdict, folder, formats, quiet)
    sys.exit(verdict.exit_code(inconclusive or "inconclusive"))


def _judged(
    candidate: str, against: ChosenBase, rules: Ruling, *, quiet: bool, **given: Any
) -> Verdict:
    """The verdict; given: what else `gating.gate.gate` takes as the user gave it."""
    from auditor.gating.gate import gate as run

    with (
        _with_changes_in_errors(rules),
        against.open() as base,
        progress_bars(quiet) as progress,
    ):
        verdict = run(
            candidate,
            base=base,
            policy=rules.policy,
            settings=rules.settings,
            progress=progress,
            **given,
        )
    return replace(verdict, policy_changes=rules.changes, base_remark=against.remark)


@contextmanager
def _with_changes_in_errors(rules: Ruling) -> Iterator[None]:
    """An error can rest on a setting that the branch has changed in vain, so it says which."""
    try:
        yield
    except AuditorError as error:
        if not rules.changes:
            raise
        raise type(error)(
            f"{error} (the base's settings hold: {'; '.join(rules.changes)})"
        ) from error


def _report(verdict: Verdict, folder: Path, formats: tuple[str, ...], quiet: bool) -> None:
    """Writes the verdict, prints its summary, and hands it to GitHub where that was asked for."""
    from auditor.reporting import save, summarise

    paths = save(verdict, folder, formats or None)
    if not quiet:
        show_also(for_terminal(summarise(verdict, paths)))
    if "github" in formats:
        _tell_github(verdict, folder, os.environ)


def _tell_github(verdict: Verdict, folder: Path, environ: Mapping[str, str]) -> None:
    """Annotations, summary and outputs; none of them takes the verdict away where it fails."""
    from auditor.reporting.gate.github import publish

    for what, tell in (
        ("annotations", partial(publish, verdict, environ, lambda line: show(f"{line}\n"))),
        ("outputs", partial(_write_outputs, verdict, folder, environ)),
    ):
        try:
            tell()
        except (MachineError, OSError) as error:
            say(f"{what} for GitHub: {error}; the verdict stands")


def _write_outputs(verdict: Verdict, folder: Path, environ: Mapping[str, str]) -> None:
    """The outputs `verdict` and `report` for the steps that follow in a GitHub workflow."""
    if not environ.get("GITHUB_OUTPUT"):
        return
    end = secrets.token_hex(16)  # a folder's name could hold any line, but not this one
    with Path(environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(
            f"{name}<<{end}\n{value}\n{end}\n"
            for name, value in (("verdict", verdict.outcome), ("report", folder))
        )
