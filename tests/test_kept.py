"""Results on one line, and what can be done with each of them."""

from __future__ import annotations

import ast
import dataclasses
import json

import pytest

import auditor
from auditor.records.kept import quoted

HOSTILE = "a\n\x1b[31m\u202egnp##[error]b\u2028" + "x" * 500
ACTING = {"\n", "\r", "\x1b", "\u202e", "\u2028"}


@pytest.fixture(scope="module")
def verdict(tickets, quick):
    copied = [*tickets, *(row | {"id": f"C-{i}"} for i, row in enumerate(tickets[:12]))]
    return auditor.gate(copied, base=list(tickets), **quick)


@pytest.fixture(scope="module")
def comparison(tickets, quick):
    return auditor.compare(list(tickets[:40]), list(tickets), names=("old", "new"), **quick)


@pytest.fixture(params=["audit", "verdict", "comparison"])
def result(request, found, verdict, comparison):
    return {"audit": found, "verdict": verdict, "comparison": comparison}[request.param]


def test_an_audit_says_what_was_found_of_how_many_rows_and_what_is_forgotten_first(found):
    worst = ("error", "error", "warning", "note", "note", "note")
    findings = [
        dataclasses.replace(f, severity=s) for f, s in zip(found.findings, worst, strict=False)
    ]
    ranked = sorted(found.forecast.categories, key=lambda c: c.rank)
    sure = [dataclasses.replace(c, identifiable=c.rank > 1) for c in ranked]
    forecast = dataclasses.replace(found.forecast, categories=tuple(reversed(sure)))
    audit = dataclasses.replace(found, findings=tuple(findings), forecast=forecast)
    assert repr(audit) == (
        "<Audit of 'dataframe': 50 rows; 2 errors, 1 warning, 3 notes; "
        f"{ranked[1].category!r} is forgotten first>"
    )


def test_an_audit_that_found_nothing_says_so(found):
    bare = dataclasses.replace(found, findings=(), forecast=None)
    assert repr(bare) == "<Audit of 'dataframe': 50 rows; no findings>"


def test_a_verdict_says_how_its_tests_ended_and_what_changed(verdict):
    said = repr(verdict)
    assert said.startswith(f"<Verdict on 'dataset' against 'dataset': {verdict.outcome}; ")
    assert f"{len(verdict.of('pass'))} passed" in said
    assert said.endswith("62 rows, 12 added, 0 removed>")
    alone = dataclasses.replace(verdict, base=None, tested=())
    assert repr(alone) == f"<Verdict on 'dataset': {verdict.outcome}; nothing tested; 62 rows>"


def test_a_test_says_its_check_how_it_ended_and_how_many_rows(verdict):
    test = next(t for t in verdict.tested if t.check == "near-duplicate" and not t.category)
    said = f"<Test near-duplicate: {test.status}, {len(test.rows)} rows>"
    assert repr(test) == said
    named = dataclasses.replace(test, category=HOSTILE, rows=(4,))
    assert repr(named).startswith("<Test near-duplicate of 'a\\n\\x1b[31m")
    assert repr(named).endswith(f": {test.status}, 1 row>")


def test_a_comparison_says_what_the_sets_share(comparison):
    said = repr(comparison)
    assert said.startswith("<Comparison of 'old' (40 rows) with 'new' (50 rows): ")
    assert f"{comparison.kept} in both, {comparison.added} added" in said


def test_a_finding_says_its_code_its_severity_and_how_many_rows(found):
    [copies] = [f for f in found.findings if f.code == "near-duplicate" and len(f.rows) == 4]
    said = f"<Finding near-duplicate: warning, 4 rows of 'account'; {copies.fingerprint[:12]}>"
    assert repr(copies) == said
    assert repr(dataclasses.replace(copies, category=None, rows=(3,))) == (
        f"<Finding near-duplicate: warning, 1 row; {copies.fingerprint[:12]}>"
    )


def test_names_of_the_data_stay_on_the_line_and_do_nothing_there(found, verdict, comparison):
    first = dataclasses.replace(found.forecast.categories[0], category=HOSTILE, identifiable=True)
    named = [
        dataclasses.replace(
            found,
            dataset=dataclasses.replace(found.dataset, name=HOSTILE),
            forecast=dataclasses.replace(found.forecast, categories=(first,)),
        ),
        dataclasses.replace(found.findings[0], category=HOSTILE),
        dataclasses.replace(
            verdict,
            candidate=dataclasses.replace(verdict.candidate, name=HOSTILE),
            base=dataclasses.replace(verdict.base, name=HOSTILE),
        ),
        dataclasses.replace(comparison, base=dataclasses.replace(comparison.base, name=HOSTILE)),
    ]
    for result in named:
        assert not ACTING & set(repr(result))
        assert "##[" not in repr(result)
        assert len(repr(result)) < 400
        assert r"\x1b[31m" in repr(result)


def test_a_quoted_name_is_the_name_as_python_writes_it():
    for name in ("billing", "it's", 'a "b"', "C##", "Straße", "\u202eabc"):
        assert ast.literal_eval(quoted(name)) == name


def test_every_result_gives_itself_as_plain_values(result):
    assert json.loads(json.dumps(result.to_dict()))["schema_version"] == result.schema_version


def test_every_result_saves_the_page_that_the_function_saves(result, tmp_path):
    written = result.save_html(tmp_path / "new" / "page.html")
    assert written == tmp_path / "new" / "page.html"
    assert written.read_bytes() == auditor.save_html(result, tmp_path / "b.html").read_bytes()
    bare = result.save_html(tmp_path / "static.html", static=True)
    assert b"<script>" not in bare.read_bytes()


def test_results_that_are_equal_stay_equal_and_cannot_be_changed(result):
    assert dataclasses.replace(result) == result
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.settings = {}
    assert not hasattr(result, "__dict__")
