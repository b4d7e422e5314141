"""CONTRIBUTING.md and SECURITY.md tell the truth: what they name exists, and can be run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.cli import main

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FENCED = re.compile(r"^```\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINES = [line for block in FENCED.findall(GUIDE) for line in block.splitlines()]
# `bash .ci/lowest` in a sentence is a command as well.
LINES += [f"bash {script}" for script in re.findall(r"`bash (\.ci/\w+)[^`]*`", GUIDE)]
HERE = re.compile(r"`(?:bash )?([.\w-]+(?:/[.\w-]+)*/?)(?: TAG)?`")  # in backticks, without a space
FILE = re.compile(r"/|\.(py|md|toml|txt|ya?ml)$")
MADE_UP = {"NAME", "relabel.csv", "collect.csv"}


def paths(text: str) -> list[str]:
    """What is named as a file or folder of this repository, or of what is to be added to it."""
    named = [name for name in HERE.findall(FENCED.sub("", text)) if FILE.search(name)]
    return sorted({name for name in named if name not in MADE_UP})


@pytest.mark.parametrize("name", paths(GUIDE))
def test_every_path_of_the_guide_exists(name):
    """Of a file that is to be written, the folder, and others of that pattern beside it."""
    place = ROOT / name
    if "NAME" in place.name:
        assert list(place.parent.glob(place.name.replace("NAME", "*"))), name
    else:
        assert place.exists(), name


@pytest.mark.parametrize("name", paths(SECURITY))
def test_every_path_of_the_promises_exists(name):
    """A promise whose test is gone is a word."""
    if name.startswith(("tests/", ".github/", ".ci/")):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("text", [GUIDE, SECURITY], ids=["guide", "security"])
def test_every_link_leads_to_a_file(text):
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize(
    ("name", "where"), re.findall(r"`([A-Z_]+)`(?: or `[A-Z_]+`)? in\s+`([\w./]+\.py)`", GUIDE)
)
def test_a_registry_stands_where_the_guide_says(name, where):
    text = (ROOT / where).read_text(encoding="utf-8")
    assert re.search(rf"^{name}\b.* = ", text, re.MULTILINE), f"{name} in {where}"


def test_the_guide_tells_how_to_add_all_that_can_be_added():
    added = re.findall(r"^\| an? ([\w -]+?) \|", GUIDE, re.MULTILINE)
    assert added == [
        *("check", "input format", "output format", "embedder", "model to fine-tune"),
        "mitigation",
    ]


@pytest.mark.parametrize("line", LINES)
def test_every_command_is_real(line):
    program, *words = shlex.split(line)
    known = {
        "auditor": of_auditor,
        "bash": script,
        "pytest": of_pytest,
        "ruff": of_ruff,
        "python3": lambda words: words[:2] == ["-m", "venv"],
        ".venv/bin/pip": lambda words: words[:3] == ["install", "-c", "constraints.txt"],
        "source": lambda words: words == [".venv/bin/activate"],
        "mypy": lambda words: words == [] and PROJECT["tool"]["mypy"]["packages"],
        "pre-commit": lambda words: words == ["install"] and (ROOT / CONFIG).exists(),
    }
    assert known[program](words), line


CONFIG = ".pre-commit-config.yaml"


def of_auditor(words: list[str]) -> bool:
    """Whether the command, its options and the files that it is given exist."""
    command: click.Command = main
    given = [*words]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), given.pop(0))
        assert found is not None
        command = found
    told = CliRunner().invoke(main, [words[0], "--help"]).output
    options = [word for word in given if word.startswith("--")]
    files = [word for word in given if word.startswith("sample_datasets/")]
    return all(o in told for o in options) and all((ROOT / f).is_file() for f in files)


def script(words: list[str]) -> bool:
    return (ROOT / words[0]).is_file()


def of_pytest(words: list[str]) -> bool:
    marks = {mark.split(":")[0] for mark in PROJECT["tool"]["pytest"]["ini_options"]["markers"]}
    named = set(re.findall(r"\w+", words[words.index("-m") + 1])) if "-m" in words else set()
    folders = [word for word in words if word.startswith("tests/")]
    assert "--cov" not in words or any("pytest-cov" in d for d in DEVELOPMENT)
    return named <= {*marks, "not", "and"} and all((ROOT / f).exists() for f in folders)


DEVELOPMENT = PROJECT["project"]["optional-dependencies"]["dev"]


def of_ruff(words: list[str]) -> bool:
    if find_spec("ruff") is None:
        pytest.skip("needs ruff")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", words[0], "--help"], capture_output=True, check=False
    )
    return done.returncode == 0
