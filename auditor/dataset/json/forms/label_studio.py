"""Label Studio's full export: tasks, each with what every annotator said of it.

Predictions and drafts are nobody's word; a cancelled annotation is a task that was skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from auditor.dataset.json.forms.form import Form, mostly, one_or_all
from auditor.dataset.json.forms.questions import answered, columns_of
from auditor.dataset.json.objects import Fault
from auditor.errors import DataError

ANNOTATIONS = ("annotations", "completions")  # the second until version 1.0
ANSWERS = ("choices", "rating", "number")  # kinds of results that are about the whole text


def form(sample: Sequence[Any]) -> Form | None:
    """The form of tasks. Raises DataError where nobody chose anything in them."""
    if not mostly(sample, _fits):
        return None
    questions = {
        question
        for task in sample
        if _fits(task)
        for annotation in _annotations(task)
        for question, _ in _answers(annotation)
    }
    if not questions:
        raise DataError(
            "Label Studio's tasks without a choice; expected annotations with the results of"
            " <Choices>, or name a column inside them with --label"
        )
    columns, said = columns_of("Label Studio", questions)
    return Form(rows=partial(_rows, columns), decisions=(said,))


def _fits(record: Any) -> bool:
    return (
        isinstance(record, Mapping)
        and isinstance(record.get("data"), Mapping)
        and any(isinstance(record.get(key), list) for key in ANNOTATIONS)
        and all("result" in annotation for annotation in _annotations(record))
    )


def _rows(columns: Mapping[str, str], task: Any) -> Iterable[Any]:
    if not _fits(task):
        return (Fault("no task of Label Studio"),)
    annotations = _annotations(task)
    if not annotations:
        return (Fault("no annotator has labelled it"),)
    return (_row(columns, task, annotation) for annotation in annotations)


def _row(columns: Mapping[str, str], task: Mapping[str, Any], annotation: Mapping[str, Any]) -> Any:
    if annotation.get("was_cancelled"):
        return Fault("the annotator skipped it")
    answers: dict[str, Any] = {}
    for question, given in _answers(annotation):
        column = columns.get(question, question)
        answers[column] = [*answers.get(column, []), *given]
    if not answers:
        return Fault("the annotator chose nothing")
    about = {key: task.get(key) for key in ("id", "split")}
    answers = {column: one_or_all(given) for column, given in answers.items()}
    return answered(task["data"], answers, {**about, "annotator": _annotator(annotation)})


def _annotations(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = next(task[key] for key in ANNOTATIONS if isinstance(task.get(key), list))
    return [annotation for annotation in listed if isinstance(annotation, Mapping)]


def _answers(annotation: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Each question with the answer to it; those about a part of the text are left out."""
    results = annotation.get("result")
    for result in results if isinstance(results, list) else ():
        value = result.get("value") if isinstance(result, Mapping) else None
        if not isinstance(value, Mapping) or "start" in value:
            continue
        kind = next((key for key in ANSWERS if value.get(key) is not None), None)
        if kind is not None:
            given = value[kind]
            yield str(result.get("from_name")), given if isinstance(given, list) else [given]


def _annotator(annotation: Mapping[str, Any]) -> Any:
    by = annotation.get("completed_by")
    return (by.get("email") or by.get("id")) if isinstance(by, Mapping) else by
