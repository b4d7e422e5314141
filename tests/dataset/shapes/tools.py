"""Exports of label tools."""

from typing import Any

from tests.dataset.shapes.content import NAMES, TEXTS, lines, written
from tests.dataset.shapes.shape import ROWS, Shape

# --- Label Studio ------------------------------------------------------------------------------


def choice(name: str, *chosen: str, **more: Any) -> dict[str, Any]:
    value = {"choices": [*chosen], **more}
    return {"id": "x1", "from_name": name, "to_name": "text", "type": "choices", "value": value}


def annotation(by: Any, *results: dict[str, Any], cancelled: bool = False) -> dict[str, Any]:
    return {
        "id": 31,
        "completed_by": by,
        "result": [*results],
        "was_cancelled": cancelled,
        "ground_truth": False,
        "created_at": "2024-03-05T09:00:00Z",
        "lead_time": 3.2,
    }


def task(number: int, text: str, *annotations: dict[str, Any], **data: Any) -> dict[str, Any]:
    guess = {"model_version": "one", "score": 0.4, "result": [choice("topic", "spam")]}
    return {
        "id": number,
        "data": {"text": text, **data},
        "annotations": [*annotations],
        "predictions": [guess],
        "drafts": [],
        "created_at": "2024-03-05T09:00:00Z",
        "project": 4,
    }


STUDIO = [task(i, text, annotation(1, choice("topic", g))) for i, (text, g) in enumerate(ROWS)]

# --- Argilla -----------------------------------------------------------------------------------


def said(value: Any, user: str, status: str = "submitted") -> dict[str, Any]:
    return {"value": value, "user_id": user, "status": status}


def argilla(at: int, text: str, *responses: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"r{at}",
        "status": "completed",
        "_server_id": f"s{at}",
        "fields": {"text": text},
        "metadata": {"page": at},
        "suggestions": {"topic": {"value": "spam", "score": 0.3, "agent": "one"}},
        "responses": {"topic": [*responses]} if responses else {},
        "vectors": {},
    }


def argilla_1(at: int, text: str, label: str | None, status: str) -> dict[str, Any]:
    return {
        "text": None,
        "inputs": {"text": text},
        "prediction": [{"label": "spam", "score": 0.3}],
        "prediction_agent": "one",
        "annotation": label,
        "annotation_agent": "argilla" if label else None,
        "multi_label": False,
        "explanation": None,
        "id": f"r{at}",
        "metadata": {},
        "status": status,
        "event_timestamp": None,
        "metrics": {"text_length": len(text)},
    }


