"""Whether quotes enclose the fields of a file, or are part of its text, as all its lines tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from auditor.dataset.delimited.evidence import Evidence, RowsAlone, rows_alone, survey
from auditor.dataset.delimited.splitting import MISSING, Dialect
from auditor.errors import DataError
from auditor.records.dataset import Decision

ReadLines = Callable[[], Iterable[str]]
# The dialect; what tells rows that a stray quote must not swallow, where there are such; and what
# was decided.
Quoting = tuple[Dialect, RowsAlone | None, tuple[Decision, ...]]


def quoting_of(read: ReadLines, delimiter: str, columns: int, said: bool | None) -> Quoting:
    """How fields are enclosed. Raises DataError where that is in doubt."""
    plain = Dialect(delimiter=delimiter)
    bare = replace(plain, quote="")
    if not _suspicious(read(), plain, columns):
        single = None if said is False else _single_quotes(read, plain, columns)
        return single or _escaped(read, plain) or ((bare if said is False else plain), None, ())
    alone = rows_alone(read(), plain, columns)
    found = survey(read(), alone)
    if not found.used and (escaped := _escaped(read, plain)):
        return escaped
    if said is False:
        return bare, None, ()
    clean = not found.faults
    other = None if clean and not found.ragged else _otherwise(read, plain, columns, found)
    if other is None and (clean or not said):
        other = _single_quotes(read, plain, columns, found)
    if other is not None or clean or said:
        return other or (plain, alone if said else None, ())
    return _judged(found, plain, alone)


def _judged(found: Evidence, plain: Dialect, alone: RowsAlone) -> Quoting:
    """What follows from faults of quotes, which no other way to write them explains."""
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


def _otherwise(read: ReadLines, plain: Dialect, columns: int, found: Evidence) -> Quoting | None:
    """Another way to write double quotes that reads what the plain one does not."""
    for other in (replace(plain, escapes=True), replace(plain, spaced=True)):
        if _reads(read, other, columns, found):
            how = r"\" stands for a quote" if other.escapes else "blanks stand before quotes"
            return other, None, (Decision(what=how, otherwise="--no-quoting"),)
    return None


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
    be meant otherwise: a missing value as MySQL writes it, or rows that come out only so."""
    if plain.delimiter == ",":
        return None
    missing = any(MISSING in line.rstrip("\r\n").split(plain.delimiter) for line in read())
    bare, escaped = replace(plain, quote=""), replace(plain, quote="", escapes=True)
    columns = {len(fields) for _, fields in escaped.records(read())}
    only_so = _uneven(bare, read) and _uneven(plain, read)
    if len(columns) != 1 or not (missing or only_so):
        return None
    return escaped, None, (Decision(what="backslashes escape what follows them"),)


def _uneven(dialect: Dialect, read: ReadLines) -> bool:
    return len({len(fields) for _, fields in dialect.records(read())}) > 1
