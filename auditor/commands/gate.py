"""`auditor gate`."""

from __future__ import annotations

import dataclasses
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.commands import options
from auditor.commands.running import REPORTS, errors, given, progress_bars, writable
from auditor.commands.streams import say, show
from auditor.errors import AuditorError, MachineError, UsageError
from auditor.folders import as_path

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
        _exclusive(base=base, base_ref=base_ref, baseline=baseline)
        if base_ref is not None and candidate == "-":
            raise UsageError("--base-ref: stdin is in no revision; give a file, or --base BASE")
        rules = _ruling(candidate, base_ref, policy, config, flags)
        from auditor.gating.gate import gate as run

        writable(output, rules.settings)
        with (
            _with_changes_in_errors(rules),
            _base(candidate, base, base_ref) as base_file,
            progress_bars(quiet) as progress,
        ):
            verdict = run(
                candidate,
                base=base_file,
                baseline=baseline,
                update=update,
                policy=rules.policy,
                settings=rules.settings,
                progress=progress,
            )
        verdict = dataclasses.replace(verdict, policy_changes=rules.changes)
        _report(verdict, output or REPORTS / as_path(verdict.candidate.name), formats, quiet)
    sys.exit(verdict.exit_code(inconclusive or "inconclusive"))


def _exclusive(**given: object) -> None:
    """Raises UsageError where more than one is given."""
    named = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} exclude each other; give one of them")


def _ruling(
    candidate: str,
    base_ref: str | None,
    policy: Path | None,
    config: Path | None,
    flags: Mapping[str, Any],
) -> Ruling:
    """The settings and the policy: of the revision where there is one, else as they lie there."""
    from auditor.gating.inputs import CODES
    from auditor.gating.policy import load_policy
    from auditor.gating.policy_at_revision import Ruling, ruling
    from auditor.settings import load_settings

    flags = given(flags)
    if base_ref is not None:
        return ruling(Path(candidate), base_ref, CODES, policy=policy, config=config, flags=flags)
    return Ruling(
        settings=load_settings(config, flags), policy=load_policy(policy, CODES, config=config)
    )


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


def _base(
    candidate: str, base: str | None, base_ref: str | None
) -> AbstractContextManager[str | Path | None]:
    if base_ref is None:
        return nullcontext(base)
    from auditor.dataset.revisions import at_revision

    return at_revision(Path(candidate), base_ref)


def _report(verdict: Verdict, folder: Path, formats: tuple[str, ...], quiet: bool) -> None:
    """Writes the verdict, prints its summary, and hands it to GitHub where that was asked for."""
    from auditor.reporting import save, summarise

    paths = save(verdict, folder, formats or None)
    if not quiet:
        show(summarise(verdict, paths))
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
