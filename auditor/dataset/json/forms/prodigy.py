"""Prodigy: an annotator's answer to each task; only what is accepted is an example.

Binary tasks have a `label`; a choice has `options`, and `accept` names those that were chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.dataset.json.forms.form import Form, mostly, one_or_all
from auditor.dataset.json.objects import Fault
from auditor.dataset.values import Number
from auditor.records.dataset import Decision

SET_ASIDE = {
    "reject": "the annotator rejected it (answer: reject)",
    "ignore": "the annotator ignored it (answer: ignore)",
}
OF_PRODIGY = ("_input_hash", "_task_hash", "_view_id", "accept", "options", "label", "cats")
ANSWERING = ("answer", "accept", "options", "config", "style", "tokens")
ANNOTATORS = ("_annotator_id", "_session_id")
SAID = Decision(what="Prodigy's answers: what was rejected or ignored is no example")


def form(sample: Sequence[Any]) -> Form | None:
    """The form of records that Prodigy's annotators have answered."""
    return Form(rows=_rows, decisions=(SAID,)) if mostly(sample, _fits) else None


def _fits(record: Any) -> bool:
    return (
        isinstance(record, Mapping)
        and record.get("answer") in ("accept", *SET_ASIDE)
        and any(key in record for key in OF_PRODIGY)
    )


def _rows(record: Any) -> Iterable[Any]:
    if not isinstance(record, Mapping):
        return (record,)
    answer = record.get("answer")
    if answer != "accept":
        reason = SET_ASIDE.get(answer) if isinstance(answer, str) else None
        return (Fault(reason or "the annotator has not answered it"),)
    row = {key: value for key, value in record.items() if key not in ANSWERING}
    accepted = record.get("accept")
    if isinstance(accepted, list):
        if not accepted:
            return (Fault("the annotator chose no option"),)
        names = _names(record.get("options"))
        row["label"] = one_or_all([names.get(str(choice), choice) for choice in accepted])
    annotator = next((record[key] for key in ANNOTATORS if record.get(key)), None)
    return (row if annotator is None else {"annotator": annotator, **row},)


def _names(options: Any) -> dict[str, str]:
    """What the options that have but a number say."""
    listed = options if isinstance(options, list) else ()
    return {
        str(option["id"]): option["text"]
        for option in listed
        if isinstance(option, Mapping)
        and isinstance(option.get("id"), int | Number)
        and isinstance(option.get("text"), str)
    }
