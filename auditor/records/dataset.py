"""The dataset stage: rows as the file holds them.

Inside the pipeline a row is a *position* in `Dataset.examples`, which is in canonical order (by
content), so that shuffling the file changes nothing; arrays are indexed by position. In what users
keep (`records/audit.py`) a row is that of their file; `Dataset.rows` leads from the first to the
second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from auditor.records.arrays import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled row as the file holds it; every value is a string, unchanged.

    Only its category may be another than the file's: `Dataset.mapped_labels` says which are.
    """

    row: int  # 0-based data row of the file, rejected ones counted
    # 1-based line that it starts on; None where the format has no lines
    line: int | None = field(default=None, compare=False)
    text: str
    category: str
    id: str | None = None
    annotator: str | None = None
    source: str | None = None
    split: str | None = None
    group: str | None = None
    context: str | None = None  # what the model is given before the text: a system prompt
    declared: tuple[str | None, ...] = ()  # values of `Dataset.declared`, in that order
    _content: str = field(default="", init=False, repr=False, compare=False)  # once it was asked

    @property
    def content(self) -> str:
        """A hash of text, category and context: what the example is, wherever it stands."""
        if not self._content:
            pair = f"{len(self.text)}:{self.text}{self.category}"
            if self.context is not None:
                pair += f"\0{self.context}"  # no category holds a NUL
            hashed = hashlib.sha256(pair.encode("utf-8", "surrogatepass")).hexdigest()
            object.__setattr__(self, "_content", hashed)
        return self._content

    @property
    def context_key(self) -> str:
        """The context, its case and white space aside: rows that differ in it are no copies."""
        return " ".join((self.context or "").casefold().split())


@dataclass(frozen=True, kw_only=True)  # without slots: what is derived is computed once, and kept
class Dataset:
    """The audited rows (`examples`, the training split) in canonical order, and what was left.

    What is derived of the rows cannot be changed either; arrays are read-only.
    """

    name: str
    examples: tuple[Example, ...]
    held_out: tuple[Example, ...] = ()  # rows of other splits: they serve leakage and scoring
    rejected: tuple[Reject, ...] = ()
    rows_read: int  # examples + held_out; with the rejected ones, all rows of the file
    roles: Mapping[str, str]  # role -> column
    declared: tuple[str, ...] = ()  # other columns that the user named, such as product or region
    mapped_labels: tuple[MappedLabel, ...] = ()  # that the user takes for another one
    multi_label: bool = False  # declared: a text may stand under several labels, a row each
    decisions: tuple[Decision, ...] = ()  # of what was not said, and could be told
    # By design: copies of a text by different annotators say how they agree, and are no copies.
    several_annotators: bool = False
    annotator_columns: tuple[str, ...] = ()  # that nobody named, and that look like annotators

    @cached_property
    def texts(self) -> tuple[str, ...]:
        return tuple(e.text for e in self.examples)

    @cached_property
    def rows(self) -> Ints:
        """(n,) file row of each position."""
        return _fixed(e.row for e in self.examples)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The category names, sorted; `codes` index them."""
        return tuple(sorted({e.category for e in self.examples}))

    @cached_property
    def codes(self) -> Ints:
        """(n,) index into `categories` of each position."""
        code = {c: i for i, c in enumerate(self.categories)}
        return _fixed(code[e.category] for e in self.examples)

    @cached_property
    def kinds(self) -> tuple[tuple[str, str, str], ...]:
        """(n,) what two rows of one text must share as well, or they are no copies: the context,
        the label where a text may have several, the annotator where several labelled it."""
        label, people = self.multi_label, self.several_annotators
        return tuple(
            (e.context_key, e.category if label else "", (e.annotator or "") if people else "")
            for e in self.examples
        )

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all content; neither the order of rows nor the format is part of it."""
        joined = "\n".join(sorted(e.content for e in (*self.examples, *self.held_out)))
        return hashlib.sha256(joined.encode()).hexdigest()

    def take(self, rows: Sequence[int] | Ints) -> Dataset:
        """The examples at the positions `rows` (m,), in that order, as a dataset of their own."""
        kept = tuple(self.examples[i] for i in rows)
        return replace(self, examples=kept, held_out=(), rejected=(), rows_read=len(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that could not be read as an example, and why."""

    row: int
    line: int | None  # 1-based line of the file; None where the format has no lines
    reason: str
    found: str = ""  # of the row's own words, what stands there instead; not with --no-text

    @property
    def place(self) -> str:
        """Where a reader finds it in the file."""
        return f"row {self.row}" if self.line is None else f"line {self.line}"

    @property
    def explanation(self) -> str:
        """The reason, with what was found."""
        return f"{self.reason}, found {self.found}" if self.found else self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided while a source was read, because the source tells it and nobody said."""

    what: str  # a clause such as "fields are separated by ';'"; names columns, quotes no row
    values: tuple[str, ...] = ()  # of the rows, as examples; not with --no-text
    otherwise: str = ""  # the option that decides it, such as "--delimiter"; "" where there is none

    @property
    def said(self) -> str:
        """On one line, as a message and a report say it; not escaped for either."""
        values = f", such as {', '.join(map(repr, self.values))}" if self.values else ""
        return f"{self.what}{values}" + (f" (else: {self.otherwise})" if self.otherwise else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedLabel:
    """A label of the file that the user takes for another one."""

    label: str  # as the file holds it
    category: str
    rows: int


def _fixed(numbers: Iterable[int]) -> Ints:
    """(n,) the numbers, read-only."""
    out = np.fromiter(numbers, dtype=np.int64)
    out.flags.writeable = False
    return out
