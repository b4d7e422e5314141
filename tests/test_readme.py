"""The README tells the truth: its commands run, and it documents every option."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.checks import CHECKS
from auditor.cli import main
from auditor.gating.inputs import CODES
from auditor.gating.policy import AGAINST_A_BASE, ALONE, load_policy
from auditor.gating.untested import OF_SETS
from auditor.records.verdict import Verdict
from auditor.reporting import FORMATS, load
from auditor.settings import configure, load_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def marked(name: str) -> str:
    """The command after the comment `<!-- name -->`."""
    [found] = re.findall(rf"<!-- {name} -->\n```\n(.*?)```", README, re.DOTALL)
    return found


def commands(group: click.Group, name: str = "auditor") -> dict[str, click.Command]:
    """Every command under the group, by what a user types."""
    context = click.Context(group)
    found: dict[str, click.Command] = {name: group}
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        inside = isinstance(command, click.Group)
        found |= commands(command, f"{name} {part}") if inside else {f"{name} {part}": command}
    return found


def test_every_option_is_documented():
    for name, command in commands(main).items():
        for parameter in command.get_params(click.Context(command)):
            if isinstance(parameter, click.Option):
                assert any(o in README for o in parameter.opts), f"{name} {parameter.opts}"


def test_every_command_is_documented():
    for name in commands(main):
        assert name in README


def test_the_settings_example_is_valid(tmp_path):
    [example] = blocks("toml")
    (tmp_path / "auditor.toml").write_text(example, encoding="utf-8")
    settings = load_settings(None, {}, tmp_path)
    assert settings.label == tomllib.loads(example)["label"]
    assert configure(CHECKS, settings.checks) != CHECKS


def test_every_linked_file_exists():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_ci_runs_the_test_command_of_the_readme():
    """`.ci/run` takes the command from the README itself; nothing else may stand in its place."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    [reading] = re.findall(r"^command=\$\((.*)\)$", script, re.MULTILINE)
    told = subprocess.run(reading, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == marked("test").strip()
    assert told.stdout.rstrip().endswith(".venv/bin/pytest")
    assert script.rstrip().endswith('eval "$command"')


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
    [example] = blocks("python")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_datasets").symlink_to(ROOT / "sample_datasets")
    exec(compile(example, "README.md", "exec"), {})
    assert "billing" in capsys.readouterr().out
    assert (tmp_path / "report.html").stat().st_size > 10_000


@pytest.mark.model
@pytest.mark.slow
def test_the_gate_lets_the_good_merge_pass_and_stops_the_bad_one(tmp_path, monkeypatch):
    """The demo as it is printed, and the reason that the text quotes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_datasets").symlink_to(ROOT / "sample_datasets")
    script, *gates = marked("gate").split("\nauditor ")
    [program] = re.findall(r"<<'END'\n(.*)\nEND", script, re.DOTALL)
    subprocess.run([sys.executable, "-c", program], check=True)
    done = [CliRunner().invoke(main, command.split()) for command in gates]
    assert [d.exit_code for d in done] == [0, 1]
    assert "PASS: may be merged" in done[0].output
    verdict = load(tmp_path / "reports/bad/gate.json")
    [quoted] = re.findall(r"exits 1: `(.*?)`", README, re.DOTALL)
    assert " ".join(quoted.split()) == verdict.of("fail")[0].summary


def numbers(cell: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]*\d", cell)]


def test_the_limits_of_the_readme_are_the_defaults():
    [table] = [part for part in README.split("\n\n") if "fails above, of all rows" in part]
    told = {
        name: [numbers(cell) for cell in cells]
        for name, *cells in re.findall(
            r"^\| `([\w-]+)`.*? \| (.*?) \| (.*?) \| (.*?) \|$", table, re.MULTILINE
        )
    }
    for check, rule in AGAINST_A_BASE.items():
        of_set, of_batch, alone = told.pop(check)
        assert of_set[0] == (rule.fail if rule.fail_rise is None else rule.fail_rise)
        assert of_set[1:] == ([rule.warn] if check == "shrinkage" else [])
        assert of_batch == ([] if rule.fail_batch is None else [rule.fail_batch])
        assert alone == ([ALONE[check].fail] if check in ALONE else [])
    assert set(told) == {"category-names", *OF_SETS}  # without a number


def test_every_format_of_a_gate_is_documented_and_the_action_names_some_of_them():
    [row] = [line for line in README.splitlines() if "`markdown`" in line]
    known = FORMATS[Verdict]
    every, by_default = ({r.name for r in of} for of in (known.all, known.by_default))
    assert [f for f in sorted(every) if f"`{f}`" not in row] == []
    [named] = re.findall(r"for format in (.*?); do", (ROOT / "action.yml").read_text("utf-8"))
    assert by_default < {*named.split()} < every


def test_the_example_of_a_policy_is_valid(tmp_path):
    [example] = [b for b in blocks("") if b.startswith("[gate.checks")]
    (tmp_path / "auditor.toml").write_text(example, encoding="utf-8")
    policy = load_policy(None, CODES, tmp_path)
    assert policy.checks["label-error"].of("billing").fail_rise == 0.01
    assert policy.checks["coverage-loss"].informational
    assert policy.checks["amplification"].fail_batch == 1.0
