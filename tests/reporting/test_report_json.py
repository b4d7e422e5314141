"""audit.json says all that the audit holds, in the contract's order, and reads back as the same."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from auditor.errors import DataError
from auditor.reporting import load, save, schema
from auditor.reporting.contracts import AUDIT

CONTRACT = [
    "schema_version",
    "dataset",
    "embedder",
    "settings",
    "subtypes",
    "findings",
    "forecast",
    "examples",
    "map",
    "skipped",
    "versions",
    "limits",
    "ids",
    "label_errors",
    "unread",
]


def plain(audit: Any) -> dict[str, Any]:
    return json.loads(AUDIT.render(audit))


def test_an_audit_survives_the_round_trip_whole(audit, tmp_path):
    (path,) = save(audit, tmp_path, ["json"])
    assert load(path) == audit


def test_without_forecast_and_findings_it_survives_too(make_audit, tmp_path):
    bare = make_audit(
        forecast=None, findings=(), map=(), subtypes=(), examples={}, label_errors=None
    )
    assert load(save(bare, tmp_path, ["json"])[0]) == bare


def test_keys_stand_in_the_order_of_the_contract_one_a_line(audit):
    lines = AUDIT.render(audit).splitlines()
    assert list(plain(audit)) == CONTRACT
    assert [line.split(":")[0].strip('"') for line in lines[1:-1]] == CONTRACT


def test_text_is_kept_as_it_is(make_audit, tmp_path):
    odd = "naïve ﷺ \x00\x1b[31m\u202e </script> 😀\r\n"
    audit = make_audit(lambda text: text + odd)
    (path,) = save(audit, tmp_path, ["json"])
    assert load(path) == audit
    assert "naïve ﷺ" in path.read_text(encoding="utf-8")


def test_the_schema_is_valid_and_accepts_what_is_written(make_audit):
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    for audit in (make_audit(), make_audit(no_text=True), make_audit(forecast=None)):
        validator.validate(plain(audit))


def test_the_schema_permits_fields_that_come_later(audit):
    later = {**plain(audit), "mitigations": []}
    later["findings"][0]["chance"] = 0.2
    jsonschema.Draft202012Validator(schema()).validate(later)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (["schema_version"], 1),
        (["dataset", "rows_read"], "many"),
        (["findings", 0, "severity"], "fatal"),
        (["findings", 0, "rows"], [1.5]),
        (["forecast", "update", "kind"], "guessed"),
        (["map", 0], [1, 2.0]),
        (["examples"], {"first": "text"}),
    ],
)
def test_the_schema_refuses_what_is_not_an_audit(audit, path, wrong):
    broken = plain(audit)
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    assert not jsonschema.Draft202012Validator(schema()).is_valid(broken)


@pytest.mark.parametrize("key", CONTRACT[:-5])
def test_the_schema_and_the_reader_miss_every_key_of_the_contract(audit, key, tmp_path):
    broken = plain(audit)
    del broken[key]
    assert not jsonschema.Draft202012Validator(schema()).is_valid(broken)
    (tmp_path / "audit.json").write_text(json.dumps(broken))
    with pytest.raises(DataError):
        load(tmp_path / "audit.json")


def test_a_reader_passes_over_fields_it_does_not_know(audit, tmp_path):
    (tmp_path / "audit.json").write_text(json.dumps({**plain(audit), "mitigations": []}))
    assert load(tmp_path / "audit.json") == audit


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b'{"schema_version": 1', "is not JSON"),
        (b"\xff\xfe{}", "is not JSON"),
        (b"[]", "is not an audit, a verdict or a comparison"),
        (b"{}", "is not an audit, a verdict or a comparison"),
        (b'{"schema_version": 1}', "is not an audit, a verdict or a comparison"),
        (b'{"dataset": {}}', "is not an audit, it has no schema_version"),
        (b'{"schema_version": 1, "dataset": {}}', "has schema_version 1"),
        (b'{"schema_version": true, "dataset": {}}', "has schema_version True"),
        (b'{"schema_version": 3, "dataset": {}}', "is not a valid audit"),
        (None, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(content, said, tmp_path):
    path = tmp_path / "audit.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=said) as error:
        load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


# --- what has the right types, and makes no sense ---------------------------------------------

CATEGORY = ["forecast", "categories", 0]
CURVE = ["forecast", "curves", 0]


@pytest.mark.parametrize(
    ("path", "wrong", "said"),
    [
        (["forecast", "steps"], [0, 2, 5], "forecast.curves[0].accuracy has"),
        ([*CURVE, "low"], [0.5], "forecast.curves[0].low has 1 values"),
        ([*CURVE, "high", 0], 7.5, "forecast.curves[0].high are not all shares"),
        ([*CATEGORY, "end_low"], -4.0, "forecast.categories[0].end_low is no share"),
        (["forecast", "whole", "lost_at_end"], 80.0, "forecast.whole.lost_at_end are not all"),
        (["forecast", "whole", "solid"], 0.2, "forecast.whole.solid has no interval"),
        ([*CATEGORY, "expected_drop"], 1e308, "forecast.categories[0].expected_drop"),
        ([*CATEGORY, "accuracy_before"], -7, "forecast.categories[0].accuracy_before"),
        ([*CATEGORY, "category"], "nobody's", "none of dataset.categories"),
        (["forecast", "recipe", "steps"], 0, "forecast.recipe.steps"),
        (["findings", 0, "category"], "nobody's", "findings[0].category"),
        (["findings", 0, "rows"], [-1], "findings[0].rows"),
        (["subtypes", 0, "category"], "nobody's", "subtypes[0].category"),
        (["dataset", "categories"], {}, "none of dataset.categories"),
        (["label_errors", "rows"], 201, "label_errors.rows is not from 0 to the 200 rows"),
        (["label_errors", "listed"], 37, "label_errors.listed is not the number of findings"),
        (["label_errors", "listed_wrong"], 38.5, "label_errors.listed_wrong is not from 0"),
        (["label_errors", "wrong_low"], 41.3, "label_errors.wrong is not within its interval"),
        (["label_errors", "wrong_high"], 41.1, "label_errors.wrong is not within its interval"),
        (["label_errors", "wrong_high"], 200.1, "label_errors.wrong is not within its interval"),
        (["label_errors", "wrong_low"], -0.1, "label_errors.wrong is not within its interval"),
        (["settings", "seed"], "first", "settings: seed must be a whole number"),
        (["settings", "label_map"], [], "settings: label_map must be a table"),
    ],
)
def test_a_file_that_does_not_fit_in_itself_is_refused_by_the_field(
    audit, tmp_path, path, wrong, said
):
    broken = plain(audit)
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    (tmp_path / "audit.json").write_text(json.dumps(broken))
    with pytest.raises(DataError) as caught:
        load(tmp_path / "audit.json")
    assert said in str(caught.value)
    assert "audit.json: is not a valid audit" in str(caught.value)
    assert "`auditor audit` run" in str(caught.value)


def test_a_file_of_a_hundred_thousand_brackets_is_not_json(tmp_path):
    (tmp_path / "audit.json").write_bytes(b"[" * 100_000)
    with pytest.raises(DataError, match="is not JSON"):
        load(tmp_path / "audit.json")


def test_a_setting_of_another_version_is_passed_over(audit, tmp_path):
    later = plain(audit)
    later["settings"]["temperature"] = 0.7
    (tmp_path / "audit.json").write_text(json.dumps(later))
    assert load(tmp_path / "audit.json").settings["temperature"] == 0.7
