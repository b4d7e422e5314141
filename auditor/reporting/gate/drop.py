"""`drop.csv`: the rows to leave out of the candidate, with the reason for each.

Like the work lists of an audit, it is inert in a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.errors import SurroundingsError
from auditor.outcomes import Verdict
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

    Raises SurroundingsError where it cannot be removed.
    """
    path = folder / DropRenderer.filename
    try:
        if path.is_file() and path.read_bytes().startswith(f"{','.join(DROP)}\n".encode()):
            path.unlink()
    except OSError as error:
        raise SurroundingsError(
            f"{path}: is of an earlier run and cannot be removed ({error.strerror or error}); "
            "remove it, or choose another folder with --output"
        ) from error


def _lines(verdict: Verdict) -> Iterator[tuple[object, ...]]:
    """A row that several tests rest on names all of their checks, and the reason of the first."""
    rests_on = [(t, {*t.rows, *(pair.row for pair in t.pairs)}) for t in verdict.of("fail")]
    pairs = {pair.row: pair for t, _ in reversed(rests_on) for pair in reversed(t.pairs)}
    for row in verdict.drop:
        tests = [tested for tested, rows in rests_on if row in rows]
        pair = pairs.get(row)
        yield (
            *(row, phrases.line_of(verdict, row)),
            SEPARATOR.join(dict.fromkeys(t.check for t in tests)),
            tests[0].summary if tests else "",
            *((pair.other, pair.other_in) if pair else (None, None)),
            verdict.examples.get(str(row)),
        )
