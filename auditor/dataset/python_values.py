"""Rows of Python values: lists of dicts, dicts of columns, and the cells of pandas.

Each is read as the same rows in JSON would be. Where a missing value has turned a column of
integers into floats, as pandas does, they are integers again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import partial
from numbers import Number as AnyNumber
from typing import Any

from auditor.dataset.json_objects import row_fields
from auditor.dataset.names import is_known
from auditor.dataset.values import Number, Unusable, quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision
from auditor.records.reading import Rows, Table

Columns = Mapping[str, Sequence[Any]]

EXACT = 2**53  # beyond, two integers may be the same float64
MISSING = ("NAType", "NaTType")  # pandas' own, which are equal to nothing


def rows_table(rows: Sequence[Any]) -> Table:
    """A list of dicts, or of named tuples; of tuples, whose columns are called '0', '1', ...; or
    of texts, called 'text'. Raises DataError for a list of anything else, or of several of these.
    """
    if all(isinstance(row, str) for row in rows):
        return table_of({"text": rows})
    if all(hasattr(row, "_asdict") for row in rows):
        rows = [row._asdict() for row in rows]
    if all(isinstance(row, Mapping) for row in rows):
        named = [_by_string(row, at) for at, row in enumerate(rows)]
        columns = dict.fromkeys(name for row in named for name in row)
        return table_of({name: [row.get(name) for row in named] for name in columns})
    return _unnamed(rows)


def _by_string(row: Mapping[Any, Any], at: int) -> dict[str, Any]:
    made = {str(name): cell for name, cell in row.items()}
    if len(made) < len(row):
        raise DataError(f"row {at}: two of its names are one as strings; rename one of them")
    return made


def _unnamed(rows: Sequence[Any]) -> Table:
    """Tuples or lists of one length, their columns named as pandas does."""
    named = any(isinstance(row, Mapping) for row in rows)
    for at, row in enumerate(rows):
        unfit = named or not isinstance(row, list | tuple) or not row
        if unfit and not isinstance(row, Mapping):
            raise DataError(f"row {at}: found {type(row).__name__}, expected a dict")
        if len(row) != len(rows[0]):
            raise DataError(f"row {at} has {len(row)} values, where row 0 has {len(rows[0])}")
    if all(is_known(str(cell)) for cell in rows[0]):
        raise DataError(
            "row 0 looks like the names of the columns;"
            " give dicts, as in [dict(zip(data[0], row)) for row in data[1:]]"
        )
    columns = {str(place): [row[place] for row in rows] for place in range(len(rows[0]))}
    table = table_of(columns)
    said = Decision(what=f"columns have no names and are called {quoted_names([*columns], 3)}")
    return Table(rows=table.rows, decisions=(said, *table.decisions))


def columns_table(columns: Mapping[Any, Any]) -> Table:
    """A dict of columns. Raises DataError for values that are none, or differ in length."""
    listed: list[tuple[str, list[Any]]] = []
    for name, cells in columns.items():
        if isinstance(cells, str | bytes | Mapping) or not isinstance(cells, Iterable):
            raise DataError(
                f"column {quoted_names([str(name)])}: found {type(cells).__name__}, expected a list"
                " of its values; rows are given as a list of dicts"
            )
        listed.append((str(name), [*cells]))
    lengths = {len(cells): name for name, cells in listed}
    if len(lengths) > 1:
        each = ", ".join(f"{quoted_names([name])} has {n}" for n, name in sorted(lengths.items()))
        raise DataError(f"its columns differ in length ({each}); give each row every column")
    return table_of(named_once(listed))


def named_once(columns: Iterable[tuple[str, list[Any]]]) -> dict[str, list[Any]]:
    """The columns by name. Raises DataError for two of one name."""
    listed = [*columns]
    names = [name for name, _ in listed]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"two columns are named {quoted_names(twice)}; rename one of them")
    return dict(listed)


def table_of(columns: Columns) -> Table:
    """The rows that the columns, which are of one length, have side by side."""
    whole = [name for name, cells in columns.items() if _whole_beside_missing(cells)]
    restored = {
        name: [None if _is_missing(cell) else int(cell) for cell in columns[name]] for name in whole
    }
    return Table(rows=partial(_rows, {**columns, **restored}), decisions=whole_numbers(whole))


def whole_numbers(columns: Sequence[str]) -> tuple[Decision, ...]:
    """That the floats in `columns` are read as integers."""
    if not columns:
        return ()
    what = f"whole numbers beside missing values are read as integers in {quoted_names(columns, 5)}"
    return (Decision(what=what),)


def _rows(columns: Columns) -> Rows:
    dotted: set[str] = set()
    for row, cells in enumerate(zip(*columns.values(), strict=True)):
        item = {name: _plain(cell) for name, cell in zip(columns, cells, strict=True)}
        yield None, row_fields(item, row, None, dotted)


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


def _is_whole(number: Any) -> bool:
    """Whether it is a float, of Python or numpy, that holds an integer for sure."""
    is_float = type(number).__name__.startswith("float")
    return is_float and number.is_integer() and abs(number) <= EXACT


def _is_missing(cell: Any) -> bool:
    if cell is None or type(cell).__name__ in MISSING:
        return True
    return isinstance(cell, AnyNumber) and bool(cell != cell)  # noqa: PLR0124 - NaN alone


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


def _other(cell: Any) -> Any:
    if isinstance(cell, bytes | bytearray | memoryview):
        return Unusable("bytes")
    if isinstance(cell, Mapping):
        return {str(name): _plain(value) for name, value in cell.items()}
    if hasattr(cell, "tolist"):  # an array, a tensor or numpy's boolean
        return _plain(cell.tolist())
    if isinstance(cell, Iterable):
        return [_plain(value) for value in cell]
    kind = type(cell)
    says = any({"__str__", "__repr__"} & vars(ancestor).keys() for ancestor in kind.__mro__[:-1])
    return str(cell) if says else Unusable("an object")
