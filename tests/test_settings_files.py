"""Where settings are looked for: from the data's folder upwards, then from the working folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import auditor
from auditor.errors import UsageError
from auditor.settings import load_settings
from auditor.settings_files import find, passed_over

Write = Callable[[str, int], None]


@pytest.fixture
def write(tmp_path, monkeypatch) -> Write:
    """Writes a file of settings with that seed below the folder `shop`, in which the test works."""
    (tmp_path / "shop/data/en").mkdir(parents=True)
    (tmp_path / "shop/notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "shop")

    def write(name: str, seed: int) -> None:
        table = "[tool.auditor]\n" if name.endswith("pyproject.toml") else ""
        Path(name).write_text(f"{table}seed = {seed}\n")

    return write


def used(*data: str) -> str:
    found = find(*map(Path, data))
    return found.called if found else ""


DATA = "data/en/train.csv"


@pytest.mark.parametrize("name", ["auditor.toml", "pyproject.toml"])
@pytest.mark.parametrize("folder", ["data/en/", "data/", ""])
def test_it_is_found_from_the_folder_of_the_data_upwards(write, folder, name):
    write(f"{folder}{name}", 3)
    assert used(DATA) == f"{folder}{name}"
    assert load_settings(None, {}, DATA).seed == 3
    assert load_settings(None, {}, Path(DATA).absolute()).seed == 3


def test_a_dataset_folder_may_hold_its_own(write):
    write("data/en/auditor.toml", 3)
    assert used("data/en") == "data/en/auditor.toml"


def test_the_nearest_counts_alone(write):
    write("auditor.toml", 1)
    write("data/pyproject.toml", 2)
    write("data/en/auditor.toml", 3)
    assert load_settings(None, {}, DATA).seed == 3
    Path("data/en/auditor.toml").write_text("probe = 'head'\n")
    assert load_settings(None, {}, DATA).seed == 0


def test_in_one_folder_auditor_toml_comes_first_and_a_pyproject_without_us_is_passed_over(write):
    write("pyproject.toml", 1)
    write("auditor.toml", 2)
    Path("data/pyproject.toml").write_text("[tool.ruff]\nline-length = 90\n")
    assert used(DATA) == "auditor.toml"


def test_it_is_found_from_the_working_folder_upwards_where_the_data_has_none(
    write, monkeypatch, tmp_path
):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    write("auditor.toml", 4)
    monkeypatch.chdir("notebooks")
    data = str(tmp_path / "elsewhere/train.csv")
    assert used(data) == used() == "../auditor.toml"
    assert load_settings(None, {}, data).seed == 4


def test_the_datas_comes_before_the_one_of_the_working_folder_which_is_told(write):
    write("notebooks/auditor.toml", 1)
    write("data/auditor.toml", 2)
    found = find(Path(DATA))
    assert found is not None
    assert (found.called, passed_over(found)) == ("data/auditor.toml", "")
    write("auditor.toml", 3)
    assert (found.called, passed_over(found)) == ("data/auditor.toml", "auditor.toml")
    Path("auditor.toml").write_text("what is not read = may be anything")
    assert passed_over(found) == ""


def test_the_first_of_several_datasets_decides(write):
    write("data/en/auditor.toml", 1)
    write("notebooks/auditor.toml", 2)
    assert used("notebooks/a.csv", DATA) == "notebooks/auditor.toml"
    assert used("a.csv", DATA) == "data/en/auditor.toml"


@pytest.mark.parametrize("mark", ["folder", "file"])
def test_a_search_ends_with_the_repository(write, monkeypatch, mark):
    """A submodule has a file called .git."""
    git = Path("data/.git")
    git.mkdir() if mark == "folder" else git.write_text("gitdir: ../.git/modules/data\n")
    write("auditor.toml", 1)
    monkeypatch.chdir("data")
    assert used("en/train.csv") == ""
    write("pyproject.toml", 2)
    assert used("en/train.csv") == "pyproject.toml"


def test_a_search_ends_with_the_home_of_the_user(write, tmp_path):
    (tmp_path / "auditor.toml").write_text("seed = 9\n")
    assert used(DATA) == ""
    write("auditor.toml", 1)
    assert used(DATA) == "auditor.toml"


def test_a_folder_where_anybody_may_write_is_not_looked_into(write, monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "another")
    shared = tmp_path / "tmp"
    (shared / "mine").mkdir(parents=True)
    shared.chmod(0o1777)
    (shared / "auditor.toml").write_text("seed = 9\n")
    assert used(str(shared / "train.csv")) == used(str(shared / "mine/train.csv")) == ""
    monkeypatch.chdir(shared)
    assert used("train.csv") == "auditor.toml"


def test_a_user_without_a_home_finds_the_same(write, monkeypatch):
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    write("auditor.toml", 1)
    assert used(DATA) == "auditor.toml"


def test_a_linked_folder_is_where_the_user_sees_it(write, tmp_path):
    (tmp_path / "store").mkdir()
    Path("linked").symlink_to(tmp_path / "store")
    write("auditor.toml", 1)
    assert used("linked/train.csv") == "auditor.toml"


def test_a_file_that_is_named_comes_before_all(write):
    write("data/en/auditor.toml", 1)
    write("auditor.toml", 2)
    assert load_settings("auditor.toml", {}, DATA).seed == 2
    assert load_settings("/dev/null", {}, DATA).seed == 0


# --- from Python -----------------------------------------------------------------------------


def test_a_call_reads_no_file_by_itself(workplace, tickets, quick):
    (workplace / "auditor.toml").write_text(
        'seed = 7\nlabel = "no such column"\n[gate]\nfewest = 9\n'
    )
    rows = pd.DataFrame(tickets)
    assert auditor.audit(rows, **quick).settings["seed"] == 0
    assert auditor.gate(rows, **quick).policy["fewest"] == 5


def test_a_call_takes_what_was_loaded(workplace, tickets, as_csv):
    (workplace / "sets").mkdir()
    (workplace / "sets/desk.csv").write_text(as_csv(tickets), encoding="utf-8")
    with (workplace / "auditor.toml").open("a") as file:
        file.write("seed = 7\n[gate]\nfewest = 9\n")
    for given in (("auditor.toml",), (workplace / "auditor.toml",), (None,)):
        assert auditor.load_settings(*given).seed == 7
        assert auditor.load_policy(*given).fewest == 9
    (workplace / "sets/auditor.toml").write_text("seed = 8\n[gate]\nfewest = 10\n")
    settings = auditor.load_settings(None, {"embedder": "hashing"}, "sets/desk.csv")
    assert (settings.seed, settings.embedder) == (8, "hashing")
    policy = auditor.load_policy(None, "sets/desk.csv")
    assert policy.fewest == 10
    found = auditor.gate("sets/desk.csv", settings=settings, policy=policy, cache_dir="vectors")
    assert (found.settings["seed"], found.policy["fewest"]) == (8, 10)


def test_a_policy_is_held_to_the_codes_that_there_are(tmp_path):
    (tmp_path / "own.toml").write_text("[checks.label-eror]\nfail = 0.1\n")
    with pytest.raises(UsageError, match="did you mean 'label-error'"):
        auditor.load_policy(tmp_path / "own.toml")