SHAPES = (
    Shape(
        name="label_studio.json",
        content=written(
            [
                *STUDIO,
                task(7, "Hello there", annotation(1, choice("topic", "spam"), cancelled=True)),
                task(8, "Nobody saw this one"),
                task(9, "Looked at, and left", annotation(1)),
            ]
        ),
        said=("Label Studio's answers to 'topic' are the label",),
        rejected=3,
    ),
    Shape(
        name="label_studio_several_annotators.json",
        content=written(
            [
                task(
                    at,
                    text,
                    annotation({"id": 1, "email": "ada@shop.example"}, choice("topic", label)),
                    annotation({"id": 2, "email": "bo@shop.example"}, choice("topic", "billing")),
                )
                for at, (text, label) in enumerate(ROWS)
            ]
        ),
        rows=(*ROWS, *((text, "billing") for text in TEXTS)),
    ),
    Shape(
        name="label_studio_two_questions.json",
        content=written(
            [
                task(at, t, annotation(1, choice("topic", g), choice("urgency", "no")), topic="old")
                for at, (t, g) in enumerate(ROWS)
            ]
        ),
        options=("--label", "topic"),
        said=("questions 'topic', 'urgency' are columns --label",),
    ),
    Shape(
        name="label_studio_spans.json",
        content=written(
            [
                task(at, text, annotation(1, choice("part", "x", start=0, end=2)))
                for at, text in enumerate(TEXTS)
            ]
        ),
        refused="Label Studio's tasks without a choice",
    ),
    Shape(
        name="label_studio_min.json",
        content=written(
            [
                {
                    "text": text,
                    "id": at,
                    "topic": {"choices": [label, "urgent"]} if at == 5 else label,
                    "annotator": 1,
                    "annotation_id": at,
                    "created_at": "2024-03-05T09:00:00Z",
                    "updated_at": f"2024-03-05T09:00:0{at}Z",
                    "lead_time": 3.2,
                }
                for at, (text, label) in enumerate(ROWS)
            ]
        ),
        options=("--label", "topic"),
        rows=ROWS[:5],
        rejected=1,
    ),
    Shape(
        name="doccano.jsonl",
        content=lines(
            {"id": i, "text": t, "label": [g], "Comments": []} for i, (t, g) in enumerate(ROWS)
        ),
        said=("lists of one are read as what they hold ('label')",),
    ),
    Shape(
        name="doccano_labels.jsonl",
        content=lines(
            [*({"text": t, "labels": [g]} for t, g in ROWS), {"text": "Not yet", "labels": []}]
        ),
        rejected=1,
    ),
    Shape(
        name="doccano_numbers.jsonl",
        content=lines(
            {
                "id": at,
                "text": text,
                "annotations": [
                    {"label": 7 + NAMES.index(label), "user": 1},
                    {"label": 7, "user": 2},
                ][: 2 if at == 5 else 1],
                "meta": {},
                "annotation_approver": None,
            }
            for at, (text, label) in enumerate(ROWS)
        ),
        rows=(*((t, str(7 + NAMES.index(g))) for t, g in ROWS), (TEXTS[5], "7")),
        said=("doccano's annotations",),
    ),
    Shape(
        name="doccano_spans.jsonl",
        content=lines(
            {"id": at, "text": text, "label": [[0, 3, "THING"]]} for at, text in enumerate(TEXTS)
        ),
        refused="label is a list",
    ),
    Shape(
        name="prodigy_binary.jsonl",
        content=lines(
            {
                "text": text,
                "label": "spam" if answer == "reject" else label,
                "_input_hash": at,
                "_task_hash": at,
                "_session_id": "tickets-ada",
                "answer": answer,
            }
            for at, (text, label, answer) in enumerate(
                [
                    *((t, g, "accept") for t, g in ROWS),
                    *((t, g, "reject") for t, g in ROWS),
                    ("Who knows", "billing", "ignore"),
                ]
            )
        ),
        said=("what was rejected or ignored is no example",),
        rejected=7,
    ),
    Shape(
        name="prodigy_choice.jsonl",
        content=lines(
            [
                *(
                    {
                        "text": text,
                        "options": [{"id": n, "text": n.title()} for n in NAMES],
                        "accept": [label],
                        "answer": "accept",
                        "_view_id": "choice",
                        "config": {"choice_style": "single"},
                    }
                    for text, label in ROWS
                ),
                {"text": "Nothing fits", "options": [], "accept": [], "answer": "accept"},
            ]
        ),
        rejected=1,
    ),
    Shape(
        name="prodigy_numbered_options.jsonl",
        content=lines(
            {
                "text": text,
                "options": [{"id": at, "text": name} for at, name in enumerate(NAMES)],
                "accept": [NAMES.index(label)],
                "answer": "accept",
            }
            for text, label in ROWS
        ),
    ),
    Shape(
        name="argilla.json",
        content=written(
            [
                *(argilla(i, t, said(g, "ada")) for i, (t, g) in enumerate(ROWS)),
                argilla(6, "Spam, I think", said("spam", "ada", "discarded")),
                argilla(7, "Nobody saw this one"),
            ]
        ),
        said=("Argilla's answers to 'topic' are the label",),
        rejected=2,
    ),
    Shape(
        name="argilla_flat.jsonl",
        content=lines(
            {
                "id": f"r{at}",
                "status": "completed",
                "text": text,
                "topic.responses": [label],
                "topic.responses.users": ["ada"],
                "topic.responses.status": ["submitted"],
                "topic.suggestion": "spam",
                "topic.suggestion.score": 0.3,
            }
            for at, (text, label) in enumerate(ROWS)
        ),
    ),
    Shape(
        name="argilla_feedback.jsonl",
        content=lines(
            {
                "text": text,
                "topic": [said(label, "ada"), said("billing", "bo")],
                "topic-suggestion": "spam",
                "topic-suggestion-metadata": {"type": None, "score": None, "agent": None},
                "external_id": str(at),
                "metadata": "{}",
            }
            for at, (text, label) in enumerate(ROWS)
        ),
        rows=(*ROWS, *((text, "billing") for text in TEXTS)),
    ),
    Shape(
        name="argilla_1.json",
        content=written(
            [
                *(argilla_1(i, t, g, "Validated") for i, (t, g) in enumerate(ROWS)),
                argilla_1(6, "Spam, I think", "spam", "Discarded"),
                argilla_1(7, "Nobody saw this one", None, "Default"),
            ]
        ),
        rejected=2,
    ),
    Shape(
        name="spacy_cats.jsonl",
        content=lines(
            [
                *({"text": t, "cats": {n: float(n == g) for n in NAMES}} for t, g in ROWS),
                {"text": "Hardly anything", "cats": dict.fromkeys(NAMES, 0.1)},
            ]
        ),
        said=("the category of 'cats' that scores 0.5 or more",),
        rejected=1,
    ),
)
