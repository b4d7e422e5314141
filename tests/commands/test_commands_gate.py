"""`auditor gate`: what it asks, what it writes before it ends, and how it ends.

The verdict is made up here; what leads to one is tested with `auditor/gating/gate.py`.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from auditor.errors import DataError
from auditor.records.audit import EmbedderSummary
from auditor.records.verdict import SetSummary, Verdict

VERDICT = Verdict(
    outcome="pass",
    candidate=SetSummary(name="desk", rows=50, rejected=0, categories=4, fingerprint="f"),
    base=None,
    added=0,
    removed=0,
    kept=0,
    tested=(),
    baseline=None,
    false_alarms=0.01,
    file="desk.csv",
    lines={},
    examples={},
    base_examples={},
    skipped=(),
    policy={},
    settings={},
    embedder=EmbedderSummary(name="hashing", revision="1", dim=1, precision="float32"),
)


@pytest.fixture
def asked(monkeypatch) -> SimpleNamespace:
    """What the gate is asked, in place of the gate; `outcome` is what it answers."""
    asked = SimpleNamespace(outcome="pass", error=None, base=None, saved=None, published=[])

    def gate(candidate: str, **words: Any) -> Verdict:
        asked.candidate, asked.words = candidate, words
        if words["base"]:
            asked.base = Path(words["base"]).read_bytes()
        if asked.error:
            raise asked.error
        return replace(VERDICT, outcome=asked.outcome)

    def save(verdict: Verdict, folder: Path, formats: tuple[str, ...] | None) -> list[Path]:
        asked.saved, asked.verdict = (folder, formats), verdict
        return [Path(folder) / "verdict.json"]

    def publish(verdict: Verdict, environ: Any, echo: Any) -> None:
        asked.published.append(verdict)
        echo("::error title=annotated::")

    drawn = "auditor.reporting"
    monkeypatch.setattr(import_module("auditor.gating.gate"), "gate", gate)  # a verb has its name
    monkeypatch.setattr(f"{drawn}.save", save)
    monkeypatch.setattr(f"{drawn}.gate.github.publish", publish)
    monkeypatch.setattr(
        f"{drawn}.summarise", lambda verdict, paths: f"{verdict.outcome} {paths[0]}\n"
    )
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    return asked


@pytest.mark.parametrize(
    ("outcome", "flags", "code"),
    [
        ("pass", (), 0),
        ("fail", (), 1),
        ("inconclusive", (), 3),
        ("inconclusive", ("--inconclusive", "pass"), 0),
        ("inconclusive", ("--inconclusive", "fail"), 1),
        ("fail", ("--inconclusive", "pass"), 1),
        ("pass", ("--inconclusive", "fail"), 0),
    ],
)
def test_the_exit_code_is_the_verdict(run, desk, asked, outcome, flags, code):
    asked.outcome = outcome
    out = run("gate", "desk.csv", *flags, code=code).stdout
    assert out == f"{outcome} reports/desk/verdict.json\n"
    assert asked.saved == (Path("reports/desk"), None)


def test_everything_is_handed_on(run, desk, asked):
    Path("p.toml").write_text("false_alarms = 0.02\n")
    Path("next.csv").touch()
    run("gate", "desk.csv", "--base", "desk.csv", "--update", "next.csv", "--policy", "p.toml",
        "--seed", 7, "--role", "group=source", "--column", "id", "--no-text", "--probe", "head",
        "--output", "out", "--format", "junit", "--format", "sarif")  # fmt: skip
    words, settings = asked.words, asked.words["settings"]
    assert asked.candidate == "desk.csv"
    assert (words["base"], words["update"]) == ("desk.csv", "next.csv")
    assert (words["baseline"], words["policy"].false_alarms) == (None, 0.02)
    assert (settings.seed, settings.probe, settings.no_text) == (7, "head", True)
    assert (settings.roles, settings.declared_columns) == ({"group": "source"}, ("id",))
    assert asked.saved == (Path("out"), ("junit", "sarif"))


def test_the_policy_may_stand_among_the_settings(run, desk, asked, workplace):
    with (workplace / "auditor.toml").open("a") as settings:
        settings.write("[gate]\nfalse_alarms = 0.03\n")
    (workplace / "other.toml").write_text("[gate]\nfalse_alarms = 0.04\n")
    run("gate", "desk.csv")
    assert asked.words["policy"].false_alarms == 0.03
    run("gate", "desk.csv", "--config", "other.toml")
    assert asked.words["policy"].false_alarms == 0.04


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--base", "b.csv", "--base-ref", "main"), "--base and --base-ref exclude each other"),
        (("--base", "b.csv", "--baseline", "b.json"), "--base and --baseline exclude each other"),
        (("--base-ref", "main", "--baseline", "b.json"), "--base-ref and --baseline exclude each"),
    ],
)
def test_one_thing_alone_is_held_against(run, desk, asked, flags, told):
    assert told in run("gate", "desk.csv", *flags, code=2).stderr
    assert asked.saved is None


@pytest.fixture
def committed(desk, workplace) -> Path:
    """The tickets and a policy on main, in a repository."""
    with (workplace / "auditor.toml").open("a") as settings:
        settings.write("[gate]\nfalse_alarms = 0.02\n")
    as_mia = ("-c", "user.name=mia", "-c", "user.email=mia@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "tickets")):
        subprocess.run(["git", *as_mia, *words], check=True)
    return desk


def test_a_base_may_be_the_candidate_at_a_revision(run, committed, asked):
    before = committed.read_bytes()
    committed.write_bytes(before.replace(b"lamp", b"lantern"))
    run("gate", "desk.csv", "--base-ref", "HEAD")
    assert asked.base == before
    assert asked.verdict.policy_changes == ()


def test_against_a_revision_its_settings_hold_and_the_verdict_has_the_changes(
    run, committed, asked, workplace
):
    (workplace / "auditor.toml").write_text("seed = 7\n[gate]\nfalse_alarms = 0.4\n")
    run("gate", "desk.csv", "--base-ref", "main")
    policy, settings = asked.words["policy"], asked.words["settings"]
    assert (policy.false_alarms, settings.seed, settings.embedder) == (0.02, 0, "hashing")
    told = asked.verdict.policy_changes
    assert told[0] == "gate.false_alarms: 0.02 at main, 0.4 here (not used)"
    assert "seed: not set at main, 7 here (not used)" in told


def test_against_a_file_the_settings_here_hold(run, committed, asked, workplace):
    (workplace / "auditor.toml").write_text("[gate]\nfalse_alarms = 0.4\n")
    run("gate", "desk.csv", "--base", "desk.csv")
    assert asked.words["policy"].false_alarms == 0.4
    assert asked.verdict.policy_changes == ()


def test_an_error_says_which_settings_were_not_used(run, committed, asked, workplace):
    with (workplace / "auditor.toml").open("a") as settings:
        settings.write("fewest = 3\n")
    asked.error = DataError("desk.csv: no column 'topic'")
    told = run("gate", "desk.csv", "--base-ref", "main", code=4).stderr
    assert "no column 'topic' (the base's settings hold: gate.fewest: not set at main" in told


def test_standard_input_is_in_no_revision(run, asked):
    told = run("gate", "-", "--input-format", "csv", "--base-ref", "main", code=2).stderr
    assert "--base-ref: stdin is in no revision; give a file" in told


def test_a_dataset_that_the_revision_lacks_is_judged_by_itself(run, committed, asked):
    Path("more.csv").write_text("text,label\nnothing like it,new\n")
    run("gate", "more.csv", "--base-ref", "main")
    assert asked.words["base"] is None
    assert asked.words["policy"].false_alarms == 0.02
    assert asked.verdict.base_remark.startswith(
        "more.csv is not in git or DVC at main, so there is no base: the set was judged by itself"
    )


def test_a_renamed_dataset_is_judged_against_the_old_one(run, committed, asked, workplace):
    before = committed.read_bytes()
    committed.rename(workplace / "tickets.csv")
    run("gate", "tickets.csv", "--base-ref", "main")
    assert asked.base == before
    assert "the base is desk.csv there, which was renamed" in asked.verdict.base_remark


def test_the_path_at_the_revision_may_be_named(run, committed, asked):
    before = committed.read_bytes()
    Path("more.csv").write_text("text,label\nnothing like it,new\n")
    run("gate", "more.csv", "--base-ref", "main", "--base-path", "desk.csv")
    assert (asked.base, asked.verdict.base_remark) == (before, "")


@pytest.mark.parametrize("others", [(), ("--base", "desk.csv"), ("--baseline", "known.json")])
def test_a_path_at_no_revision_is_refused(run, desk, asked, others):
    told = run("gate", "desk.csv", "--base-path", "old.csv", *others, code=2).stderr
    assert "--base-path: is a path at a revision; name that with --base-ref REV" in told


def test_what_settings_are_used_is_said_where_it_is_not_plain(run, committed, asked, workplace):
    (workplace / "sets").mkdir()
    committed.rename(workplace / "sets/desk.csv")
    assert run("gate", "sets/desk.csv").stderr == ""
    (workplace / "sets/auditor.toml").write_text("seed = 3\n")
    told = "settings: sets/auditor.toml, which is nearer to the data than auditor.toml (--config"
    assert told in run("gate", "sets/desk.csv").stderr
    assert asked.words["settings"].seed == 3
    assert run("gate", "sets/desk.csv", "--quiet").stderr == ""
    assert run("gate", "sets/desk.csv", "--config", "auditor.toml").stderr == ""
    assert run("gate", "sets/desk.csv", "--base-ref", "main").stderr == ""
    assert asked.words["settings"].seed == 0


def test_the_settings_of_a_revision_are_said_with_it(run, committed, asked, monkeypatch):
    (committed.parent / "notes").mkdir()
    monkeypatch.chdir("notes")
    told = run("gate", "../desk.csv", "--base-ref", "main").stderr
    assert told == "auditor: settings: ../auditor.toml at main\n"


def test_a_baseline_is_a_path(run, desk, asked):
    run("gate", "desk.csv", "--baseline", "known.json")
    assert asked.words["baseline"] == Path("known.json")


def test_what_cannot_be_read_is_one_clear_line(run, desk, asked):
    asked.error = DataError("desk.csv: holds nothing to audit")
    result = run("gate", "desk.csv", code=4)
    assert (result.stdout, result.stderr) == ("", "auditor: desk.csv: holds nothing to audit\n")


def test_quiet_prints_nothing_and_still_decides(run, desk, asked):
    asked.outcome = "fail"
    assert run("gate", "desk.csv", "--quiet", code=1).output == ""


# --- on GitHub -------------------------------------------------------------------------------


def test_annotations_are_published_where_they_are_asked_for(run, desk, asked):
    run("gate", "desk.csv")
    assert asked.published == []
    assert "::error" in run("gate", "desk.csv", "--format", "github").stdout
    assert len(asked.published) == 1


def test_the_verdict_is_handed_on_to_later_steps(run, desk, asked, workplace, monkeypatch):
    outputs = workplace / "outputs"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    asked.outcome = "inconclusive"
    folder = "out\nverdict=pass"  # a name is no line of its own
    run("gate", "desk.csv", "--format", "github", "--output", folder, code=3)
    lines = outputs.read_text().splitlines()
    end = lines[2]
    assert len(end) == 32
    assert lines == [
        *(f"verdict<<{end}", "inconclusive", end),
        *(f"report<<{end}", "out", "verdict=pass", end),
    ]


# --- the gate itself -------------------------------------------------------------------------


def test_a_worse_candidate_fails_and_its_files_say_why(run, desk, tickets, as_csv):
    worse = [{**t, "text": f"{t['text']} {n}"} for t in tickets[:10] for n in ("", "please", "?!")]
    Path("worse.csv").write_text(as_csv([*tickets, *worse, *worse, *worse]), encoding="utf-8")
    out = run("gate", "worse.csv", "--base", "desk.csv", code=1).stdout
    verdict = json.loads(Path("reports/worse/gate.json").read_text(encoding="utf-8"))
    assert verdict["outcome"] == "fail"
    assert str(Path("reports/worse/gate.html")) in out


def test_a_branch_that_changes_the_policy_too_fails_all_the_same(
    run, committed, tickets, as_csv, workplace
):
    copies = [{**t, "text": f"{t['text']} {n}"} for t in tickets[:10] for n in ("", "please", "?!")]
    committed.write_text(as_csv([*tickets, *copies, *copies]), encoding="utf-8")
    run("gate", "desk.csv", "--base-ref", "main", "--inconclusive", "pass", code=1)
    with (workplace / "auditor.toml").open("a") as settings:
        for code in ("near-duplicate", "amplification", "label-conflict", "label-error"):
            settings.write(f"[gate.checks.{code}]\ninformational = true\n")
    (workplace / "before.csv").write_text(as_csv(tickets), encoding="utf-8")
    run("gate", "desk.csv", "--base", "before.csv", "--inconclusive", "pass")
    run("gate", "desk.csv", "--base-ref", "main", "--inconclusive", "pass", code=1)


def test_a_new_dataset_says_everywhere_that_it_has_no_base(run, committed, tickets, as_csv):
    other = [{**t, "text": f"{t['text'][::-1]}"} for t in tickets]
    Path("sets").mkdir()
    Path("sets/more.csv").write_text(as_csv(other), encoding="utf-8")
    kinds = ("html", "json", "markdown", "sarif", "junit", "github", "gitlab")
    words = [w for kind in kinds for w in ("--format", kind)]
    result = run("gate", "sets/more.csv", "--base-ref", "main", *words, code=1)
    assert "judged by itself" in " ".join(result.stdout.split())
    for path in Path("reports/more").iterdir():
        assert "judged by itself" in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("given", ["desk set.csv", "absolute", "through a link"])
def test_ci_is_told_where_the_file_is_in_the_repository(
    run, committed, workplace, monkeypatch, tmp_path_factory, given
):
    """From a folder below it, by an absolute path, through a link: it is the same file."""
    (workplace / "sets").mkdir()
    place = committed.rename(workplace / "sets/desk set.csv")
    monkeypatch.chdir("sets")
    if given == "absolute":
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        given = str(place)
    elif given == "through a link":
        link = tmp_path_factory.mktemp("links") / "shop"
        link.symlink_to(workplace)
        monkeypatch.chdir(link)
        given = str(link / "sets/desk set.csv")
    kinds = [w for kind in ("sarif", "junit", "github", "gitlab") for w in ("--format", kind)]
    run("gate", given, *kinds, "--output", workplace / "out", code=1)
    sarif = json.loads((workplace / "out/gate.sarif").read_text())["runs"][0]
    uris = {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in sarif["results"]
        for place in result["locations"]
    }
    assert uris == {"sets/desk%20set.csv"}
    entries = json.loads((workplace / "out/gl-code-quality-report.json").read_text())
    assert {e["location"]["path"] for e in entries} == {"sets/desk set.csv"}
    cases = ElementTree.parse(workplace / "out/gate.junit.xml").iter("testcase")
    assert {case.get("file") for case in cases} == {"sets/desk set.csv"}
    lines = (workplace / "out/gate.github.txt").read_text().splitlines()
    assert all("file=sets/desk set.csv," in line for line in lines if "file=" in line)
    assert any("file=" in line for line in lines)


def test_findings_in_a_baseline_pass_and_new_ones_fail(run, desk, tickets, as_csv):
    run("baseline", "create", "desk.csv")
    run("gate", "desk.csv", "--baseline", "baseline.json", "--inconclusive", "pass")
    copies = [{**tickets[0], "text": tickets[0]["text"] + "!" * n} for n in range(1, 6)]
    desk.write_text(as_csv([*tickets, *copies]), encoding="utf-8")
    run("gate", "desk.csv", "--baseline", "baseline.json", code=1)
