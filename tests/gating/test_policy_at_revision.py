"""Against a revision its settings and its policy hold, and what the branch changes is told."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import UsageError
from auditor.gating.inputs import CODES
from auditor.gating.policy_at_revision import Ruling, ruling

GATE = "[gate.checks.label-error]\nfail_rise = {}\n"
CHANGED = "gate.checks.label-error.fail_rise: 0.01 at main, 0.9 here (not used)"


@pytest.fixture
def git(tmp_path, monkeypatch) -> Callable[..., None]:
    """A repository with data/train.csv, in which the test works."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "repository"
    (folder / "data").mkdir(parents=True)
    monkeypatch.chdir(folder)

    def git(*words: str) -> None:
        mia = ("-c", "user.name=mia", "-c", "user.email=mia@example.org")
        subprocess.run(["git", *mia, *words], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    return git


@pytest.fixture
def branched(git) -> Callable[..., None]:
    """Commits files on main, and others (None: removed) on a branch that starts there."""

    def write(files: dict[str, str | bytes | None]) -> None:
        for name, content in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        git("add", "--all")
        git("commit", "-q", "--allow-empty", "-m", "a change")

    def branched(base: dict[str, Any], branch: dict[str, Any]) -> None:
        write({"data/train.csv": "text,label\n", **base})
        git("checkout", "-q", "-b", "change")
        write(branch)

    return branched


def ruled(**given: Any) -> Ruling:
    flags = given.pop("flags", {})
    given = {"policy": None, "config": None, **given}
    return ruling(Path("data/train.csv"), "main", CODES, flags=flags, **given)


def limit(rules: Ruling) -> float | None:
    return rules.policy.checks["label-error"].fail_rise


# --- the base's hold -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "table"),
    [("auditor.toml", GATE), ("pyproject.toml", GATE.replace("[gate", "[tool.auditor.gate"))],
)
def test_the_policy_is_that_of_the_base_and_a_change_is_told(branched, file, table):
    branched({file: table.format("0.01")}, {file: table.format("0.9")})
    rules = ruled()
    assert limit(rules) == 0.01
    assert rules.changes == (CHANGED,)


def test_what_is_the_same_is_not_told(branched):
    branched({"auditor.toml": GATE.format("0.01")}, {"auditor.toml": "\n" + GATE.format("0.010")})
    assert ruled().changes == ()


def test_a_file_that_the_branch_brings_does_not_stand_above_the_bases(branched):
    base = GATE.replace("[gate", "[tool.auditor.gate").format("0.01")
    branched({"pyproject.toml": base}, {"auditor.toml": GATE.format("0.9")})
    rules = ruled()
    assert (limit(rules), rules.changes) == (0.01, (CHANGED,))


def test_a_file_that_the_branch_removes_still_holds(branched):
    branched({"auditor.toml": GATE.format("0.01")}, {"auditor.toml": None})
    rules = ruled()
    assert limit(rules) == 0.01
    assert rules.changes == (CHANGED.replace("0.9 here", "not set here"),)


def test_what_was_not_committed_is_not_used_either(branched):
    branched({"auditor.toml": GATE.format("0.01")}, {})
    Path("auditor.toml").write_text(GATE.format("0.9"))
    assert ruled().changes == (CHANGED,)


def test_settings_hold_as_the_policy_does(branched):
    base = 'label = "topic"\nseed = 3\n[checks.near-duplicate]\nfewest = 2\n'
    now = 'label = "mood"\nembedder = "evil/model"\ncache_dir = "../somewhere"\nseed = 3\n'
    branched({"auditor.toml": base}, {"auditor.toml": now})
    rules = ruled()
    assert (rules.settings.label, rules.settings.cache_dir) == ("topic", None)
    assert rules.changes == (
        "cache_dir: not set at main, '../somewhere' here (not used)",
        "checks.near-duplicate.fewest: 2 at main, not set here (not used)",
        "embedder: not set at main, 'evil/model' here (not used)",
        "label: 'topic' at main, 'mood' here (not used)",
    )


def test_flags_stand_above_both(branched):
    branched({"auditor.toml": 'label = "topic"\n'}, {})
    assert ruled(flags={"label": "mood"}).settings.label == "mood"


@pytest.mark.parametrize("given", ["policy", "config"])
def test_a_file_that_the_user_names_is_the_bases_too(branched, given):
    branched({"rules/own.toml": GATE.format("0.01")}, {"rules/own.toml": GATE.format("0.9")})
    rules = ruled(**{given: Path("rules/own.toml")})
    assert (limit(rules), rules.changes) == (0.01, (CHANGED,))


