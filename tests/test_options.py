"""Settings are keyword parameters of the public functions, to people and to type checkers."""

from __future__ import annotations

import inspect
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

import auditor
from auditor.errors import UsageError
from auditor.options import Options
from auditor.settings import Settings

ROOT = Path(__file__).parent.parent
VERBS = ("audit", "gate", "compare", "backtest", "claims")
OWN = {
    "audit": ["data", "update", "reference"],
    "gate": ["candidate", "base", "baseline", "update", "policy"],
    "compare": ["base", "candidate", "update", "names", "split_by"],
    "backtest": ["data", "output", "updates", "seeds"],
    "claims": ["data", "updates", "seeds"],
}


def test_the_options_are_the_settings_of_the_same_names_types_and_order():
    assert [*get_type_hints(Options).items()] == [*get_type_hints(Settings).items()]


def test_no_option_is_needed():
    assert Options.__required_keys__ == frozenset()


@pytest.mark.parametrize("verb", VERBS)
def test_a_signature_names_what_a_function_takes_then_each_option_with_its_default(verb):
    parameters = inspect.signature(getattr(auditor, verb)).parameters
    assert [*parameters] == [*OWN[verb], "settings", "progress", *get_type_hints(Options)]
    assert inspect.Parameter.VAR_KEYWORD not in {p.kind for p in parameters.values()}
    defaults = Settings()
    for name, hint in get_type_hints(Options).items():
        parameter = parameters[name]
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert (parameter.default, parameter.annotation) == (getattr(defaults, name), hint)


@pytest.mark.parametrize("verb", VERBS)
def test_help_shows_the_options(verb):
    said = pydoc.plain(pydoc.render_doc(getattr(auditor, verb)))
    assert "embedder: str = 'all-MiniLM-L6-v2'" in said
    assert "Raises `auditor.errors.AuditorError`" in " ".join(said.split())


@pytest.mark.parametrize(
    ("verb", "misspelt", "meant"),
    [
        ("audit", "embeder", "embedder"),
        ("audit", "refrence", "reference"),
        ("audit", "map_point", "map_points"),
        ("gate", "polcy", "policy"),
        ("gate", "base_line", "baseline"),
        ("compare", "split", "split_by"),
        ("compare", "name", "names"),
        ("backtest", "update", "updates"),
        ("backtest", "thread", "threads"),
    ],
)
def test_a_misspelt_option_is_answered_with_the_nearest_before_anything_is_read(
    verb, misspelt, meant
):
    with pytest.raises(UsageError) as raised:
        getattr(auditor, verb)("nowhere.csv", **{misspelt: 1})
    assert str(raised.value) == f"{verb}(): unknown option '{misspelt}'; did you mean '{meant}'?"


@pytest.mark.parametrize("verb", VERBS)
def test_settings_that_are_none_are_refused_with_what_gives_them(verb):
    with pytest.raises(UsageError, match=r"auditor\.load_settings\(\) gives, not dict"):
        getattr(auditor, verb)("nowhere.csv", settings={"seed": 1})


def test_a_misspelt_function_is_answered_with_the_nearest():
    with pytest.raises(AttributeError, match="no attribute 'audits'; did you mean 'audit'"):
        _ = auditor.audits


USE = """
import auditor
import pandas as pd

frame = pd.DataFrame({"text": ["Where is it?"], "label": ["late"]})
several: auditor.Options = {"seed": 3, "probe": "head"}
found = auditor.audit(frame, update="next.csv", progress=True, **several)
table: pd.DataFrame = found.rows(found.findings[0])
verdict = auditor.gate("new.csv", base=frame, no_text=True, progress=lambda *_: None)
tests: pd.DataFrame = verdict.to_frame()
auditor.compare("old.csv", "new.csv", names=("old", "new"), budget=60).save_html("compare.html")
auditor.backtest("old.csv", updates=4, threads=2)
"""
MISUSE = {
    'auditor.audit("a.csv", probes="head")': 'did you mean "probe"?',
    'auditor.audit("a.csv", probe="heads")': "has incompatible type",
    'auditor.gate("a.csv", seed="3")': "has incompatible type",
    'auditor.compare("a.csv", map_points=None)': "has incompatible type",
    'auditor.audits("a.csv")': 'has no attribute "audits"',
    "auditor.audit(3)": "has incompatible type",
    'auditor.audit("a.csv").to_frames()': 'has no attribute "to_frames"',
}


@pytest.mark.slow
def test_a_type_checker_knows_the_options(tmp_path):
    """Right lines pass in strict mode; each wrong line is an error in that line."""
    (tmp_path / "use.py").write_text(USE, encoding="utf-8")
    lines = "\n".join(["import auditor", *MISUSE])
    (tmp_path / "misuse.py").write_text(lines, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [*command, "--config-file", "", "use.py", "misuse.py"],
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    told = {
        int(line.split(":")[1]): line
        for line in done.stdout.splitlines()
        if line.startswith("misuse.py") and ": error:" in line
    }
    assert "use.py:" not in done.stdout.replace("misuse.py:", "")
    assert [*told] == [*range(2, len(MISUSE) + 2)]
    for line, said in zip(told.values(), MISUSE.values(), strict=True):
        assert said in line
