"""Colour and weight are for terminals; whatever else reads gets plain text."""

from __future__ import annotations

import click
import pytest
from rich.cells import cell_len

from auditor.commands.colour import coloured, for_terminal

SUMMARY = (
    "Verdict   Not yet: 2 errors in 200 rows\n"
    "          more of it 界界界界界界\n"
    "Next      open a/b/c.html\n"
)


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_a_terminal_gets_weight_and_colour_of_the_same_text(terminal):
    shown = for_terminal(SUMMARY)
    assert shown != SUMMARY
    assert click.unstyle(shown) == SUMMARY


@pytest.mark.parametrize("name", ["CI", "NO_COLOR"])
def test_who_wants_none_gets_plain_text(terminal, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert for_terminal(SUMMARY) == SUMMARY


def test_what_is_no_terminal_gets_plain_text():
    assert for_terminal(SUMMARY) == SUMMARY


def test_lines_are_cut_to_the_terminal_but_for_paths():
    verdict, more, then = click.unstyle(coloured(SUMMARY, 24)).splitlines()
    assert verdict == "Verdict   Not yet: 2 er…"
    assert cell_len(more) <= 24
    assert then == "Next      open a/b/c.html"
