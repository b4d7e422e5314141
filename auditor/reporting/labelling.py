"""`label_studio.json` and `argilla.jsonl`: the rows to label again, for two labelling tools.

One task or record a row of the data, a line each, with the label that is suggested as a prediction,
its own where that is favoured. Text is kept as it is, escaped by JSON, so that what comes back is
still the dataset's.
"""

from __future__ import annotations

import json
from typing import Any

from auditor.records.audit import Audit
from auditor.reporting.suggestions import Relabel, relabelling
from auditor.reporting.tables import SEPARATOR

AGENT = "auditor"


class LabelStudioRenderer:
    """Tasks with predictions, in Label Studio's JSON: its guide's "Import pre-annotated data into
    Label Studio" (guide/predictions).

    The project needs `<Text name="text" value="$text"/>` and `<Choices name="label"
    toName="text">` with the categories.
    """

    name = "label-studio"
    filename = "label_studio.json"

    def render(self, audit: Audit) -> str:
        tasks = ",\n".join(json.dumps(_task(line)) for line in relabelling(audit))
        return f"[\n{tasks}\n]\n"


class ArgillaRenderer:
    """Records as `Record.to_dict` of Argilla 2 writes them, one a line: its guide's "Importing and
    exporting datasets and records" and the reference of `rg.Record`.

    The dataset needs a field `text` and a label question `label`; `rg.Record.from_dict` reads a
    line. A question has one suggestion.
    """

    name = "argilla"
    filename = "argilla.jsonl"

    def render(self, audit: Audit) -> str:
        return "".join(json.dumps(_record(line)) + "\n" for line in relabelling(audit))


def _task(line: Relabel) -> dict[str, Any]:
    suggestions = line.suggested if _has_one_suggestion(line) else ()
    return {
        "data": {"text": line.text, **_about(line)},
        "predictions": [
            {"model_version": AGENT, **_scored(line), "result": [_choice(label)]}
            for label in suggestions
        ],
    }


def _choice(label: str) -> dict[str, Any]:
    value = {"choices": [label]}
    return {"from_name": "label", "to_name": "text", "type": "choices", "value": value}


def _record(line: Relabel) -> dict[str, Any]:
    label = (
        {"value": line.suggested[0], **_scored(line), "agent": AGENT}
        if _has_one_suggestion(line)
        else {}
    )
    return {
        "id": f"row-{line.row}",
        "fields": {"text": line.text},
        "metadata": _about(line),
        "suggestions": {"label": label} if label else {},
    }


def _has_one_suggestion(line: Relabel) -> bool:
    """Whether one label is suggested; where it cannot be told, none is filled in for a person."""
    return len(line.suggested) == 1


def _about(line: Relabel) -> dict[str, Any]:
    """What goes along as metadata: strings and numbers, which both tools can filter by."""
    wrong = {} if line.wrong is None else {"probability_wrong": line.wrong}
    return {
        "row": line.row,
        **({"id": line.id} if line.id else {}),
        "given_label": line.label,
        "action": line.action,
        **wrong,
        **({"copies": SEPARATOR.join(map(str, line.copies))} if line.copies else {}),
        "code": SEPARATOR.join(line.codes),
        "why": line.why,
        "fingerprint": SEPARATOR.join(line.fingerprints),
    }


def _scored(line: Relabel) -> dict[str, float]:
    return {} if line.confidence is None else {"score": line.confidence}
