"""Streams that are closed, full, left by their reader, or of a code page: each has its code, and no
crash is taken for a verdict."""

from __future__ import annotations

import csv
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from processes import environment

pytestmark = pytest.mark.slow
FILES = ["audit.json", "collect.csv", "relabel.csv", "report.html"]


def written(folder: str = "reports/desk") -> list[str]:
    return sorted(p.name for p in Path(folder).iterdir())


def closing(number: int):
    return {"preexec_fn": lambda: os.close(number)}


def test_a_closed_standard_output_takes_no_verdict_away(run, desk):
    done = run("audit", "desk.csv", stdout=None, **closing(1))
    assert done.returncode == 0
    assert done.stderr == "auditor: standard output is closed; nothing is shown there\n"
    assert written() == FILES


def test_a_closed_standard_error_costs_nothing(run, desk):
    done = run("audit", "desk.csv", stderr=None, **closing(2))
    assert done.returncode == 0
    assert "desk: 50 rows" in done.stdout
    assert written() == FILES


def test_what_is_wrong_has_its_code_where_nobody_can_be_told(run, desk):
    assert run("audit", "gone.csv", stderr=None, **closing(2)).returncode == 4
    with Path("/dev/full").open("wb") as full:
        assert run("audit", "gone.csv", stderr=full).returncode == 4


def test_a_closed_standard_input_is_an_empty_file(run, desk):
    done = run("audit", "-", "--input-format", "csv", stdin=None, **closing(0))
    assert done.returncode == 4
    assert done.stderr.startswith("auditor: stdin: the file is empty")


@pytest.mark.parametrize("words", [("audit", "desk.csv"), ("schema",), ("explain",), ("--help",)])
def test_a_reader_that_goes_away_changes_no_code(run, desk, words):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(*words, stdout=writer)
    os.close(writer)
    assert done.returncode == 0
    assert done.stderr == "auditor: whoever read standard output has gone; the rest is not shown\n"


def test_a_reader_of_errors_that_goes_away_changes_no_code(run, desk):
    reader, writer = os.pipe()
    os.close(reader)
    done = run("audit", "gone.csv", stderr=writer)
    os.close(writer)
    assert done.returncode == 4


FULL = "auditor: standard output cannot be written (no space left on device)\n"


@pytest.mark.parametrize("words", [("schema",), ("explain",), ("audit", "--help"), ("--version",)])
def test_a_full_disk_in_the_place_of_standard_output_is_one_line(run, desk, words):
    with Path("/dev/full").open("wb") as full:
        done = run(*words, stdout=full)
    assert (done.returncode, done.stderr) == (5, FULL)


def test_a_full_disk_in_the_place_of_standard_output_takes_no_verdict_away(run, desk):
    code = run("gate", "desk.csv").returncode
    with Path("/dev/full").open("wb") as full:
        audited, judged = (run(name, "desk.csv", stdout=full) for name in ("audit", "gate"))
    assert (audited.returncode, audited.stderr) == (0, FULL)
    assert (judged.returncode, judged.stderr) == (code, FULL)
    assert {*FILES, "gate.json"} <= {*written()}


# --- what a console cannot show ----------------------------------------------------------------

WORDS = ("Where is 小包?", "Die Rechnung ist falsch ☂", "wo bleibt mein Päckchen")


@pytest.fixture
def foreign(workplace) -> Path:
    """A file whose name, labels, columns and texts few code pages have."""
    path = workplace / "Anfragen ☂ 小包.csv"
    rows = [
        (f"{WORDS[i % 3]} Nummer {i}", ("返品", "Rückgabe ☂", "Größe")[i % 3]) for i in range(30)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Text", "標籤"), *rows])
    return path


CONSOLES = [
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "cp437"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize(
    ("command", "console"),
    [
        *(("audit", console) for console in CONSOLES),
        *((command, CONSOLES[2]) for command in ("gate", "compare", "baseline")),
    ],
)
def test_what_a_console_cannot_show_is_escaped(run, foreign, console, command):
    name = os.fsencode(foreign.name)
    words = {"compare": (name, name), "baseline": ("create", name)}.get(command, (name,))
    options = ("--label", "標籤".encode(), "--text", "Text")
    done = run(command, *words, *options, env=console)
    assert done.returncode in ((0, 1, 3) if command == "gate" else (0,)), done.stderr
    if command != "baseline":
        assert r"\u" in done.stdout or r"\xe5" in done.stdout  # of the file's name, at least
        assert written_bytes() > 0


def written_bytes() -> int:
    return sum(p.stat().st_size for p in Path("reports").rglob("*.json"))


@pytest.mark.parametrize("console", CONSOLES, ids=lambda c: next(iter(c.values())))
def test_an_error_with_words_that_a_console_cannot_show_is_escaped(run, workplace, console):
    done = run("audit", "小包.csv".encode(), env=console)
    assert done.returncode == 4
    assert "no such file" in done.stderr


def test_progress_bars_are_drawn_in_a_code_page(workplace, desk):
    """On a terminal, the only place that has bars."""
    master, slave = pty.openpty()
    changes = {"PYTHONIOENCODING": "cp1252", "CI": None, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", "audit", "desk.csv"],
        env=environment(changes),
        stdout=subprocess.DEVNULL,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the other end is closed
            break
        seen += part
    os.close(master)
    assert process.wait(60) == 0
    assert b"embedding" in seen
    assert b"Traceback" not in seen
