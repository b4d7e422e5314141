"""The command line: what it writes, what it prints, and how it ends when something is wrong."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import torch
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.reporting.formats import names

Run = Callable[..., Result]


@pytest.fixture
def run(workplace: Path) -> Run:
    """`auditor ...` in the workplace; with a code, that it ends with it."""

    def run(*words: object, code: int = 0, given: bytes | None = None) -> Result:
        result = CliRunner().invoke(main, [str(w) for w in words], input=given)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def desk(workplace, tickets, as_csv) -> Path:
    """The help desk's tickets as desk.csv."""
    path = workplace / "desk.csv"
    path.write_text(as_csv(tickets), encoding="utf-8")
    return path


def read(path: str | Path) -> dict[str, Any]:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def said(audit: dict[str, Any]) -> set[str]:
    """The fingerprints of an audit's findings."""
    return {f["fingerprint"] for f in audit["findings"]}


def quoted(audit: dict[str, Any], rows: Sequence[dict[str, str]]) -> list[set[str]]:
    """The texts that each finding is about."""
    return [{rows[r]["text"] for r in f["rows"]} for f in audit["findings"]]


def one_line(result: Result) -> str:
    """The single line on stderr, where nothing is on stdout."""
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in lines[0]
    return lines[0]


# --- what it writes and prints ---------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(tmp_path_factory, quick, tickets, as_csv) -> tuple[Path, Result]:
    """`auditor audit desk.csv` and the folder it ran in."""
    folder = tmp_path_factory.mktemp("workplace")
    (folder / "desk.csv").write_text(as_csv(tickets), encoding="utf-8")
    settings = "".join(f"{key} = {json.dumps(value)}\n" for key, value in quick.items())
    (folder / "auditor.toml").write_text(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, CliRunner().invoke(main, ["audit", "desk.csv"])


def test_findings_are_no_failure(plain):
    folder, result = plain
    assert result.exit_code == 0
    assert read(folder / "reports/desk/audit.json")["findings"]


def test_the_report_lands_in_a_folder_named_for_the_dataset(plain):
    written = sorted(p.name for p in (plain[0] / "reports/desk").iterdir())
    assert written == ["audit.json", "collect.csv", "relabel.csv", "report.html"]


def test_the_summary_says_what_was_read_found_and_written(plain):
    out = plain[1].stdout
    assert "desk: 50 rows, 4 categories" in out
    assert "text: text, label: category, id: id, annotator: annotator, source: source" in out
    assert "5 rows of delivery (33%) are filled from one template" in out
    assert str(Path("reports/desk/report.html")) in out


def test_progress_is_for_terminals_only(plain):
    assert plain[1].stderr == ""


def test_the_published_schema_accepts_what_is_written(plain):
    schema = json.loads(CliRunner().invoke(main, ["schema"]).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    audit = read(plain[0] / "reports/desk/audit.json")
    jsonschema.Draft202012Validator(schema).validate(audit)


def test_output_names_the_folder(run, desk):
    run("audit", "desk.csv", "--output", "out/of/the/way")
    assert Path("out/of/the/way/report.html").is_file()
    assert not Path("reports").exists()


def test_format_json_writes_only_the_json(run, desk):
    run("audit", "desk.csv", "--format", "json")
    assert [p.name for p in Path("reports/desk").iterdir()] == ["audit.json"]


def test_quiet_prints_nothing(run, desk):
    assert run("audit", "desk.csv", "--quiet").output == ""
    assert Path("reports/desk/report.html").is_file()


def test_the_dataset_may_come_from_standard_input(run, desk, tickets):
    lines = "".join(json.dumps(row) + "\n" for row in tickets).encode()
    run("audit", "-", "--input-format", "jsonl", given=lines)
    run("audit", "desk.csv")
    audit = read("reports/stdin/audit.json")
    assert audit["dataset"]["name"] == "stdin"
    assert said(audit) == said(read("reports/desk/audit.json"))


def test_the_input_format_is_that_of_the_data_alone(run, desk, workplace):
    (workplace / "next.jsonl").write_text('{"text": "my money back", "category": "refunds"}\n')
    csv_rows = (workplace / "desk.csv").read_text()
    run("audit", "-", "--input-format", "csv", "--update", "next.jsonl", given=csv_rows)
    assert read("reports/stdin/audit.json")["forecast"]["update"]["categories"] == ["refunds"]


def test_columns_are_named_by_flags(run, workplace, as_csv, tickets):
    rows = [{"a": t["text"], "b": t["category"], "c": t["source"]} for t in tickets]
    (workplace / "plain.csv").write_text(as_csv(rows))
    run("audit", "plain.csv", "--text", "a", "--label", "b", "--role", "group=c")
    roles = read("reports/plain/audit.json")["dataset"]["roles"]
    assert roles == {"text": "a", "label": "b", "group": "c"}


def test_labels_are_mapped_by_flags_and_told(run, workplace, as_csv, tickets):
    rows = [
        {**t, "category": t["category"].upper() if i % 5 else t["category"]}
        for i, t in enumerate(tickets)
    ]
    (workplace / "desk.csv").write_text(as_csv(rows))
    assert "8 categories (4 without spelling variants)" in run("audit", "desk.csv").stdout
    with (workplace / "auditor.toml").open("a") as config:
        config.write('[label_map]\nBILLING = "billing"\nRETURNS = "returns"\n')
    flags = ("--map-label", "DELIVERY=delivery", "--map-label", "ACCOUNT=account")
    out = run("audit", "desk.csv", *flags).stdout
    assert "50 rows, 4 categories\n" in out
    assert "Labels    read 'ACCOUNT' as account (12), 'BILLING' as billing (8)" in out
    mapped = read("reports/desk/audit.json")["dataset"]["mapped_labels"]
    assert {m["label"]: m["category"] for m in mapped}["DELIVERY"] == "delivery"


@pytest.mark.parametrize("given", ["billing", "=billing", "billing="])
def test_a_mapping_has_two_labels(run, desk, given):
    told = one_line(run("audit", "desk.csv", "--map-label", given, code=2))
    assert f"--map-label {given}: expected OLD=NEW, such as --map-label Refund=refund" in told


def test_two_columns_of_text_are_named_by_two_flags(run, workplace, as_csv, tickets):
    rows = [{"premise": t["text"], "claim": t["source"], "label": t["category"]} for t in tickets]
    (workplace / "pairs.csv").write_text(as_csv(rows))
    out = run("audit", "pairs.csv", "--text", "premise", "--text", "claim").stdout
    assert "Columns   text: premise + claim, label: label" in out


def test_several_labels_a_text_are_declared_by_a_flag(run, workplace, as_csv, tickets):
    rows = [*tickets[:40], *({**t, "category": "account"} for t in tickets[:8])]
    (workplace / "desk.csv").write_text(as_csv(rows))
    assert "multi-label " in run("audit", "desk.csv").stdout
    assert "multi-label " not in run("audit", "desk.csv", "--multi-label").stdout


def test_roles_that_no_user_has_are_told_but_with_no_text(run, workplace):
    turns = [{"role": "Quillfeather", "content": "Hello"}]
    rows = [
        {"messages": [{"role": "user", "content": f"Where is {i}?"}], "label": "a"} for i in (1, 2)
    ]
    rows.append({"messages": turns, "label": "a"})
    (workplace / "chat.jsonl").write_text("\n".join(map(json.dumps, rows)))
    run("audit", "chat.jsonl", "--output", "whole")
    assert "found &#39;Quillfeather&#39;" in Path("whole/report.html").read_text()
    run("report", "whole/audit.json", "--no-text", "--output", "again")
    run("audit", "chat.jsonl", "--no-text", "--output", "bare")
    files = [p for folder in ("again", "bare") for p in Path(folder).iterdir()]
    assert len(files) == 8
    assert [p for p in files if b"Quillfeather" in p.read_bytes()] == []


def test_an_update_is_forecast_as_given(run, desk, workplace, as_csv):
    wanted = ("my money back for the lamp", "a refund, please", "refund me, it broke")
    rows = [{"text": t, "category": "refunds"} for t in wanted]
    (workplace / "refunds.csv").write_text(as_csv(rows))
    run("audit", "desk.csv", "--update", "refunds.csv")
    forecast = read("reports/desk/audit.json")["forecast"]
    assert forecast["update"] == {"kind": "given", "categories": ["refunds"]}
    assert forecast["matrix"] is None


def test_flags_win_over_the_file_of_settings(run, desk, workplace):
    config = (workplace / "auditor.toml").read_text().replace("similarity", "head")
    (workplace / "auditor.toml").write_text(config + "seed = 7\n")
    run("audit", "desk.csv", "--seed", 3, "--probe", "similarity", "--format", "json")
    audit = read("reports/desk/audit.json")
    assert (audit["settings"]["seed"], audit["forecast"]["probe"]) == (3, "similarity")


def test_a_limit_in_the_file_of_settings_changes_what_is_found(run, desk, workplace):
    with (workplace / "auditor.toml").open("a") as config:
        config.write("[checks.template-dominance]\nrows = 6\n")
    run("audit", "desk.csv", "--format", "json")
    codes = {f["code"] for f in read("reports/desk/audit.json")["findings"]}
    assert "template-dominance" not in codes


# --- small sets ------------------------------------------------------------------------------


def test_a_set_with_one_category_is_audited_without_a_forecast(run, workplace, as_csv, tickets):
    rows = [t for t in tickets if t["category"] == "delivery"]
    (workplace / "parcels.csv").write_text(as_csv(rows))
    out = run("audit", "parcels.csv").stdout
    audit = read("reports/parcels/audit.json")
    skipped = {s["code"]: s["reason"] for s in audit["skipped"]}
    assert audit["forecast"] is None
    assert skipped["forecast"].startswith("there is only one category")
    assert "there is only one category" in out
    assert "template-dominance" in {f["code"] for f in audit["findings"]}


def test_a_category_with_one_example_is_kept_and_marked_not_assessable(
    run, workplace, as_csv, tickets
):
    stray = {**tickets[0], "text": "Do you hire drivers in Ghent?", "category": "jobs"}
    (workplace / "desk.csv").write_text(as_csv([*tickets, stray]))
    run("audit", "desk.csv")
    audit = read("reports/desk/audit.json")
    assert audit["dataset"]["categories"]["jobs"] == 1
    assert any("examples: jobs (1)" in s["reason"] for s in audit["skipped"])
    (forecast,) = (f for f in audit["forecast"]["categories"] if f["category"] == "jobs")
    assert not forecast["identifiable"]
    assert forecast["reason"] == "only 1 rows to test it on, 30 are needed"


def test_a_set_of_two_rows_is_audited(run, workplace):
    (workplace / "tiny.csv").write_text("text,label\nWhere is my parcel?,late\nThanks!,praise\n")
    run("audit", "tiny.csv")
    assert read("reports/tiny/audit.json")["dataset"]["rows_read"] == 2


def test_a_set_of_one_row_is_audited(run, workplace):
    (workplace / "one.csv").write_text("text,label\nWhere is my parcel?,late\n")
    run("audit", "one.csv")
    assert read("reports/one/audit.json")["dataset"]["rows_read"] == 1


def test_a_set_that_says_one_thing_over_and_over_is_audited(run, workplace):
    rows = "Where is my parcel?,late\n" * 15 + "Where is my parcel?,praise\n" * 15
    (workplace / "echo.csv").write_text("text,label\n" + rows)
    run("audit", "echo.csv")
    assert {f["code"] for f in read("reports/echo/audit.json")["findings"]} >= {
        "near-duplicate",
        "label-conflict",
    }


# --- the dataset's text ----------------------------------------------------------------------


def test_no_text_leaves_no_word_of_the_data_anywhere(run, workplace, as_csv, tickets):
    """Canaries stand in texts, ids, customers, annotators, sources, rejected and test rows, and
    in a declared column."""
    rows = [
        {
            "text": f"{t['text']} Quillfeather {('Obsidian', 'Marzipan')[row % 2]}",
            "category": t["category"],
            "id": f"Zanzibar-{row}",
            "group": f"Wolverine {row // 2}",
            "annotator": ("Thessaly", "Umbriel")[row % 2],
            "source": "Kilimanjaro" if t["text"].startswith("Form") else "web",
            "split": "test" if row in (3, 13) else "train",
            "shop": "Snark" if t["category"] == "delivery" else ("Jubjub", "Bandersnatch")[row % 2],
        }
        for row, t in enumerate(tickets)
    ]
    rows.append({**rows[0], "text": "Quillfeather, rejected", "category": ""})
    rows[2]["text"] = rows[12]["text"] = "The Xylograph of Quillfeather never came"
    (workplace / "secret.csv").write_text(as_csv(rows))
    reference = "".join(f"Periwinkle and Quillfeather asked for {i} lamps\n" for i in range(70))
    (workplace / "use.csv").write_text("text\n" + reference)
    with (workplace / "auditor.toml").open("a") as settings:  # fifty rows show nothing else
        settings.write("[checks.combination-gap]\nexpected = 3\nby_chance = 1\ntied = 1\n")
        settings.write("[checks.annotator-inconsistency]\nrows = 9\nby_chance = 1\nexcess = 0\n")
    everything = [word for name in names("audit") for word in ("--format", name)]
    words = ["--no-text", "--reference", "use.csv", "--column", "shop", *everything]
    out = run("audit", "secret.csv", *words).output
    codes = {f["code"] for f in read("reports/secret/audit.json")["findings"]}
    assert codes >= {"combination-gap", "annotator-inconsistency", "split-leakage"}
    files = [p for folder in ("reports", "vectors") for p in Path(folder).rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {".html", ".json", ".jsonl", ".csv", ".sqlite"}
    held = out.encode() + b"".join(p.read_bytes() + p.name.encode() for p in files)
    canaries = "quillfeather obsidian marzipan zanzibar wolverine thessaly umbriel kilimanjaro "
    canaries += "bandersnatch jubjub snark"
    lower = held.lower()
    assert [c for c in [*canaries.split(), "xylograph", "periwinkle"] if c.encode() in lower] == []


def test_a_report_rendered_without_text_is_that_of_an_audit_without_text(run, desk):
    run("audit", "desk.csv", "--output", "whole")
    run("audit", "desk.csv", "--no-text", "--output", "bare")
    out = run("report", "whole/audit.json", "--no-text").output
    again = sorted(Path("whole/without_text").iterdir())
    assert [p.name for p in again] == ["audit.json", "collect.csv", "relabel.csv", "report.html"]
    assert [p.name for p in again if p.read_bytes() != (Path("bare") / p.name).read_bytes()] == []
    assert "Written   whole/without_text/report.html" in out
    assert read("whole/audit.json")["examples"]


def test_with_text_the_examples_are_those_of_the_file(plain, tickets):
    shown = read(plain[0] / "reports/desk/audit.json")["examples"]
    assert shown
    assert all(tickets[int(row)]["text"] == text for row, text in shown.items())


# --- an audit again, and what its findings mean ----------------------------------------------


def test_a_report_is_rendered_again_as_it_was(run, desk):
    run("audit", "desk.csv", "--output", "first")
    before = {p.name: p.read_bytes() for p in Path("first").iterdir()}
    (Path("first") / "report.html").unlink()
    run("report", "first/audit.json")
    assert {p.name: p.read_bytes() for p in Path("first").iterdir()} == before


def test_a_report_in_one_format_goes_where_it_is_told(run, plain):
    audit = plain[0] / "reports/desk/audit.json"
    assert run("report", audit, "--output", "there", "--format", "argilla", "--quiet").output == ""
    assert [p.name for p in Path("there").iterdir()] == ["argilla.jsonl"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read"),
        ("id,text\n1,hello\n", "is not JSON"),
        ('{"rows": 3}', "is not an audit"),
        ('{"schema_version": 99}', "is not an audit, a verdict or a comparison"),
        ('{"schema_version": 99, "dataset": 1}', "has schema_version 99, this auditor reads 3"),
    ],
)
def test_what_is_no_audit_is_one_clear_line(run, workplace, content, told):
    if content is not None:
        (workplace / "audit.json").write_text(content)
    assert told in one_line(run("report", "audit.json", code=4))


def test_rows_to_label_again_carry_their_ids(run, workplace, as_csv, tickets):
    rows = [{**t, "id": f"T-{row}"} for row, t in enumerate(tickets)]
    (workplace / "named.csv").write_text(as_csv(rows))
    run("audit", "named.csv", "--output", "named")
    with Path("named/relabel.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines
    assert all(line["id"] == f"T-{line['row']}" for line in lines)
    assert all(line["text"] == tickets[int(line["row"])]["text"] for line in lines)
    assert all(line["label"] == tickets[int(line["row"])]["category"] for line in lines)


def test_a_code_is_explained(run):
    assert "label-error" in run("explain").output
    told = run("explain", "label-error").output
    for heading in ("What it means", "Why it matters", "Limits", "Measured", "What to do"):
        assert f"\n{heading}\n" in told


def test_a_misspelt_code_is_wrong_usage(run):
    assert "did you mean 'label-error'?" in one_line(run("explain", "lable-error", code=2))


# --- the same again --------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(run, desk):
    for time_ in ("first", "second"):
        run("audit", "desk.csv", "--cache-dir", f"cache {time_}", "--output", time_)
    assert Path("first/audit.json").read_bytes() == Path("second/audit.json").read_bytes()
    assert Path("first/report.html").read_bytes() == Path("second/report.html").read_bytes()


def test_what_the_cache_holds_changes_nothing(run, desk):
    run("audit", "desk.csv", "--output", "cold")
    run("audit", "desk.csv", "--output", "warm")
    assert Path("cold/audit.json").read_bytes() == Path("warm/audit.json").read_bytes()


def test_rows_in_another_order_give_the_same_findings_and_the_same_forecast(
    run, desk, workplace, as_csv, tickets
):
    moved = [tickets[(row * 7 + 3) % len(tickets)] for row in range(len(tickets))]
    (workplace / "moved.csv").write_text(as_csv(moved))
    run("audit", "desk.csv")
    run("audit", "moved.csv")
    one, other = read("reports/desk/audit.json"), read("reports/moved/audit.json")
    assert said(other) == said(one)
    assert other["forecast"] == one["forecast"]
    assert quoted(other, moved) == quoted(one, tickets)


@pytest.mark.parametrize("form", ["jsonl", "json", "parquet", "tsv"])
def test_another_format_gives_the_same_findings(run, desk, workplace, tickets, form):
    frame = pd.DataFrame(tickets)
    path = workplace / f"same.{form}"
    {
        "jsonl": lambda: frame.to_json(path, orient="records", lines=True),
        "json": lambda: frame.to_json(path, orient="records"),
        "parquet": lambda: frame.to_parquet(path),
        "tsv": lambda: frame.to_csv(path, sep="\t", index=False),
    }[form]()
    run("audit", "desk.csv", "--format", "json")
    run("audit", path, "--format", "json")
    one, other = read("reports/desk/audit.json"), read("reports/same/audit.json")
    assert said(other) == said(one)
    assert other["dataset"]["fingerprint"] == one["dataset"]["fingerprint"]
    assert other["forecast"] == one["forecast"]


def test_the_number_of_threads_changes_no_finding(run, desk):
    before = torch.get_num_threads()
    try:
        for count in (1, 2):
            run("audit", "desk.csv", "--threads", count, "--output", f"{count}", "--format", "json")
            assert torch.get_num_threads() == min(count, len(os.sched_getaffinity(0)))
    finally:
        torch.set_num_threads(before)
    assert said(read("1/audit.json")) == said(read("2/audit.json"))


# --- what is wrong ---------------------------------------------------------------------------


def broken_parquet(tickets) -> bytes:
    whole = Path("whole.parquet")
    pd.DataFrame(tickets).to_parquet(whole)
    return whole.read_bytes()[:-200]


BROKEN: dict[str, tuple[str, bytes | Callable[..., bytes] | None, Sequence[str], int, str]] = {
    "a missing file": ("gone.csv", None, (), 4, "no such file"),
    "a file in Latin-1": (
        "latin.csv",
        "text,label\nLe café était fermé,retard\nMerci,éloge\n".encode("latin-1"),
        (),
        4,
        "latin.csv: line 2: byte 17 is not valid UTF-8",
    ),
    "no such column": (
        "desk.csv",
        b"text,label\nWhere is it?,late\nThanks,praise\n",
        ("--label", "labels"),
        2,
        "no column 'labels' for --label; did you mean 'label'?",
    ),
    "no labels": (
        "bare.csv",
        b"text\nWhere is my parcel?\nThank you for the lamp.\n",
        (),
        4,
        "--label COL",
    ),
    "labels that are all missing": (
        "blank.csv",
        b"text,label\nWhere is my parcel?,\nThanks for the lamp,\n",
        (),
        4,
        "line 2: label is blank",
    ),
    "texts that are all empty": (
        "mute.csv",
        b"text,label\n,late\n  ,praise\n",
        (),
        4,
        "line 2: text is blank",
    ),
    "a truncated Parquet file": ("cut.parquet", broken_parquet, (), 4, "cannot be read as Parquet"),
    "an empty file": ("empty.csv", b"", (), 4, "empty.csv"),
    "a header and no rows": ("head.csv", b"text,label\n", (), 4, "holds no rows"),
    "an unknown kind of file": ("desk.docx", b"PK\0\1", (), 2, "unknown file type '.docx'"),
    "a role that does not exist": (
        "desk.csv",
        b"text,label\nWhere is it?,late\nThanks,praise\n",
        ("--role", "grup=label"),
        2,
        "unknown role 'grup'; did you mean 'group'?",
    ),
    "a role without a column": ("desk.csv", b"", ("--role", "group"), 2, "expected NAME=COL"),
    "a format that does not exist": (
        "desk.csv",
        b"text,label\n",
        ("--input-format", "cvs"),
        2,
        "did you mean 'csv'?",
    ),
    "settings that are not there": ("desk.csv", b"", ("--config", "no.toml"), 2, "no.toml"),
    "an update that is not there": (
        "desk.csv",
        b"text,label\nWhere is it?,late\nThanks,praise\n",
        ("--update", "gone.csv"),
        4,
        "gone.csv: no such file",
    ),
    "a reference that is not there": (
        "desk.csv",
        b"text,label\nWhere is it?,late\nThanks,praise\n",
        ("--reference", "gone.csv"),
        4,
        "gone.csv: no such file",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_bad_input_is_one_clear_line_and_an_earlier_report_stays(run, workplace, tickets, what):
    name, content, flags, code, expected = BROKEN[what]
    if content is not None:
        Path(name).write_bytes(content if isinstance(content, bytes) else content(tickets))
    earlier = Path("reports", Path(name).stem)
    earlier.mkdir(parents=True)
    (earlier / "audit.json").write_text("{}")
    (earlier / "report.html").write_text("<p>as of last week")
    line = one_line(run("audit", name, *flags, code=code))
    assert line.startswith("auditor: ")
    assert expected in line
    assert {p.name: p.read_text() for p in earlier.iterdir()} == {
        "audit.json": "{}",
        "report.html": "<p>as of last week",
    }


def test_debug_shows_the_traceback(run):
    result = run("audit", "gone.csv", "--debug", code=4)
    assert "Traceback" in result.stderr
    assert "DataError" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("auditor: gone.csv: no such file")


def test_a_run_that_does_not_succeed_leaves_no_empty_folder(run, workplace):
    (workplace / "there").mkdir()
    run("audit", "gone.csv", "--output", "deep/er/est", code=4)
    run("gate", "gone.csv", "--output", "there/below", code=4)
    assert not Path("deep").exists()
    assert [*Path("there").iterdir()] == []
    run("audit", "gone.csv", "--output", "there", code=4)
    assert Path("there").is_dir()


def test_a_folder_that_cannot_be_made_is_said_before_the_work(run, desk, workplace):
    (workplace / "reports").write_text("a file, where a folder should be")
    line = one_line(run("audit", "desk.csv", "--output", "reports/desk", code=5))
    assert "--output reports/desk: cannot be made" in line
    assert not Path("vectors").exists()


def test_a_default_folder_that_cannot_be_made_is_one_clear_line_too(run, desk, workplace):
    (workplace / "reports").write_text("a file, where a folder should be")
    assert "reports" in one_line(run("audit", "desk.csv", code=5))


def test_a_cache_that_cannot_be_written_is_one_clear_line(run, desk, workplace):
    (workplace / "vectors").write_text("a file, where a folder should be")
    line = one_line(run("audit", "gone.csv", code=5))  # before the data is read
    assert "--cache-dir vectors: cannot be written" in line


def test_what_is_no_fault_of_the_user_is_called_a_defect(run, desk, monkeypatch):
    def fall_over(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("auditor.pipeline.audit_inputs", fall_over)
    line = one_line(run("audit", "desk.csv", code=70))
    assert "a defect of auditor (ZeroDivisionError)" in line


@pytest.mark.parametrize("option", [["--probe", "guess"], ["--threads", "0"], ["--format", "pdf"]])
def test_an_option_that_does_not_fit_is_wrong_usage(run, desk, option):
    assert option[0] in run("audit", "desk.csv", *option, code=2).stderr


def test_the_command_runs_as_a_module(workplace):
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "audit", "desk.csv", "--config", "no.toml"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("auditor: no.toml: cannot be read")


def test_a_misspelt_command_is_wrong_usage(run):
    assert "no such command 'gat'; did you mean 'gate'?" in run("gat", code=2).stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("auditor ba", {"backtest", "baseline"}),
        ("auditor baseline ", {"create", "update", "prune"}),
        ("auditor gate --base", {"--base", "--base-ref", "--base-path", "--baseline"}),
        ("auditor gate data.csv --format s", {"sarif"}),
    ],
)
def test_a_shell_completes_what_is_typed(typed, offered):
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split(" ")) - 1)}
    asked["_AUDITOR_COMPLETE"] = "bash_complete"
    done = CliRunner().invoke(main, env=asked, prog_name="auditor")
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == offered


# --- killed ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["at once", "while vectors are written", "near the end"])
def test_a_run_that_is_killed_leaves_the_earlier_report_and_the_next_gives_the_same_audit(
    run, desk, workplace, as_csv, tickets, moment
):
    run("audit", "desk.csv")
    earlier = {p.name: p.read_bytes() for p in Path("reports/desk").iterdir()}
    desk.write_text(as_csv([*tickets, {**tickets[0], "text": "One more: is the shop open?"}]))
    run("audit", "desk.csv", "--output", "undisturbed", "--cache-dir", "elsewhere")

    command = [sys.executable, "-m", "auditor", "audit", "desk.csv", "--cache-dir", "fresh"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if moment == "while vectors are written":
        while not list(Path("fresh").rglob("*")) and process.poll() is None:
            time.sleep(0.001)
    else:
        time.sleep(0.3 if moment == "at once" else 3.0)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    left = {p.name: p.read_bytes() for p in Path("reports/desk").iterdir()}
    whole = {p.name: p.read_bytes() for p in Path("undisturbed").iterdir()}
    for name in ("audit.json", "report.html"):  # the old one or the new one, never half of either
        assert left[name] in (earlier[name], whole[name])
    run("audit", "desk.csv", "--cache-dir", "fresh")
    assert Path("reports/desk/audit.json").read_bytes() == whole["audit.json"]
