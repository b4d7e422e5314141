"""The rows to label again, in the shapes that Label Studio and Argilla read."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from auditor.no_text import without_text
from auditor.records.findings import Finding
from auditor.reporting.labelling import ArgillaRenderer, LabelStudioRenderer

HOSTILE = "</script>\x00\x1b[31m\u202e\ud800 naïve \n=1"


def tasks(audit: Any) -> list[dict[str, Any]]:
    return json.loads(LabelStudioRenderer().render(audit))


def records(audit: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ArgillaRenderer().render(audit).splitlines()]


def wrong(row: int, code: str = "label-error", **measured: Any) -> Finding:
    return Finding(
        code=code,
        severity="warning",
        category="account",
        subtype=None,
        summary="labelled account, reads like billing",
        measured=measured,
        limit={},
        rows=(row,),
        advice="Read it again.",
        fingerprint="f" * 32,
    )


def doubted(row: int) -> Finding:
    return wrong(row, suggested="billing", probability=0.75)


def conflict(*rows: int, favours: str | None, **probabilities: float) -> Finding:
    measured = {"favours": favours, "probabilities": probabilities, "certainty": "copies"}
    labels = dict.fromkeys(probabilities, 1)
    found = wrong(rows[0], "label-conflict", labels=labels, **measured)
    return dataclasses.replace(found, rows=rows)


def test_a_task_has_the_text_and_the_suggestion_as_a_prediction(make_audit):
    audit = make_audit(findings=(doubted(7),), ids={"7": "T-8"})
    assert tasks(audit) == [
        {
            "data": {
                "text": audit.examples["7"],
                "row": 7,
                "id": "T-8",
                "given_label": "account",
                "action": "decide",
                "probability_wrong": 0.75,
                "code": "label-error",
                "why": "labelled account, reads like billing",
                "fingerprint": "f" * 32,
            },
            "predictions": [
                {
                    "model_version": "auditor",
                    "score": 0.75,
                    "result": [
                        {
                            "from_name": "label",
                            "to_name": "text",
                            "type": "choices",
                            "value": {"choices": ["billing"]},
                        }
                    ],
                }
            ],
        }
    ]


def test_a_record_has_a_field_a_suggestion_and_metadata(make_audit):
    audit = make_audit(findings=(doubted(7),))
    [record] = records(audit)
    assert record.pop("metadata")["row"] == 7
    assert record == {
        "id": "row-7",
        "fields": {"text": audit.examples["7"]},
        "suggestions": {"label": {"value": "billing", "score": 0.75, "agent": "auditor"}},
    }


def test_a_row_that_two_findings_name_is_one_task_and_one_record(make_audit):
    settled = conflict(7, 41, favours="billing", billing=0.9, account=0.1)
    audit = make_audit(findings=(doubted(7), settled))
    changed, kept = tasks(audit)
    assert changed["data"]["code"] == "label-error | label-conflict"
    assert [(t["data"]["row"], t["data"]["action"]) for t in (changed, kept)] == [
        (7, "change"),
        (41, "keep"),
    ]
    for task in (changed, kept):
        [prediction] = task["predictions"]
        assert prediction["result"][0]["value"] == {"choices": ["billing"]}
        assert prediction["score"] == 0.9
    values = [r["suggestions"]["label"]["value"] for r in records(audit)]
    assert values == ["billing", "billing"]


def test_where_it_cannot_be_told_no_label_is_filled_in(make_audit):
    audit = make_audit(findings=(conflict(7, 41, favours=None, billing=0.6, account=0.4),))
    assert [t["predictions"] for t in tasks(audit)] == [[], []]
    assert [r["suggestions"] for r in records(audit)] == [{}, {}]


def test_hostile_text_comes_back_as_it_was(make_audit):
    audit = make_audit(lambda text: text + HOSTILE)
    for task, record in zip(tasks(audit), records(audit), strict=True):
        assert task["data"]["text"] == audit.examples[str(task["data"]["row"])]
        assert record["fields"]["text"] == task["data"]["text"]
    for renderer in (LabelStudioRenderer(), ArgillaRenderer()):
        assert renderer.render(audit).isascii()


def test_without_text_rows_and_labels_are_left(audit):
    bare = without_text(audit)
    assert {t["data"]["text"] for t in tasks(bare)} == {""}
    assert {r["fields"]["text"] for r in records(bare)} == {""}
    assert [t["data"]["row"] for t in tasks(bare)] == [t["data"]["row"] for t in tasks(audit)]


def test_without_findings_the_files_are_empty_and_valid(make_audit):
    assert tasks(make_audit(findings=())) == []
    assert records(make_audit(findings=())) == []
