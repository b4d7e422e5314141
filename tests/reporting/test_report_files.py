"""Reports are rendered whole before the first byte is written, and written whole or not at all."""

from __future__ import annotations

import pytest

from auditor.errors import MachineError, UsageError
from auditor.records.audit import Audit
from auditor.reporting import FORMATS, save, save_html
from auditor.reporting.contract import Contract


def test_every_renderer_writes_its_file(audit, tmp_path):
    known = FORMATS[Audit].all
    paths = save(audit, tmp_path / "new" / "folder", [r.name for r in known])
    assert [p.name for p in paths] == [r.filename for r in known]
    assert {p.name for p in paths[0].parent.iterdir()} == {r.filename for r in known}


def test_by_default_the_exports_to_labelling_tools_are_left_out(audit, tmp_path):
    names = [p.name for p in save(audit, tmp_path)]
    assert names == ["report.html", "audit.json", "relabel.csv", "collect.csv"]


def test_a_page_alone(audit, tmp_path):
    path = save_html(audit, tmp_path / "page.html")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_an_unknown_format_names_the_known_ones(audit, tmp_path):
    with pytest.raises(UsageError, match="unknown format 'pdf'; known: html, json"):
        save(audit, tmp_path, ["pdf"])


def test_an_earlier_report_stays_when_rendering_fails(audit, tmp_path, monkeypatch):
    save(audit, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def fail(self, audit):
        raise RuntimeError("a defect")

    monkeypatch.setattr(Contract, "render", fail)
    with pytest.raises(RuntimeError):
        save(audit, tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_an_earlier_report_stays_when_the_disk_is_full(audit, tmp_path, monkeypatch):
    save(audit, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MachineError, match=r"No space left on device.*free some space"):
        save(audit, tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_folder_that_is_a_file_is_one_clear_line(audit, tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(MachineError, match="cannot be written"):
        save(audit, tmp_path / "taken")
