"""What a notebook shows of a result is small, static and inert; the report stands in a frame."""

from __future__ import annotations

import dataclasses
import html
import re
import sys
import types

import pytest

import auditor
from auditor.reporting.comparison import answer as comparison_answer
from auditor.reporting.gate import answer as gate_answer
from auditor.reporting.saving import summarise

HOSTILE = "<script>alert(1)</script><img src=//example.org onerror=x> \x1b[31m\u202e"


def test_it_says_the_verdict_what_goes_first_and_counts(audit):
    shown = audit._repr_html_()
    assert "Not yet: 2 errors and 41 warnings" in shown
    assert (
        "<li>product question: 90% → 57% by the end of the update (80% interval 49 to 65%)" in shown
    )
    assert "<p>A model of this set is expected to lose 20%" in shown
    assert shown.count("<li>") == 3
    assert "<tr><td>label-error</td><td>38</td><td>Suspicious labels</td></tr>" in shown


def test_names_from_the_data_are_escaped_and_inert(make_audit):
    shown = make_audit(lambda text: text + HOSTILE)._repr_html_()
    plain = {"div", "p", "strong", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert set(re.findall(r"</?(\w+)", shown)) == plain
    assert not {"\x1b", "\u202e"} & set(shown)


def test_it_stays_below_ten_kilobytes(make_audit):
    audit = make_audit(lambda text: text + "😀" * 5000)
    assert len(audit._repr_html_().encode()) < 10_000


def test_without_a_forecast_and_findings_it_still_stands(make_audit):
    shown = make_audit(forecast=None, findings=())._repr_html_()
    assert "no forecast was made" in shown
    assert "<ol>" not in shown


# --- a verdict and a comparison --------------------------------------------------------------


@pytest.fixture(scope="module")
def results(quick, tickets, found):
    copied = [*tickets, *(row | {"id": f"C-{i}"} for i, row in enumerate(tickets[:12]))]
    return {
        "audit": found,
        "verdict": auditor.gate(copied, base=list(tickets), **quick),
        "comparison": auditor.compare(list(tickets[:40]), list(tickets), **quick),
    }


@pytest.fixture(params=["audit", "verdict", "comparison"])
def result(request, results):
    return results[request.param]


def test_a_verdict_says_its_outcome_the_reason_and_the_tests_that_decide(results):
    shown = html.unescape(results["verdict"]._repr_html_())
    assert "<strong>Gate of dataset.</strong>" in shown
    assert gate_answer.reason(results["verdict"]) in shown
    assert gate_answer.tally(results["verdict"]) in shown


def test_a_comparison_says_which_set_is_better_and_what_to_do(results):
    said = comparison_answer.answer(results["comparison"])
    shown = html.unescape(results["comparison"]._repr_html_())
    assert said.verdict in shown
    assert said.advice in shown


def test_every_summary_is_small_and_of_plain_markup_alone(result):
    shown = result._repr_html_()
    plain = {"div", "p", "strong", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert set(re.findall(r"</?(\w+)", shown)) <= plain
    assert len(shown.encode()) < 10_000


# --- the report in a notebook ----------------------------------------------------------------


@pytest.fixture
def cell(monkeypatch):
    """What a notebook's cell is given to display, as far as IPython can be seen from here."""
    shown = []
    module = types.SimpleNamespace(
        get_ipython=lambda: types.SimpleNamespace(kernel=object()),
        display=types.SimpleNamespace(display=lambda bundle, raw: shown.append((bundle, raw))),
    )
    monkeypatch.setitem(sys.modules, "IPython", module)
    return shown


def test_in_a_notebook_the_report_stands_in_a_frame_and_no_file_is_written(
    result, cell, workplace, capsys
):
    before = {*workplace.rglob("*")}
    result.show()
    [(bundle, raw)] = cell
    assert raw
    assert bundle["text/plain"] == summarise(result)
    [page] = re.findall(r'<iframe srcdoc="([^"]*)"', bundle["text/html"])
    written = result.save_html(workplace / "page.html")
    assert html.unescape(page) == written.read_text(encoding="utf-8")
    assert {*workplace.rglob("*")} - before == {written}
    assert capsys.readouterr() == ("", "")


def test_the_frame_is_shut_off_from_the_notebook(result, cell):
    result.show()
    [(bundle, _)] = cell
    [sandbox] = re.findall(r'sandbox="([^"]*)"', bundle["text/html"])
    assert "allow-same-origin" not in sandbox
    assert "allow-top-navigation" not in sandbox
    assert bundle["text/html"].count("<") == 2  # the frame and its end


def test_in_a_notebook_a_file_is_written_where_one_is_named(result, cell, workplace):
    result.show("here.html")
    assert (workplace / "here.html").read_bytes().startswith(b"<!")
    assert "here.html" in cell[0][0]["text/plain"]


def test_elsewhere_the_summary_and_the_path_are_printed_and_nothing_is_opened(
    result, workplace, capsys, monkeypatch
):
    monkeypatch.setattr("webbrowser.open", lambda *_: pytest.fail("a browser was opened"))
    result.show("here.html")
    assert capsys.readouterr().out == summarise(result, ["here.html"])
    assert (workplace / "here.html").is_file()


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("audit", "reports/dataframe/report.html"),
        ("verdict", "reports/dataset/gate.html"),
        ("comparison", "reports/base-candidate/compare.html"),
    ],
)
def test_the_report_is_written_where_the_command_line_writes_it(
    kind, written, results, workplace, capsys
):
    results[kind].show()
    assert (workplace / written).is_file()
    assert f"Written   {written}\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["../../up", "/etc/a", "..", "a\\b", "a\nb"])
def test_a_name_of_the_data_leads_to_no_other_folder(name, results, workplace, capsys):
    summary = dataclasses.replace(results["audit"].dataset, name=name)
    dataclasses.replace(results["audit"], dataset=summary).show()
    assert [p.name for p in workplace.glob("reports/*/*")] == ["report.html"]
