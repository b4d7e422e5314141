"""What users read has the words of the field, and each name of a number says what it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Group
from click.testing import CliRunner

import auditor.reporting
from auditor.checks import CHECKS
from auditor.checks.limits import limits_of
from auditor.cli import main
from auditor.prediction.forecast import DRIVERS
from auditor.reporting.codes import codes, fact_name
from auditor.reporting.summary import explanation

# Words of an earlier vocabulary that nobody outside the project knows in this sense.
PRIVATE = re.compile(
    r"\b(frames?|rungs?|mend|thin|told|tells|illusion|variations?|outvoted|dealt|planted|lived with"
    r"|go(es)? first|taken for|held against|copies aside|read on|expected drop|skeletons?)\b",
    re.IGNORECASE,
)
PAGES = sorted((Path(auditor.reporting.__file__).parent / "page").glob("*.j2"))
LIMITS = {check.code: limits_of(check) for check in CHECKS}


def private(text: str) -> list[str]:
    return [found[0] for found in PRIVATE.finditer(text)]


@pytest.mark.parametrize("name", codes())
def test_an_explanation_has_no_private_word(name):
    # A limit's own name is a key of the settings.
    text = re.sub(r"\w+ = [\d.,]+", "", explanation(name, LIMITS)).replace(name, "")
    words = codes()[name]
    assert private(f"{text} {words.one} {words.many} {words.verb} {words.marked}") == []


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_a_page_has_no_private_word(path):
    page = re.sub(r"{[%#].*?[%#]}|{{.*?}}|<[^>]*>", " ", path.read_text(encoding="utf-8"))
    assert private(page) == []


def test_what_drives_forgetting_has_no_private_word():
    assert private(" ".join(DRIVERS.values())) == []


def helps(command, *names):
    yield [*names, "--help"]
    if isinstance(command, Group):
        context = command.make_context("auditor", [*names, "--help"], resilient_parsing=True)
        for name in command.list_commands(context):
            yield from helps(command.get_command(context, name), *names, name)


@pytest.mark.parametrize("arguments", [*helps(main)], ids=" ".join)
def test_the_help_of_a_command_has_no_private_word(arguments):
    shown = CliRunner().invoke(main, arguments, terminal_width=200)
    assert shown.exit_code == 0
    assert private(shown.output) == []


@pytest.mark.parametrize(
    ("code", "key", "name"),
    [
        ("fragile-category", "expected_drop", "average loss during the update"),
        ("label-noise", "chance", "accuracy by chance"),
        ("combination-gap", "chance", "probability by chance"),
        ("fragile-category", "low", "average loss, lower end of the interval"),
        ("fragile-category", "end_high", "accuracy at the end, upper end of the interval"),
        ("coverage-gap", "low", "lower end of the interval"),
        (
            "illusion-gap",
            "gap_high",
            "accuracy that comes from templates, upper end of the interval",
        ),
        ("near-duplicate", "distinct_texts", "distinct texts"),
    ],
)
def test_a_number_is_called_what_it_is(code, key, name):
    assert fact_name(code, key) == name
