"""What separates the fields of a line, where nobody says: checked over all sampled lines."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.dataset.delimited.splitting import BrokenError, Dialect
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision

CANDIDATES = (",", "\t", ";", "|")
AGREED = 0.9  # share of lines that a separator cuts into equally many fields
NAMES = {"\t": r"'\t'"}
FLAG = "--delimiter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What one separator makes of the sampled lines."""

    delimiter: str
    first: int  # fields of the first line
    columns: int  # fields of most lines
    share: float  # of the lines that have so many

    @property
    def possible(self) -> bool:
        return self.first > 1 or (self.columns > 1 and self.share >= AGREED)

    @property
    def agreed(self) -> bool:
        return self.columns > 1 and self.share >= AGREED


def shown(delimiter: str) -> str:
    """As a message names it."""
    return NAMES.get(delimiter, f"'{delimiter}'")


def said_delimiter(said: str) -> str:
    """The character that the user means. Raises UsageError for more than one."""
    character = {r"\t": "\t", "tab": "\t"}.get(said.lower(), said)
    if len(character) != 1 or character in '\r\n"':
        raise UsageError(rf"{FLAG} must be one character, such as ';' or '\t', not {said!r}")
    return character


def cut(lines: Sequence[str], delimiter: str) -> Cut:
    """How a separator cuts the lines: by quotes or without them, whichever agrees more."""
    plain = [line.count(delimiter) + 1 for line in lines]
    dialect = Dialect(delimiter=delimiter, spaced=True)
    enclosed = _enclosed(lines, dialect)
    single = _enclosed(lines, Dialect(delimiter=delimiter, quote="'"))
    return max((_cut(delimiter, counts) for counts in (enclosed, plain, single)), key=_agreement)


def _agreement(cut: Cut) -> tuple[bool, float]:
    return cut.columns > 1, cut.share


def _cut(delimiter: str, counts: Sequence[int]) -> Cut:
    [(columns, times)] = Counter(counts).most_common(1) or [(0, 0)]
    share = times / len(counts) if counts else 0.0
    return Cut(delimiter=delimiter, first=next(iter(counts), 0), columns=columns, share=share)


def _enclosed(lines: Sequence[str], dialect: Dialect) -> list[int]:
    """Fields of each record; a line that breaks the rule of quotes is cut without them."""
    counts: list[int] = []
    held: list[str] | None = None
    fields: list[str] = []
    for line in lines:
        if held is None:
            fields = []
        try:
            held = dialect.scan(line, fields, held)
        except BrokenError:
            held = None
            fields = line.split(dialect.delimiter)
        if held is None:
            counts.append(len(fields))
    return counts


def delimiter_of(
    lines: Sequence[str], usual: str | None
) -> tuple[str | None, tuple[Decision, ...]]:
    """What separates the fields of the lines; None: nothing does, a line is one field.

    usual: what the file's name speaks for. Raises DataError where more than one may.
    """
    cuts = [cut(lines, delimiter) for delimiter in CANDIDATES]
    own = next((found for found in cuts if found.delimiter == usual), None)
    agreed = [found for found in cuts if found.agreed]
    best = max((found.share for found in agreed), default=0.0)
    leading = [found for found in agreed if found.share == best]
    tabbed = next((found for found in leading if found.delimiter == "\t"), None)
    if usual is None and tabbed is not None:
        return "\t", _told("\t", usual)  # which nobody types within a text
    if own in leading and tabbed in (None, own):
        return usual, ()
    if len(leading) == 1 and (own not in agreed or best == 1.0):
        return leading[0].delimiter, _told(leading[0].delimiter, usual)
    if not agreed and own is not None and own.possible:
        return usual, ()
    if not agreed and (tab := _told_by_tabs(lines)):
        return tab, _told(tab, usual)
    possible = agreed or [found for found in cuts if found.possible]
    if not possible:
        return usual, ()
    typed = [found.delimiter.replace("\t", r"\t") for found in possible]
    flags = " or ".join(f"{FLAG} {shlex.quote(delimiter)}" for delimiter in typed)
    raise DataError(f"what separates the fields of its lines is not clear; say so with {flags}")


def _told(delimiter: str, usual: str | None) -> tuple[Decision, ...]:
    if delimiter == usual:
        return ()
    return (Decision(what=f"fields are separated by {shown(delimiter)}", otherwise=FLAG),)


def _told_by_tabs(lines: Sequence[str]) -> str | None:
    """A tab, where each line has one: in text that is typed there are none."""
    full = [line for line in lines if line.strip()]
    return "\t" if full and all(re.search(r"[^\t]\t+[^\t]", line) for line in full) else None
