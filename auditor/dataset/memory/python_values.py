"""Rows of Python values: lists of dicts, dicts of columns, and the cells of pandas.

Each is read as the same rows in JSON are. Where a missing value has turned a column of
integers into floats, as pandas does, they are integers again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from numbers import Number as AnyNumber
from typing import Any

from auditor.dataset.columns.names import names_text_or_label
from auditor.dataset.json import document as json_documents
from auditor.dataset.values import Number, Unusable, quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision
from auditor.records.reading import ReadOptions, Table

Columns = Mapping[str, Sequence[Any]]

AS_TOLD = ReadOptions()
EXACT = 2**53  # beyond, two integers may be the same float64
DATE = "datetime64"  # numpy's
MISSING = ("NAType", "NaTType")  # pandas' own, which are equal to nothing


def rows_table(rows: Sequence[Any], options: ReadOptions = AS_TOLD) -> Table:
    """A list of dicts, of tuples or of texts, as an array in a JSON document is read.

    Raises DataError for rows of anything else.
    """
    if all(hasattr(row, "_asdict") for row in rows):
        rows = [row._asdict() for row in rows]
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping | list | tuple | str):
            raise DataError(f"row {at}: found {type(row).__name__}, expected a dict")
    named = [row for row in rows if isinstance(row, Mapping)]
    names = dict.fromkeys(name for row in named for name in row)
    whole = [name for name in names if _whole_beside_missing([row.get(name) for row in named])]
    document = [
        _plain({**row, **{name: _integer(row[name]) for name in whole if name in row}})
        if isinstance(row, Mapping)
        else _plain(row)
        for row in rows
    ]
    table = json_documents.document_table(document, options)
    decisions = (*table.decisions, *whole_numbers([str(name) for name in whole]))
    return Table(rows=table.rows, decisions=decisions)


def dict_table(data: Mapping[Any, Any], options: ReadOptions = AS_TOLD) -> Table:
    """A dict of columns, else what a JSON document of it would be, such as lists of rows by split.

    Raises DataError for columns that differ in length, and where no rows are found.
    """
    if not data:
        raise DataError("holds no rows; expected rows of text and label")
    if not _is_columns(data):
        return json_documents.document_table(_plain(data), options)
    listed = [(str(name), _cells(cells)) for name, cells in data.items()]
    lengths = {len(cells): name for name, cells in listed}
    if len(lengths) > 1:
        each = ", ".join(f"{quoted_names([name])} has {n}" for n, name in sorted(lengths.items()))
        raise DataError(f"its columns differ in length ({each}); give each row every column")
    return table_of(named_once(listed))


def _is_columns(data: Mapping[Any, Any]) -> bool:
    """Whether the values are series of cells, under a name that columns have or of another class
    than a list; records are no cells."""
    none = (str, bytes, bytearray, Mapping)
    if not all(isinstance(v, Iterable) and not isinstance(v, none) for v in data.values()):
        return False
    lists = [value for value in data.values() if isinstance(value, list | tuple)]
    if any(value and all(isinstance(cell, Mapping) for cell in value) for value in lists):
        return False
    return len(lists) < len(data) or any(names_text_or_label(str(name)) for name in data)


def _cells(cells: Any) -> list[Any]:
    """The cells of one column: of Arrow's own as Python's, where what is missing is None."""
    return cells.to_pylist() if hasattr(cells, "to_pylist") else [*cells]


def named_once(columns: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The columns, or the values of a row, by name. Raises DataError for two of one name."""
    listed = [*columns]
    made = dict(listed)
    if len(made) < len(listed):
        names = [name for name, _ in listed]
        twice = sorted(name for name in made if names.count(name) > 1)
        raise DataError(f"two columns are named {quoted_names(twice)}; rename one of them")
    return made


def table_of(columns: Columns) -> Table:
    """The rows that the columns, which are of one length, have side by side."""
    whole = [name for name, cells in columns.items() if _whole_beside_missing(cells)]
    restored = {name: [_integer(cell) for cell in columns[name]] for name in whole}
    plain = [[_plain(cell) for cell in cells] for cells in {**columns, **restored}.values()]
    records = [(None, dict(zip(columns, row, strict=True))) for row in zip(*plain, strict=True)]
    return json_documents.table_of(records, whole_numbers(whole))


def whole_numbers(columns: Sequence[str]) -> tuple[Decision, ...]:
    """That the floats in `columns` are read as integers."""
    if not columns:
        return ()
    what = f"whole numbers beside missing values are read as integers in {quoted_names(columns, 5)}"
    return (Decision(what=what),)


def _whole_beside_missing(cells: Sequence[Any]) -> bool:
    """Whether all that is there is a float without a fraction, and something is missing."""
    filled = 0
    for cell in cells:
        if _is_missing(cell):
            continue
        if not isinstance(cell, AnyNumber) or isinstance(cell, int) or not _is_whole(cell):
            return False
        filled += 1
    return 0 < filled < len(cells)


def _integer(cell: Any) -> int | None:
    return None if _is_missing(cell) else int(cell)


def _is_whole(number: Any) -> bool:
    """Whether it is a float, of Python or numpy, that holds an integer for sure."""
    is_float = type(number).__name__.startswith("float")
    return is_float and number.is_integer() and abs(number) <= EXACT


def _is_missing(cell: Any) -> bool:
    if cell is None or type(cell).__name__ in MISSING:
        return True
    may_be = isinstance(cell, AnyNumber) or type(cell).__name__ == DATE
    return may_be and bool(cell != cell)  # noqa: PLR0124 - NaN and numpy's NaT alone


def _plain(cell: Any) -> Any:
    """A value as a JSON decoder gives it here, with numbers in their literal form."""
    if isinstance(cell, str) and not isinstance(cell, Enum):
        return str.__str__(cell)  # whatever its class prints
    if _is_missing(cell):
        return None
    if isinstance(cell, Enum):
        return _plain(cell.value)
    if isinstance(cell, AnyNumber):
        return cell if isinstance(cell, bool) else Number(cell)
    return _other(cell)


def _as_python(cell: Any) -> Any:
    """What gives a value of Arrow, of numpy or of torch as Python's own; None where nothing does.

    numpy's dates stay: some units would become a number.
    """
    if hasattr(cell, "as_py"):
        return cell.as_py
    alone = not getattr(cell, "ndim", 0) and type(cell).__name__ != DATE
    return getattr(cell, "tolist", None) if alone else None


def _other(cell: Any) -> Any:
    if isinstance(cell, bytes | bytearray | memoryview):
        return Unusable("bytes")
    if isinstance(cell, Mapping):
        return named_once((str(name), _plain(value)) for name, value in cell.items())
    if (as_python := _as_python(cell)) is not None:
        return _plain(as_python())
    if isinstance(cell, Iterable):
        return [_plain(value) for value in cell]
    kind = type(cell)
    says = any({"__str__", "__repr__"} & vars(ancestor).keys() for ancestor in kind.__mro__[:-1])
    return str(cell) if says else Unusable("an object")
