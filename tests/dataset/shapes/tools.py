"""Exports of label tools, and what frameworks and services of intents keep."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.dataset.shapes.shape import ROWS, Shape

RECORDS = [{"text": text, "label": label} for text, label in ROWS]
TEXTS = [text for text, _ in ROWS]
LABELS = [label for _, label in ROWS]
NAMES = ["billing", "delivery"]
BY_LABEL = {label: [t for t, given in ROWS if given == label] for label in dict.fromkeys(LABELS)}


def written(value: Any) -> bytes:
    return json.dumps(value).encode()


def lines(values: Iterable[Any]) -> bytes:
    return b"".join(written(value) + b"\n" for value in values)


def pieces(text: str) -> list[dict[str, str]]:
    """The text as SNIPS and Dialogflow write it, its third word an entity."""
    words = text.split(" ")
    return [
        {"text": " ".join(words[:2]) + " "},
        {"text": words[2], "entity": "thing", "alias": "thing", "meta": "@thing"},
        {"text": " " + " ".join(words[3:])},
    ]


def folder(files: dict[str, bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        for name, content in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)

    return make


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


# --- chats -------------------------------------------------------------------------------------


def chat(text: str, answer: str) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": "Answer with one word: billing or delivery."},
        {"role": "user", "content": text},
        {"role": "assistant", "content": answer},
    ]


SERVICES = {
    "luis_schema_version": "7.0.0",
    "name": "shop",
    "culture": "en-us",
    "intents": [{"name": "billing"}, {"name": "delivery"}, {"name": "None"}],
    "entities": [{"name": "thing", "roles": []}],
    "utterances": [{"text": t, "intent": g, "entities": []} for t, g in ROWS],
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
    Shape(
        name="intents.json",
        content=written(
            {
                "intents": [
                    {"tag": label, "patterns": texts, "responses": ["One moment."], "context": [""]}
                    for label, texts in BY_LABEL.items()
                ]
            }
        ),
        said=("'tag' is the label of each text in 'patterns'",),
    ),
    Shape(
        name="watson.json",
        content=written(
            {
                "name": "shop",
                "intents": [
                    {"intent": g, "examples": [{"text": t} for t in texts], "description": ""}
                    for g, texts in BY_LABEL.items()
                ],
                "entities": [{"entity": "thing", "values": []}],
                "dialog_nodes": [{"type": "standard", "title": "Hello"}],
            }
        ),
        said=("'intent' is the label",),
    ),
    Shape(
        name="alexa.json",
        content=written(
            {
                "interactionModel": {
                    "languageModel": {
                        "invocationName": "my shop",
                        "intents": [
                            {"name": g, "slots": [], "samples": t} for g, t in BY_LABEL.items()
                        ],
                        "types": [{"name": "THING", "values": []}],
                    }
                }
            }
        ),
    ),
    Shape(
        name="snips_nlu_benchmark.json",
        content=written({g: [{"data": pieces(t)} for t in ts] for g, ts in BY_LABEL.items()}),
        said=("its keys are the labels",),
    ),
    Shape(
        name="snips_nlu.json",
        content=written(
            {
                "intents": {
                    g: {"utterances": [{"data": pieces(t)} for t in ts]}
                    for g, ts in BY_LABEL.items()
                },
                "entities": {"thing": {"data": [], "use_synonyms": True}},
                "language": "en",
            }
        ),
    ),
    Shape(
        name="rasa_nlu.json",
        content=written(
            {
                "rasa_nlu_data": {
                    "common_examples": [{"text": t, "intent": g, "entities": []} for t, g in ROWS],
                    "regex_features": [{"name": "zip", "pattern": "[0-9]{5}"}],
                    "lookup_tables": [],
                    "entity_synonyms": [{"value": "parcel", "synonyms": ["box"]}],
                }
            }
        ),
    ),
    Shape(name="luis.json", content=written(SERVICES)),
    Shape(
        name="clu.json",
        content=written(
            {
                "projectFileVersion": "2023-04-01",
                "assets": {
                    "projectKind": "Conversation",
                    "intents": [{"category": name} for name in NAMES],
                    "entities": [{"category": "thing"}],
                    "utterances": [
                        {"text": t, "intent": g, "dataset": "Test" if at == 5 else "Train"}
                        for at, (t, g) in enumerate(ROWS)
                    ],
                },
            }
        ),
        rows=ROWS[:5],
        held_out=ROWS[5:],
    ),
    Shape(
        name="chat_answers.jsonl",
        content=lines({"messages": chat(text, label)} for text, label in ROWS),
    ),
    Shape(
        name="chat_answers_named.jsonl",
        content=lines({"messages": chat(text, label)} for text, label in ROWS),
        options=("--label", "assistant"),
    ),
    Shape(
        name="chat_answers_and_label.jsonl",
        content=lines({"messages": chat(t, "billing"), "category": g} for t, g in ROWS),
    ),
    Shape(
        name="sharegpt_answers.json",
        content=written(
            [
                {"conversations": [{"from": "human", "value": t}, {"from": "gpt", "value": g}]}
                for t, g in ROWS
            ]
        ),
    ),
    Shape(
        name="chat_long_answers.jsonl",
        content=lines(
            {"messages": chat(text, f"Thank you for asking. Row {at} will be looked at soon.")}
            for at, text in enumerate(TEXTS)
        ),
        refused="found no column that is the label",
    ),
    Shape(
        name="alpaca.json",
        content=written(
            [
                {"instruction": "Billing or delivery?", "input": text, "output": label}
                for text, label in ROWS
            ]
        ),
        options=("--text", "input"),
    ),
    Shape(
        name="completions.jsonl",
        content=lines({"prompt": text, "completion": label} for text, label in ROWS),
    ),
    Shape(
        name="rasa_nlu.yml",
        content=b"""version: "3.1"
