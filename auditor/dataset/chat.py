"""Chat fine-tuning rows: what the user says is the text to audit.

OpenAI    messages       [{role, content}, ...]     the column holds the user's turns
ShareGPT  conversations  [{from, value}, ...]       the same
Alpaca    instruction, input, output                a column `text` is added
"""

from __future__ import annotations

from typing import Any

from auditor.dataset.values import Unusable, json_value

TURNS = ("messages", "conversations")
USERS = ("user", "human")


def user_turns(conversation: Any) -> str | None:
    """The user's turns joined by newlines; None where there are none."""
    if not isinstance(conversation, list):
        return json_value(conversation)
    turns: list[str] = []
    for turn in conversation:
        if not isinstance(turn, dict):
            return Unusable("a list that is no conversation")
        if (turn.get("role") or turn.get("from")) in USERS:
            said = turn.get("content")
            turns += _parts(turn.get("value") if said is None else said)
    return "\n".join(turns) if turns else None


def _parts(content: Any) -> list[str]:
    """The text of one turn: a string, or a list of parts of which some are text."""
    if isinstance(content, str):
        return [content]
    parts = content if hasattr(content, "__iter__") else ()
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return [text for text in texts if isinstance(text, str)]


def with_instruction(fields: dict[str, str]) -> dict[str, str]:
    """An Alpaca row with its `text`, instruction and input; any other row as it is."""
    if "instruction" in fields and "output" in fields and "text" not in fields:
        asked = (fields["instruction"], fields.get("input", ""))
        if not any(isinstance(part, Unusable) for part in asked):
            fields["text"] = "\n".join(part for part in asked if part.strip())
    return fields
