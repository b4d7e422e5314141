"""Read-only installations, no home, no account: what is optional is left out with a line, and what
cannot be written is found before the work."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from processes import environment

pytestmark = pytest.mark.slow
NO_ACCOUNT = """
import pwd
def getpwuid(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")
pwd.getpwuid = getpwuid
"""
NO_PLACE = """
import tempfile
def mkdtemp(*_, **__):
    raise FileNotFoundError("no place")
tempfile.mkdtemp = mkdtemp
"""


@pytest.fixture
def installation(tmp_path_factory) -> Path:
    """What numba compiles, where nothing can be written."""
    place = tmp_path_factory.mktemp("site")
    for name in ("umap", "pynndescent"):
        origin = Path(find_spec(name).origin).parent
        shutil.copytree(origin, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    lock(place)
    return place


@pytest.fixture
def locked(workplace) -> Path:
    (workplace / "locked").mkdir()
    lock(workplace / "locked")
    return workplace / "locked"


def lock(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.fixture
def drawn(workplace, desk) -> Path:
    """The desk, of which a map with UMAP is asked."""
    (workplace / "auditor.toml").write_text('embedder = "hashing"\nprobe = "similarity"\n')
    return desk


def searched(*folders: Path) -> str:
    return ":".join([*map(str, folders), environment({})["PYTHONPATH"]])


@pytest.mark.parametrize("account", [True, False], ids=["a home", "no account"])
def test_a_read_only_installation_without_a_home_has_its_report(
    run, workplace, drawn, installation, locked, account
):
    """The compiled code goes to a folder of the process's own, and vectors nowhere: a line each."""
    (workplace / "none").mkdir()
    (workplace / "tmp").mkdir()
    (workplace / "none" / "sitecustomize.py").write_text("" if account else NO_ACCOUNT)
    home = str(locked) if account else None
    env = {
        "HOME": home,
        "XDG_CACHE_HOME": None,
        "PYTHONPATH": searched(installation, workplace / "none"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(workplace / "tmp"),
    }
    before = {p.name for p in workplace.iterdir()}
    done = run("audit", drawn.name, env=env, rights=False)
    assert done.returncode == 0, done.stderr
    vectors, compiled = done.stderr.splitlines()
    assert vectors.endswith("vectors are not kept, --cache-dir DIR names a place for them")
    assert compiled.startswith("auditor: the map's compiled code cannot be kept")
    assert '"map": [[' in Path("reports/desk/audit.json").read_text(encoding="utf-8")
    assert {p.name for p in workplace.iterdir()} == {*before, "reports"}  # no folder called ~
    assert list((workplace / "tmp").glob("auditor-*")) == []


def test_where_nothing_at_all_can_be_kept_the_map_is_left_out(
    run, workplace, drawn, installation, locked
):
    (workplace / "none").mkdir()
    (workplace / "none" / "sitecustomize.py").write_text(NO_PLACE)
    env = {
        "HOME": str(locked),
        "XDG_CACHE_HOME": None,
        "PYTHONPATH": searched(installation, workplace / "none"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = run("audit", drawn.name, env=env, rights=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[1].startswith("auditor: the map is left out")
    assert '"map": []' in Path("reports/desk/audit.json").read_text(encoding="utf-8")


def test_vectors_of_a_home_that_is_read_only_are_read(run, workplace, desk):
    (workplace / "auditor.toml").write_text(
        'embedder = "hashing"\nprobe = "similarity"\nmap_points = 10\n'
    )
    cache = workplace / "home" / ".cache"
    env = {"HOME": str(workplace / "home"), "XDG_CACHE_HOME": None}
    assert run("audit", "desk.csv", env=env).returncode == 0
    [kept] = (cache / "auditor").iterdir()
    lock(workplace / "home")
    done = run("audit", "desk.csv", env=env, rights=False)
    assert done.returncode == 0
    assert [line.partition(": ")[2] for line in done.stderr.splitlines()] == [
        f"{cache / 'auditor'}: cannot be written; vectors are not kept, "
        "--cache-dir DIR names a place for them"
    ]
    assert kept.is_file()


@pytest.mark.parametrize("command", ["audit", "gate", "compare", "backtest", "baseline"])
@pytest.mark.parametrize("flag", ["--output", "--cache-dir"])
def test_a_folder_that_was_named_and_cannot_be_written_is_an_error_before_the_work(
    run, workplace, desk, locked, command, flag
):
    """Before the data is read, so that there need not be any."""
    words = {
        "compare": ("compare", "gone.csv", "gone.csv"),
        "baseline": ("baseline", "create", "gone.csv"),
    }.get(command, (command, "gone.csv"))
    folder = locked / "deep" / "baseline.json"
    done = run(*words, flag, str(folder), rights=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1)
    assert f"{flag} {locked}" in done.stderr


@pytest.mark.parametrize("words", [("audit",), ("gate",), ("compare", "gone.csv"), ("backtest",)])
def test_a_working_folder_that_cannot_be_written_is_found_before_the_work(
    run, workplace, locked, words, monkeypatch
):
    monkeypatch.chdir(locked)
    done = run(*words, "gone.csv", "--config", "/dev/null", rights=False)
    assert done.returncode == 5
    assert done.stderr == "auditor: reports: cannot be written; name a folder with --output\n"


@pytest.mark.parametrize("command", ["update", "prune"])
def test_a_baseline_that_cannot_be_written_is_found_before_the_work(
    run, workplace, desk, locked, command
):
    assert run("baseline", "create", "desk.csv").returncode == 0
    locked.chmod(0o755)
    shutil.copy("baseline.json", locked)
    lock(locked)
    done = run("baseline", command, "gone.csv", str(locked / "baseline.json"), rights=False)
    assert done.returncode == 5
    assert "cannot be written" in done.stderr


def test_what_github_cannot_be_told_takes_no_verdict_away(run, desk, locked):
    env = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(locked / "output"),
        "GITHUB_STEP_SUMMARY": str(locked / "summary"),
    }
    plain = run("gate", "desk.csv", "--format", "json")
    done = run("gate", "desk.csv", "--format", "github", env=env, rights=False)
    assert done.returncode == plain.returncode
    assert done.returncode in (0, 1, 3)
    assert done.stderr.count("the verdict stands") == 2
