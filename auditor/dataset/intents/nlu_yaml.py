"""Examples of intents in YAML, as Rasa and Snips write them.

nlu:                                 type: intent
- intent: greet                      name: greet
  examples: |                        utterances:
    - Hello from [Oslo](city)        - Hello from [city](Oslo)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.dataset.intents.entities import without_entities, without_slots
from auditor.dataset.intents.yaml_nodes import Scalar, documents
from auditor.dataset.json.forms.form import SAMPLE
from auditor.dataset.json.objects import Fault
from auditor.dataset.values import quoted_names
from auditor.errors import DataError

Found = tuple[int | None, str | Fault, str]  # 1-based line, text, intent


def of_yaml(text: str) -> list[Found]:
    """Every example of the text's documents. Raises DataError where there is none."""
    found: list[Found] = []
    keys: dict[str, None] = {}
    for document in documents(text):
        if isinstance(document, dict):
            keys.update(dict.fromkeys(list(document)[:SAMPLE]))
            found += _rasa(document)
            found += _snips(document)
    if not found:
        told = f"the keys are {quoted_names(keys)}" if keys else "found no keys"
        raise DataError(
            f"holds no examples of intents; expected 'nlu:' with '- intent: NAME' and 'examples:',"
            f" as Rasa writes them; {told}"
        )
    return found


def _rasa(document: dict[str, Any]) -> Iterator[Found]:
    sections = document.get("nlu")
    for section in sections if isinstance(sections, list) else ():
        intent = section.get("intent") if isinstance(section, dict) else None
        if not isinstance(intent, Scalar):
            continue  # synonyms, regular expressions and lookup tables
        for line, said in _examples(section.get("examples")):
            yield line, said if isinstance(said, Fault) else without_entities(said), str(intent)


def _snips(document: dict[str, Any]) -> Iterator[Found]:
    utterances = document.get("utterances")
    if document.get("type") != "intent" or not isinstance(utterances, list):
        return
    for said in utterances:
        if isinstance(said, Scalar):
            yield said.line, without_slots(said), str(document.get("name") or "")


def _examples(examples: Any) -> Iterator[tuple[int | None, str]]:
    """The examples of a section: lines that begin with a stroke, or a list."""
    if isinstance(examples, Scalar):
        for at, written in enumerate(examples.split("\n")):
            if not written.strip():
                continue
            line = examples.line + at
            if written.lstrip().startswith("-"):
                yield line, written.strip()[1:].strip()
            else:
                yield line, Fault("a line of examples that does not begin with '-'")
    for item in examples if isinstance(examples, list) else ():
        said = item.get("text") if isinstance(item, dict) else item
        if isinstance(said, Scalar):
            yield said.line, said.strip()
        else:
            yield None, Fault("an example without a text")
