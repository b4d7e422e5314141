"""Who hears how far the work is: a callable, bars, or nobody."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import auditor
from auditor.errors import UsageError
from auditor.jupyter import in_notebook
from auditor.progress import heard

STEPS = [
    ("embedding", 0, 4),
    ("embedding", 2, 4),
    ("embedding", 4, 4),
    ("map", 0, 1),
    ("map", 1, 1),
]


@pytest.fixture
def notebook(monkeypatch):
    """IPython in a kernel, as far as can be seen of it from here; what it was given to display."""
    shown = []
    shell = SimpleNamespace(kernel=object())
    display = SimpleNamespace(display=lambda bundle, raw: shown.append(bundle))
    module = SimpleNamespace(get_ipython=lambda: shell, display=display)
    monkeypatch.setitem(sys.modules, "IPython", module)
    return shown


def go(progress, steps=STEPS):
    for step in steps:
        progress(*step)


def test_a_function_hears_every_step():
    said = []
    go(heard(lambda *step: said.append(step)))
    assert said == STEPS


def test_outside_of_a_notebook_nothing_is_drawn_but_where_asked(capsys):
    go(heard(None))
    go(heard(False))
    assert capsys.readouterr() == ("", "")
    go(heard(True))
    drawn = capsys.readouterr()
    assert drawn.out == ""
    assert "embedding:   0%" in drawn.err
    assert "map:" in drawn.err
    assert drawn.err.endswith("\r")  # nothing stays on the line


def test_in_a_notebook_bars_are_drawn_but_where_not_wanted(notebook, capsys):
    go(heard(None))
    assert "embedding: " in capsys.readouterr().err
    go(heard(False))
    assert capsys.readouterr() == ("", "")


def test_a_stage_whose_total_changes_or_that_has_nothing_to_do_is_drawn_as_well(capsys):
    go(
        heard(True),
        [("structure", 0, 5), ("structure", 1, 1), ("empty", 0, 0), ("structure", 0, 2)],
    )
    assert "empty" not in capsys.readouterr().err


def test_a_stage_that_comes_again_gets_a_bar_again(capsys):
    go(heard(True), [("embedding", 0, 2), ("embedding", 2, 2), ("embedding", 0, 8)])
    assert "0/8" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["yes", 1, ["embedding"]])
def test_what_cannot_hear_is_refused(wrong):
    with pytest.raises(UsageError, match=r"^progress must be true, false or a function of"):
        auditor.audit([{"text": "Where is it?", "label": "late"}], progress=wrong)


def test_without_ipython_or_in_its_terminal_there_is_no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
    terminal = SimpleNamespace(get_ipython=SimpleNamespace)
    monkeypatch.setitem(sys.modules, "IPython", terminal)
    assert not in_notebook()


def test_in_a_kernel_there_is_a_notebook(notebook):
    assert in_notebook()
