"""Workbooks: a sheet of .xlsx, .xls or .ods, with what its cells show."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from auditor.dataset.columnar import allowed_bytes, check_size
from auditor.dataset.headers import header_of
from auditor.dataset.names import SURE, as_label, is_known
from auditor.dataset.values import printable, quoted_names
from auditor.errors import DataError, MachineError, UsageError
from auditor.records.dataset import Decision
from auditor.records.reading import Fields, ReadOptions, Rows, Table

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
        above, first = _first_row(cells)
        others = [row for row in cells[first + 1 :] if any(row)]
        header = header_of(cells[first], others, options.header)
        start = first + header.line
        decisions = list(header.decisions)
        if any(any(row) for row in cells[:first]):
            decisions.insert(0, Decision(what=f"the table begins in row {first + 1} of the sheet"))
        if len(sheets) > 1 and options.table is None:
            decisions.insert(0, Decision(what=f"the sheet {name!r} is read", otherwise=FLAG))
        rows = partial(_rows, cells, start, header.names, above)
        return Table(rows=rows, decisions=tuple(decisions))


def _rows(cells: Sheet, start: int, names: Sequence[str], above: int) -> Rows:
    for number, row in enumerate(cells[start:], start=start + 1 + above):
        if any(row):
            fields: Fields = {n: v for n, v in zip(names, row, strict=True) if n}
            yield number, fields


def _first_row(cells: Sheet) -> tuple[int, int]:
    """Rows that calamine left out above, none; and the row that names the columns, or the first."""
    filled = [i for i, row in enumerate(cells) if any(row)]
    for i in filled[:TITLES]:
        known = any(is_known(cell) for cell in cells[i])
        if known and sum(map(bool, cells[i])) > 1:
            return 0, i
        if sum(map(bool, cells[i])) > 1:
            break
    return 0, filled[0]


def _chosen(sheets: dict[str, Callable[[], Sheet]], table: str | None) -> tuple[str, Sheet]:
    """The sheet that is meant, and its cells."""
    if table is not None:
        if table not in sheets:
            raise UsageError(f"no sheet {table!r} for {FLAG}; it has {quoted_names(sheets)}")
        cells = sheets[table]()
        if not any(map(any, cells)):
            raise DataError(f"the sheet {table!r} is empty")
        return table, cells
    read = {name: cells for name, load in sheets.items() if any(map(any, cells := load()))}
    if not read:
        raise DataError("the workbook has no sheet that holds anything")
    labelled = [name for name, cells in read.items() if _has_labels(cells)]
    found = labelled if len(read) > 1 else list(read)
    if len(found) != 1:
        first = printable(next(iter(found or read)))
        shell = f"'{first}'" if re.search(r"[^\w.-]", first) else first
        raise DataError(
            f"several sheets hold rows, {quoted_names(read)}; name one of them, as with {FLAG} {shell}"
        )
    return found[0], read[found[0]]


def _has_labels(cells: Sheet) -> bool:
    _, first = _first_row(cells)
    return any(as_label(cell) >= SURE for cell in cells[first])


def _sheets(path: Path) -> dict[str, Callable[[], Sheet]]:
    """What reads each visible sheet, by its name."""
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise MachineError(
            "a workbook needs python-calamine; install it with: pip install python-calamine,"
            " or save the sheet as CSV"
        ) from error
    _check_size(path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        visible = [s.name for s in book.sheets_metadata if "Visible" in str(s.visible)]
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from error
    return {name: partial(_cells, book, name) for name in visible}


def _cells(book: Any, name: str) -> Sheet:
    from python_calamine import CalamineError

    try:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from error
    return [[_shown(cell) for cell in row] for row in rows]


def _damaged(error: Exception) -> DataError:
    reason = (str(error).splitlines() or [""])[0][:120]
    return DataError(
        f"cannot be read as a workbook ({reason}); save it again as .xlsx, or the sheet as CSV"
    )


def _shown(cell: Any) -> str:
    """A cell as its sheet shows it: 3 and not 3.0, TRUE, a date as ISO 8601 writes it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ") if cell.time() != datetime.time() else cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _check_size(path: Path) -> None:
    """Raises DataError for a workbook that unpacks to far too much, or spans too many cells."""
    if not zipfile.is_zipfile(path):
        return  # .xls has no compression
    with zipfile.ZipFile(path) as archive:
        check_size(sum(m.file_size for m in archive.infolist()), allowed_bytes(path))
        for member in archive.infolist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
                with archive.open(member) as sheet:
                    _check_span(sheet)


def _check_span(sheet: Any) -> None:
    columns, rows, rest = 0, 0, b""
    while piece := sheet.read(1 << 20):
        for found in re.finditer(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"', rest + piece):
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
