"""Chats that classify: what the assistant answers is the label."""

import csv
import io
from collections.abc import Iterable

from tests.dataset.shapes.content import TEXTS, lines, written
from tests.dataset.shapes.shape import ROWS, Shape


def chat(text: str, answer: str) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": "Answer with one word: billing or delivery."},
        {"role": "user", "content": text},
        {"role": "assistant", "content": answer},
    ]


def table(name: str, cells: Iterable[str]) -> bytes:
    """A table of one column."""
    made = io.StringIO()
    csv.writer(made).writerows([[name], *([cell] for cell in cells)])
    return made.getvalue().encode()


SHAPES = (
    Shape(
        name="chat_parts.jsonl",
        content=lines(
            {
                "contents": [
                    {"role": "user", "parts": [{"text": text}]},
                    {"role": "model", "parts": [{"text": label}]},
                ]
            }
            for text, label in ROWS
        ),
    ),
    Shape(
        name="chat_examples_before.jsonl",  # whose answer is the label?
        content=lines(
            {"messages": [*chat("Where is it?", "delivery"), *chat(text, label)[1:]]}
            for text, label in ROWS
        ),
        options=("--label", "assistant"),
        refused="label is several answers",
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
        name="chat_in_cells.csv",
        content=table("messages", (written(chat(*row)).decode() for row in ROWS)),
    ),
    Shape(
        name="chat_in_cells_of_python.csv",  # as pandas writes a column of lists
        content=table("messages", (str(chat(*row)) for row in ROWS)),
        options=("--label", "assistant"),
    ),
    Shape(
        name="chat_and_label_in_cells_of_numpy.csv",
        content=b"messages,label\n"
        + b"".join(
            f"\"[{{'role': 'user' 'content': '{text}'}}]\",{label}\n".encode()
            for text, label in ROWS
        ),
        refused="a list that is no conversation",
        options=("--text", "messages", "--label", "label"),
    ),
)
