"""Files that are there whole or not at all."""

from __future__ import annotations

import os

import pytest

from auditor.files import write_whole


def test_what_lies_there_is_replaced_and_a_link_is_not_followed(tmp_path):
    """Of a branch there may be a link in place of the file, or of any name that is foreseeable."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    for name in ("gate.md", ".gate.md", f".gate.md.{os.getpid()}", f"gate.md.{os.getpid()}"):
        (tmp_path / name).symlink_to(victim)
    write_whole(tmp_path / "gate.md", b"a report")
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "gate.md").is_symlink()
    assert (tmp_path / "gate.md").read_bytes() == b"a report"


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "gate.md"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["gate.md"]
