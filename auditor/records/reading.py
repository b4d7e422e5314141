"""How a source is read: what the user says of it, what was decided instead, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from auditor.records.dataset import Decision, Reject

Fields = Mapping[str, str]
Rows = Iterator[tuple[int | None, Fields | Reject]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the user says of a file's form. None: it is told by the file, and the decision said.

    A reader obeys what its format has, and takes no notice of the rest.
    """

    encoding: str | None = None  # as Python names it
    delimiter: str | None = None  # one character
    header: bool | None = None  # whether the first line names the columns
    quoting: bool | None = None  # whether `"` encloses fields
    table: str | None = None  # a sheet, a table, a configuration, an array in a document


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A source as its reader opened it.

    rows: reads them from the first, as often as it is called: the 1-based line of each, None where
    the format has no lines, and its fields, or why it has none.
    """

    rows: Callable[[], Rows]
    decisions: tuple[Decision, ...] = ()
