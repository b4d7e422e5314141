"""`label_studio.json` and `argilla.jsonl`: the rows to label again, for two labelling tools.

One task or record a row of the data, a line each, with the label that the finding suggests as a
prediction. Text is kept as it is, escaped by JSON, so that what comes back is still the dataset's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from auditor.reporting.worklists import Relabel, relabelling
from auditor.results import Audit

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
        tasks = ",\n".join(json.dumps(_task(row)) for row in _rows(audit).values())
        return f"[\n{tasks}\n]\n"


class ArgillaRenderer:
    """Records as `Record.to_dict` of Argilla 2 writes them, one a line: its guide's "Importing and
    exporting datasets and records" and the reference of `rg.Record`.

    The dataset needs a field `text` and a label question `label`; `rg.Record.from_dict` reads a
    line. A question has one suggestion, the surest.
    """

    name = "argilla"
    filename = "argilla.jsonl"

    def render(self, audit: Audit) -> str:
        return "".join(json.dumps(_record(row)) + "\n" for row in _rows(audit).values())


def _rows(audit: Audit) -> dict[int, list[Relabel]]:
    """What is said of each row, the surest first."""
    rows: dict[int, list[Relabel]] = {}
    for line in relabelling(audit):
        rows.setdefault(line.row, []).append(line)
    return rows


def _task(said: list[Relabel]) -> dict[str, Any]:
    return {
        "data": {"text": said[0].text, **_about(said)},
        "predictions": [
            {"model_version": line.finding.code, **_scored(line), "result": [_choice(label)]}
            for line in said
            for label in line.suggested[:1]
        ],
    }


def _choice(label: str) -> dict[str, Any]:
    value = {"choices": [label]}
    return {"from_name": "label", "to_name": "text", "type": "choices", "value": value}


def _record(said: list[Relabel]) -> dict[str, Any]:
    first = said[0]
    label = (
        {"value": first.suggested[0], **_scored(first), "agent": AGENT} if first.suggested else {}
    )
    return {
        "id": f"row-{first.row}",
        "fields": {"text": first.text},
        "metadata": _about(said),
        "suggestions": {"label": label} if label else {},
    }


def _about(said: list[Relabel]) -> dict[str, Any]:
    first = said[0]
    return {
        "row": first.row,
        **({"id": first.id} if first.id else {}),
        "given_label": first.label,
        "code": first.finding.code,
        "why": first.why,
        "fingerprint": first.finding.fingerprint,
    }


def _scored(line: Relabel) -> Mapping[str, float]:
    return {} if line.confidence is None else {"score": line.confidence}
