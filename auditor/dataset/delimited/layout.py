"""How a delimited text file is laid out: one step after the other, each as its lines tell.

delimiters.py   what separates the fields
quoting.py      whether quotes enclose them
headers.py      which line names the columns
overflow.py     to which column separators belong that are too many
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from auditor.dataset.columns.names import is_known
from auditor.dataset.delimited.delimiters import FLAG, cut, delimiter_of, said_delimiter, shown
from auditor.dataset.delimited.evidence import RowsAlone
from auditor.dataset.delimited.headers import Header, header_of
from auditor.dataset.delimited.overflow import Overflow, overflow_of
from auditor.dataset.delimited.quoting import quoting_of
from auditor.dataset.delimited.splitting import Dialect, Record
from auditor.dataset.opening.decoding import open_text
from auditor.dataset.values import quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision
from auditor.records.reading import ReadOptions

SAMPLE_LINES = 1000  # that tell the separator and the header; quotes are told by all lines
SAMPLE_SIZE = 1 << 22  # characters
TITLES = 10  # lines that may stand before the names of the columns
NONE = "\x1f"  # where nothing separates fields: the unit separator, which nobody types
SEP = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # the first line that Excel writes and obeys

Decisions = tuple[Decision, ...]
ReadRecords = Callable[[], Iterator[Record]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All that is needed to read the rows of one file."""

    encoding: str
    skipped: int  # lines before the first record
    dialect: Dialect
    alone: RowsAlone | None  # tells rows that a stray quote must not swallow, where there are such
    header: Header
    overflow: Overflow | None


def text_lines(path: Path, encoding: str, skipped: int = 0) -> Iterator[str]:
    """The lines of a text file, each with its end."""
    with open_text(path, encoding) as text:
        yield from islice(text, skipped, None)


def sampled(lines: Iterable[str]) -> list[str]:
    """The first lines that are not blank."""
    sample, size = [], 0
    for line in lines:
        size += len(line)
        if line.strip("\r\n"):
            sample.append(line)
        if len(sample) >= SAMPLE_LINES or size >= SAMPLE_SIZE:
            break
    return sample


def laid_out(
    path: Path, encoding: str, options: ReadOptions, usual: str | None
) -> tuple[Layout, Decisions]:
    """The layout, and what was decided of it.

    usual: the separator that the file's name promises. Raises DataError where the lines can be read
    in more than one way, UsageError for a delimiter that is none.
    """
    lines = partial(text_lines, path, encoding)
    delimiter, skipped, decisions = _separated(lines, options, usual)
    read = partial(lines, skipped)
    sample = sampled(read())
    if delimiter == NONE:
        named = is_known(sample[0].strip()) if options.header is None else options.header
        options = replace(options, quoting=False, header=named)
    columns = cut(sample[:1], delimiter).first
    dialect, alone, quoted = quoting_of(read, delimiter, columns, options.quoting)

    def records() -> Iterator[Record]:
        return dialect.records(read(), alone=alone)

    header = _header(records(), options)
    if len(header.names) != columns:
        dialect, alone, quoted = quoting_of(read, delimiter, len(header.names), options.quoting)
    overflow, more = _overflow(records, header, dialect, options)
    layout = Layout(
        encoding=encoding,
        skipped=skipped,
        dialect=dialect,
        alone=alone,
        header=header,
        overflow=overflow,
    )
    return layout, (*decisions, *quoted, *header.decisions, *more)


def _separated(
    lines: Callable[..., Iterator[str]], options: ReadOptions, usual: str | None
) -> tuple[str, int, Decisions]:
    """What separates fields, how many lines stand before the table, and what was decided."""
    begin = list(islice(lines(), TITLES + 1))
    excel = SEP.fullmatch(begin[0].rstrip("\r\n")) if begin else None
    notes = 1 if excel else next((i for i, x in enumerate(begin) if not x.startswith("#")), 0)
    sample = sampled(lines(notes))
    if not sample:
        raise DataError("the file is empty; expected a header line with column names")
    decisions: Decisions = ()
    if options.delimiter is not None:
        delimiter = said_delimiter(options.delimiter)
    elif excel:
        delimiter = excel[1]
        if delimiter != usual:
            decisions = (
                Decision(what=f"fields are separated by {shown(delimiter)}", otherwise=FLAG),
            )
    else:
        told, decisions = delimiter_of(sample, usual)
        delimiter = told or NONE
        if told is None:
            what = "nothing separates fields: a line is a text"
            decisions = (Decision(what=what, otherwise=FLAG),)
    found = cut(sample, delimiter)
    if notes and not excel and len(begin[notes - 1].split(delimiter)) == found.columns:
        notes -= 1  # names of columns behind a #
    titles = _titles(begin[notes:], delimiter, found.columns)
    if (skipped := notes + titles) > bool(excel):
        what = f"the table begins after line {skipped}"
        decisions = (*decisions, Decision(what=what))
    return delimiter, skipped, decisions


def _titles(begin: Sequence[str], delimiter: str, columns: int) -> int:
    """Lines of one field that stand before one with known names of columns."""
    for number, line in enumerate(begin):
        fields = [field for field in line.rstrip("\r\n").split(delimiter) if field.strip()]
        if len(fields) > 1:
            known = any(is_known(field.strip('"')) for field in fields)
            return number if known and columns > 1 else 0
    return 0


def _header(records: Iterator[Record], options: ReadOptions) -> Header:
    """The columns of the records, as the first ones tell."""
    sample = list(islice(records, SAMPLE_LINES))
    line, first = sample[0]
    if isinstance(first, str):
        raise DataError(f"line {line}: no header of column names ({first})")
    others = [fields for _, fields in sample[1:] if isinstance(fields, list)]
    header = header_of(first, others, options.header)
    if not header.line:
        fewest = min(len(first), *(len(fields) for fields in others)) if others else len(first)
        return header_of(first[:fewest], others, options.header) if fewest > 1 else header
    counted = [fields[0] for fields in others if len(fields) == len(first) + 1]
    if len(first) > 1 and counted and counted == [str(i + 1) for i in range(len(others))]:
        what = "rows begin with their number, which the header does not name"
        decisions = (*header.decisions, Decision(what=what))
        return Header(names=("", *header.names), line=True, decisions=decisions)
    return header


def _overflow(
    records: ReadRecords, header: Header, dialect: Dialect, options: ReadOptions
) -> tuple[Overflow | None, Decisions]:
    """What is done with fields that no column is for."""
    names = header.names
    unnamed = [i for i, name in enumerate(names) if not name and i]
    long, filled = False, 0
    for number, (_, fields) in enumerate(records()):
        if isinstance(fields, list) and (number or not header.line):
            long = long or len(fields) > len(names)
            filled += any(fields[i].strip() for i in unnamed if i < len(fields))
    decisions: Decisions = ()
    if filled:
        where = quoted_names([f"column_{i + 1}" for i in unnamed], 3)
        what = f"{where} have no name and are left aside; rows that hold something there: {filled}"
        decisions = (Decision(what=what),)
    if not long or options.quoting:
        return None, decisions
    rows = islice(records(), int(header.line), None)
    found = overflow_of(rows, len(names), dialect.delimiter, dialect.quote)
    if found is None:
        return None, decisions
    what = (
        f"where a row has more {shown(dialect.delimiter)} than columns ({found.rows} of them), they"
        f" are part of {quoted_names([names[found.column]])}"
    )
    return found, (*decisions, Decision(what=what, otherwise="--quoting"))
