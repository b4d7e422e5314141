"""The README is short, and tells the truth: its commands run and its figures were measured."""

from __future__ import annotations

import re
import subprocess

import pytest
from click.testing import CliRunner

from auditor.cli import main
from tests.documentation import DOCS, README, ROOT, blocks, generate, marked

LARGEST = 9_000  # bytes: what is read in five minutes


def words(text: str) -> str:
    return " ".join(text.split())


def section(heading: str) -> str:
    [found] = re.findall(rf"^## {heading}\n(.*?)(?=^## )", README, re.DOTALL | re.MULTILINE)
    return found


def test_it_is_short():
    assert len((ROOT / "README.md").read_bytes()) <= LARGEST


def test_ci_runs_the_test_command_of_the_readme():
    """`.ci/run` takes the command from the README itself; nothing else may stand in its place."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    [reading] = re.findall(r"^command=\$\((.*)\)$", script, re.MULTILINE)
    told = subprocess.run(reading, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == marked("test").strip()
    assert told.stdout.rstrip().endswith(".venv/bin/pytest")
    assert script.rstrip().endswith('eval "$command"')


def test_what_it_quotes_is_what_commands_print():
    """`test_docs.py` compares what the other pages quote with what commands print."""
    printed = words(" ".join(out for page in DOCS.values() for _, out in generate.quoted(page)))
    quotes = re.findall(r"^((?:> .*\n)+)", README, re.MULTILINE)
    assert len(quotes) == 2
    for quote in quotes:
        assert words(quote.replace("> ", "")) in printed


def test_shares_outside_of_quotations_are_printed_too():
    shares = re.findall(r"\d+\.\d%", section("Comparing two sets"))
    printed = " ".join(out for _, out in generate.quoted(DOCS["docs/comparing.md"]))
    assert shares
    assert all(share in printed for share in shares)


@pytest.mark.parametrize("heading", ["How sure it is", "Size and speed"])
def test_figures_were_measured(heading):
    measured = DOCS["docs/measurements.md"]
    figures = re.findall(r"(?<![\w.])\.\d+|\d+,\d{3}|(?<=\| )[\d.]+(?= \|)", section(heading))
    assert figures
    assert [f for f in figures if not re.search(rf"(?<![\w.]){re.escape(f)}(?!\d)", measured)] == []


@pytest.mark.model
def test_the_first_command_writes_a_report(tmp_path, monkeypatch):
    line = marked("run").replace("\\\n", " ").split("&&")[-1].split()
    assert line[0] == ".venv/bin/auditor"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_datasets").symlink_to(ROOT / "sample_datasets")
    done = CliRunner().invoke(main, line[1:], catch_exceptions=False)
    assert done.exit_code == 0
    assert "763" in done.output
    report = (tmp_path / "reports/support_tickets/report.html").read_text(encoding="utf-8")
    assert "refunds" in report


@pytest.mark.model
def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    [example] = blocks(README, "python")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_datasets").symlink_to(ROOT / "sample_datasets")
    exec(compile(example, "README.md", "exec"), {})
    assert "billing" in capsys.readouterr().out
    assert (tmp_path / "report.html").stat().st_size > 10_000


@pytest.mark.model
@pytest.mark.slow
def test_the_gate_lets_the_good_merge_pass_and_stops_the_bad_one(tmp_path):
    """Each line as it is printed, with the verdict and the code that stand beside it."""
    checked = 0
    for line in marked("gate").splitlines():
        printed = generate.run(f"{line}\necho exit code $?", tmp_path)
        if claim := re.search(r"# (PASS|FAIL): (.*), (exit code \d)$", line):
            assert f"{claim[1]}: {claim[2]}" in printed
            assert printed.endswith(f"{claim[3]}\n")
            checked += 1
    assert checked == 2
