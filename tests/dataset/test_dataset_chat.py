"""Chat fine-tuning rows."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.dataset import load_dataset
from auditor.settings import Settings

OPENAI = [
    {"role": "system", "content": "You are kind."},
    {"role": "user", "content": "Where is my parcel?"},
    {"role": "assistant", "content": "On its way."},
    {"role": "user", "content": "Since when?"},
]
SHAREGPT = [
    {"from": "human", "value": "Where is my parcel?"},
    {"from": "gpt", "value": "On its way."},
    {"from": "human", "value": "Since when?"},
]
PARTS = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "Where is my parcel?"},
            {"type": "image_url", "image_url": {"url": "x"}},
            {"type": "text", "text": "Since when?"},
        ],
    }
]
BOTH_TURNS = "Where is my parcel?\nSince when?"


@pytest.mark.parametrize(
    ("column", "turns"),
    [("messages", OPENAI), ("conversations", SHAREGPT), ("messages", PARTS)],
)
def test_the_text_of_a_conversation_is_what_the_user_says(load, column, turns):
    dataset = load("chat.jsonl", json.dumps({column: turns, "category": "delivery"}))
    assert [(e.text, e.category) for e in dataset.examples] == [(BOTH_TURNS, "delivery")]
    assert dataset.roles == {"text": column, "label": "category"}


@pytest.mark.parametrize(("column", "turns"), [("messages", OPENAI), ("conversations", SHAREGPT)])
def test_conversations_are_read_from_parquet_too(tmp_path, column, turns):
    path = tmp_path / "chat.parquet"
    pq.write_table(pa.table({column: [turns, None], "intent": ["delivery", "other"]}), path)
    dataset = load_dataset(path, Settings())
    assert dataset.texts == [BOTH_TURNS]
    assert [r.reason for r in dataset.rejected] == ["text is missing"]


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([{"role": "assistant", "content": "On its way."}], "text is missing"),
        ([], "text is missing"),
        (["Where is it?"], "text is a list that is no conversation, expected a string"),
        ({"role": "user"}, "text is an object, expected a string"),
    ],
)
def test_a_conversation_without_a_user_is_rejected(load, turns, reason):
    rows = [{"messages": OPENAI, "label": "a"}, {"messages": turns, "label": "a"}]
    dataset = load("chat.jsonl", "\n".join(map(json.dumps, rows)))
    assert [r.reason for r in dataset.rejected] == [reason]


def test_an_instruction_and_its_input_are_one_text(load):
    rows = [
        {"instruction": "Translate.", "input": "Guten Tag", "output": "Hello", "label": "a"},
        {"instruction": "Tell a joke.", "input": "", "output": "No.", "label": "b"},
        {"instruction": "Name a bird.", "output": "Wren", "label": "b"},
    ]
    dataset = load("alpaca.json", json.dumps(rows))
    assert sorted(dataset.texts) == ["Name a bird.", "Tell a joke.", "Translate.\nGuten Tag"]
    assert dataset.roles["text"] == "text"


def test_a_row_with_a_text_of_its_own_keeps_it(load):
    row = {"text": "Mine", "instruction": "Translate.", "output": "Hello", "label": "a"}
    assert load("a.jsonl", json.dumps(row)).texts == ["Mine"]


def test_a_column_called_messages_may_be_plain_text(load):
    dataset = load("a.jsonl", '{"messages": "Where is it?", "label": "a"}')
    assert dataset.texts == ["Where is it?"]
