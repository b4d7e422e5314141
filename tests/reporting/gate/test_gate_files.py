"""What is written of a verdict: all or nothing, the same bytes each time, and the way back."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest

from auditor.errors import DataError, MachineError, UsageError
from auditor.records.verdict import Verdict
from auditor.reporting import FORMATS, load, save, schema
from auditor.reporting.gate.sarif import SarifRenderer

RENDERERS = FORMATS[Verdict].all
ALL = [renderer.name for renderer in RENDERERS]


@pytest.mark.parametrize("renderer", RENDERERS, ids=ALL)
def test_the_same_verdict_gives_the_same_bytes(renderer, make_verdict):
    assert renderer.render(make_verdict()) == renderer.render(make_verdict())


@pytest.mark.parametrize("renderer", RENDERERS, ids=ALL)
def test_no_format_holds_a_character_that_acts(renderer, hostile):
    text = renderer.render(hostile)
    if renderer.name == "json":  # which is for programs, and keeps text as it is
        assert not [c for c in text if ord(c) < 32 and c != "\n"]
    else:
        assert not [c for c in text if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0]
        assert not set("\u202e\u2066") & set(text)


@pytest.mark.parametrize("renderer", RENDERERS, ids=ALL)
def test_a_verdict_on_nothing_has_every_format(renderer, make_verdict):
    bare = make_verdict(
        "inconclusive",
        base=None,
        renamed={},
        policy_changes=(),
        accepted_errors=None,
        tested=(),
        baseline=None,
        skipped=(),
        lines={},
        versions={},
    )
    text = renderer.render(bare)
    assert renderer.name == "drop" if text is None else text.endswith("\n")


@pytest.mark.parametrize("renderer", RENDERERS, ids=ALL)
def test_what_a_baseline_does_not_know_is_counted_without_an_interval(
    renderer, make_verdict, make_tested
):
    share = {"base": None, "base_of": None, "effect": 0.004, "low": 0.004, "high": 0.004, "p": 0.0}
    new = make_tested("label-error", kind="new", margin=None, smallest_detectable=None, **share)
    text = renderer.render(make_verdict(tested=(new,))) or ""
    assert "0.40 to" not in text
    assert "< 0.001" not in text
    assert "at most 1%" not in text


def test_the_page_the_json_and_the_comment_are_written_unless_told_otherwise(verdict, tmp_path):
    paths = save(verdict, tmp_path / "gate")
    assert [p.name for p in paths][:3] == ["gate.html", "gate.json", "gate.md"]
    assert [p.name for p in paths][3:] == ["drop.csv"] * bool(verdict.drop)
    assert all(p.read_text(encoding="utf-8") for p in paths)


def test_an_unknown_format_is_named_with_the_known_ones(verdict, tmp_path):
    with pytest.raises(UsageError, match="unknown format 'pdf'; known: html, json, markdown"):
        save(verdict, tmp_path, ["html", "pdf"])
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_where_one_format_cannot_be_rendered(verdict, tmp_path, monkeypatch):
    def fail(self, verdict):
        raise RuntimeError

    monkeypatch.setattr(SarifRenderer, "render", fail)
    with pytest.raises(RuntimeError):
        save(verdict, tmp_path, ["html", "sarif"])
    assert not list(tmp_path.iterdir())


def test_where_writing_fails_the_user_is_told_what_to_do(verdict, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="choose another folder"):
        save(verdict, tmp_path / "file")


# --- gate.json -----------------------------------------------------------------------------------


def test_a_verdict_survives_the_round_trip_whole(verdict, tmp_path):
    assert load(save(verdict, tmp_path, ["json"])[0]) == verdict


def test_hostile_text_survives_it_unchanged(hostile, tmp_path):
    assert load(save(hostile, tmp_path, ["json"])[0]) == hostile


def test_each_key_has_a_line_of_its_own_and_the_version_comes_first(verdict, tmp_path):
    (path,) = save(verdict, tmp_path, ["json"])
    lines = path.read_text(encoding="utf-8").splitlines()
    keys = [f.name for f in dataclasses.fields(verdict)]
    assert [line.split(":")[0].strip('"') for line in lines[1:-1]] == [keys[-1], *keys[:-1]]


def test_the_schema_is_valid_and_accepts_what_is_written(verdict, tmp_path):
    (path,) = save(verdict, tmp_path, ["json"])
    jsonschema.Draft202012Validator.check_schema(schema(Verdict))
    jsonschema.Draft202012Validator(schema(Verdict)).validate(json.loads(path.read_bytes()))


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("schema_version", 3),
        ("outcome", "perhaps"),
        ("lines", {"first": 1}),
        ("tested", [{"check": "near-duplicate"}]),
        ("false_alarms", "few"),
    ],
)
def test_the_schema_and_the_reader_refuse_what_is_not_a_verdict(key, wrong, make_verdict, tmp_path):
    (path,) = save(make_verdict(), tmp_path, ["json"])
    broken = {**json.loads(path.read_bytes()), key: wrong}
    assert not jsonschema.Draft202012Validator(schema(Verdict)).is_valid(broken)
    if key == "lines":  # that keys are rows is for the schema alone
        return
    path.write_text(json.dumps(broken))
    with pytest.raises(DataError):
        load(path)


def test_what_lacks_most_of_a_verdict_says_so(tmp_path):
    (tmp_path / "gate.json").write_text('{"schema_version": 2, "outcome": "pass"}')
    with pytest.raises(DataError, match=r"is not a valid verdict.*gate\.json of an `auditor gate`"):
        load(tmp_path / "gate.json")
