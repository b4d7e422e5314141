"""Workbooks."""

import datetime
import io
import subprocess
import zipfile

import pytest

from auditor.dataset import load_dataset
from auditor.dataset.typed import workbook_cells
from auditor.errors import DataError, MachineError
from auditor.settings import Settings
from tests.dataset.shapes.packed import TABLE, archive, sheet, xlsx


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (3.0, "3"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        ("007", "007"),
        ("", ""),
        (datetime.date(2026, 5, 1), "2026-05-01"),
        (datetime.datetime(2026, 5, 1), "2026-05-01"),  # noqa: DTZ001 - cells have no zone
        (datetime.datetime(2026, 5, 1, 12, 30), "2026-05-01 12:30:00"),  # noqa: DTZ001
    ],
)
def test_a_cell_is_what_its_sheet_shows(cell, shown):
    assert workbook_cells.shown(cell) == shown


def test_a_row_is_named_by_its_number_in_the_sheet(write):
    rows = [TABLE[0], [], *TABLE[1:], ["No label", None]]
    [reject] = load_dataset(write("a.xlsx", xlsx({"May": rows})), Settings()).rejected
    assert (reject.line, reject.reason) == (9, "label is blank")


def test_without_the_library_the_line_that_installs_it_is_named(write, refusal, monkeypatch):
    done = subprocess.CompletedProcess([], workbook_cells.MISSING, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *words, **more: done)
    message = refusal(MachineError, write("a.xlsx", xlsx({"May": TABLE})))
    assert "pip install python-calamine" in message


def test_a_reader_that_breaks_off_is_one_line(write, refusal, monkeypatch):
    done = subprocess.CompletedProcess([], -6, b"", b"memory allocation failed\nstack backtrace:")
    monkeypatch.setattr(subprocess, "run", lambda *words, **more: done)
    assert "(damaged)" in refusal(DataError, write("a.xlsx", xlsx({"May": TABLE})))


def test_cells_far_apart_are_refused_before_they_are_read(write, refusal):
    far = sheet(TABLE).replace('r="A2"', 'r="ZZZZ999999"')
    with zipfile.ZipFile(io.BytesIO(xlsx({"May": TABLE}))) as book:
        members = {name: book.read(name) for name in book.namelist()}
    changed = archive({**members, "xl/worksheets/sheet1.xml": far})
    assert "a sheet spans 999999 rows" in refusal(DataError, write("a.xlsx", changed))
