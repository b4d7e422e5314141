"""A pointer of Git LFS, DVC or git-annex is told as such, with the command for the content."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from auditor.dataset import load_dataset, load_texts
from auditor.errors import DataError
from auditor.gating import baseline
from auditor.reporting import load
from auditor.settings import Settings

HASH = "4d7a2146" * 8
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{HASH}\nsize 1234567\n"
DVC = "outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n  size: 14445097\n  hash: md5\n  path: {}\n"
OLD_DVC = "md5: 5673d45a0fb0a9c0a1a0a6c3e22d4f6f\nouts:\n- path: train.csv\n  md5: {}\n"
CSV = "text,label\nIt broke,damage\nToo late,delay\n"


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A folder that git and LFS would know, to work in."""
    folder = tmp_path / "shop"
    (folder / ".git").mkdir(parents=True)
    (folder / "data").mkdir()
    monkeypatch.chdir(folder)
    return folder


def told(source: str | Path, **settings: str) -> str:
    with pytest.raises(DataError) as raised:
        load_dataset(source, Settings(**settings))
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("name", ["train.csv", "train.jsonl", "train.parquet", "train.json"])
def test_a_pointer_of_lfs_in_any_format(repository, name):
    Path("data", name).write_text(LFS)
    assert told(f"data/{name}") == (
        f"data/{name}: is a pointer of Git LFS, not its content; "
        f"get it with `git lfs pull --include=data/{name}`"
    )


def test_the_command_names_the_file_as_git_does_wherever_it_is_typed(repository, monkeypatch):
    Path("data/my set.csv").write_text(LFS)
    Path("data/[1].csv").write_text(LFS)
    monkeypatch.chdir("data")
    assert "`git lfs pull --include='data/my set.csv'`" in told("my set.csv")
    assert "`git lfs pull`" in told("[1].csv")
    monkeypatch.chdir("/")
    path = repository / "data/my set.csv"
    assert f"`git -C {repository} lfs pull --include='data/my set.csv'`" in told(path)


def test_unlabelled_texts_may_be_a_pointer_too(repository):
    Path("real.csv").write_text(LFS)
    with pytest.raises(DataError, match=r"real\.csv: is a pointer of Git LFS"):
        load_texts("real.csv", Settings())


@pytest.mark.parametrize("name", ["train.csv", "data/train-00000-of-00002.parquet", "test.csv"])
def test_a_file_of_a_dataset_folder(repository, name):
    for other in ("train.csv", "test.csv"):
        Path("data", other).write_text(CSV)
    Path("data", name).parent.mkdir(exist_ok=True)
    Path("data", name).write_text(LFS)
    assert told("data").startswith(f"data: {name} is a pointer of Git LFS")


def test_a_picture_in_a_dataset_folder_may_stay_a_pointer(repository):
    Path("data/train.csv").write_text(CSV)
    for name in ("data/logo.png", "data/.hidden.csv", "data/.cache/one.csv"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(LFS)
    assert load_dataset("data", Settings()).rows_read == 2


@pytest.mark.parametrize("content", [DVC.format("train.csv"), OLD_DVC.format("2" * 32), "deps:\n"])
def test_a_file_of_dvc(repository, content):
    Path("data/train.csv.dvc").write_text(content)
    assert told("data/train.csv.dvc") == (
        "data/train.csv.dvc: is a pointer of DVC, not its content; "
        "get it with `dvc pull data/train.csv.dvc` and give data/train.csv"
    )


def test_a_file_of_dvc_by_another_name(repository):
    Path("train.csv").write_text(DVC.format("train.csv"))
    assert "is a pointer of DVC" in told("train.csv")


def test_a_file_that_only_dvc_has(repository):
    Path("data/train.csv.dvc").write_text(DVC.format("train.csv"))
    assert told("data/train.csv") == (
        "data/train.csv: is kept by DVC and not here; get it with `dvc pull data/train.csv.dvc`"
    )
    assert told("data").startswith("data: train.csv is kept by DVC and not here")
    Path("data/train.csv").write_text(CSV)
    assert load_dataset("data/train.csv", Settings()).rows_read == 2


def test_a_file_in_a_folder_that_only_dvc_has(repository):
    Path("sets.dvc").write_text(DVC.format("sets"))
    assert "get it with `dvc pull sets.dvc`" in told("sets/en/train.csv")
    assert "get it with `dvc pull sets.dvc`" in told(str(Path("sets").absolute())).replace(
        f"{Path.cwd()}/", ""
    )


def test_a_file_that_a_stage_of_dvc_makes(repository):
    lock = "schema: '2.0'\nstages:\n  draw:\n    outs:\n    - path: data/train.csv\n      md5: 1\n"
    Path("dvc.lock").write_text(lock)
    assert "is kept by DVC and not here; get it with `dvc pull data/train.csv`" in told(
        "data/train.csv"
    )
    assert "no such file or folder" in told("data/more.csv")


def test_a_file_of_git_annex(repository):
    key = ".git/annex/objects/X1/2P/SHA256E-s12--00.csv/SHA256E-s12--00.csv"
    Path("data/train.csv").symlink_to(f"../{key}")
    Path("data/test.csv").write_text("/annex/objects/SHA256E-s12--00.csv\n")
    for name in ("data/train.csv", "data/test.csv"):
        assert told(name).endswith(f"pointer of git-annex, not its content; get it with "
                                   f"`git annex get {name}`")  # fmt: skip


def test_a_pointer_that_comes_by_a_pipe(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LFS.encode())))
    assert told("-", input_format="csv") == (
        "stdin: a pointer of Git LFS, not its content; pipe the content itself"
    )


@pytest.mark.parametrize(
    "content",
    [
        "text,label\nversion https://git-lfs.github.com/spec/v1,docs\nread it twice,docs\n",
        "text,label\n/annex/objects/x,docs\nmd5: 12 outs,docs\n",
        "outs:,label\n- md5: of the file,docs\nhello there,docs\n",
    ],
)
def test_data_about_pointers_is_data(repository, content):
    Path("data/train.csv").write_text(content)
    column = content.partition(",")[0]
    assert load_dataset("data/train.csv", Settings(text=column)).rows_read == 2


def test_a_result_or_a_baseline_may_be_a_pointer_too(repository):
    Path("audit.json").write_text(LFS)
    for read in (load, baseline.read):
        with pytest.raises(DataError, match=r"is a pointer of Git LFS, .*--include=audit\.json`"):
            read(Path("audit.json"))
