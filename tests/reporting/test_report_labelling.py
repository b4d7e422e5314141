"""The rows to label again, in the shapes that Label Studio and Argilla read."""

from __future__ import annotations

import json
from typing import Any

from auditor.no_text import without_text
from auditor.reporting.labelling import ArgillaRenderer, LabelStudioRenderer
from auditor.results import Finding

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
    return wrong(row, suggested="billing", probe={"account": 0.1, "billing": 0.75})


def test_a_task_has_the_text_and_the_suggestion_as_a_prediction(make_audit):
    audit = make_audit(findings=(doubted(7),), ids={"7": "T-8"})
    assert tasks(audit) == [
        {
            "data": {
                "text": audit.examples["7"],
                "row": 7,
                "id": "T-8",
                "given_label": "account",
                "code": "label-error",
                "why": "labelled account, reads like billing",
                "fingerprint": "f" * 32,
            },
            "predictions": [
                {
                    "model_version": "label-error",
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
    conflict = wrong(7, "label-conflict", labels={"account": 1, "returns": 1})
    audit = make_audit(findings=(doubted(7), conflict))
    [task] = tasks(audit)
    assert [p["model_version"] for p in task["predictions"]] == ["label-error", "label-conflict"]
    [record] = records(audit)
    assert record["suggestions"]["label"]["value"] == "billing"


def test_a_row_without_a_suggestion_is_still_there_to_label(make_audit):
    audit = make_audit(findings=(wrong(7),))
    assert [t["predictions"] for t in tasks(audit)] == [[]]
    assert [r["suggestions"] for r in records(audit)] == [{}]


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
