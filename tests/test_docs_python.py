"""The page on Python tells the truth: its blocks run in turn, and print what it says."""

from __future__ import annotations

import dataclasses
import doctest
import functools
import io
import re
from pathlib import Path

import click
import pytest

import auditor
from auditor.cli import main
from auditor.reporting.frames import AUDIT_COLUMNS, VERDICT_COLUMNS
from tests.documentation import is_quoted

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
# A block, and what it prints where the page says so.
BLOCKS = re.findall(
    r"^```python\n(.*?)^```$(?:\n+```text\n(.*?)^```$)?", PAGE, re.DOTALL | re.MULTILINE
)


@pytest.fixture
def samples(tmp_path, monkeypatch):
    """A folder to work in that has the sample sets."""
    (tmp_path / "sample_datasets").symlink_to(ROOT / "sample_datasets")
    monkeypatch.chdir(tmp_path)


def run(capsys):
    """What each block prints, in the names of those before it."""
    names = {}
    for code, said in BLOCKS:
        exec(compile(code, "docs/python.md", "exec"), names)
        yield code, capsys.readouterr().out, said


@pytest.mark.slow
def test_every_block_runs(samples, quick, monkeypatch, capsys):
    """With an embedder that needs no model, the numbers are others."""
    for verb in ("audit", "gate", "compare"):
        monkeypatch.setattr(auditor, verb, functools.partial(getattr(auditor, verb), **quick))
    for code, printed, said in run(capsys):
        assert bool(printed) >= bool(said), code


@pytest.mark.model
@pytest.mark.slow
def test_every_block_prints_what_the_page_says(samples, capsys):
    told = [(code, printed, said) for code, printed, said in run(capsys) if said]
    assert len(told) > 5
    for code, printed, said in told:
        assert is_quoted(printed, said), f"{code}\nprints\n{printed}"


DOCUMENTED = (auditor.audit, auditor.gate, auditor.compare, auditor.Audit)


@pytest.mark.model
@pytest.mark.slow
def test_the_examples_of_docstrings_are_true(samples):
    finder = doctest.DocTestFinder(exclude_empty=True)
    names = {"auditor": auditor}
    tests = [
        *finder.find(auditor, "auditor", module=False, globs=names),
        *(t for of in DOCUMENTED for t in finder.find(of, of.__name__, module=False, globs=names)),
    ]
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said = io.StringIO()
    tried = {t.name: runner.run(t, out=said.write).attempted for t in tests if t.examples}
    assert said.getvalue() == ""
    assert {"auditor", "audit", "gate", "compare", "Audit.to_frame", "Audit.rows"} <= set(tried)
    assert min(tried.values()) > 0


def test_the_columns_of_the_tables_are_named():
    told = dict(re.findall(r"^\| (\w+) \| (\w+) \| .* \|$", PAGE, re.MULTILINE))
    assert {name: told.get(name) for name in AUDIT_COLUMNS} == AUDIT_COLUMNS
    [of_verdict] = re.findall(
        r"^A line of `verdict\.to_frame\(\)` is.*?\n\n", PAGE, re.DOTALL | re.MULTILINE
    )
    assert set(VERDICT_COLUMNS) <= set(re.findall(r"`(\w+)`", of_verdict))


def test_options_that_the_command_line_calls_otherwise_are_named():
    told = re.findall(r"^\| `(--[\w-]+) .*?` \| `(\w+)=", PAGE, re.MULTILINE)
    context, settings = click.Context(main), {f.name for f in dataclasses.fields(auditor.Settings)}
    otherwise = set()
    for verb in ("audit", "gate", "compare", "backtest"):
        for option in main.get_command(context, verb).get_params(click.Context(main)):
            name = {"columns": "declared_columns"}.get(option.name, option.name)
            if name in settings and option.opts[0] != f"--{name.replace('_', '-')}":
                otherwise.add((option.opts[0], name))
    assert set(told) == otherwise


def test_every_link_leads_to_a_file():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
