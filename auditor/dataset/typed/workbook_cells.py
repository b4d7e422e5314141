"""Prints the cells of a workbook as JSON, in a process of its own.

The library that reads workbooks asks for as much memory as a damaged one says, and ends the process
where it does not get it. So it is run as a script, and loads nothing of this package.
"""

from __future__ import annotations

import datetime
import json
import sys
from typing import Any

MEMORY = 8 * 1024**3  # bytes of address space, where the system can limit it
DAMAGED, MISSING = 3, 4  # exit codes: no workbook, no library


def main(path: str) -> int:
    """Prints {sheet: rows of cells} of the visible sheets."""
    try:
        import python_calamine as calamine
    except ImportError:
        return MISSING
    _limit_memory()
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        visible = [sheet.name for sheet in book.sheets_metadata if "Visible" in str(sheet.visible)]
        cells = {name: _rows(book, name) for name in visible}
    except (calamine.CalamineError, OSError, ValueError) as error:
        sys.stderr.write(str(error))
        return DAMAGED
    json.dump(cells, sys.stdout)
    return 0


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # on Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY or most > MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, most))


def _rows(book: Any, name: str) -> list[list[str]]:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [[shown(cell) for cell in row] for row in rows]


def shown(cell: Any) -> str:
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
