"""SQLite: one table or view of a database file."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from auditor.dataset.values import Number, Unusable, printable, quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.reading import ReadOptions, Rows, Table

FLAG = "--table"
LONGEST = 1 << 28  # bytes of one value: SQLite makes longer ones of nothing, with zeroblob()


class Sqlite:
    """The table that the user names, or the only one."""

    name = "sqlite"
    suffixes: tuple[str, ...] = (".sqlite", ".sqlite3", ".db", ".db3")

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows without lines. Raises DataError for a damaged file, and for several tables."""
        with _connected(path) as database:
            query = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"
            names = [str(name) for (name,) in database.execute(query)]
        tables = [name for name in names if not name.startswith("sqlite_")]
        if options.table is not None:
            if options.table not in tables:
                raise UsageError(
                    f"no table {options.table!r} for {FLAG}; it has {quoted_names(tables)}"
                )
            return Table(rows=partial(_rows, path, options.table))
        if not tables:
            raise DataError("the database has no tables")
        if len(tables) > 1:
            first = printable(tables[0])
            shell = f"'{first}'" if re.search(r"[^\w.-]", first) else first
            raise DataError(
                f"the database has several tables, {quoted_names(tables)};"
                f" name one of them, as with {FLAG} {shell}"
            )
        return Table(rows=partial(_rows, path, tables[0]))


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, of which nothing is written and nothing that its schema holds is trusted."""
    try:
        place = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(place, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA query_only = ON")
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            yield database
    except sqlite3.Error as error:
        raise DataError(
            f"cannot be read as an SQLite database ({printable(str(error))[:160]});"
            " it may be cut short, or in use: copy it again"
        ) from error


def _rows(path: Path, table: str) -> Rows:
    quoted = table.replace('"', '""')
    with _connected(path) as database:
        found = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a name it has, quoted
        names = [column[0] for column in found.description]
        for values in found:
            shown = zip(names, map(_value, values), strict=True)
            yield None, {name: value for name, value in shown if value is not None}


def _value(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return Unusable("bytes") if isinstance(value, bytes) else Number(value)


SQLITE = Sqlite()
