"""drop.csv lists the rows to leave out, is inert in a spreadsheet, and never outlives its run."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from auditor.errors import MachineError
from auditor.reporting import save
from auditor.reporting.gate.drop import DROP, DropRenderer


def lines(verdict: Any) -> dict[int, dict[str, str]]:
    """The lines by row."""
    written = DropRenderer().render(verdict)
    assert written is not None
    return {int(line["row"]): line for line in csv.DictReader(io.StringIO(written))}


def test_each_row_to_leave_out_is_a_line_with_its_reason_and_what_it_repeats(make_verdict):
    verdict = make_verdict()
    found = lines(verdict)
    assert tuple(found) == tuple(d.row for d in verdict.drop)
    assert found[17] == {
        "row": "17",
        "line": "19",
        "check": "near-duplicate",
        "why": "66 of 220 added rows (30.0%) are copies of another row, 1.2% in the base",
        "repeats_row": "88",
        "repeats_in": "base",
        "text": "Charged twice for March, the order page shows only one payment!",
    }
    assert (found[14]["repeats_row"], found[14]["repeats_in"]) == ("12", "candidate")
    assert (found[12]["repeats_row"], found[12]["repeats_in"]) == ("", "")
    assert found[230]["check"] == "label-conflict"
    assert found[600]["check"] == "near-duplicate | template-dominance"


def test_without_text_it_holds_none(make_verdict):
    found = lines(make_verdict(no_text=True))
    assert {line["text"] for line in found.values()} == {""}
    assert found[17]["repeats_row"] == "88"


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@sum", "\t=1", "＝1"])
def test_no_cell_is_a_formula(formula, make_verdict):
    for line in lines(make_verdict(spice=lambda text: formula + text)).values():
        assert not [c for c in line.values() if c[:1] in {"=", "+", "-", "@", "\t", "＝"}]


def test_hostile_text_adds_neither_line_nor_column(hostile, make_verdict):
    plain = lines(make_verdict())
    assert lines(hostile).keys() == plain.keys()
    for line in lines(hostile).values():
        assert tuple(line) == DROP


def test_nothing_to_leave_out_is_no_file(make_verdict, tmp_path):
    save(make_verdict("pass"), tmp_path)
    assert not (tmp_path / "drop.csv").exists()


@pytest.mark.parametrize("formats", [("html", "drop"), ("json",)])
def test_the_list_of_an_earlier_run_does_not_stay_beside_another_verdict(
    formats, make_verdict, tmp_path
):
    save(make_verdict(), tmp_path)
    assert (tmp_path / "drop.csv").exists()
    save(make_verdict("pass"), tmp_path, formats)
    assert not (tmp_path / "drop.csv").exists()


def test_a_file_of_that_name_that_is_someone_elses_stays(make_verdict, tmp_path):
    (tmp_path / "drop.csv").write_text("text,label\nhello,greeting\n")
    (tmp_path / "other/drop.csv").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "other"):
        save(make_verdict("pass"), folder)
        assert (folder / "drop.csv").exists()


def test_an_earlier_list_that_cannot_be_removed_is_named(make_verdict, tmp_path, monkeypatch):
    save(make_verdict(), tmp_path)

    def refuse(self: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    with pytest.raises(MachineError, match=r"drop\.csv: is of an earlier run and cannot be"):
        save(make_verdict("pass"), tmp_path)
