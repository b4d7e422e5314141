"""Stage 5: an audit becomes what people read and what programs read.

    json.py       audit.json, its schema, and the way back; consistency.py what types do not say
    html.py       report.html: one file, offline; the page itself is in `page/`
    map.py        what the page's map is given, and the scripts that draw it
    tables.py     relabel.csv and collect.csv
    labelling.py  the rows to label again, for Label Studio and Argilla
    notebook.py   the summary that a notebook shows
    summary.py    the few lines that the command line prints
    gate/         the same for a verdict of the gate, in its formats
    comparison/   the same for a comparison of two sets

What they say is decided apart from how it is drawn:

    verdict.py    may I train on this, what goes first, what do I do first
    cards.py      findings grouped by code, linked where they overlap, with their evidence
    suggestions.py  what to label again, one line a row, and as what
    worklists.py  what to collect and how much of it
    codes.py      what each finding code means, from codes.toml
    patterns.py   how much of a category its templates fill, which labels are confused
    tried.py      what the rung `full` measured
    charts.py     interval bars, retention curves, update matrix and map as plain geometry

`wording.py` has the words and number formats, `marking.py` finds the words to mark in a text and
`inert.py` disarms the characters that act, `columns.py` lays text in the columns of a terminal,
`contract.py` reads and writes records as JSON and `saving.py` writes the
files. A renderer is one file and one line in `RENDERERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auditor.interfaces import Renderer
from auditor.records.audit import Audit
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.json import JsonRenderer, load, schema
from auditor.reporting.labelling import ArgillaRenderer, LabelStudioRenderer
from auditor.reporting.saving import chosen, write, write_all
from auditor.reporting.summary import summarise
from auditor.reporting.tables import CollectRenderer, RelabelRenderer

__all__ = ["BY_DEFAULT", "RENDERERS", "load", "save", "save_html", "schema", "summarise"]

RENDERERS: tuple[Renderer, ...] = (
    HtmlRenderer(),
    JsonRenderer(),
    RelabelRenderer(),
    CollectRenderer(),
    LabelStudioRenderer(),
    ArgillaRenderer(),
)
BY_DEFAULT = ("html", "json", "relabel", "collect")


def save(
    audit: Audit,
    folder: str | Path,
    formats: Sequence[str] = BY_DEFAULT,
    *,
    static: bool = False,
) -> list[Path]:
    """Writes the audit in each of `formats` into `folder`; returns the files' paths.

    `static` leaves the scripts out of the HTML report.

    All formats are rendered before the first is written, so what fails leaves an earlier report
    as it was. Raises UsageError for an unknown format, MachineError where writing fails.
    """
    html = HtmlRenderer(static=static)
    known = [html if r.name == html.name else r for r in RENDERERS]
    return write_all(folder, ((r.filename, r.render(audit)) for r in chosen(formats, known)))


def save_html(audit: Audit, path: str | Path, *, static: bool = False) -> Path:
    """Writes the HTML report to `path`, `static` without script. Raises MachineError where
    writing fails."""
    write(Path(path), HtmlRenderer(static=static).render(audit).encode())
    return Path(path)
