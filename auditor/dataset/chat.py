"""Chat fine-tuning rows: what the user says is the text to audit.

OpenAI    messages       [{role, content}, ...]     the column holds the user's turns
ShareGPT  conversations  [{from, value}, ...]       the same
Alpaca    instruction, input, output                a column `text` is added

Where the assistant answers once, its answer is the column `assistant`: of a chat that classifies it
is the label.

Roles are compared as they are meant, not as they are written: `User`, `<|user|>` and `human:` are
users. System prompts are no text, but rows that differ in it are no copies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from auditor.dataset.json.values import json_value
from auditor.dataset.values import Conversation, NoUser, Unusable

TURNS = (
    "messages",
    "conversations",
    "conversation",
    "dialogue",
    "dialog",
    "chat",
    "turns",
    "contents",
)
# Who says what people ask for, in data sets of OpenAI, ShareGPT, OpenAssistant, Vicuna, LMSYS and
# of help desks.
USERS = frozenset(
    (
        *("user", "usr", "users", "end user", "enduser", "human", "prompter", "prompt", "person"),
        *("customer", "client", "caller", "guest", "visitor", "patient", "buyer", "shopper"),
        *("question", "questioner", "query", "asker", "inquirer", "requester", "seeker"),
        *("instruction", "input", "u", "h", "q"),
        *("benutzer", "nutzer", "kunde", "kundin", "utilisateur", "usuario", "usuária", "usuário"),
        *("cliente", "utente", "gebruiker", "klant", "пользователь", "клиент", "用户", "顾客"),
        *("ユーザー", "사용자", "고객"),
    )
)
ASSISTANTS = frozenset(
    (
        *("assistant", "asst", "gpt", "chatgpt", "bot", "chatbot", "ai", "model", "llm", "agent"),
        *(
            "answer",
            "response",
            "output",
            "completion",
            "a",
            "assistent",
            "asistente",
            "assistente",
        ),
        *("ассистент", "助手", "助理", "アシスタント", "어시스턴트"),
    )
)
SYSTEMS = frozenset(("system", "sys", "developer", "system prompt", "system message", "context"))
ANSWER = "assistant"  # the column of answers
SPEAKERS = ("role", "from", "speaker", "author", "sender")
SAYINGS = ("content", "value", "text", "message", "utterance", "parts")


def holds_turns(column: str) -> bool:
    """Whether lists in the column are conversations, by its name."""
    return column.strip().lower() in TURNS


def user_turns(conversation: Any) -> str | None:
    """The user's turns joined by newlines, with the system prompt and the answer; None where a
    user says no text. Without a user, or without roles, it is Unusable."""
    if not isinstance(conversation, list):
        return json_value(conversation)
    said: dict[str, list[str]] = {"user": [], "system": [], ANSWER: []}
    roles: dict[str, None] = {}
    for turn in conversation:
        role = _first(turn, SPEAKERS) if isinstance(turn, dict) else None
        if role is None:
            return Unusable("a list that is no conversation")
        roles[str(role)] = None
        said.setdefault(_who(str(role)), []).extend(_parts(_first(turn, SAYINGS)))
    if roles and not any(_who(role) == "user" for role in roles):
        return NoUser(roles)
    if not said["user"]:
        return None
    return Conversation.of(said["user"], said["system"], said[ANSWER])


def _who(role: str) -> str:
    spoken = _spoken(role)
    known = (("user", USERS), ("system", SYSTEMS), (ANSWER, ASSISTANTS))
    return next((who for who, names in known if spoken in names), "")


def _first(turn: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((turn[key] for key in keys if turn.get(key) is not None), None)


def _spoken(role: str) -> str:
    """A role as it is meant: `<|User|>`, `user:` and `USER 1` are `user`."""
    return re.sub(r"[\W\d_]+", " ", normalize("NFKC", role).casefold()).strip()


def _parts(content: Any) -> list[str]:
    """The text of one turn: a string, or a list of parts of which some are text."""
    if isinstance(content, Mapping):
        content = _first(content, ("text", "parts"))
    listed = content if hasattr(content, "__iter__") else ()
    parts = [content] if isinstance(content, str) else listed
    texts = (part.get("text") if isinstance(part, Mapping) else part for part in parts)
    return [text for text in texts if isinstance(text, str)]


def _holds_answer(fields: Mapping[str, str]) -> bool:
    """Whether the text is to be made: there is none, or it is the whole prompt with its answer."""
    text, answer = fields.get("text"), fields["output"].strip()
    asked = fields["instruction"].strip()
    return text is None or (bool(answer) and text.rstrip().endswith(answer) and asked in text)


def with_instruction(fields: dict[str, str]) -> dict[str, str]:
    """An Alpaca row with its `text`, instruction and input; a chat with its answer; any other row
    as it is."""
    spoken = next((v for v in fields.values() if isinstance(v, Conversation)), None)
    if spoken is not None and spoken.answer is not None:
        fields.setdefault(ANSWER, spoken.answer)
    if "instruction" in fields and "output" in fields and _holds_answer(fields):
        asked = (fields["instruction"], fields.get("input", ""))
        if not any(isinstance(part, Unusable) for part in asked):
            fields["text"] = Conversation.of((part for part in asked if part.strip()), ())
    return fields
