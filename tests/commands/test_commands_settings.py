"""Every command that reads data takes the settings that lie nearest to it."""

from __future__ import annotations

import pytest

COMMANDS = [
    ("audit",), ("gate",), ("compare",), ("backtest",), ("baseline", "create"),
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_settings_near_the_data_count(run, desk, workplace, words):
    (workplace / "sets/en").mkdir(parents=True)
    desk.rename(workplace / "sets/en/desk.csv")
    (workplace / "sets/auditor.toml").write_text("sede = 1\n")
    both = ("sets/en/desk.csv",) * (2 if words == ("compare",) else 1)
    told = run(*words, *both, code=2).stderr
    assert "sets/auditor.toml: unknown setting 'sede'; did you mean 'seed'?" in told
    told = run(*words, *both, "--config", "nowhere.toml", code=2).stderr
    assert told == "auditor: nowhere.toml: cannot be read: no such file; check the path\n"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_pointer_in_place_of_the_data_is_told_in_one_line(run, workplace, words):
    name = "4d7a2146" * 8
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize 12345\n"
    (workplace / "desk.csv").write_text(pointer)
    both = ("desk.csv",) * (2 if words == ("compare",) else 1)
    told = run(*words, *both, code=4).stderr
    assert told.startswith("auditor: desk.csv: is a pointer of Git LFS, not its content; get it")
    assert told.count("\n") == 1
