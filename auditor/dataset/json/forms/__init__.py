"""Forms of records, as label tools and frameworks write them; in an array or a line each.

    form.py           what a form makes of a record
    pairs.py          plain values, and lists of them: pairs, or rows under a header
    intents.py        a label with its texts, as in intents.json
    label_studio.py   tasks with their annotations
    prodigy.py        answers: accept, reject, ignore
    argilla.py        responses and suggestions
    doccano.py        annotations with the numbers of labels and users
    spacy.py          `cats`, scores by category
    questions.py      what the answers are called where a tool asks several questions of a text
    pieces.py         texts in pieces, of an intent that the file's name tells
    texts.py          the text of pieces

A record is a decoded JSON value. Most forms need no file here: an object of plain values, and lists
of one (doccano), are rows as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from auditor.dataset.json.forms import (
    argilla,
    doccano,
    intents,
    label_studio,
    pairs,
    pieces,
    prodigy,
    spacy,
)
from auditor.dataset.json.forms.form import SAMPLE, Form
from auditor.records.dataset import Decision

__all__ = ["SAMPLE", "Form", "as_objects", "form_of", "is_known"]

FORMS: tuple[Callable[[Sequence[Any]], Form | None], ...] = (
    label_studio.form,
    prodigy.form,
    argilla.form,
    doccano.form,
    spacy.form,
    intents.form,
    pieces.form,
)
PLAIN = Form(rows=lambda record: (record,))


def form_of(sample: Sequence[Any]) -> Form:
    """The form of records like those of the sample, which are rows as they are where no other is.

    Raises DataError for the export of a tool in which nothing is a label.
    """
    listed = pairs.form(sample) or PLAIN
    objects = [row for record in sample for row in listed.rows(record)]
    inner = _tools(objects) or PLAIN
    return Form(
        rows=lambda record: (row for item in listed.rows(record) for row in inner.rows(item)),
        decisions=(*listed.decisions, *inner.decisions),
    )


def as_objects(records: Sequence[Any]) -> tuple[list[Any], tuple[Decision, ...]]:
    """Lists of plain values as objects; all else as it is."""
    listed = pairs.form(records) or PLAIN
    return [row for record in records for row in listed.rows(record)], listed.decisions


def is_known(records: Sequence[Any]) -> bool:
    """Whether the records are of a form that a tool writes."""
    return _tools(records[:SAMPLE]) is not None


def _tools(sample: Sequence[Any]) -> Form | None:
    return next((found for form in FORMS if (found := form(sample)) is not None), None)
