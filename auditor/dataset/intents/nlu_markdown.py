"""Examples of intents in Markdown, as Rasa 1 writes them: `## intent:greet`, then `- Hello`."""

from __future__ import annotations

import re

from auditor.dataset.intents.entities import without_entities
from auditor.dataset.json.objects import Fault
from auditor.errors import DataError

Found = tuple[int | None, str | Fault, str]  # 1-based line, text, intent

SECTION = re.compile(r"##\s*(intent|synonym|regex|lookup)\s*:\s*(.*?)\s*$")
EXAMPLE = re.compile(r"\s*[-*+]\s+(.*?)\s*$")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def is_markdown(text: str) -> bool:
    """Whether a line heads a section of examples."""
    return any(SECTION.match(line) for line in text.splitlines())


def of_markdown(text: str) -> list[Found]:
    """Every example under the head of an intent. Raises DataError where there is none."""
    found: list[Found] = []
    intent: str | None = None
    bare = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    for line, written in enumerate(bare.splitlines(), start=1):
        section = SECTION.match(written)
        example = EXAMPLE.match(written)
        if section:
            intent = section[2] if section[1] == "intent" else None
        elif written.startswith("#"):
            intent = None
        elif intent is not None and example:
            found.append((line, without_entities(example[1]), intent))
        elif intent is not None and written.strip():
            fault = Fault("a line under an intent that does not begin with '-'")
            found.append((line, fault, intent))
    if not found:
        raise DataError(
            "holds no examples of intents; expected '## intent:NAME' and '- TEXT' lines"
        )
    return found
