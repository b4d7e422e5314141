"""Files that are there whole or not at all, and records that are trusted only as written."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from auditor.atomic import BrokenSealError, is_sealed, keep, kept, unseal, write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A record such as might be kept."""

    parcels: tuple[float, ...]
    van: str = ""


RECORD = Weighed(parcels=(0.5, 12.25, 3.0), van="the blue one: caf\u00e9, \U0001f69a")


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


# --- records that are kept -------------------------------------------------------------------


def test_a_record_is_read_back_under_its_key(tmp_path):
    keep(tmp_path / "x.json", "a1", RECORD)
    assert kept(tmp_path / "x.json", "a1", Weighed) == RECORD
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_what_is_not_there_is_none_and_nothing_is_said(tmp_path, caplog):
    assert kept(tmp_path / "none.json", "a1", Weighed) is None
    assert caplog.messages == []


def test_no_flip_of_any_bit_is_trusted_and_each_is_said_in_a_line(tmp_path, caplog):
    path = tmp_path / "x.json"
    keep(path, "a1", RECORD)
    content = path.read_bytes()
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        assert kept(path, "a1", Weighed) is None
        assert is_sealed(damaged) is (bit // 8 >= len(b'{"sha256"'))
    assert len(caplog.messages) == 8 * len(content)
    assert all("x.json" in line and "made anew" in line for line in caplog.messages)


def test_no_cut_and_nothing_added_is_trusted(tmp_path):
    path = tmp_path / "x.json"
    keep(path, "a1", RECORD)
    content = path.read_bytes()
    for damaged in (*(content[:n] for n in range(len(content))), content + b"\n", b" " + content):
        path.write_bytes(damaged)
        assert kept(path, "a1", Weighed) is None


def test_the_file_of_another_key_is_not_trusted(tmp_path, caplog):
    keep(tmp_path / "x.json", "a1", RECORD)
    assert kept(tmp_path / "x.json", "a2", Weighed) is None
    assert "its key is not the one wanted" in caplog.messages[0]


def test_a_record_of_another_kind_is_not_trusted(tmp_path, caplog):
    keep(tmp_path / "x.json", "a1", {"parcels": "three"})
    assert kept(tmp_path / "x.json", "a1", Weighed) is None
    assert "another version" in caplog.messages[0]


@pytest.mark.parametrize("content", [b"", b"null", b"[" * 100_000, b'{"sha256":' * 100_000])
def test_what_was_never_kept_is_not_trusted(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    assert kept(tmp_path / "x.json", "a1", Weighed) is None


def test_a_folder_in_the_place_of_a_file_is_said(tmp_path, caplog):
    (tmp_path / "x.json").mkdir()
    assert kept(tmp_path / "x.json", "a1", Weighed) is None
    assert "cannot be read" in caplog.messages[0]


def test_two_values_under_one_name_are_no_record(tmp_path):
    keep(tmp_path / "x.json", "a1", RECORD)
    content = (tmp_path / "x.json").read_bytes()
    with pytest.raises(BrokenSealError, match="is damaged"):
        unseal(content.replace(b'"key":', b'"key":"a2","key":'))