def test_a_file_that_is_new_on_the_branch_is_not_used(branched):
    branched({}, {"own.toml": GATE.format("0.9")})
    rules = ruled(policy=Path("own.toml"))
    assert rules.policy.checks == {}
    assert rules.changes == (CHANGED.replace("0.01 at", "not set at"),)


def test_a_file_outside_the_repository_is_the_users_own(branched, tmp_path):
    branched({}, {})
    (tmp_path / "own.toml").write_text(GATE.format("0.2"))
    rules = ruled(policy=tmp_path / "own.toml")
    assert (limit(rules), rules.changes) == (0.2, ())
    with pytest.raises(UsageError, match=r"nowhere\.toml: cannot be read"):
        ruled(policy=Path("nowhere.toml"))


def test_a_link_to_a_file_outside_is_of_the_branch(branched, tmp_path, git):
    branched({"auditor.toml": GATE.format("0.01")}, {})
    (tmp_path / "own.toml").write_text(GATE.format("0.9"))
    Path("auditor.toml").unlink()
    Path("auditor.toml").symlink_to(tmp_path / "own.toml")
    rules = ruled()
    assert (limit(rules), rules.changes) == (0.01, (CHANGED,))


def test_a_base_that_is_not_understood_is_told_as_the_bases(branched):
    branched({"auditor.toml": "sede = 1\n"}, {"auditor.toml": "seed = 1\n"})
    with pytest.raises(UsageError, match=r"auditor\.toml at main: unknown setting 'sede'"):
        ruled()


# --- near the data --------------------------------------------------------------------------


def test_the_nearest_settings_to_the_data_hold_as_they_were(branched):
    base = {"auditor.toml": GATE.format("0.5"), "data/auditor.toml": GATE.format("0.01")}
    branched(base, {"data/auditor.toml": GATE.format("0.9")})
    rules = ruled()
    assert (limit(rules), rules.changes) == (0.01, (CHANGED,))


def test_nearer_settings_that_the_branch_brings_are_not_used(branched):
    branched({"auditor.toml": GATE.format("0.01")}, {"data/auditor.toml": GATE.format("0.9")})
    rules = ruled()
    assert (limit(rules), rules.changes) == (0.01, (CHANGED,))


def test_a_renamed_dataset_takes_the_settings_of_its_old_place_along(branched):
    base = {"auditor.toml": GATE.format("0.9"), "old/auditor.toml": GATE.format("0.01")}
    branched(base, {})
    rules = ruled(base=Path("old/train.csv"))
    assert (limit(rules), rules.changes) == (0.01, (CHANGED,))


def test_it_is_the_same_from_any_working_folder(branched, monkeypatch, tmp_path):
    branched({"auditor.toml": GATE.format("0.01")}, {"auditor.toml": GATE.format("0.9")})
    data = Path("data/train.csv").absolute()
    monkeypatch.chdir(tmp_path)
    rules = ruling(data, "main", CODES, policy=None, config=None, flags={})
    assert limit(rules) == 0.01


def test_a_mark_of_byte_order_changes_nothing(branched):
    before = b"\xef\xbb\xbf" + GATE.format("0.01").encode()
    branched({"auditor.toml": before}, {"auditor.toml": GATE.format("0.01")})
    assert (limit(ruled()), ruled().changes) == (0.01, ())


# --- whatever the branch writes there --------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"[gate",
        b"\xff\xfe",
        b"a = " + b"[" * 100_000,
        b"a = " + b"9" * 10_000,
        b"tool = 3\n",
        b"gate = 3\n",
        b"gate = nan\nseed = inf\n",
        b"a = 0x" + b"f" * 100_000,
        b"[" + b".".join([b"a"] * 5_000) + b"]\nb = 1\n",
        b"[gate]\n" + b"".join(b"k%d = 1\n" % n for n in range(5_000)),
        b'"\\u001b[31m\\n::error::" = "\\u202e\\n::error::' + b"x" * 10_000 + b'"\n',
    ],
)
def test_it_is_told_in_few_plain_words_and_changes_nothing(branched, content):
    base = {"auditor.toml": GATE.format("0.01")}
    branched(base, {"auditor.toml": content})
    rules = ruled()
    assert limit(rules) == 0.01
    assert 1 <= len(rules.changes) <= 11
    assert all(len(line) < 250 and line.isprintable() for line in rules.changes)


