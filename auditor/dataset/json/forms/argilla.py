"""Argilla's exports: what annotators responded; suggestions and predictions are nobody's word.

{"fields": {...}, "responses": {"label": [{"value": ..., "user_id": ...}]}, ...}    version 2
{"text": ..., "label.responses": [...], "label.responses.users": [...], ...}        the same, flat
{"text": ..., "label": [{"value": ..., "user_id": ...}], "label-suggestion": ...}   feedback, 1
{"inputs": {...}, "annotation": ..., "status": "Validated", ...}                    records, 1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

from auditor.dataset.json.forms.form import Form, mostly
from auditor.dataset.json.forms.questions import answered, columns_of
from auditor.dataset.json.objects import Fault
from auditor.records.dataset import Decision

FLAT = ".responses"
SUGGESTION = "-suggestion"
SET_ASIDE = {"discarded": "the annotator discarded it", "draft": "the annotator's draft alone"}
VALIDATED = Decision(what="Argilla's annotations of records that were validated are the label")

Response = tuple[str, Any, Mapping[str, Any]]  # question, annotator, and the rest of the response


def form(sample: Sequence[Any]) -> Form | None:
    """The form of records of any of Argilla's exports."""
    if mostly(sample, _is_version_1):
        return Form(rows=_validated, decisions=(VALIDATED,))
    if not mostly(sample, _fits):
        return None
    questions = {question for record in sample if _fits(record) for question in _questions(record)}
    columns, said = columns_of("Argilla", questions)
    return Form(rows=partial(_rows, columns), decisions=(said,))


def _is_version_1(record: Any) -> bool:
    return isinstance(record, Mapping) and {"annotation", "prediction", "status"} <= record.keys()


def _validated(record: Any) -> Iterable[Any]:
    if not _is_version_1(record):
        return (Fault("no record of Argilla"),)
    if record["status"] == "Discarded":
        return (Fault(SET_ASIDE["discarded"]),)
    if record["annotation"] in (None, []):
        return (Fault("no annotator has labelled it"),)
    inputs = record.get("inputs")
    shown = inputs if isinstance(inputs, Mapping) else {"text": record.get("text")}
    about = {"id": record.get("id"), "annotator": record.get("annotation_agent")}
    about |= {key: record.get(key) for key in ("metadata", "split")}
    return (answered(shown, {"label": record["annotation"]}, about),)


def _fits(record: Any) -> bool:
    return isinstance(record, Mapping) and bool(_questions(record))


def _questions(record: Mapping[str, Any]) -> list[str]:
    """The questions that a record of version 2 or of feedback may have answers to."""
    if isinstance(record.get("fields"), Mapping) and isinstance(record.get("responses"), Mapping):
        suggested = record.get("suggestions")
        suggested = suggested if isinstance(suggested, Mapping) else {}
        return [*dict.fromkeys((*record["responses"], *suggested))]
    flat = [k.removesuffix(FLAT) for k in record if k.endswith(FLAT) and f"{k}.users" in record]
    return flat or [key for key in record if f"{key}{SUGGESTION}" in record]


def _rows(columns: Mapping[str, str], record: Any) -> Iterable[Any]:
    if not _fits(record):
        return (Fault("no record of Argilla"),)
    by_user: dict[Any, dict[str, Any]] = {}
    status: dict[Any, Any] = {}
    for question, user, response in _responses(record):
        by_user.setdefault(user, {})[columns.get(question, question)] = response.get("value")
        status[user] = response.get("status")
    if not by_user:
        return (Fault("no annotator has labelled it"),)
    shown = _shown(record)
    about = {key: record.get(key) for key in ("id", "split", "metadata")}
    return (
        Fault(SET_ASIDE[status[user]])
        if status[user] in SET_ASIDE
        else answered(shown, answers, {**about, "annotator": user})
        for user, answers in by_user.items()
    )


def _responses(record: Mapping[str, Any]) -> Iterator[Response]:
    nested = record.get("responses")
    for question in _questions(record):
        if f"{question}{FLAT}" in record:
            parts = [
                record.get(f"{question}{FLAT}{part}") or [] for part in ("", ".users", ".status")
            ]
            for value, user, status in zip_longest(*parts):
                yield question, user, {"value": value, "status": status}
            continue
        given = nested.get(question) if isinstance(nested, Mapping) else record.get(question)
        for response in given if isinstance(given, list) else ():
            if isinstance(response, Mapping):
                yield question, response.get("user_id"), response


def _shown(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the annotators saw, with what else a flat record holds."""
    fields = record.get("fields")
    if isinstance(fields, Mapping):
        return fields
    asked = _questions(record)
    aside = ("id", "split", "metadata", "status", *asked)
    begins = tuple(f"{question}{mark}" for question in asked for mark in (".", SUGGESTION))
    return {k: v for k, v in record.items() if k not in aside and not k.startswith(begins)}
