"""SQLite: one table or view of a database file."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from auditor.dataset.typed.columnar import ROW_COST, allowed_bytes, check_size
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
            query = "SELECT name, type FROM sqlite_schema ORDER BY name"
            kinds = {str(name): kind for name, kind in database.execute(query)}
        own = {n: kind for n, kind in kinds.items() if not n.startswith("sqlite_")}
        tables = [name for name, kind in own.items() if kind == "table"]
        if options.table is not None:
            if own.get(options.table) not in ("table", "view"):
                raise UsageError(
                    f"no table {options.table!r} for {FLAG}; it has {quoted_names(tables)}"
                )
            return Table(rows=partial(_rows, path, options.table))
        if not tables:
            raise DataError("the database has no tables")
        if len(tables) > 1:
            first = printable(tables[0])
            shell = shlex.quote(first)
            raise DataError(
                f"the database has several tables, {quoted_names(tables)};"
                f" name one of them, as with {FLAG} {shell}"
            )
        return Table(rows=partial(_rows, path, tables[0]))


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, of which nothing is written and nothing that its schema holds is trusted."""
    log = path.with_name(f"{path.name}-wal")
    if log.is_file() and log.stat().st_size:
        raise DataError(
            f"the database has changes that stand in {printable(log.name)} alone; write them"
            f" into it with: sqlite3 {shlex.quote(printable(path.name))}"
            " 'PRAGMA wal_checkpoint(TRUNCATE)'"
        )
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
        decoded, allowed = 0, allowed_bytes(path)  # a view may be without end
        for values in found:
            decoded += ROW_COST + sum(len(v) for v in values if isinstance(v, str | bytes))
            check_size(decoded, allowed)
            shown = zip(names, map(_value, values), strict=True)
            yield None, {name: value for name, value in shown if value is not None}


def _value(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return Unusable("bytes") if isinstance(value, bytes) else Number(value)


SQLITE = Sqlite()
