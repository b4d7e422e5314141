"""Whether quotes enclose the fields of a file, or are part of its text.

A quote that nobody closes swallows the lines after it into one field, without a word. So what
quotes enclose is held against what the lines say without them: a field over several lines, each of
which is a row by itself, is no quoted field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.dataset.splitting import BrokenError, Dialect, Lines
from auditor.errors import DataError
from auditor.records.dataset import Decision

REPEATED = 2  # lines for each distinct value, from which a column holds labels and no text
LEAST = 3  # lines that are rows by themselves, after which the first one need not show its label
SURE = 20  # lines that are all rows by themselves: no field goes on so long by accident
LOOK_AHEAD = 1000  # lines of a field after which rows among them need no further proof

Quoting = tuple[Dialect, "RowsAlone | None", tuple[Decision, ...]]
ReadLines = Callable[[], Iterable[str]]


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
    """The labels of lines that no quote of an earlier one reaches, or of all where those are few."""
    outside, everywhere = _Values(columns), _Values(columns)
    held: list[str] | None = None
    for line in lines:
        was_open, fields, broken = held is not None, [], False
        try:
            held = dialect.scan(line, fields, held)
        except BrokenError:
            held, broken = None, True
        if was_open or broken or held is not None:
            fields = line_fields(line, dialect)
        else:
            outside.add(fields)
        everywhere.add(fields)
    known = outside if 2 * outside.lines >= everywhere.lines else everywhere
    return RowsAlone(dialect=dialect, columns=columns, labels=known.labels())


class _Values:
    """Values of each column, as long as they repeat."""

    def __init__(self, columns: int) -> None:
        self.counts: dict[int, Counter[str]] = {c: Counter() for c in range(columns)}
        self.columns = columns
        self.lines = 0

    def add(self, fields: list[str]) -> None:
        if len(fields) != self.columns:
            return
        self.lines += 1
        for column in tuple(self.counts):
            values = self.counts[column]
            values[fields[column]] += 1
            if len(values) > 1000 and len(values) * REPEATED > self.lines:
                del self.counts[column]

    def labels(self) -> dict[int, frozenset[str]]:
        return {
            column: frozenset(value for value, times in values.items() if times > 1)
            for column, values in self.counts.items()
            if len(values) * REPEATED <= self.lines
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
        try:
            held = alone.dialect.scan(line, fields, held)
        except BrokenError:
            break
        closed = held is None
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
    begins = alone(first) if alone.labels and alone.dialect.delimiter != "\t" else plain
    if all(rows) and plain and (begins or not whole or len(rows) >= LEAST):
        return _telling(alone)
    return False if any(rows[:-1] if whole else rows) and _telling(alone) else None


def _telling(alone: RowsAlone) -> bool:
    """Whether a line tells more than a number of delimiters: a tab is never typed in a text."""
    return bool(alone.labels) or alone.dialect.delimiter == "\t"


def quoting_of(read: ReadLines, delimiter: str, columns: int, said: bool | None) -> Quoting:
    """How fields are enclosed; what tells rows that a stray quote must not swallow, where there
    are such; and what was decided. Raises DataError where it is in doubt."""
    plain = Dialect(delimiter=delimiter)
    if escaped := _escaped(read, plain):
        return escaped
    if said is False:
        return replace(plain, quote=""), None, ()
    if not _suspicious(read(), plain, columns):
        return _single_quotes(read, plain, columns) or (plain, None, ())
    alone = rows_alone(read(), plain, columns)
    found = survey(read(), alone)
    if not found.faults and not found.ragged:
        return _single_quotes(read, plain, columns, found) or (plain, None, ())
    for other in (replace(plain, escapes=True), replace(plain, spaced=True)):
        if _reads(read, other, columns, found):
            how = r"\" stands for a quote" if other.escapes else "blanks stand before quotes"
            return other, None, (Decision(what=how, otherwise="--no-quoting"),)
    if not found.faults:
        return _single_quotes(read, plain, columns, found) or (plain, None, ())
    if said is True:
        return plain, alone, ()
    if single := _single_quotes(read, plain, columns, found):
        return single
    if not found.used and not found.doubtful:
        what = 'no field is enclosed in quotes: " is part of the text'
        return replace(plain, quote=""), None, (Decision(what=what, otherwise="--quoting"),)
    if not found.doubtful and not found.swallowing:
        return plain, alone, ()
    raise DataError(
        f"line {found.line}: a quote is opened in this row, and the lines after it look like rows:"
        ' where " is part of the text, read it with --no-quoting; where it encloses fields, with'
        " --quoting, which leaves such a row out"
    )


def _suspicious(lines: Iterable[str], dialect: Dialect, columns: int) -> bool:
    """Whether any record is not one line of as many fields as there are columns."""
    expected = 1
    for number, fields in dialect.records(lines):
        if isinstance(fields, str) or len(fields) != columns or number != expected:
            return True
        expected = number + 1
    return False


def _reads(read: ReadLines, dialect: Dialect, columns: int, before: Evidence) -> bool:
    """Whether a dialect has no fault where the plain one has some."""
    mark = "\\" + dialect.quote if dialect.escapes else " " + dialect.quote
    if not any(mark in line for line in read()):
        return False
    found = survey(read(), rows_alone(read(), dialect, columns))
    return (
        not found.faults + found.ragged
        and found.used + found.enclosed > before.used + before.enclosed
    )


def _single_quotes(
    read: ReadLines, plain: Dialect, columns: int, double: Evidence | None = None
) -> Quoting | None:
    """The dialect that encloses fields in ', where every record has one and none is at fault."""
    if double is not None and double.used:
        return None
    single = replace(plain, quote="'")
    first = next(iter(read()), "")
    if not any(_encloses(line, single) for line in [first, *_second(read)]):
        return None
    for dialect in (single, replace(single, escapes=True)):
        found = survey(read(), rows_alone(read(), dialect, columns))
        rows = found.used + found.enclosed
        if not found.faults and rows >= max(2, found.records - 1):
            what = "fields are enclosed in '"
            return dialect, None, (Decision(what=what, otherwise="--no-quoting"),)
    return None


def _second(read: ReadLines) -> list[str]:
    lines = iter(read())
    next(lines, None)
    return [next(lines, "")]


def _encloses(line: str, dialect: Dialect) -> bool:
    fields = line.rstrip("\r\n").split(dialect.delimiter)
    return any(f.startswith(dialect.quote) for f in fields)


def _escaped(read: ReadLines, plain: Dialect) -> Quoting | None:
    """The dialect without quotes, of which backslashes escape what follows, where the file cannot
    be meant otherwise."""
    if plain.delimiter == "," or not any(_escapes(line, plain.delimiter) for line in read()):
        return None
    escaped = replace(plain, quote="", escapes=True)
    if len({len(fields) for _, fields in escaped.records(read())}) != 1:
        return None
    return escaped, None, (Decision(what="backslashes escape what follows them"),)


def _escapes(line: str, delimiter: str) -> bool:
    """Whether a line cannot mean its backslashes: it escapes a delimiter, its own end, or is
    a missing value as MySQL writes it."""
    body = line.rstrip("\r\n")
    return "\\" in body and (
        "\\" + delimiter in body or body.endswith("\\") or r"\N" in body.split(delimiter)
    )
