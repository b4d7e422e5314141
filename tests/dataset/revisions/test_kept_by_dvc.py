"""What DVC keeps at a revision, read from its cache."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from auditor.dataset.revisions import BaseAtRevision, at_revision, find_base
from auditor.errors import DataError, MachineError

OLD = b"text,label\r\n\xe2\x82\xac 5 off \x00,late\n"
NEW = b"text,label\nWhere is it?,late\n"


def put(content: bytes, cache: Path = Path(".dvc/cache/files/md5"), end: str = "") -> str:
    """Puts content into a cache of DVC; gives the hash that it is found by."""
    name = hashlib.md5(content).hexdigest() + end
    (cache / name[:2]).mkdir(parents=True, exist_ok=True)
    (cache / name[:2] / name[2:]).write_bytes(content)
    return name


def pointer(name: str, md5: str, more: str = "  hash: md5\n") -> bytes:
    return f"outs:\n- md5: {md5}\n{more}  path: {name}\n".encode()


@pytest.fixture
def keeps(commit) -> Callable[..., str]:
    """Commits files beside the configuration of DVC, whose cache git does not know."""

    def keeps(files: dict[str, bytes], config: bytes = b"") -> str:
        return commit({".dvc/config": config, ".dvc/.gitignore": b"/cache\n/tmp\n", **files})

    return keeps


@pytest.fixture(autouse=True)
def without_cache_of_the_user(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def read(path: str, revision: str = "HEAD") -> bytes:
    with at_revision(Path(path), revision) as copy:
        return copy.read_bytes()


def test_a_file_is_read_by_the_hash_that_the_revision_records(keeps):
    first = keeps({"data/train.csv.dvc": pointer("train.csv", put(OLD))})
    keeps({"data/train.csv.dvc": pointer("train.csv", put(NEW))})
    assert read("data/train.csv", first) == OLD


def test_a_folder_and_a_file_inside_it(keeps):
    files = [{"md5": put(OLD), "relpath": "a/one.csv"}, {"md5": put(NEW), "relpath": "two.csv"}]
    listing = put(json.dumps(files).encode(), end=".dir")
    keeps({"sets.dvc": pointer("sets", listing), "sets/keep": b""})
    Path("sets/a").mkdir()
    assert read("sets/a/one.csv") == OLD
    with at_revision(Path("sets/a"), "HEAD") as path:
        assert [p.name for p in path.iterdir()] == ["one.csv"]


def test_a_folder_that_leads_out_of_itself_is_refused(keeps, fails, tmp_path):
    files = [{"md5": put(OLD), "relpath": "../../out.csv"}]
    keeps({"sets.dvc": pointer("sets", put(json.dumps(files).encode(), end=".dir"))})
    Path("sets").mkdir()
    fails("sets", "HEAD", MachineError, "which leads out of it")


def test_what_a_stage_made(keeps):
    out = f"{{path: train.csv, hash: md5, md5: {put(OLD)}}}"
    lock = f"schema: '2.0'\nstages:\n  draw:\n    cmd: x\n    outs: [{out}]\n"
    keeps({"data/dvc.lock": lock.encode(), "data/dvc.yaml": b"stages: {draw: {cmd: x}}\n"})
    assert read("data/train.csv") == OLD


@pytest.mark.parametrize(
    "told", ["{draw: {wdir: ../data}}", "{draw: {foreach: [a], do: {wdir: ../data}}}"]
)
def test_what_a_stage_made_elsewhere(keeps, told, fails):
    lock = f"stages:\n  draw@a:\n    outs:\n    - {{path: train.csv, hash: md5, md5: {put(OLD)}}}\n"
    keeps({"dvc.lock": lock.encode(), "dvc.yaml": b"stages: " + told.replace("../", "").encode(),
           "data/keep": b""})  # fmt: skip
    assert read("data/train.csv") == OLD
    Path("train.csv").write_bytes(NEW)
    fails("train.csv", "HEAD", DataError, "neither in git nor in DVC")


def test_what_older_versions_keep_may_have_other_line_ends(keeps):
    md5 = hashlib.md5(OLD.replace(b"\r\n", b"\n")).hexdigest()
    cache = Path(".dvc/cache") / md5[:2]
    cache.mkdir(parents=True)
    (cache / md5[2:]).write_bytes(OLD)
    keeps({"data/train.csv.dvc": pointer("train.csv", md5, more="")})
    assert read("data/train.csv") == OLD


@pytest.mark.parametrize("file", ["config", "config.local"])
def test_the_cache_may_be_elsewhere(keeps, tmp_path, file):
    shared = f"[core]\n    analytics = false\n[cache]\n    dir = {tmp_path}/shared\n".encode()
    md5 = put(OLD, tmp_path / "shared/files/md5")
    keeps({"data/train.csv.dvc": pointer("train.csv", md5)}, shared if file == "config" else b"")
    if file == "config.local":
        Path(".dvc/config.local").write_bytes(shared)
    assert read("data/train.csv") == OLD


def test_a_pointer_alone_says_that_dvc_keeps_the_content(commit, fails):
    first = commit({"data/train.csv.dvc": pointer("train.csv", hashlib.md5(OLD).hexdigest())})
    Path("data/train.csv").write_bytes(NEW)
    assert find_base(Path("data/train.csv"), first) == BaseAtRevision(path=Path("data/train.csv"))
    fails("data/train.csv", first, MachineError, "DVC's cache does not hold", "`dvc pull`")
    put(OLD)
    assert read("data/train.csv", first) == OLD


# --- what the branch brings ------------------------------------------------------------------


def test_no_cache_decides_what_the_base_is(keeps, git, tmp_path, fails):
    """Whatever lies there counts only with the hash that the base records."""
    md5 = put(OLD)
    first = keeps({"data/train.csv.dvc": pointer("train.csv", md5)})
    place = Path(".dvc/cache/files/md5") / md5[:2] / md5[2:]
    place.unlink()
    place.write_bytes(NEW)
    fails("data/train.csv", first, MachineError, "DVC's cache does not hold", "`dvc pull`")
    put(OLD, tmp_path / "shared/files/md5")
    Path(".dvc/config.local").write_text(f"[cache]\ndir = {tmp_path}/shared\n")
    assert read("data/train.csv", first) == OLD


def test_no_configuration_of_the_branch_runs_anything(keeps, tmp_path, fails, monkeypatch):
    """An S3 remote can name an AWS configuration, and that a program which gives the password."""
    first = keeps({"data/train.csv.dvc": pointer("train.csv", hashlib.md5(OLD).hexdigest())})
    remote = b"[core]\nremote = s\n['remote \"s\"']\nurl = s3://bucket/x\nconfigpath = ../aws\n"
    aws = f"[default]\ncredential_process = touch {tmp_path}/ran\n".encode()
    keeps({"aws": aws, "data/train.csv.dvc": pointer("train.csv", put(NEW))}, remote)
    Path(".dvc/config.local").write_bytes(remote)
    (Path("dvc.py")).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.syspath_prepend(".")
    fails("data/train.csv", first, MachineError, "DVC's cache does not hold")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"outs: [", b"outs: 3\n", b"outs: [{path: train.csv}]\n"])
def test_a_pointer_that_is_not_understood_is_said(keeps, fails, content):
    keeps({"data/train.csv.dvc": content})
    fails("data/train.csv", "HEAD", MachineError, "data/train.csv", "dvc pull")


def test_what_is_in_neither_is_said(keeps, fails):
    keeps({"data/train.csv.dvc": pointer("train.csv", put(OLD))})
    fails("data/more.csv", "HEAD", DataError, "neither in git nor in DVC")


# --- as DVC itself keeps it ------------------------------------------------------------------


@pytest.fixture
def kept(repository, monkeypatch, tmp_path) -> Callable[..., str]:
    """Commits files that DVC keeps, and names the commit."""
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.setenv("DVC_TEST", "1")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "dvc"))

    def dvc(*words: str) -> None:
        subprocess.run([sys.executable, "-m", "dvc", *words], check=True, capture_output=True)

    def kept(files: dict[str, bytes], added: str) -> str:
        if not Path(".dvc").exists():
            dvc("init", "-q")
        for name, content in files.items():
            path = repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        dvc("add", "-q", added)
        subprocess.run(["git", "add", "."], check=True)
        subprocess.run(["git", "commit", "-q", "-m", "data"], check=True)
        done = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True)
        return done.stdout.decode().strip()

    return kept


@pytest.mark.slow
@pytest.mark.skipif(find_spec("dvc") is None, reason="needs DVC: pip install dvc")
@pytest.mark.filterwarnings("ignore")  # of DVC and what it imports
class TestWithDvc:
    def test_a_file_is_read_as_it_was(self, kept):
        first = kept({"data/train.csv": OLD}, "data/train.csv")
        kept({"data/train.csv": NEW}, "data/train.csv")
        assert read("data/train.csv", first) == OLD
        assert Path("data/train.csv").read_bytes() == NEW

    def test_a_folder_and_a_file_inside_it_are_read_as_they_were(self, kept):
        first = kept({"sets/a/one.csv": OLD, "sets/two.csv": NEW}, "sets")
        kept({"sets/a/one.csv": NEW}, "sets")
        with at_revision(Path("sets"), first) as path:
            assert (path / "a/one.csv").read_bytes() == OLD
            assert (path / "two.csv").read_bytes() == NEW
        assert read("sets/a/one.csv", first) == OLD
