"""`relabel.csv` and `collect.csv`: the work lists for a spreadsheet.

Dataset text in them is inert, and no cell is a formula: one that begins like a formula begins with
an apostrophe instead, which a spreadsheet takes as a mark of text (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence

from auditor.records.audit import Audit
from auditor.reporting.inert import inert
from auditor.reporting.suggestions import Relabel, relabelling
from auditor.reporting.worklists import Collect, collecting

SEPARATOR = " | "  # between several labels, rows or keywords in one cell
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDE = ("＝", "＋", "－", "＠")  # full-width, which some spreadsheets read as the plain ones


def _joined(values: Iterable[object]) -> str:
    return SEPARATOR.join(map(str, values))


# A column's name -> what stands in it.
RELABEL: Mapping[str, Callable[[Relabel], object]] = {
    "row": lambda line: line.row,
    "id": lambda line: line.id,
    "text": lambda line: line.text,
    "label": lambda line: line.label,
    "suggested": lambda line: _joined(line.suggested),
    "action": lambda line: line.action,
    "probability_wrong": lambda line: line.wrong,
    "copies": lambda line: _joined(line.copies),
    "code": lambda line: _joined(line.codes),
    "severity": lambda line: line.severity,
    "why": lambda line: line.why,
    "fingerprint": lambda line: _joined(line.fingerprints),
}
COLLECT: Mapping[str, Callable[[Collect], object]] = {
    "code": lambda line: line.finding.code,
    "severity": lambda line: line.finding.severity,
    "category": lambda line: line.finding.category,
    "subtype": lambda line: line.finding.subtype,
    "rows": lambda line: line.rows,
    "effective_examples": lambda line: line.effective,
    "collect": lambda line: line.collect,
    "rule": lambda line: line.rule,
    "most_from_one_template": lambda line: line.from_one_template,
    "like": lambda line: line.like,
    "keywords": lambda line: _joined(line.keywords),
    "unlike_template": lambda line: line.unlike,
    "unlike_nearest": lambda line: line.nearest,
    "why": lambda line: line.finding.summary,
    "fingerprint": lambda line: line.finding.fingerprint,
}


class RelabelRenderer:
    """Rows whose labels to look at: one line each, the likeliest wrong first, copies together."""

    name = "relabel"
    filename = "relabel.csv"

    def render(self, audit: Audit) -> str:
        lines = ([cell(line) for cell in RELABEL.values()] for line in relabelling(audit))
        return table(tuple(RELABEL), lines)


class CollectRenderer:
    """Kinds of text to collect: how many, like what, and unlike what."""

    name = "collect"
    filename = "collect.csv"

    def render(self, audit: Audit) -> str:
        lines = ([cell(line) for cell in COLLECT.values()] for line in collecting(audit))
        return table(tuple(COLLECT), lines)


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
