"""Chat fine-tuning rows."""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.dataset import load_dataset
from auditor.errors import DataError
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
    assert dataset.texts == (BOTH_TURNS,)
    assert [r.reason for r in dataset.rejected] == ["text is missing"]


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([], "text is missing"),
        ([{"role": "user", "content": None}], "text is missing"),
        (
            [{"content": "Where is it?"}],
            "text is a list that is no conversation, expected a string",
        ),
        (["Where is it?"], "text is a list that is no conversation, expected a string"),
        ({"role": "user"}, "text is an object, expected a string"),
    ],
)
def test_a_conversation_without_a_user_is_rejected(load, turns, reason):
    rows = [{"messages": OPENAI, "label": "a"}, {"messages": turns, "label": "a"}]
    dataset = load("chat.jsonl", "\n".join(map(json.dumps, rows)))
    assert [r.reason for r in dataset.rejected] == [reason]


NOBODY = "text is a conversation without a user, expected a role such as user, human or customer"


def test_a_conversation_of_others_is_rejected_with_the_roles_that_it_has(write):
    turns = [{"role": "Agent", "content": "Hello."}, {"role": "bot_2", "content": "Hello."}]
    rows = [{"messages": OPENAI, "label": "a"}, {"messages": turns, "label": "a"}]
    path = write("chat.jsonl", "\n".join(map(json.dumps, rows)))
    [reject] = load_dataset(path, Settings()).rejected
    assert (reject.reason, reject.found) == (NOBODY, "'Agent', 'bot_2'")
    assert reject.explanation == f"{NOBODY}, found 'Agent', 'bot_2'"
    [reject] = load_dataset(path, Settings(no_text=True)).rejected
    assert reject.explanation == NOBODY


def test_where_all_rows_are_of_others_the_roles_are_told(write, refusal):
    row = {"messages": [{"role": "Agent", "content": "Hello."}], "label": "a"}
    message = refusal(DataError, write("chat.jsonl", json.dumps(row)))
    assert f"line 1: {NOBODY}, found 'Agent'; none of the 1 rows can be audited" in message
    assert "Agent" not in refusal(DataError, write("chat.jsonl", json.dumps(row)), no_text=True)


@pytest.mark.parametrize(
    "role",
    [
        *("User", "HUMAN", "prompter", "human:", "<|user|>", "[USER]", " user ", "User 1", "usr"),
        *(
            "Customer",
            "client",
            "end_user",
            "End-User",
            "question",
            "instruction",
            "ＵＳＥＲ",
            "Kunde",
        ),
    ],
)
def test_a_user_is_known_however_the_role_is_written(load, role):
    turns = [{"role": role, "content": "Where is it?"}, {"role": "ASSISTANT", "content": "Here."}]
    dataset = load("chat.jsonl", json.dumps({"messages": turns, "label": "delivery"}))
    assert dataset.texts == ("Where is it?",)


@pytest.mark.parametrize(
    ("speaker", "saying"),
    [("role", "content"), ("from", "value"), ("speaker", "text"), ("author", "message")],
)
@pytest.mark.parametrize("column", ["messages", "Conversation", "dialogue"])
def test_turns_are_read_by_the_names_that_data_sets_give_them(load, column, speaker, saying):
    turns = [{speaker: "Human", saying: "Where is it?"}, {speaker: "gpt", saying: "Here."}]
    dataset = load("chat.jsonl", json.dumps({column: turns, "label": "delivery"}))
    assert dataset.texts == ("Where is it?",)


def test_parts_of_a_turn_may_be_plain_strings(load):
    turns = [{"role": "user", "parts": ["Where is it?", {"text": "It is late."}, {"image": "x"}]}]
    dataset = load("chat.jsonl", json.dumps({"messages": turns, "label": "delivery"}))
    assert dataset.texts == ("Where is it?\nIt is late.",)


# --- what the model is told before -----------------------------------------------------------


def contexts(dataset):
    return [e.context for e in sorted(dataset.examples, key=lambda e: e.row)]


@pytest.mark.parametrize("role", ["system", "System", "developer", "<|system|>"])
def test_the_turns_of_the_system_are_the_context_and_no_text(load, role):
    turns = [{**OPENAI[0], "role": role}, *OPENAI[1:]]
    dataset = load("chat.jsonl", json.dumps({"messages": turns, "label": "delivery"}))
    assert (dataset.texts, contexts(dataset)) == ((BOTH_TURNS,), ["You are kind."])


def test_the_context_is_read_from_parquet_and_frames_too(tmp_path):
    frame = pd.DataFrame({"messages": [OPENAI], "label": ["delivery"]})
    frame.to_parquet(tmp_path / "chat.parquet")
    for source in (frame, tmp_path / "chat.parquet"):
        assert contexts(load_dataset(source, Settings())) == ["You are kind."]


def test_a_column_may_hold_the_context(load):
    rows = [
        {"question": "Where is it?", "system_prompt": "Be kind.", "label": "delivery"},
        {"question": "Where is he?", "system_prompt": "", "label": "delivery"},
    ]
    dataset = load("orca.jsonl", "\n".join(map(json.dumps, rows)))
    assert dataset.roles == {"text": "question", "label": "label", "context": "system_prompt"}
    assert contexts(dataset) == ["Be kind.", None]


def test_a_column_called_system_is_the_context_of_a_conversation_alone(load):
    chat = {"system": "Be kind.", "conversations": SHAREGPT, "label": "delivery"}
    asked = {"system": "Be kind.", "instruction": "Name a bird.", "output": "Wren", "label": "a"}
    assert contexts(load("alpaca.jsonl", json.dumps(asked))) == ["Be kind."]
    ticket = {"system": "SAP", "text": "It does not start", "label": "fault"}
    assert contexts(load("chat.jsonl", json.dumps(chat))) == ["Be kind."]
    assert contexts(load("tickets.jsonl", json.dumps(ticket))) == [None]


def test_the_user_may_name_the_column_of_the_context(write):
    row = {"text": "It does not start", "shop": "Ghent", "label": "fault"}
    settings = Settings(roles={"context": "shop"})
    assert contexts(load_dataset(write("a.jsonl", json.dumps(row)), settings)) == ["Ghent"]


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
    assert load("a.jsonl", json.dumps(row)).texts == ("Mine",)


def test_a_column_called_messages_may_be_plain_text(load):
    dataset = load("a.jsonl", '{"messages": "Where is it?", "label": "a"}')
    assert dataset.texts == ("Where is it?",)
