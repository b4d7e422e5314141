"""An object of labels, each with its texts: `{"greet": ["Hello", ...], ...}`, and SNIPS' files."""

from __future__ import annotations

from typing import Any

from auditor.dataset.columns.names import names_text_or_label
from auditor.dataset.json.forms.texts import in_pieces, text_of
from auditor.dataset.json.layouts.laid import Laid
from auditor.dataset.json.values import is_plain
from auditor.records.dataset import Decision

PAIRED = Decision(what="its keys are the texts, each with its label")
TOLD = Decision(what="its keys are the labels, each with its texts")


def groups(document: dict[str, Any]) -> Laid | None:
    """Texts in pieces tell it alone; plain ones where no key is called as a column is."""
    lists = {key: value for key, value in document.items() if isinstance(value, list) and value}
    if not lists or any(not is_plain(v) for k, v in document.items() if k not in lists and v):
        return None
    in_parts = all(in_pieces(item) for items in lists.values() for item in items)
    if not in_parts and not _plain_texts(document, lists):
        return None
    records = [{"text": text_of(i), "label": key} for key, items in lists.items() for i in items]
    return Laid(records=records, decisions=(TOLD,))


def labelled_texts(document: dict[str, Any]) -> Laid | None:
    """`{"Hello": "greet", ...}`: texts of several words, with labels that repeat."""
    labels = list(document.values())
    if len(labels) < 2 or not all(is_plain(label) and label is not None for label in labels):
        return None
    if 2 * len(set(labels)) > len(labels) or not any(len(text.split()) > 1 for text in document):
        return None
    if sum(map(len, document)) <= sum(len(str(label)) for label in labels):
        return None
    records = [{"text": text, "label": label} for text, label in document.items()]
    return Laid(records=records, decisions=(PAIRED,))


def _plain_texts(document: dict[str, Any], lists: dict[str, list[Any]]) -> bool:
    """Whether there are two labels or more, and nothing but strings, hardly one of them twice."""
    texts = [item for items in lists.values() for item in items]
    return (
        len(lists) == len(document) > 1
        and not any(map(names_text_or_label, lists))
        and all(isinstance(text, str) for text in texts)
        and any(" " in text for text in texts)
        and len(set(texts)) > len(texts) / 2
    )
