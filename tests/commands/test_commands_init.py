"""`auditor init` writes every setting there is, and over nothing."""

from __future__ import annotations

import dataclasses
import tomllib

from click.testing import CliRunner

from auditor.cli import main
from auditor.commands.init import commented_settings
from auditor.settings import Settings, load_settings


def settings_lines():
    names = {f.name for f in dataclasses.fields(Settings)}
    lines = [line.removeprefix("# ") for line in commented_settings().splitlines()]
    return {line.split(" =")[0]: line for line in lines if line.split(" =")[0] in names}


def test_every_setting_is_there():
    assert set(settings_lines()) == {f.name for f in dataclasses.fields(Settings)}


def test_what_has_a_default_can_be_taken_as_it_stands(tmp_path):
    file = tmp_path / "auditor.toml"
    stated = [line for line in settings_lines().values() if not line.endswith("=")]
    assert tomllib.loads("\n".join(stated))["map_points"] == Settings().map_points
    file.write_text("\n".join(stated), encoding="utf-8")
    assert load_settings(file, {}).deciding() == Settings().deciding()


def test_as_written_it_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    assert tomllib.loads((tmp_path / "auditor.toml").read_text(encoding="utf-8")) == {}


def test_a_file_that_is_there_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "auditor.toml").write_text("seed = 1\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["init"])
    assert done.exit_code == 2
    assert "is there already" in done.stderr
    assert (tmp_path / "auditor.toml").read_text(encoding="utf-8") == "seed = 1\n"
