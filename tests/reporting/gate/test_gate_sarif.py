"""gate.sarif is valid SARIF 2.1.0, knows a result again, and says what it leaves out."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from auditor.reporting.gate.sarif import SarifRenderer

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text(encoding="utf-8"))


def run(verdict: Any) -> dict[str, Any]:
    """The only run, once the log is valid."""
    log = json.loads(SarifRenderer().render(verdict))
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)
    (only,) = log["runs"]
    return only


def uri(verdict: Any) -> str:
    place = run(verdict)["results"][0]["locations"][0]["physicalLocation"]
    return place["artifactLocation"]["uri"]


def test_it_is_valid(verdict):
    run(verdict)


def test_it_is_valid_under_hostile_text_and_links_nowhere(hostile):
    for result in run(hostile)["results"]:
        assert not re.search(r"\]\(", result["message"]["text"])
        assert "\n" not in result["message"]["text"]


def test_each_test_that_does_not_pass_is_a_result_of_its_level(make_verdict):
    results = run(make_verdict())["results"]
    levels = [r["level"] for r in results]
    assert levels == ["error"] * 7 + ["warning"] * 2 + ["note"]
    assert run(make_verdict("pass"))["results"][0]["level"] == "note"


def test_a_result_says_the_numbers_and_what_to_do(make_verdict):
    said = run(make_verdict())["results"][2]["message"]["text"]
    assert said == (
        "label-error in billing: 12 of 90 added rows of billing (13.3%) have a suspicious label. "
        "2.1% of 410 in the base, 13% of 90 added rows: +11 points, interval 4 to 21; "
        "limit 2 points. Read the rows that are listed, and set their labels."
    )


def test_the_row_that_is_repeated_is_a_related_location(make_verdict):
    copies, conflict, other, *_ = run(make_verdict())["results"]
    told = [
        (p["id"], p["message"]["text"], p["physicalLocation"]["region"]["startLine"])
        for p in copies["relatedLocations"]
    ]
    assert told == [
        (1, "row 17, line 19 repeats base row 88", 19),
        (2, "row 13, line 15 repeats row 12, line 14", 14),
        (3, "row 14, line 16 repeats row 12, line 14", 14),
        (4, "row 600, line 602 repeats base row 91", 602),
    ]
    assert "For example row 17, line 19 “Charged twice" in copies["message"]["text"]
    (contradicted,) = conflict["relatedLocations"]
    assert contradicted["message"]["text"] == "row 230, line 232 contradicts base row 140"
    assert "(shipping) “tracking" in conflict["message"]["text"]
    assert "relatedLocations" not in other


def test_the_run_tells_the_whole_answer_and_the_rows_that_could_not_be_read(make_verdict):
    only = run(make_verdict())
    assert "6 more failed. The branch changes the policy" in only["properties"]["reason"]
    notes = [n["message"]["text"] for n in only["invocations"][0]["toolExecutionNotifications"]]
    assert "row 41, line 43 could not be read: the label is empty" in notes


def test_a_known_check_brings_its_explanation_and_another_one_a_title(make_verdict):
    rules = {r["id"]: r for r in run(make_verdict())["tool"]["driver"]["rules"]}
    assert "What it means" in rules["near-duplicate"]["help"]["text"]
    assert "### What to do" in rules["near-duplicate"]["help"]["markdown"]
    unknown = make_verdict(tested=(make_verdict().tested[0],))
    unknown = dataclasses.replace(
        unknown, tested=(dataclasses.replace(unknown.tested[0], check="moon-phase"),)
    )
    (rule,) = run(unknown)["tool"]["driver"]["rules"]
    assert rule == {"id": "moon-phase", "shortDescription": {"text": "Moon phase"}}


def test_a_result_points_at_lines_and_says_how_many_are_not_shown(make_verdict):
    first, _, _, fourth, lost, *_ = run(make_verdict())["results"]
    lines = [p["physicalLocation"]["region"]["startLine"] for p in first["locations"]]
    assert lines[:5] == [14, 15, 16, 19, 602]
    assert len(lines) == 20
    assert "Pointing at 20 of 66 listed rows." in first["message"]["text"]
    assert "Pointing at 20 of 236 listed rows" in fourth["message"]["text"]
    assert "In the base: rows 7, 9, 40–51" in lost["message"]["text"]
    assert [p["physicalLocation"]["region"]["startLine"] for p in lost["locations"]] == [1]


def test_fingerprints_stay_when_rows_move_and_tell_a_limit_from_a_rise(make_verdict, make_tested):
    pair = tuple(
        make_tested("label-error", kind=k, rows=(r,)) for k, r in [("rise", 3), ("absolute", 9)]
    )
    rise, absolute = (r["partialFingerprints"] for r in run(make_verdict(tested=pair))["results"])
    assert rise["auditor/v1"] == absolute["auditor/v1"] == pair[0].fingerprint
    assert rise["primaryLocationLineHash"] != absolute["primaryLocationLineHash"]
    moved = tuple(dataclasses.replace(t, rows=(70,)) for t in pair)
    again = [r["partialFingerprints"] for r in run(make_verdict(tested=moved))["results"]]
    assert again == [rise, absolute]


@pytest.mark.parametrize(
    ("file", "encoded"),
    [
        ("data/my set.csv", "data/my%20set.csv"),
        ("./data/a.csv", "data/a.csv"),
        ("../a.csv", "../a.csv"),
        ("a:b?c#d%e.csv", "a%3Ab%3Fc%23d%25e.csv"),
        ("Zoë/日.csv", "Zo%C3%AB/%E6%97%A5.csv"),
        ("/data/a.csv", "file:///data/a.csv"),
        ("C:\\data\\a b.csv", "file:///C:/data/a%20b.csv"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
    ],
)
def test_the_file_is_a_reference_that_is_properly_encoded(file, encoded, make_verdict):
    assert uri(make_verdict(file=file)) == encoded


def test_a_hostile_file_name_is_only_a_name(hostile):
    assert re.fullmatch(r"[\w./%~-]*", uri(hostile), re.ASCII)
    assert unquote(uri(hostile)) == hostile.file


def test_of_too_many_results_the_first_are_kept_and_the_others_counted(make_verdict, make_tested):
    many = tuple(make_tested("label-error", category=f"c{n}") for n in range(5003))
    only = run(make_verdict(tested=many))
    assert len(only["results"]) == 5000
    notes = [n["message"]["text"] for n in only["invocations"][0]["toolExecutionNotifications"]]
    assert "Showing 5,000 of 5,003 results; gate.json (--format json) has all" in notes
    assert "reference-gap was not done: no reference was given" in notes
