"""Every way to end has an exit code of its own: 1 and 3 are verdicts, and of nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import environment

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("often", [1, 2])
def test_a_signal_ends_with_its_code_and_clears_up(workplace, desk, number, code, often):
    """While standard input is read, whose copy must not stay."""
    (workplace / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", "audit", "-", "--input-format", "csv"],
        env=environment({"TMPDIR": str(workplace / "tmp")}),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # The tests themselves may run with a signal ignored, as under nohup.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 - no threads
    )
    while not list((workplace / "tmp").glob("auditor-*")) and process.poll() is None:
        time.sleep(0.01)
    for _ in range(often):
        os.kill(process.pid, number)
    said = process.communicate()[1].decode()
    assert (process.returncode, said) == (code, f"auditor: stopped by {number.name}\n")
    assert list((workplace / "tmp").iterdir()) == []


def test_a_signal_that_is_ignored_stays_so(workplace, desk):
    """As with nohup."""
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", "audit", "-", "--input-format", "csv", "--quiet"],
        env=environment({}),
        stdin=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),  # noqa: PLW1509 - no threads
    )
    time.sleep(3)
    os.kill(process.pid, signal.SIGHUP)
    process.communicate(desk.read_bytes())
    assert process.returncode == 0


DEFECT = """
import sys
from auditor.cli import run
import auditor.commands.{module} as module
import auditor.{home} as home
def fall_over(*_, **__):
    raise ZeroDivisionError("of all things")
home.{name} = fall_over
sys.argv = ["auditor", *{words}]
run()
"""


@pytest.mark.parametrize(
    ("module", "home", "name", "words"),
    [
        ("audit", "pipeline", "audit_inputs", ["audit", "desk.csv"]),
        ("gate", "gating.gate", "gate", ["gate", "desk.csv"]),
        ("compare", "comparing.compare", "compare", ["compare", "desk.csv", "desk.csv"]),
        ("backtest", "pipeline", "backtest", ["backtest", "desk.csv"]),
        ("baseline", "pipeline", "examine", ["baseline", "create", "desk.csv"]),
        ("report", "reporting", "load", ["report", "audit.json"]),
        ("schema", "reporting", "schema", ["schema"]),
        ("explain", "reporting.summary", "list_codes", ["explain"]),
    ],
)
def test_a_defect_of_any_command_ends_with_70(workplace, desk, module, home, name, words):
    script = DEFECT.format(module=module, home=home, name=name, words=words)
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        env=environment({}),
        capture_output=True,
        text=True,
    )
    line = "auditor: a defect of auditor (ZeroDivisionError); please report it with --debug\n"
    assert (done.returncode, done.stdout, done.stderr) == (70, "", line)


def test_a_package_that_cannot_be_loaded_is_no_defect(run, workplace, desk):
    (workplace / "broken").mkdir()
    (workplace / "broken" / "fastcluster.py").write_text("raise ImportError('no libgomp.so.1')")
    path = f"{environment({})['PYTHONPATH']}"
    done = run("audit", "desk.csv", env={"PYTHONPATH": f"{workplace / 'broken'}{os.pathsep}{path}"})
    assert done.returncode == 5
    assert "a package cannot be loaded (no libgomp.so.1); install auditor again" in done.stderr


@pytest.mark.parametrize(
    ("what", "words", "env", "code", "line"),
    [
        (
            "threads",
            ("audit", "desk.csv", "--threads", "100000"),
            {},
            2,
            "threads must be a whole number from 1 to 1024",
        ),
        (
            "the clock",
            ("audit", "desk.csv"),
            {"SOURCE_DATE_EPOCH": "abc"},
            2,
            "SOURCE_DATE_EPOCH must be seconds since 1970, not 'abc'",
        ),
        (
            "the clock of a gate",
            ("gate", "desk.csv"),
            {"SOURCE_DATE_EPOCH": "-99999999999999999"},
            2,
            "SOURCE_DATE_EPOCH must be seconds since 1970",
        ),
        ("a name in bytes", ("audit", b"caf\xe9.csv"), {}, 4, "no such file"),
    ],
)
def test_what_surrounds_a_run_and_is_wrong_is_one_line(run, desk, what, words, env, code, line):
    done = run(*words, env=env)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert line in done.stderr


def test_a_clock_that_is_set_to_nothing_is_not_set(run, desk):
    assert run("audit", "desk.csv", env={"SOURCE_DATE_EPOCH": ""}).returncode == 0


@pytest.mark.parametrize("command", ["audit", "gate", "compare"])
def test_a_file_may_have_a_name_in_bytes_that_are_not_utf_8(run, workplace, desk, command):
    name = b"caf\xe9 au lait.csv"
    desk.rename(os.fsdecode(name))
    done = run(command, *([name] * (1 + (command == "compare"))))
    assert done.returncode in ((0, 1, 3) if command == "gate" else (0,)), done.stderr
    [found] = Path("reports").rglob("[!.]*.json")
    assert b"caf\\\\xe9 au lait" in found.read_bytes()
    assert run("report", str(found)).returncode == 0


def test_more_threads_than_processors_are_as_many_and_said(run, desk):
    done = run("audit", "desk.csv", "--threads", "1000")
    assert done.returncode == 0
    assert done.stderr.startswith("auditor: threads: 1000, of ")
    assert done.stderr.count("\n") == 1