nlu:
# what people ask
- intent: delivery
  examples: |
    - My [parcel](thing) was left in the rain
    - The courier never rang the bell
    - Nobody was at [home]{"entity": "place", "value": "house"} when you called
- synonym: parcel
  examples: |
    - box
- intent: billing
  examples:
  - text: |
      I was charged twice this month
    metadata: {sure: true}
  - text: "The invoice shows another address"
  - Your bill lists a fee I do not know
- regex: zip
  examples: |
    - [0-9]{5}
responses:
  utter_hello:
  - text: Hello
""",
        said=("entities marked in them are plain words",),
    ),
    Shape(
        name="rasa_yes_and_no.yaml",  # neither is a boolean
        content=b"""nlu:
- intent: no
  examples: |
    - Not today
    - not a list [of](links
- intent: yes
  examples: |
    - 1e3
    a line without a stroke
""",
        rows=(("Not today", "no"), ("not a list [of](links", "no"), ("1e3", "yes")),
        rejected=1,
    ),
    Shape(
        name="rasa_stories.yml",
        content=b"stories:\n- story: hello\n  steps:\n  - intent: greet\n",
        refused="holds no examples of intents",
    ),
    Shape(
        name="yaml_aliases.yml",
        content=b"a: &a [x, x]\nb: &b [*a, *a]\nnlu: [*b, *b]\n",
        refused="line 2: an alias of YAML",
    ),
    Shape(name="yaml_deep.yml", content=b"[" * 100_000, refused="line 1: nested too deep"),
    Shape(
        name="rasa_nlu.md",
        content=b"""<!-- exported
- by hand -->
## intent:delivery
- My [parcel](thing:box) was left in the rain
- The courier never rang the bell
* Nobody was at home when you called

## synonym:parcel
- box

## intent: billing
- I was charged twice this month
- The invoice shows another address
- Your bill lists a fee I do not know
## lookup:city
data/cities.txt
""",
    ),
    Shape(
        name="snips.yaml",
        content=b"""# delivery
---
type: intent
name: delivery
slots:
  - name: thing
utterances:
  - My [thing](parcel) was left in the rain
  - The courier never rang the bell
  - Nobody was at [place:where](home) when you called
---
type: entity
name: thing
values: [parcel, box]
---
type: intent
name: billing
utterances:
  - I was charged twice this month
  - The invoice shows another address
  - Your bill lists a fee I do not know
""",
    ),
    Shape(
        name="intents.conllu",
        content="\n".join(
            f"# text: {text}\n# intent: {label}\n# slots:\n"
            + "".join(f"{at}\t{word}\tO\n" for at, word in enumerate(text.split(), start=1))
            for text, label in ROWS
        ).encode(),
    ),
    Shape(
        name="intents.conll",
        content=(
            "-DOCSTART- O\n\n"
            + "".join(
                f"# intent = {label}\n" + "".join(f"{word} O\n" for word in text.split()) + "\n"
                for text, label in ROWS
            )
            + "Nobody O\nsaid O\n"
        ).encode(),
        said=("its tokens with spaces between",),
        rejected=1,
    ),
    Shape(
        name="entities.conll",
        content=b"My O\nparcel B-thing\n\n",
        refused="expected a comment '# intent: NAME'; found no comments",
    ),
)
