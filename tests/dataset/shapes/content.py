"""The rows that most shapes hold, as files write them."""

import json
from collections.abc import Iterable
from typing import Any

from tests.dataset.shapes.shape import ROWS

RECORDS = [{"text": text, "label": label} for text, label in ROWS]
PAIRS = [list(row) for row in ROWS]
TEXTS = [text for text, _ in ROWS]
LABELS = [label for _, label in ROWS]
NAMES = ["billing", "delivery"]
BY_LABEL = {label: [t for t, given in ROWS if given == label] for label in dict.fromkeys(LABELS)}


def written(value: Any, **how: Any) -> bytes:
    return json.dumps(value, **how).encode()


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
