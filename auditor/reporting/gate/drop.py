"""`drop.csv`: the rows to leave out of the candidate, with the reason for each.

Like the work lists of an audit, it is inert in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.errors import MachineError
from auditor.records.verdict import Verdict
from auditor.reporting.gate import phrases
from auditor.reporting.tables import SEPARATOR, table

DROP = ("row", "line", "check", "why", "repeats_row", "repeats_in", "text")


class DropRenderer:
    """One line for each row whose absence would mend what fails; nothing where there is none."""

    name = "drop"
    filename = "drop.csv"

    def render(self, verdict: Verdict) -> str | None:
        return table(DROP, _lines(verdict)) if verdict.drop else None


def forget(folder: Path) -> None:
    """Takes the drop.csv of an earlier run away, and no file that has only its name.

    Raises MachineError where it cannot be removed.
    """
    path = folder / DropRenderer.filename
    try:
        if path.is_file() and path.read_bytes().startswith(f"{','.join(DROP)}\n".encode()):
            path.unlink()
    except OSError as error:
        raise MachineError(
            f"{path}: is of an earlier run and cannot be removed ({error.strerror or error}); "
            "remove it, or choose another folder with --output"
        ) from error


def _lines(verdict: Verdict) -> Iterator[tuple[object, ...]]:
    """A row that several checks fail for names all of them, and the reason of the first."""
    reasons = {t.check: t.summary for t in reversed(verdict.of("fail"))}
    for of in verdict.drop:
        yield (
            *(of.row, phrases.line_of(verdict, of.row)),
            SEPARATOR.join(of.checks),
            next((reasons[c] for c in of.checks if c in reasons), ""),
            *((of.repeats.other, of.repeats.other_in) if of.repeats else (None, None)),
            verdict.examples.get(str(of.row)),
        )
