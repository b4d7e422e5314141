"""Entities that are marked in the text of an example, and the text as somebody said it.

[Oslo](city)    [Oslo](city:capital)    [Oslo]{"entity": "city"}    Rasa
[city](Oslo)    [from:city](Oslo)                                   Snips
"""

from __future__ import annotations

import re

_RASA = re.compile(r"\[([^\][]+)\](?:\([^()]+\)|\{[^{}]*\}(?:\[[^\][]*\])?)")
_SNIPS = re.compile(r"\[[^\][]+\]\(([^()]+)\)")


def without_entities(text: str) -> str:
    """A text of Rasa's without marks."""
    return _RASA.sub(r"\1", text)


def without_slots(text: str) -> str:
    """A text of Snips' without marks."""
    return _SNIPS.sub(r"\1", text)
