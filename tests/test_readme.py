"""The README tells the truth: its commands run, and it documents every option."""

import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.checks import CHECKS
from auditor.cli import main
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


def test_every_finding_code_is_documented():
    for check in CHECKS:
        assert f"`{check.code}`" in README


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
