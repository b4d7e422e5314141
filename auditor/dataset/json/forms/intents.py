"""A label with its texts: `{"tag": ..., "patterns": [...]}`, and what else intent tools call them.

intents.json of chatbot courses, Watson Assistant, Lex, Alexa, and Dialogflow's interface.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.dataset.json.forms.form import Form, mostly
from auditor.dataset.json.forms.texts import text_of
from auditor.dataset.json.objects import Fault
from auditor.records.dataset import Decision

LABELS = ("tag", "intent", "label", "category", "displayName", "name", "class", "topic")
TEXTS = (
    *("patterns", "examples", "utterances", "samples", "sampleUtterances", "trainingPhrases"),
    *("training_phrases", "phrases", "texts", "sentences"),
)
OF_INTENTS = ("text",)  # a list of words elsewhere


def form(sample: Sequence[Any]) -> Form | None:
    """The form of records that have one label and a list of texts."""
    if not mostly(sample, lambda record: _keys(record) is not None):
        return None
    label, texts = next(keys for record in sample if (keys := _keys(record)) is not None)
    said = Decision(what=f"{label!r} is the label of each text in {texts!r}")
    return Form(rows=_rows, decisions=(said,))


def _rows(record: Any) -> Iterable[Any]:
    keys = _keys(record)
    if keys is None:
        return (Fault("no label with its texts"),)
    label, texts = keys
    shared = {"label": record[label]} | ({"split": record["split"]} if "split" in record else {})
    return ({"text": text_of(item), **shared} for item in record[texts])


def _keys(record: Any) -> tuple[str, str] | None:
    """The keys of the label and of its texts."""
    if not isinstance(record, Mapping):
        return None
    label = next((key for key in LABELS if isinstance(record.get(key), str)), None)
    known = (*TEXTS, *(OF_INTENTS if label in ("tag", "intent") else ()))
    texts = next((key for key in known if _are_texts(record.get(key))), None)
    return None if label is None or texts is None else (label, texts)


def _are_texts(items: Any) -> bool:
    return isinstance(items, list) and all(text_of(item) is not None for item in items)
