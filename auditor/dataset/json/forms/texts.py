"""Texts as intent tools write them: a string, or pieces of which some are entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text_of(item: Any) -> str | None:
    """The text of one example; None where it has none.

    A string, `{"text": ...}`, `{"data": [{"text": ...}, ...]}` of SNIPS and Dialogflow, or
    `{"parts": [...]}` of Dialogflow's interface.
    """
    if isinstance(item, str):
        return item
    if not isinstance(item, Mapping):
        return None
    pieces = next((item[key] for key in ("data", "parts") if isinstance(item.get(key), list)), None)
    if pieces is None:
        text = item.get("text")
        return text if isinstance(text, str) else None
    texts = [piece.get("text") if isinstance(piece, Mapping) else None for piece in pieces]
    told = [text for text in texts if isinstance(text, str)]
    return "".join(told) if told and len(told) == len(texts) else None


def in_pieces(item: Any) -> bool:
    """Whether it is a text in pieces, which is how intent tools alone write one."""
    return (
        isinstance(item, Mapping)
        and any(isinstance(item.get(key), list) for key in ("data", "parts"))
        and text_of(item) is not None
    )
