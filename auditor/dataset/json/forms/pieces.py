"""Texts in pieces without a label: those of one intent of Dialogflow, in a file called after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditor.dataset.json.forms.form import Form, mostly
from auditor.dataset.json.forms.texts import in_pieces, text_of
from auditor.dataset.json.objects import Fault


def form(sample: Sequence[Any]) -> Form | None:
    """The form of records that are texts in pieces."""
    return Form(rows=_rows) if mostly(sample, in_pieces) else None


def _rows(record: Any) -> Iterable[Any]:
    text = text_of(record)
    return (Fault("no text in pieces") if text is None else {"text": text},)
