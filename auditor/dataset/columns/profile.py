"""What each column of a source holds, whatever the order and the number of its rows.

A column is known by a sample of its distinct values: those whose hashes end in the most zeros,
which is the same sample in any order of rows (adaptive sampling; Flajolet 1990). Up to KEPT values
it is all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zlib import crc32

from auditor.dataset.values import Conversation, Listed, Unusable
from auditor.records.dataset import Reject
from auditor.records.reading import Rows

KEPT = 2048  # distinct values a column: of more, their number is estimated to about 3 in 100
BEGINNING = 300  # characters of a value that are looked at
LOOKED_AT = 400  # distinct values that are read for what they are

TEXT_LENGTH = 8  # mean characters, below which a column is hardly text
TEXT_DISTINCT = 0.3  # share of values; templated and doubled sets still reach it
MANY_TEXTS = 100  # distinct values, from which a set of many copies is text all the same
TEXT_WORDS = 1.5  # mean words, below which a column is hardly text
TEXT_LETTERS = 0.5  # share of what is no white space
LABEL_LENGTH = 60  # mean characters, above which a column is hardly a label
MANY_GRADES = 11  # whole numbers; more are counts
LABEL_REPEATED = 2.0  # rows for each distinct value

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_WHOLE = re.compile(r"([+-]?\d+)(\.0*)?")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b.*|\d{1,2}:\d{2}(:\d{2})?"
    r"|(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d{2}:\d{2}.*"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}.*",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"(https?://|www\.)\S+|\S+@\S+\.\w+|(/|[a-z]:\\)\S+", re.IGNORECASE)
_CODE = re.compile(r"(?=\S*\d)[\w.:/#-]{5,}")  # one word with a digit in it, as ids are
_LANGUAGE = re.compile(r"[a-z]{2}([-_][A-Za-z]{2,4})?")
# Scripts that put no space between words; a word has about two of their characters.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
SPLITS = (
    *("train", "training", "dev", "devel", "development", "val", "valid", "validation"),
    *("test", "testing", "eval", "heldout"),
)


@dataclass(frozen=True, kw_only=True)  # without slots: what is derived is computed once, and kept
class Column:
    """One column. Shares and means are over its distinct values, but `length`, which is over rows.

    values: the distinct ones that are known, the commonest first, cut to BEGINNING characters.
    """

    name: str
    rows: int  # of the source
    filled: int  # rows with a value that is neither blank nor unusable
    unusable: int  # rows with something that is no text, lists aside
    listed: int  # rows with a list of plain values
    items: bool  # whether values of such lists repeat, as labels do
    spoken: int  # rows with what a user says in a conversation
    distinct: int
    length: float  # mean characters
    values: tuple[str, ...]
    named_itself: bool  # its name is one of its values

    @cached_property
    def _some(self) -> tuple[str, ...]:
        return self.values[:LOOKED_AT]

    def _share(self, what: Callable[[str], object]) -> float:
        return sum(bool(what(v)) for v in self._some) / len(self._some) if self._some else 0.0

    @cached_property
    def letters(self) -> float:
        """The share of letters among what is no white space."""
        seen = "".join("".join(v.split()) for v in self._some)
        return sum(c.isalpha() or not c.isascii() for c in seen) / len(seen) if seen else 0.0

    @cached_property
    def words(self) -> float:
        """Mean words."""
        return sum(map(_words, self._some)) / len(self._some) if self._some else 0.0

    @cached_property
    def structured(self) -> bool:
        """Whether cells hold lists or objects, written as JSON or as Python writes them."""
        return self._share(_written) > 0.5

    @property
    def lists(self) -> bool:
        """Whether it holds lists of plain values, or cells that are written like such."""
        written = self._share(lambda v: v.lstrip().startswith("[")) == 1.0 and self._some
        return bool(self.listed or written)

    @cached_property
    def numeric(self) -> bool:
        return self._share(_NUMBER.fullmatch) == 1.0

    @cached_property
    def dated(self) -> bool:
        return self._share(lambda v: _DATE.fullmatch(v.strip())) > 0.9

    @cached_property
    def placed(self) -> bool:
        """Whether it holds addresses of pages, people or files."""
        return self._share(lambda v: _PLACE.fullmatch(v.strip())) > 0.9

    @cached_property
    def coded(self) -> bool:
        """Whether it holds identifiers, such as `B0042-17`."""
        return not self.numeric and self._share(lambda v: _CODE.fullmatch(v.strip())) > 0.9

    @cached_property
    def split(self) -> bool:
        return self._share(lambda v: v.strip().lower() in SPLITS) == 1.0

    @cached_property
    def language(self) -> bool:
        return self._share(_LANGUAGE.fullmatch) == 1.0

    @cached_property
    def classes(self) -> bool:
        """Whether its numbers are such as stand for classes: a few whole ones, without gaps."""
        return self._whole(gaps=False)

    @cached_property
    def grades(self) -> bool:
        """Whether its numbers are few and whole, as stars are, each given or not."""
        return self.distinct <= MANY_GRADES and self._whole(gaps=True)

    def _whole(self, *, gaps: bool) -> bool:
        whole = [_WHOLE.fullmatch(v.strip()) for v in self.values]
        if not (whole and all(whole)):
            return False
        numbers = sorted({int(m[1]) for m in whole if m})
        near = gaps or (len(numbers) <= 3 and numbers[-1] - numbers[0] <= 10)
        return near or numbers[-1] - numbers[0] == len(numbers) - 1

    @property
    def binary(self) -> frozenset[str]:
        """Its values, where they are what a column of yes and no holds; else nothing."""
        known = frozenset(v.strip().lower() for v in self.values)
        plain = self.filled and not self.unusable and not self.listed
        return known if plain and any(known <= pair for pair in BINARY) else frozenset()

    @cached_property
    def texty(self) -> bool:
        """Whether it reads like text, so that it may be the text whatever it is called."""
        weight = 2.0 if self._share(_UNSPACED.search) > 0.5 else 1.0
        spread = self.distinct >= TEXT_DISTINCT * self.filled or self.distinct >= MANY_TEXTS
        wordy = self.words >= TEXT_WORDS and self.letters >= TEXT_LETTERS
        fit = spread and wordy and weight * self.length >= TEXT_LENGTH
        return fit and not (self.no_text or self.unusable or self.mostly_missing)

    @cached_property
    def no_text(self) -> str:
        """Why it is no text, whatever it is called; "" where it may be."""
        if self.spoken or not self.filled:
            return ""
        few = self.distinct <= self.filled / 3 and self.words < TEXT_WORDS
        if self.structured:
            return "JSON"
        if self.numeric or self.letters < 0.2:
            return "no words"
        if self.dated or self.placed:
            return "dates" if self.dated else "addresses"
        return "few values" if few or (self.distinct < 2 and self.filled > 2) else ""

    @property
    def complete(self) -> bool:
        """Whether nearly every row has a value."""
        return self.filled + self.unusable + self.listed >= 0.9 * self.rows

    @property
    def mostly_missing(self) -> bool:
        return self.filled + self.unusable + self.listed < 0.1 * self.rows

    @property
    def labelly(self) -> bool:
        """Whether it could be the label, whatever it is called."""
        repeated = 2 <= self.distinct <= self.filled / LABEL_REPEATED
        fit = repeated and self.length <= LABEL_LENGTH and not self.unusable
        other = self.dated or self.placed or self.coded or self.split or self.structured
        return fit and not other and not self.mostly_missing

    @property
    def scores(self) -> bool:
        """Whether its numbers are measured, so that no two rows need to have the same."""
        fractions = self._share(lambda v: _NUMBER.fullmatch(v) and not _WHOLE.fullmatch(v)) > 0.5
        return self.numeric and fractions and self.distinct > MANY_GRADES

    @property
    def no_label(self) -> str:
        """Why it is no label, whatever it is called; "" where it may be."""
        if self.filled < 8:
            return ""
        if self.numeric and not self.classes and self.distinct > 20:
            return f"{self.distinct} different numbers"
        if self.distinct > 0.9 * self.filled:
            return "a different value in every row"
        if self.length > LABEL_LENGTH and self.distinct > self.filled / LABEL_REPEATED:
            return "text"
        return ""


BINARY = tuple(map(frozenset, (("0", "1"), ("0.0", "1.0"), ("true", "false"), ("yes", "no"))))


@dataclass(slots=True)
class _Tally:
    """What is counted of one column while rows are read."""

    filled: int = 0
    characters: int = 0
    unusable: int = 0
    listed: int = 0
    items: Counter[str] = field(default_factory=Counter)
    spoken: int = 0
    named_itself: bool = False
    mask: int = 0  # hashes that have one of these bits are left out
    kept: dict[int, list[Any]] = field(default_factory=dict)  # hash -> value, rows

    def add(self, value: str, name: str) -> None:
        if isinstance(value, Unusable):
            self.listed += isinstance(value, Listed)
            self.unusable += not isinstance(value, Listed)
            if isinstance(value, Listed) and len(self.items) < KEPT:
                self.items.update(value.items)
        elif value.strip():
            self.filled += 1
            self.characters += len(value)
            self.spoken += isinstance(value, Conversation)
            self.named_itself |= value == name
            self._count(value)

    def _count(self, value: str) -> None:
        hashed = crc32(value.encode("utf-8", "surrogatepass"))
        if hashed & self.mask:
            return
        known = self.kept.get(hashed)
        if known is not None:
            known[1] += 1
            return
        self.kept[hashed] = [str(value[:BEGINNING]), 1]
        while len(self.kept) > KEPT:
            self.mask = self.mask * 2 + 1
            self.kept = {h: v for h, v in self.kept.items() if not h & self.mask}

    def column(self, name: str, rows: int) -> Column:
        ranked = sorted(self.kept.values(), key=lambda value: (-value[1], value[0]))
        return Column(
            name=name,
            rows=rows,
            filled=self.filled,
            unusable=self.unusable,
            listed=self.listed,
            items=1 < len(self.items) * LABEL_REPEATED <= self.items.total(),
            spoken=self.spoken,
            distinct=len(self.kept) * (self.mask + 1),
            length=self.characters / self.filled if self.filled else 0.0,
            values=tuple(value for value, _ in ranked),
            named_itself=self.named_itself,
        )


def survey(rows: Rows) -> dict[str, Column]:
    """The columns of all rows, in the order they first appear."""
    tallies: dict[str, _Tally] = {}
    count = 0
    for _, fields in rows:
        if isinstance(fields, Reject):
            continue
        count += 1
        for name, value in fields.items():
            (tallies.get(name) or tallies.setdefault(name, _Tally())).add(value, name)
    return {name: tally.column(name, count) for name, tally in tallies.items()}


def _written(value: str) -> bool:
    """Whether a value looks like a list or an object: by its ends, as it may be cut."""
    value = value.strip()
    ends = {"[": "]", "{": "}"}.get(value[:1])
    whole = value[-1:] == ends or len(value) >= BEGINNING - 1
    return ends is not None and whole and value[1:2] in "\"'{[ ]}0123456789-"


def _words(value: str) -> float:
    return max(len(value.split()), len(_UNSPACED.findall(value)) / 2)
