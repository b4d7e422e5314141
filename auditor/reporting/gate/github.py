"""Annotations in GitHub Actions, and the step summary.

A workflow command is a line of the log: `::error file=…,line=…,title=…::message`. GitHub shows ten
of each level for a step, and refuses a step summary above 1 MiB. Both limits are documented under
"Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from auditor.errors import MachineError
from auditor.records.verdict import Status, Tested, Verdict
from auditor.reporting.gate import answer, pairs, phrases
from auditor.reporting.gate.markdown import comment
from auditor.reporting.inert import one_line
from auditor.reporting.wording import listing

_LEVELS: Mapping[Status, str] = {
    "fail": "error",
    "inconclusive": "warning",
    "warn": "warning",
    "informational": "notice",
}
_MOST = 10  # annotations of a level
_MESSAGE = 1000  # columns of a message
_SUMMARY = 1 << 20  # bytes of a step summary
_BYTES = 4  # of a character at most, in UTF-8
_WORTHWHILE = 4000  # characters that a summary needs to say anything


class GithubRenderer:
    """One workflow command for each test that does not pass, while they are shown."""

    name = "github"
    filename = "gate.github.txt"

    def render(self, verdict: Verdict) -> str:
        return "".join(f"{line}\n" for line in _annotations(verdict))


def publish(
    verdict: Verdict, environ: Mapping[str, str], echo: Callable[[str], None] = print
) -> None:
    """In GitHub Actions, prints the annotations and appends the Markdown to the step summary.

    Elsewhere it does nothing. Raises MachineError where the summary cannot be written.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return
    for line in GithubRenderer().render(verdict).splitlines():
        echo(line)
    if named := environ.get("GITHUB_STEP_SUMMARY"):
        _summarise(verdict, Path(named), echo)


def _summarise(verdict: Verdict, path: Path, echo: Callable[[str], None]) -> None:
    """Earlier commands of the step may have filled the summary in part."""
    try:
        room = (_SUMMARY - (path.stat().st_size if path.exists() else 0)) // _BYTES
        if room < _WORTHWHILE:
            said = "the step summary is full (1 MiB), the verdict was not added to it"
            echo(_command("notice", said, title="auditor gate"))
            return
        with path.open("a", encoding="utf-8", newline="\n") as summary:
            summary.write(comment(verdict, room) + "\n")
    except OSError as error:
        raise MachineError(
            f"{path}: the step summary cannot be written ({error.strerror or error}); "
            "unset GITHUB_STEP_SUMMARY to go without"
        ) from error


def _annotations(verdict: Verdict) -> list[str]:
    """The answer, where it says more than the tests do; then these, the worst level first. Where a
    level has too many, the last notice says what is left out."""
    by_level: dict[str, list[str]] = {level: [] for level in ("error", "warning", "notice")}
    for tested in verdict.tested:
        if level := _LEVELS.get(tested.status):
            by_level[level].append(_annotation(verdict, level, tested))
    lines = []
    limits = dict.fromkeys(by_level, _MOST)
    if answer.notes(verdict) or (verdict.outcome != "pass" and not any(by_level.values())):
        lines.append(_command("warning", answer.first_line(verdict), title="auditor gate"))
        limits["warning"] -= 1
    over = any(len(found) > limits[level] for level, found in by_level.items())
    limits["notice"] -= over
    lines += [line for level, found in by_level.items() for line in found[: limits[level]]]
    if over:
        hidden = [
            f"{len(found) - limits[level]:,} of {len(found):,} {level}s"
            for level, found in by_level.items()
            if len(found) > limits[level]
        ]
        said = f"GitHub shows ten annotations of a level; not shown: {listing(hidden)}"
        lines.append(_command("notice", f"{said}. {phrases.HAS_ALL}.", title="auditor gate"))
    return lines


def _annotation(verdict: Verdict, level: str, tested: Tested) -> str:
    said = [f"{tested.summary}.", f"{phrases.evidence(tested)}."]
    if pair := pairs.sentence(verdict, tested):
        said.append(f"For example {pair}.")
    if (rows := len(tested.rows)) > 1:
        said.append(f"One of {rows:,} listed rows.")
    message = " ".join([*said, tested.advice])
    title = f"auditor: {phrases.about(tested)}"
    line = str(phrases.first_place(verdict, tested))
    return _command(level, message, file=verdict.file, line=line, title=title)


def _command(level: str, message: str, **properties: str) -> str:
    joined = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {joined}::{_data(one_line(message, _MESSAGE))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(one_line(value, _MESSAGE)).replace(":", "%3A").replace(",", "%2C")
