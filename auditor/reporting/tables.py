"""`relabel.csv` and `collect.csv`: the work lists for a spreadsheet.

Dataset text in them is inert, and no cell is a formula: one that begins like a formula begins with
an apostrophe instead, which a spreadsheet takes as a mark of text (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from auditor.records.audit import Audit
from auditor.reporting.inert import inert
from auditor.reporting.suggestions import Relabel, relabelling
from auditor.reporting.worklists import Collect, collecting

SEPARATOR = " | "  # between several labels, rows or keywords in one cell
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDE = ("＝", "＋", "－", "＠")  # full-width, which some spreadsheets read as the plain ones


class RelabelRenderer:
    """Rows whose labels to look at: one line each, the likeliest wrong first, copies together."""

    name = "relabel"
    filename = "relabel.csv"

    def render(self, audit: Audit) -> str:
        return table(RELABEL, map(_relabel, relabelling(audit)))


class CollectRenderer:
    """Kinds of text to collect: how many, like what, and unlike what."""

    name = "collect"
    filename = "collect.csv"

    def render(self, audit: Audit) -> str:
        return table(COLLECT, map(_collect, collecting(audit)))


RELABEL = (
    *("row", "id", "text", "label", "suggested", "action", "probability_wrong", "copies"),
    *("code", "severity", "why", "fingerprint"),
)
COLLECT = (
    *("code", "severity", "category", "subtype", "rows", "effective_examples", "collect", "rule"),
    *("most_from_one_template", "like", "keywords", "unlike_template", "unlike_nearest"),
    *("why", "fingerprint"),
)


def disarmed(cell: object) -> str:
    """A cell without characters that act, and without a formula; nothing for None."""
    shown = "" if cell is None else inert(str(cell))
    return f"'{shown}" if shown.startswith((*_FORMULA, *_WIDE)) else shown


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A CSV file of `head` and `lines`, every cell disarmed."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([disarmed(cell) for cell in line] for line in lines)
    return written.getvalue()


def _relabel(line: Relabel) -> tuple[object, ...]:
    return (
        *(line.row, line.id, line.text, line.label, SEPARATOR.join(line.suggested), line.action),
        *(line.wrong, SEPARATOR.join(map(str, line.copies))),
        *(SEPARATOR.join(line.codes), line.severity, line.why),
        SEPARATOR.join(line.fingerprints),
    )


def _collect(line: Collect) -> tuple[object, ...]:
    found = line.finding
    return (
        *(found.code, found.severity, found.category, found.subtype, line.rows, line.effective),
        *(line.collect, line.rule, line.from_one_template, line.like),
        *(SEPARATOR.join(line.keywords), line.unlike, line.nearest),
        *(found.summary, found.fingerprint),
    )
