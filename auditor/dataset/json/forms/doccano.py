"""doccano's older export: annotations with the numbers of labels and users.

What it writes today, a list of labels for each text, is a row as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.dataset.json.forms.form import Form, mostly, one_or_all
from auditor.dataset.json.objects import Fault
from auditor.records.dataset import Decision

SAID = Decision(what="doccano's annotations are the label, a row for each annotator")


def form(sample: Sequence[Any]) -> Form | None:
    """The form of texts with annotations of the whole of them."""
    if not mostly(sample, _fits) or not any(_fits(r) and r["annotations"] for r in sample):
        return None
    return Form(rows=_rows, decisions=(SAID,))


def _fits(record: Any) -> bool:
    annotations = record.get("annotations") if isinstance(record, Mapping) else None
    return isinstance(annotations, list) and "text" in record and all(map(_is_of_text, annotations))


def _is_of_text(annotation: Any) -> bool:
    keys = annotation.keys() if isinstance(annotation, Mapping) else set()
    return {"label", "user"} <= keys and "start_offset" not in keys


def _rows(record: Any) -> Iterable[Any]:
    if not _fits(record):
        return (Fault("no text with annotations of the whole of it"),)
    labels: dict[Any, list[Any]] = {}
    for annotation in record["annotations"]:
        user = annotation.get("user_name", annotation["user"])
        labels.setdefault(user, []).append(annotation.get("label_name", annotation["label"]))
    if not labels:
        return (Fault("no annotator has labelled it"),)
    kept = {key: value for key, value in record.items() if key != "annotations"}
    return (
        {**kept, "label": one_or_all(given), "annotator": user} for user, given in labels.items()
    )
