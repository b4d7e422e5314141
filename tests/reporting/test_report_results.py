"""Audit, verdict and comparison are written, read back and summarised by the same few verbs."""

from __future__ import annotations

import dataclasses
import json
import sys

import jsonschema
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.errors import DataError, UsageError
from auditor.no_text import without_text
from auditor.records.audit import Audit, EmbedderSummary
from auditor.records.comparison import Comparison, NearCopies, Side
from auditor.records.dataset import Reject
from auditor.records.forecast import Backtest
from auditor.records.verdict import Dropped, SetSummary, Verdict
from auditor.reporting import FORMATS, load, save, save_html, schema, summarise
from auditor.reporting import formats as registry
from auditor.reporting.contracts import CONTRACTS

HASHING = EmbedderSummary(name="hashing", revision="1", dim=1, precision="float32")


def verdict() -> Verdict:
    said = Reject(row=3, line=5, reason="the label is empty", found="my parcel")
    return Verdict(
        outcome="pass",
        candidate=SetSummary(
            name="desk",
            rows=50,
            rejected=1,
            categories=4,
            fingerprint="f",
            first_rejected=(said,),
        ),
        base=None,
        added=0,
        removed=0,
        kept=0,
        tested=(),
        baseline=None,
        false_alarms=0.01,
        file="desk.csv",
        lines={"7": 9},
        examples={"7": "Where is my parcel?"},
        base_examples={},
        skipped=(),
        policy={},
        settings={"no_text": False},
        embedder=HASHING,
        drop=(Dropped(row=7, checks=("near-duplicate",), repeats=None),),
    )


def comparison() -> Comparison:
    side = Side(
        name="human",
        file="human.csv",
        rows=50,
        rejected=0,
        categories={"billing": 50},
        fingerprint="f",
        mean_words=9.0,
        distinct_examples=50,
        effective_examples=50.0,
        effective_without_paraphrases=50.0,
        in_templates=0.0,
    )
    return Comparison(
        base=side,
        candidate=dataclasses.replace(side, name="synthetic"),
        kept=50,
        added=0,
        removed=0,
        update=None,
        chosen="",
        skill=None,
        provenance="",
        matched=None,
        full=None,
        unseen=None,
        unseen_reason="nothing was added",
        own=None,
        regions=(),
        amplification=None,
        agreement=None,
        near_copies=NearCopies(identical=50, across=0, in_base=0, in_candidate=0, pairs=()),
        diversity=(),
        diversity_rows=0,
        two_sample=None,
        examples={"7": "Where is my parcel?"},
        base_examples={},
        skipped=(),
        settings={"no_text": False},
        embedder=HASHING,
    )


@pytest.fixture(params=["audit", "verdict", "comparison"])
def result(request, make_audit):
    return {"audit": make_audit, "verdict": verdict, "comparison": comparison}[request.param]()


def test_each_kind_of_result_has_one_contract_and_one_place_in_the_registry():
    assert [contract.kind for contract in CONTRACTS] == [*FORMATS] == [Audit, Verdict, Comparison]
    for contract in CONTRACTS:
        assert contract in FORMATS[contract.kind].by_default
        assert contract.noun == contract.kind.__name__.lower()
        assert registry.names(contract.noun) == tuple(r.name for r in FORMATS[contract.kind].all)


def test_no_two_formats_of_a_result_have_one_name_or_one_file():
    for formats in FORMATS.values():
        assert len({r.name for r in formats.all}) == len(formats.all)
        assert len({r.filename for r in formats.all}) == len(formats.all)


def test_what_a_file_holds_is_told_by_its_fields_whatever_its_name(result, tmp_path):
    (path,) = save(result, tmp_path, ["json"])
    other = path.rename(tmp_path / "kept.json")
    assert load(other) == result


def test_a_file_of_another_version_says_what_to_do_with_that_kind(result, tmp_path):
    (tmp_path / "kept.json").write_text(json.dumps({**result.to_dict(), "schema_version": 99}))
    remedy = {
        Audit: "audit the data again",
        Verdict: "run the gate again",
        Comparison: "compare the sets again",
    }[type(result)]
    with pytest.raises(DataError, match=f"has schema_version 99.*{remedy}"):
        load(tmp_path / "kept.json")


def test_a_file_of_something_else_is_none_of_the_three(tmp_path):
    (tmp_path / "baseline.json").write_text('{"schema_version": 1, "entries": []}')
    with pytest.raises(DataError, match=r"is not an audit, a verdict or a comparison; give an"):
        load(tmp_path / "baseline.json")


def test_what_is_written_fits_its_schema_and_is_what_the_result_says_of_itself(result, tmp_path):
    (path,) = save(result, tmp_path, ["json"])
    plain = json.loads(path.read_bytes())
    assert plain == json.loads(json.dumps(result.to_dict()))
    assert next(iter(plain)) == "schema_version"
    jsonschema.Draft202012Validator(schema(type(result))).validate(plain)


def test_unless_told_otherwise_the_formats_that_need_no_request_are_written(result, tmp_path):
    named = [r.filename for r in FORMATS[type(result)].by_default]
    assert [p.name for p in save(result, tmp_path)] == named


def test_a_page_alone_goes_where_it_is_told(result, tmp_path):
    path = save_html(result, tmp_path / "new" / "page.html", static=True)
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    [again] = save(result, tmp_path, ["html"], static=True)
    assert again.read_text(encoding="utf-8") == page


def test_the_summary_names_the_files(result):
    assert "out/page.html" in summarise(result, ["out/page.html"])


def test_without_text_no_format_quotes_the_data_and_all_that_counts_stays(result, tmp_path):
    bare = without_text(result)
    assert bare.settings == {**result.settings, "no_text": True}
    assert (bare.examples, type(bare)) == ({}, type(result))
    assert without_text(bare) == bare
    for path in save(bare, tmp_path, registry.names(type(result).__name__.lower())):
        assert "parcel" not in path.read_text(encoding="utf-8")


def test_of_what_is_no_result_nothing_is_written(tmp_path):
    found = Backtest(
        dataset="desk", fidelity="head", seeds=1, updates=(), folder="", coefficients=None
    )
    with pytest.raises(UsageError, match="nothing is written of a Backtest; known: Audit, Verdict"):
        save(found, tmp_path)


class Lines:
    """A format that is new: how many rows there are."""

    name = "lines"
    filename = "lines.txt"

    def render(self, result):
        return f"{result.kept}\n"


def test_a_format_is_known_everywhere_by_its_line_in_the_registry(monkeypatch, tmp_path):
    more = dataclasses.replace(FORMATS[Comparison], on_request=(Lines(),))
    monkeypatch.setitem(registry.FORMATS, Comparison, more)
    (path,) = save(comparison(), tmp_path, ["lines"])
    assert (path.name, path.read_text()) == ("lines.txt", "50\n")
    for command in ("compare", "report"):
        assert "|lines" in fresh_help(command, monkeypatch)
    assert "|lines" not in fresh_help("gate", monkeypatch)


def fresh_help(command: str, monkeypatch) -> str:
    """The help of a command that nobody has asked before."""
    monkeypatch.delitem(sys.modules, f"auditor.commands.{command}", raising=False)
    return CliRunner().invoke(main, [command, "--help"], terminal_width=200).output
