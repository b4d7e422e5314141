"""What the records of a file say of the quotes in it.

A quote that nobody closes swallows the lines after it into one field, without a word. So what
quotes enclose is held against what the lines say without them: a field over several lines, each of
which is a row by itself, is no quoted field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from auditor.dataset.delimited.splitting import BrokenError, Dialect, Lines

REPEATED = 2  # lines for each distinct value, from which a column holds labels and no text
MOST = 10  # lines that look like rows, for each record, from which quotes have swallowed most
LEAST = 3  # lines that are rows by themselves, after which the first one need not show its label
SURE = 20  # lines that are all rows by themselves: no field goes on so long by accident
LOOK_AHEAD = 1000  # lines of a field after which rows among them need no further proof


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAlone:
    """What tells that a line is a row by itself: as many fields as there are columns, and in those
    columns that hold labels one of their values."""

    dialect: Dialect
    columns: int
    labels: Mapping[int, frozenset[str]]  # of columns whose values repeat

    def __call__(self, line: str) -> bool:
        fields = line_fields(line, self.dialect)
        return len(fields) == self.columns and all(
            fields[column] in values for column, values in self.labels.items()
        )


@dataclass(slots=True)
class Evidence:
    """What speaks for the quotes of a dialect, and what against, in records."""

    used: int = 0  # that have all columns because of their quotes
    enclosed: int = 0  # whose quotes change nothing but their own field
    stray: int = 0  # that have all columns if their quotes are text, and not else
    swallowing: int = 0  # that take in lines which are rows by themselves
    doubtful: int = 0  # that take in some such lines, and some others
    broken: int = 0  # that are rows neither way, as quotes break off
    ragged: int = 0  # that are rows neither way, whatever their quotes
    records: int = 0
    line: int = 0  # the first that swallows others, or may

    @property
    def faults(self) -> int:
        return self.stray + self.swallowing + self.doubtful + self.broken


def line_fields(line: str, dialect: Dialect) -> list[str]:
    """The fields of one line: as quotes enclose them, or without them where that fails."""
    fields: list[str] = []
    try:
        if dialect.scan(line, fields, None) is None:
            return fields
    except BrokenError:
        pass
    return line.rstrip("\r\n").split(dialect.delimiter)


def rows_alone(lines: Iterable[str], dialect: Dialect, columns: int) -> RowsAlone:
    """The labels of the records that the quotes make, or of single lines where one of those
    records has swallowed most of them."""
    records, everywhere = _Values(columns), _Values(columns)
    held: list[str] | None = None
    fields: list[str] = []
    for line in islice(lines, 1, None):  # the first one may name the columns
        everywhere.add(line_fields(line, dialect))
        if held is None:
            fields = []
        try:
            held = dialect.scan(line, fields, held)
        except BrokenError:
            held, fields = None, []
        if held is None:
            records.add(fields)
    swallowed = everywhere.rows > MOST * records.rows
    labels = {} if swallowed else records.labels(least=1)
    labels = labels or everywhere.labels(least=2)
    return RowsAlone(dialect=dialect, columns=columns, labels=labels)


class _Values:
    """Values of each column, as long as they repeat."""

    def __init__(self, columns: int) -> None:
        self.counts: dict[int, Counter[str]] = {c: Counter() for c in range(columns)}
        self.columns = columns
        self.rows = 0

    def add(self, fields: list[str]) -> None:
        if len(fields) != self.columns:
            return
        self.rows += 1
        for column in tuple(self.counts):
            values = self.counts[column]
            values[fields[column]] += 1
            if len(values) > 1000 and len(values) * REPEATED > self.rows:
                del self.counts[column]

    def labels(self, least: int) -> dict[int, frozenset[str]]:
        """Of each column whose values repeat, those that occur `least` times and are not blank."""
        return {
            column: frozenset(v for v, times in values.items() if times >= least and v.strip())
            for column, values in self.counts.items()
            if len(values) * REPEATED <= self.rows
        }


def survey(lines: Iterable[str], alone: RowsAlone) -> Evidence:
    """What all records say of the quotes of a dialect."""
    found = Evidence()
    waiting = Lines(lines)
    dialect = alone.dialect
    for number, line in waiting:
        body = line.rstrip("\r\n")
        if not body:
            continue
        found.records += 1
        if dialect.quote not in line:
            continue
        plain = len(body.split(dialect.delimiter)) == alone.columns
        fields: list[str] = []
        try:
            held = dialect.scan(line, fields, None)
        except BrokenError:
            found.stray += plain
            found.broken += not plain
            continue
        if held is None:
            _of_one_line(found, body, fields, dialect, columns=alone.columns, plain=plain)
        else:
            inside = _of_lines(found, line, waiting, (fields, held), alone)
            found.line = found.line or (0 if inside else number)
    return found


def _of_one_line(
    found: Evidence, body: str, fields: list[str], dialect: Dialect, *, columns: int, plain: bool
) -> None:
    if len(fields) != columns:
        found.stray += plain
        found.ragged += not plain
    elif not plain or _doubled(body, fields, dialect):
        found.used += 1
    elif fields != body.split(dialect.delimiter):
        found.enclosed += 1


def _doubled(body: str, fields: list[str], dialect: Dialect) -> bool:
    """Whether a quote is written twice within quotes, or escaped."""
    twice = any(dialect.quote in field for field in fields) and body.count(dialect.quote * 2) > 0
    return twice and fields != body.split(dialect.delimiter)


def _of_lines(
    found: Evidence,
    first: str,
    waiting: Lines,
    begun: tuple[list[str], list[str]],
    alone: RowsAlone,
) -> bool:
    """Judges a field that the line `first` opens and does not close; whether it holds no rows."""
    fields, open_field = begun
    held: list[str] | None = open_field
    taken: list[str] = []
    rows: list[bool] = []
    closed = False
    while held is not None and not _enough(rows):
        _, line = next(waiting, (0, None))
        if line is None:
            break
        taken.append(line)
        rows.append(alone.columns > 1 and alone(line))
        before = len(fields)
        try:
            held = alone.dialect.scan(line, fields, held)
        except BrokenError:
            break
        closed = held is None
        rows[-1] = rows[-1] and (closed or len(fields) == before)  # or it opens another field
    whole = closed and len(fields) == alone.columns
    verdict = _holds_rows(first, rows, alone, whole=whole)
    if verdict is None:
        found.used += whole
        found.broken += not whole
    else:
        found.swallowing += verdict
        found.doubtful += not verdict
    if verdict is not None or not whole:
        waiting.back(taken)
    return verdict is None


def _enough(rows: list[bool]) -> bool:
    """Whether further lines would prove no more."""
    return len(rows) > (SURE if all(rows) else LOOK_AHEAD if any(rows) else len(rows))


def _holds_rows(first: str, rows: list[bool], alone: RowsAlone, *, whole: bool) -> bool | None:
    """Whether the lines after `first` are rows and no part of its field; None: they are not, and
    False: they may be.

    The line that closes a field looks like a row where labels follow the text, and the one that
    opens it where the text has as many delimiters as a row; so it takes a label, too.
    """
    plain = len(first.rstrip("\r\n").split(alone.dialect.delimiter)) == alone.columns
    begins = alone(first) if alone.labels else plain
    if rows and all(rows) and plain and (begins or not whole or len(rows) >= LEAST):
        return _telling(alone)
    return False if any(rows[:-1] if whole else rows) and _telling(alone) else None


def _telling(alone: RowsAlone) -> bool:
    """Whether a line tells more than a number of delimiters: a tab is never typed in a text."""
    return bool(alone.labels) or alone.dialect.delimiter == "\t"
