"""Every code is explained in full, and its measured figures are those of docs/measurements.md."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from auditor.checks import CHECKS
from auditor.checks.limits import limits_of
from auditor.errors import UsageError
from auditor.gating.inputs import BEYOND_CHECKS
from auditor.records.findings import Limit
from auditor.reporting.codes import Code, codes, explain
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.summary import explanation, list_codes

MEASUREMENTS = (Path(__file__).parents[2] / "docs/measurements.md").read_text(encoding="utf-8")
MAY_BE_EMPTY = {"facts", "marked", "measured", "marking", "examples", "on_map"}
REGISTERED = {check.code: limits_of(check) for check in CHECKS}


def test_no_words_are_left_of_a_check_that_is_gone():
    """That every check has its words, `test_registries.py` says."""
    assert set(codes()) <= {*REGISTERED, *BEYOND_CHECKS}
    assert {*BEYOND_CHECKS} <= set(codes())


@pytest.mark.parametrize("name", codes())
def test_every_code_has_a_full_explanation(name):
    words = codes()[name]
    wanted = {f.name for f in dataclasses.fields(Code)} - MAY_BE_EMPTY
    assert [field for field in wanted if not getattr(words, field)] == []


@pytest.mark.parametrize("name", codes())
def test_measured_figures_are_lines_of_the_measurements(name):
    for row in codes()[name].measured:
        assert f"| {' | '.join(row)} |" in MEASUREMENTS


@pytest.mark.parametrize("name", [n for n, words in codes().items() if words.measured])
def test_measured_figures_stand_under_the_columns_and_the_date_of_the_measurements(name):
    [told] = [part.lines for part in explain(name) if part.title == "Measured"]
    [date] = re.findall(r"\((\d{4}-\d\d-\d\d)\)", told[0])
    assert f"({date}" in MEASUREMENTS
    for row, line in zip(codes()[name].measured, told[1:], strict=True):
        [table] = [
            block for block in MEASUREMENTS.split("\n\n") if f"| {' | '.join(row)} |" in block
        ]
        for column in re.findall(r"; ([^;:]+): ", line):
            assert f"| {column} |" in table.splitlines()[0]


@pytest.mark.parametrize("name", sorted({*REGISTERED} & {*codes()}))
def test_limits_are_told_with_value_and_reason(name):
    text = " ".join(explanation(name, REGISTERED).split())
    for limit in REGISTERED[name]:
        assert f"{limit.name} = {limit.default:,}" in text
        assert limit.reason in text


def test_the_first_limit_of_every_check_has_a_reason():
    assert [c for c, limits in REGISTERED.items() if limits and not limits[0].reason] == []


def test_what_was_not_measured_says_so():
    assert "Not measured." in explanation("template-shortcut", REGISTERED)
    assert "Not measured." not in explanation("near-duplicate", REGISTERED)


def test_a_limit_that_the_user_set_is_told_beside_its_default():
    limits = [Limit(name="rows", value=6, default=4, reason="Fewer share a frame by chance.")]
    [part] = [p for p in explain("template-dominance", limits) if p.title == "Limits"]
    assert part.lines == ("rows = 6 (default 4): Fewer share a frame by chance.",)


def test_words_with_a_hyphen_stay_on_one_line():
    reason = f"{'Step-down ' * 40}."
    told = explanation("near-duplicate", {"near-duplicate": [limit_of(reason)]})
    assert "Step-\n" not in told
    assert " ".join(told.split()).count("Step-down") == 40


def limit_of(reason):
    return Limit(name="rows", value=4, default=4, reason=reason)


def test_the_list_has_a_line_for_each_code():
    lines = list_codes().splitlines()
    assert [line.split()[0] for line in lines[: len(codes())]] == list(codes())


def test_a_misspelt_code_gets_the_nearest_one():
    with pytest.raises(UsageError, match="unknown code 'label-eror'; did you mean 'label-error'"):
        explanation("label-eror", {})
    with pytest.raises(UsageError, match="known: rejected-rows"):
        explanation("weather", {})


def test_the_report_folds_the_same_text_out_with_the_audits_own_limits(make_audit):
    limits = (Limit(name="sure", value=0.5, default=0.8, reason="Four <in> five."),)
    page = HtmlRenderer().render(make_audit(limits={"label-error": limits}))
    assert "sure = 0.5 (default 0.8): Four &lt;in&gt; five." in page
    assert codes()["label-error"].source in page
    assert page.count('<details class="explained">') == 7  # codes found, but the unknown one
