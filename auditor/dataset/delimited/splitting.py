"""Lines of text -> records of fields, for one way of separating and enclosing fields."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

LONGEST_FIELD = 2**31 - 1  # the csv module stops at 131,072 characters unless it is set otherwise
CLOSED = "text follows the quote that closes a field"
OPEN = "a quote is opened in this row and never closed"
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
MISSING = r"\N"  # how MySQL and PostgreSQL write a missing value

Alone = Callable[[str], bool] | None
Record = tuple[int, list[str] | str]  # 1-based line that it begins on; its fields, or what is wrong


class BrokenError(Exception):
    """A line that the quotes of a dialect cannot be read by; the words are the reason."""


class Lines:
    """Numbered lines, of which some can be put back to be read again."""

    def __init__(self, lines: Iterable[str], first: int = 1) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self._next = first

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> tuple[int, str]:
        line = self._back.popleft() if self._back else next(self._lines)
        self._next += 1
        return self._next - 1, line

    def back(self, lines: list[str]) -> None:
        """The last ones that were given, to be given again."""
        self._back.extendleft(reversed(lines))
        self._next -= len(lines)


@dataclass(frozen=True, kw_only=True)  # without slots: patterns are compiled once, and kept
class Dialect:
    """How the fields of a line are told apart."""

    delimiter: str
    quote: str = '"'  # what encloses a field that holds a delimiter or a line end; "": nothing does
    escapes: bool = False  # whether a backslash takes the meaning from what follows
    spaced: bool = False  # whether a blank may stand before the quote that opens a field

    @cached_property
    def _inside(self) -> re.Pattern[str]:
        """What may stand between two quotes."""
        quote = re.escape(self.quote)
        plain = rf"[^{quote}\\]++|\\." if self.escapes else rf"[^{quote}]++"
        return re.compile(rf"(?:{plain}|{quote}{quote})*+", re.DOTALL)

    def scan(self, line: str, fields: list[str], held: list[str] | None) -> list[str] | None:
        """Adds the fields of one line to `fields`.

        held: the pieces of a field that an earlier line opened, None where none is open. Gives the
        pieces of the field that is open at the end of the line, or None. Raises BrokenError.
        """
        stop, at = len(line.rstrip("\r\n")), 0
        while True:
            if held is None and self.spaced and line.startswith(" " + self.quote, at):
                at += 1
            if held is None and not line.startswith(self.quote, at, stop):
                end = line.find(self.delimiter, at, stop)
                fields.append(line[at : stop if end < 0 else end])
                if end < 0:
                    return None
                at = end + 1
                continue
            at += held is None
            held = [] if held is None else held
            found = self._inside.match(line, at)
            assert found is not None  # it may match nothing  # noqa: S101
            held.append(found[0])
            at = found.end() + 1
            if found.end() >= len(line):
                return held
            fields.append(self._content("".join(held)))
            held = None
            if at >= stop:
                return None
            if line[at] != self.delimiter:
                raise BrokenError(CLOSED)
            at += 1

    def _content(self, enclosed: str) -> str:
        content = enclosed.replace(self.quote * 2, self.quote)
        return re.sub(rf"\\([\\{self.quote}])", r"\1", content) if self.escapes else content

    def records(
        self, lines: Iterable[str], first: int = 1, alone: Alone = None
    ) -> Iterator[Record]:
        """Each record that is no blank line; `first` is the number of the first line.

        alone: whether a line is a row by itself. No field that is opened in an earlier line goes
        on over such a one: the line that opens it is broken.
        """
        if self.quote == '"' and not self.escapes and not self.spaced and alone is None:
            yield from _by_csv(lines, self.delimiter, first)
        elif self.quote:
            yield from self._enclosed(lines, first, alone)
        elif self.escapes:
            yield from self._unescaped(lines, first)
        else:
            for number, line in enumerate(lines, start=first):
                if body := line.rstrip("\r\n"):
                    yield number, body.split(self.delimiter)

    def _enclosed(self, lines: Iterable[str], first: int, alone: Alone) -> Iterator[Record]:
        """Fields in quotes. A line that breaks their rule is a record by itself."""
        waiting = Lines(lines, first)
        for number, line in waiting:
            if not line.rstrip("\r\n"):
                continue
            taken: list[str] = []
            try:
                yield number, self._joined(line, waiting, taken, alone)
            except BrokenError as broken:
                waiting.back(taken)
                yield number, OPEN if taken else str(broken)

    def _joined(self, line: str, waiting: Lines, taken: list[str], alone: Alone) -> list[str]:
        """The fields of a record that begins with `line`; `taken` gets its other lines."""
        fields: list[str] = []
        held = self.scan(line, fields, None)
        while held is not None:
            _, more = next(waiting, (0, None))
            if more is None:
                raise BrokenError(OPEN)
            taken.append(more)
            if alone is not None and alone(more):
                raise BrokenError(OPEN)
            held = self.scan(more, fields, held)
        return fields

    def _unescaped(self, lines: Iterable[str], first: int) -> Iterator[Record]:
        """Fields of which a backslash escapes delimiters, line ends and itself, as MySQL writes
        them; a field `\\N` is missing, which is an empty one here."""
        waiting = iter(enumerate(lines, start=first))
        cut = re.compile(rf"(?:[^\\{re.escape(self.delimiter)}]++|\\.)*+", re.DOTALL)
        for number, line in waiting:
            whole = line
            while _ends_escaped(whole):
                whole += next(waiting, (0, ""))[1] or " "
            body = whole.rstrip("\r\n")
            if not body:
                continue
            fields, at = [], 0
            while at <= len(body):
                found = cut.match(body, at)
                assert found is not None  # noqa: S101
                fields.append("" if found[0] == MISSING else unescaped(found[0]))
                at = found.end() + 1
            yield number, fields


def unescaped(field: str) -> str:
    """The field without its backslashes, each with what it stands for."""
    return re.sub(r"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), field, flags=re.DOTALL)


def _ends_escaped(line: str) -> bool:
    """Whether the line's end is part of a field: an odd number of backslashes stands before it."""
    body = line.rstrip("\r\n")
    return body != line and (len(body) - len(body.rstrip("\\"))) % 2 == 1


def _by_csv(lines: Iterable[str], delimiter: str, first: int) -> Iterator[Record]:
    """The same by the csv module, which is many times as quick."""
    csv.field_size_limit(LONGEST_FIELD)
    parsed = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = parsed.line_num + first
        try:
            values = next(parsed)
        except StopIteration:
            return
        except csv.Error as error:
            unclosed = str(error) == "unexpected end of data"
            yield number, OPEN if unclosed else CLOSED
            continue
        if values:
            yield number, values
