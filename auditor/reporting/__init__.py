"""Stage 5: an audit, a verdict or a comparison becomes what people and programs read.

    formats.py    every format of every kind of result: a renderer is one file and one line there
    saving.py     save, save_html, summarise: any result in its formats, rendered before written
    contracts.py  audit.json, gate.json and compare.json, their schemas, and `load`, the way back

    html.py       report.html: one file, offline; pages.py how every page is drawn, from `page/`
    map.py        what the page's map is given, and the scripts that draw it
    tables.py     relabel.csv and collect.csv
    labelling.py  the rows to label again, for Label Studio and Argilla
    notebook.py   the summary that a notebook shows, and the report in a frame
    frames.py     any result as a pandas table; scores.py what a row's score is
    summary.py    the few lines that the command line prints
    gate/         the same for a verdict of the gate, in its formats
    comparison/   the same for a comparison of two sets

What they say is decided apart from how it is drawn:

    headline.py   may I train on this, what is forgotten first, what do I do first
    forgetting.py  where accuracy ends, whether all is forgotten, what the whole set loses
    cards.py      findings grouped by code, linked where they overlap, with their evidence
    suggestions.py  what to label again, one line a row, and as what
    worklists.py  what to collect and how much of it
    codes.py      what each finding code means, from codes.toml
    patterns.py   how much of a category its templates fill, which labels are confused
    trial.py      what the probe `full` measured
    mitigations.py    what mitigations kept in it, and how to protect this update
    tradeoff.py       the same as a picture
    claims.py     measured claims on a terminal
    undone.py     what was not read and what was not done, a line for each reason
    charts.py     interval bars, retention curves and update matrix as plain geometry
    scatter.py    the map as a drawing

`wording.py` has the words and number formats, `marking.py` finds the words to mark in a text and
`inert.py` disarms the characters that act, `terminal.py` lays text in the columns of a terminal;
`contract.py` reads and writes one kind of result as
JSON, and `consistency.py` has what an audit's types do not say.
"""

from __future__ import annotations

from auditor.reporting.contracts import load, schema
from auditor.reporting.formats import FORMATS
from auditor.reporting.saving import save, save_html, summarise

__all__ = ["FORMATS", "load", "save", "save_html", "schema", "summarise"]
