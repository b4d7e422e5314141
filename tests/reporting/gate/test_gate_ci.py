"""What CI systems read: JUnit, GitHub's workflow commands and step summary, GitLab's report."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from auditor.errors import MachineError
from auditor.reporting import summarise
from auditor.reporting.gate.github import GithubRenderer, publish
from auditor.reporting.gate.gitlab import GitlabRenderer
from auditor.reporting.gate.junit import JunitRenderer

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def commands(verdict: Any) -> list[re.Match[str]]:
    """All lines, each of which must be a command of ours."""
    found = [COMMAND.fullmatch(line) for line in GithubRenderer().render(verdict).splitlines()]
    assert all(found)
    return [match for match in found if match]


# --- JUnit ---------------------------------------------------------------------------------------


def suite(verdict: Any) -> ET.Element:
    return ET.fromstring(JunitRenderer().render(verdict))[0]


def test_there_is_one_case_a_test_and_the_counts_agree(verdict):
    found = suite(verdict)
    assert len(found.findall("testcase")) == len(verdict.tested) == int(found.get("tests"))
    assert len(found.findall("testcase/failure")) == len(verdict.of("fail"))
    assert int(found.get("failures")) == len(verdict.of("fail"))
    assert len(found.findall("testcase/skipped")) == len(verdict.of("inconclusive"))
    assert int(found.get("skipped")) == len(verdict.of("inconclusive"))


def test_a_pass_is_a_case_with_nothing_in_it(make_verdict):
    cases = {c.get("name"): c for c in suite(make_verdict()).findall("testcase")}
    assert len(cases) == len(make_verdict().tested)
    assert list(cases["near-duplicate in returns, against the base"]) == []


def test_a_failure_and_a_doubt_give_their_reasons(make_verdict):
    found = suite(make_verdict())
    assert "12 of 90 added rows of billing" in found.findall("testcase/failure")[2].get("message")
    assert "limit 2 points" in found.findall("testcase/failure")[2].text
    assert found.find("testcase/skipped").get("message").startswith("inconclusive: 18 rows")
    assert "For example row 17, line 19 “Charged" in found.findall("testcase/failure")[0].text
    assert any("Warning: account has" in (o.text or "") for o in found.iter("system-out"))


@pytest.mark.parametrize(
    ("outcome", "inside"),
    [("pass", "system-out"), ("fail", "failure"), ("inconclusive", "skipped")],
)
def test_where_nothing_was_tested_the_verdict_is_the_only_case(make_verdict, outcome, inside):
    found = suite(make_verdict(outcome, tested=()))
    [case] = found.findall("testcase")
    assert [e.tag for e in case] == [inside]
    counts = {"tests": 1, "failures": outcome == "fail", "skipped": outcome == "inconclusive"}
    assert {name: int(found.get(name)) for name in counts} == counts


def test_the_whole_is_told_in_properties(make_verdict):
    told = {p.get("name"): p.get("value") for p in suite(make_verdict()).iter("property")}
    assert "6 more failed. The branch changes the policy" in told["reason"]
    assert "“billing” → “Billing␣”" in told["reason"]
    assert told["rejected row 41, line 43"] == "the label is empty"
    assert told["drop"] == "Without the 67 rows of drop.csv the verdict is still FAIL."


def test_hostile_text_leaves_the_tree_as_it_is(hostile, make_verdict):
    def tree(verdict: Any) -> list[tuple[str, list[str]]]:
        return [(e.tag, sorted(e.keys())) for e in suite(verdict).iter()]

    assert tree(hostile) == tree(make_verdict())


def test_what_xml_cannot_hold_is_shown_by_its_name(make_verdict):
    odd = JunitRenderer().render(make_verdict(spice=lambda t: f"{t}\x00\x1b\ufffe\uffff\ud800"))
    assert "␀␛⟨U+FFFE⟩⟨U+FFFF⟩⟨U+D800⟩" in odd
    odd.encode()


# --- GitHub --------------------------------------------------------------------------------------


def test_what_does_not_pass_is_annotated_at_its_level(make_verdict):
    levels = [c[1] for c in commands(make_verdict())]
    assert levels == ["warning"] + ["error"] * 7 + ["warning"] * 2 + ["notice"]


def test_an_annotation_names_file_line_and_reason(make_verdict):
    assert GithubRenderer().render(make_verdict()).splitlines()[3] == (
        "::error file=data/tickets.csv,line=233,title=auditor%3A label-error in billing::"
        "12 of 90 added rows of billing (13.3%25) have a suspicious label. "
        "2.1%25 of 410 in the base, 13%25 of 90 added rows: +11 points, interval 4 to 21; "
        "limit 2 points. One of 2 listed rows. "
        "Read the rows that are listed, and set their labels."
    )


def test_an_annotation_stands_at_the_first_pair_and_quotes_it_where_it_is_short(make_verdict):
    said = GithubRenderer().render(make_verdict()).splitlines()[1]
    assert "line=19," in said
    assert (
        "For example row 17, line 19 “Charged twice for March, the order page shows only one "
        "payment!” repeats base row 88 “Charged twice for March, the order page lists only one "
        "payment.”."
    ) in said
    long = {"17": "word " * 40, "88": "word " * 41}
    said = GithubRenderer().render(make_verdict(examples=long, base_examples=long)).splitlines()[1]
    assert "For example row 17, line 19 repeats base row 88." in said


def test_the_first_annotation_tells_what_belongs_to_the_answer(make_verdict, nothing_beside):
    first = commands(make_verdict("pass"))[0]
    assert first[1] == "warning"
    assert first[3].startswith("May be merged: none of 4 tests failed. The branch changes the")
    assert "3 audit errors remain" in first[3]
    assert (
        len(commands(make_verdict("pass", **nothing_beside)))
        == len(commands(make_verdict("pass"))) - 1
    )


def test_commas_and_colons_cannot_add_a_property(make_verdict):
    _, found = commands(make_verdict("pass", file="a,line=9::error::x:y.csv"))
    assert [p.split("=")[0] for p in found[2].split(",")] == ["file", "line", "title"]
    assert "file=a%2Cline=9%3A%3Aerror%3A%3Ax%3Ay.csv" in found[2]


def test_no_line_is_a_command_but_ours_and_none_obeys_azure(hostile, make_verdict):
    lines = GithubRenderer().render(hostile)
    assert len(commands(hostile)) == len(commands(make_verdict()))
    assert "##[" not in lines
    assert [c[1] for c in commands(hostile)] == [c[1] for c in commands(make_verdict())]


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        ({"fail": 10, "warn": 10, "informational": 10}, {"error": 10, "warning": 10, "notice": 10}),
        ({"fail": 11}, {"error": 10, "notice": 1}),
        ({"fail": 12, "informational": 10}, {"error": 10, "notice": 10}),
        ({"warn": 8, "inconclusive": 8}, {"warning": 10, "notice": 1}),
        ({"informational": 30}, {"notice": 10}),
    ],
)
def test_ten_of_a_level_are_annotated_and_the_last_notice_counts_the_others(
    statuses, shown, make_verdict, make_tested, nothing_beside
):
    tested = tuple(make_tested("label-error", s) for s, n in statuses.items() for _ in range(n))
    found = commands(make_verdict(tested=tested, **nothing_beside))
    assert Counter(c[1] for c in found) == shown
    over = len(tested) - sum(shown.values())
    if over:
        assert found[-1][1] == "notice"
        hidden = [int(n) for n in re.findall(r"(\d+) of \d+ \w+s", found[-1][3])]
        assert sum(hidden) == len(tested) - len(found) + 1


def test_the_answer_takes_the_place_of_one_warning(make_verdict, make_tested):
    tested = tuple(make_tested("label-error", "warn") for _ in range(10))
    found = commands(make_verdict(tested=tested))
    assert Counter(c[1] for c in found) == {"warning": 10, "notice": 1}
    assert "not shown: 1 of 10 warnings. gate.json (--format json) has all" in found[-1][3]


def test_doubt_without_a_test_is_annotated_too(make_verdict, nothing_beside):
    (found,) = commands(make_verdict("inconclusive", tested=(), **nothing_beside))
    assert found[1] == "warning"
    assert (
        found[3] == "Not enough data to decide: reference-gap was not done, no reference was given."
    )


# --- publishing ----------------------------------------------------------------------------------


def test_where_there_is_no_base_of_that_name_that_is_told_first(make_verdict, nothing_beside):
    remark = "new.csv is not in git or DVC at main, so there is no base: judged by itself"
    told = make_verdict("pass", **nothing_beside, base_remark=remark)
    assert remark in commands(told)[0][3]
    assert remark in json.loads(GitlabRenderer().render(told))[0]["description"]
    assert any(remark in (p.get("value") or "") for p in suite(told).iter("property"))
    assert remark in " ".join(summarise(told).split())


def test_outside_of_github_nothing_is_published(make_verdict, tmp_path):
    said: list[str] = []
    publish(make_verdict(), {"GITHUB_STEP_SUMMARY": str(tmp_path / "s")}, said.append)
    assert said == []
    assert not (tmp_path / "s").exists()


def test_in_github_annotations_are_printed_and_the_comment_appended(make_verdict, tmp_path):
    said: list[str] = []
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    publish(make_verdict(), environ, said.append)
    assert said == GithubRenderer().render(make_verdict()).splitlines()
    assert summary.read_text(encoding="utf-8").startswith("before\n### Do not merge: 66 of")


@pytest.mark.parametrize("before", [0, 500_000, 1_000_000, 1_048_570, 1_048_576, 1_100_000])
def test_a_step_summary_never_grows_past_what_github_takes(
    before, make_verdict, make_tested, tmp_path
):
    many = tuple(
        make_tested("label-error", summary="界" * 300, advice=f"{n} " + "界" * 300, rows=(12,))
        for n in range(3000)
    )
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * before)
    said: list[str] = []
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    publish(make_verdict(tested=many), environ, said.append)
    assert summary.stat().st_size <= max(before, 1 << 20)
    grown = summary.stat().st_size > before
    assert grown == ("step summary is full" not in said[-1])


def test_a_summary_that_cannot_be_written_is_one_clear_line(make_verdict, tmp_path):
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "file")}
    with pytest.raises(MachineError, match="unset GITHUB_STEP_SUMMARY"):
        publish(make_verdict(), environ, lambda line: None)


# --- GitLab --------------------------------------------------------------------------------------


def test_gitlab_gets_every_field_it_asks_for(make_verdict):
    found = json.loads(GitlabRenderer().render(make_verdict()))
    severities = [entry["severity"] for entry in found]
    assert severities == ["minor"] + ["critical"] * 7 + ["major", "minor", "info"]
    assert found[0]["description"].startswith("Do not merge: 66 of 220 added rows")
    assert "The branch changes the policy" in found[0]["description"]
    assert "For example row 17, line 19 “Charged" in found[1]["description"]
    assert found[1]["location"]["lines"]["begin"] == 19
    assert len({entry["fingerprint"] for entry in found}) == len(found)
    for entry in found:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["location"]["path"] == "data/tickets.csv"
        assert entry["location"]["lines"]["begin"] >= 1


def test_gitlab_is_told_what_is_not_listed(make_verdict, make_tested):
    many = tuple(make_tested("label-error", category=f"c{n}") for n in range(1200))
    found = json.loads(GitlabRenderer().render(make_verdict(tested=many)))
    assert len(found) == 1002
    assert found[-1]["description"].startswith("Showing 1,000 of 1,200 tests")


def test_hostile_text_stays_inside_its_entry(hostile, make_verdict):
    def shape(verdict: Any) -> list[Any]:
        return [
            (e["severity"], e["location"]["lines"])
            for e in json.loads(GitlabRenderer().render(verdict))
        ]

    assert shape(hostile) == shape(make_verdict())


# --- the terminal --------------------------------------------------------------------------------


def test_the_summary_answers_with_reason_numbers_and_next_step(make_verdict):
    said = summarise(make_verdict(), ["reports/gate/gate.html"])
    for part in (
        "tickets: 3,210 rows, 5 rejected, 8 categories",
        "220 added, 10 removed, 2,990 kept",
        "FAIL: do not merge. The branch changes the policy: near-duplicate fails from 0.5",
        "3 audit errors remain (label-conflict and near-duplicate): they are about rows",
        "“billing” → “Billing␣”",
        "66 of 220 added rows (30.0%) are copies of another row, 1.2% in the base; 6 more failed",
        "7 failed, 1 inconclusive, 1 warned, 1 for information and 3 passed",
        "+29 points (21 to 37), limit 3 points near-duplicate",
        "62% (54 to 69%), limit 30% template-dominance in product question",
        "Example row 17, line 19 “Charged",
        "repeats base row 88",
        "smallest detectable change (80% power): 0.8 points to 21 points",
        "Rejected row 41, line 43: the label is empty row 77",
        "Keep one row of each: copies add weight",
        "Drop Without the 67 rows of drop.csv the verdict is still FAIL.",
        "reports/gate/gate.html",
    ):
        assert part in " ".join(said.split())


def test_the_summary_of_a_set_with_nothing_beside_it_is_one_line_an_answer(
    make_verdict, nothing_beside
):
    said = summarise(make_verdict("pass", **nothing_beside)).splitlines()
    assert "Verdict   PASS: may be merged" in said
    assert "Because   none of 4 tests failed" in said
    assert len(said) <= 15


def test_nothing_is_lost_where_a_line_of_wide_characters_breaks(make_verdict, make_tested):
    reason = "".join(chr(0x4E00 + n) for n in range(130))
    said = summarise(make_verdict(tested=(make_tested("label-error", summary=reason),)))
    assert reason in "".join(said.split())


def test_the_summary_is_short_and_commands_nothing(hostile):
    lines = summarise(hostile, ["a", "b"]).splitlines()
    assert len(lines) <= 60
    assert all(len(line) <= 100 for line in lines)
    assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]
