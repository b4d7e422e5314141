"""Workbooks: a sheet of .xlsx, .xls or .ods, with what its cells show."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from auditor.dataset.columns.names import SURE, as_label, is_known
from auditor.dataset.delimited.headers import header_of
from auditor.dataset.opening.packed import FAULTS
from auditor.dataset.typed import workbook_cells
from auditor.dataset.typed.columnar import allowed_bytes, check_size
from auditor.dataset.values import printable, quoted_names
from auditor.errors import DataError, MachineError, UsageError
from auditor.records.dataset import Decision
from auditor.records.reading import ReadOptions, Rows, Table

CELLS = 50_000_000  # of a sheet: what a few gigabytes hold; two filled corners span 17 billion
TITLES = 10  # rows that may stand above the names of the columns
FLAG = "--table"

Sheet = list[list[str]]  # cells as they are shown, "" where they are empty


class Workbook:
    """The sheet that the user names, or the one that holds rows, or the one that has labels."""

    name = "excel"
    suffixes: tuple[str, ...] = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows with the row of the sheet as their line.

        Raises MachineError without python-calamine, DataError for a damaged workbook, and where
        several sheets could be meant.
        """
        sheets = _sheets(path)
        name, cells = _chosen(sheets, options.table)
        first = _first_row(cells)
        others = [row for row in cells[first + 1 :] if any(row)]
        header = header_of(cells[first], others, options.header)
        decisions = list(header.decisions)
        if any(any(row) for row in cells[:first]):
            decisions.insert(0, Decision(what=f"the table begins in row {first + 1} of the sheet"))
        if len(sheets) > 1 and options.table is None:
            decisions.insert(0, Decision(what=f"the sheet {name!r} is read", otherwise=FLAG))
        rows = partial(_rows, cells, first + header.line, header.names)
        return Table(rows=rows, decisions=tuple(decisions))


def _rows(cells: Sheet, start: int, names: Sequence[str]) -> Rows:
    for number, row in enumerate(cells[start:], start=start + 1):
        if any(row):
            yield number, {name: v for name, v in zip(names, row, strict=True) if name}


def _first_row(cells: Sheet) -> int:
    """The row that names the columns, or the first that is filled."""
    filled = [i for i, row in enumerate(cells) if any(row)]
    for i in filled[:TITLES]:
        if sum(map(bool, cells[i])) > 1:
            known = any(is_known(cell) for cell in cells[i])
            return i if known else filled[0]
    return filled[0]


def _chosen(sheets: Mapping[str, Sheet], table: str | None) -> tuple[str, Sheet]:
    """The sheet that is meant, and its cells."""
    if table is not None:
        if table not in sheets:
            raise UsageError(f"no sheet {table!r} for {FLAG}; it has {quoted_names(sheets)}")
        if not any(map(any, sheets[table])):
            raise DataError(f"the sheet {table!r} is empty")
        return table, sheets[table]
    read = {name: cells for name, cells in sheets.items() if any(map(any, cells))}
    if not read:
        raise DataError("the workbook has no sheet that holds anything")
    labelled = [name for name, cells in read.items() if _has_labels(cells)]
    found = labelled if len(read) > 1 else list(read)
    if len(found) != 1:
        first = printable(next(iter(found or read)))
        shell = shlex.quote(first)
        raise DataError(
            f"several sheets hold rows, {quoted_names(read)};"
            f" name one of them, as with {FLAG} {shell}"
        )
    return found[0], read[found[0]]


def _has_labels(cells: Sheet) -> bool:
    return any(as_label(cell) >= SURE for cell in cells[_first_row(cells)])


def _sheets(path: Path) -> dict[str, Sheet]:
    """The visible sheets by their names, read in a process of its own, which may break off."""
    _check_size(path)
    command = [sys.executable, "-P", str(Path(workbook_cells.__file__)), str(path.resolve())]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own script
    if done.returncode == workbook_cells.MISSING:
        raise MachineError(
            "a workbook needs python-calamine; install it with: pip install python-calamine,"
            " or save the sheet as CSV"
        )
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").splitlines()
        reason = (
            printable(told[0])[:120]
            if done.returncode == workbook_cells.DAMAGED and told
            else "damaged"
        )
        raise DataError(
            f"cannot be read as a workbook ({reason}); save it again as .xlsx, or the sheet as CSV"
        )
    sheets: dict[str, Sheet] = json.loads(done.stdout)
    return sheets


def _check_size(path: Path) -> None:
    """Raises DataError for a workbook that unpacks to far too much, or spans too many cells."""
    if not zipfile.is_zipfile(path):
        return  # .xls has no compression
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(sum(m.file_size for m in archive.infolist()), allowed_bytes(path))
            for member in archive.infolist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                    with archive.open(member) as sheet:
                        _check_span(sheet)
    except FAULTS as error:
        reason = printable(str(error))[:120]
        raise DataError(f"cannot be read as a workbook ({reason}); save it again") from error


def _check_span(sheet: Any) -> None:
    columns, rows, rest = 0, 0, b""
    while piece := sheet.read(1 << 20):
        for found in re.finditer(rb'<c [^>]*?\br="([A-Z]{1,9})(\d{1,12})"', rest + piece):
            columns = max(columns, _column(found[1]))
            rows = max(rows, int(found[2]))
        rest = piece[-200:]
    if columns * rows > CELLS:
        raise DataError(
            f"a sheet spans {rows} rows and {columns} columns; delete the cells far from its table"
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


EXCEL = Workbook()