def test_the_policy_is_told_before_what_else_changes(branched):
    many = "".join(f"a{n} = 1\n" for n in range(50))
    branched({"auditor.toml": GATE.format("0.01")}, {"auditor.toml": many + GATE.format("0.9")})
    assert ruled().changes[0] == CHANGED
    assert ruled().changes[-1] == "and 41 more settings (not used)"


# --- other files that decide -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"models/own/model.safetensors": "spoilt"},
        {"models/own/more.json": "{}"},
        {"models/own/config.json": None},
    ],
)
def test_a_model_of_the_repository_that_the_branch_changes_is_told(branched, change):
    base = {"models/own/model.safetensors": "weights", "models/own/config.json": "{}"}
    branched({"auditor.toml": 'embedder = "models/own"\n', **base}, change)
    told = "embedder: models/own here is not that of main (used as it is here)"
    assert ruled().changes == (told,)


def test_a_model_that_is_the_same_is_not_told(branched, git, tmp_path):
    """Of Git LFS the commit has but a pointer, with the hash of what is checked out."""
    digest = hashlib.sha256(b"weights").hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 7\n"
    branched({"models/a/model.safetensors": pointer, "models/b/model.safetensors": "weights"}, {})
    Path("models/a/model.safetensors").write_bytes(b"weights")
    for name in ("a", "b"):
        assert ruled(flags={"embedder": f"models/{name}"}).changes == ()
    Path("models/a/model.safetensors").write_bytes(b"spoilt")
    assert len(ruled(flags={"embedder": "models/a"}).changes) == 1


def test_a_folder_called_like_a_model_of_the_hub_is_told(branched):
    branched({}, {"org/model/config.json": "{}"})
    assert ruled(flags={"embedder": "org/model"}).changes[0].startswith("embedder: org/model here")
    assert ruled(flags={"embedder": "org/other"}).changes == ()


@pytest.mark.parametrize("to", ["../secret.csv", ".git/config", "/etc/passwd"])
def test_a_dataset_that_the_branch_links_to_elsewhere_is_refused(branched, git, tmp_path, to):
    """Its rows would stand in a report that others can read."""
    (tmp_path / "secret.csv").write_text("text,label\n")
    branched({}, {"data/other.csv": "text,label\n"})
    place = Path("data/train.csv")
    place.unlink()
    place.symlink_to(Path.cwd() / to)
    assert ruled().changes == ()  # DVC links like this, but git does not keep it
    git("rm", "-q", "--cached", "data/train.csv")
    assert ruled().changes == ()
    git("add", "--force", "data/train.csv")
    with pytest.raises(UsageError, match="leads out of the repository"):
        ruled()


def test_so_is_one_in_a_folder_or_above_it(branched, git, tmp_path):
    branched({"sets/a/one.csv": "text,label\n"}, {})
    (tmp_path / "secret.csv").write_text("text,label\n")
    Path("sets/a/two.csv").symlink_to(tmp_path / "secret.csv")
    Path("above").symlink_to(tmp_path)
    git("add", ".")
    for dataset in ("sets", "sets/a", "above/secret.csv", "."):
        with pytest.raises(UsageError, match="leads out of the repository"):
            ruling(Path(dataset), "main", CODES, policy=None, config=None, flags={})


def test_a_link_to_another_dataset_of_the_repository_is_read(branched, git):
    branched({"archive/train.csv": "text,label\n"}, {})
    Path("data/train.csv").unlink()
    Path("data/train.csv").symlink_to("../archive/train.csv")
    git("add", ".")
    assert ruled().changes == ()


def test_vectors_that_the_branch_brings_are_refused(branched, tmp_path):
    branched({"auditor.toml": 'cache_dir = "vectors"\n'}, {"vectors/vectors-1.sqlite": "forged"})
    with pytest.raises(UsageError, match="cache_dir vectors: git keeps files or a link there"):
        ruled()
    assert ruled(flags={"cache_dir": str(tmp_path / "own")}).changes == ()


@pytest.mark.parametrize("linked", ["vectors", "build"])
def test_nor_by_a_link(branched, git, linked):
    branched({".gitignore": "/build\n"}, {"elsewhere/vectors/vectors-1.sqlite": "forged"})
    place = Path("build/vectors" if linked == "build" else "vectors")
    Path(linked).symlink_to("elsewhere" if linked == "build" else "elsewhere/vectors")
    with pytest.raises(UsageError, match="a link there"):
        ruled(flags={"cache_dir": str(place)})


def test_a_cache_that_git_does_not_know_is_used(branched):
    branched({".gitignore": "/vectors\n"}, {})
    Path("vectors").mkdir()
    assert ruled(flags={"cache_dir": "vectors"}).settings.cache_dir == "vectors"
