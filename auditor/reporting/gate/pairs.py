"""Two rows side by side: a new one, the one that it repeats or contradicts, and what differs.

What comes out holds text of the data as it is. Each renderer disarms it in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.label_spelling import spelled
from auditor.records.verdict import Pair, Tested, Verdict
from auditor.reporting import marking
from auditor.reporting.gate import phrases
from auditor.reporting.marking import Piece

_SHORT = 80  # characters of a text that a sentence still holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One of the two rows; without a text where either text is not known."""

    place: str  # "row 12, line 14", "base row 88"
    label: str  # empty where the pair is not about labels
    text: str
    pieces: tuple[Piece, ...]  # the text, what differs marked


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """A pair as it is shown."""

    row: Row
    verb: str
    other: Row
    changes: tuple[tuple[str, str], ...]  # from the other row to this one; "": nothing there
    alike: str  # what to say where no change can be named; empty without texts

    @property
    def has_texts(self) -> bool:
        return bool(self.changes or self.alike)


def shown(verdict: Verdict, tested: Tested, most: int) -> list[SideBySide]:
    """The first pairs of a test: those with both texts, or where none has them, those without."""
    known = [pair for pair in tested.pairs if _texts(verdict, pair)]
    return [_side_by_side(verdict, tested, pair) for pair in (known or tested.pairs)[:most]]


def sentence(verdict: Verdict, tested: Tested) -> str:
    """The first pair without a full stop, its texts where they are short; empty without pairs."""
    if not (pairs := shown(verdict, tested, 1)):
        return ""
    (pair,) = pairs
    short = pair.has_texts and max(len(pair.row.text), len(pair.other.text)) <= _SHORT
    row, other = (_named(of, quoted=short) for of in (pair.row, pair.other))
    return f"{row} {pair.verb} {other}"


def relation(verdict: Verdict, tested: Tested, pair: Pair) -> str:
    """Which row does what to which, without their texts."""
    row, other = _places(verdict, pair)
    return f"{row} {_verb(tested, pair)} {other}"


def _named(row: Row, *, quoted: bool) -> str:
    label = f" ({row.label})" if row.label else ""
    return f"{row.place}{label}" + (f" “{row.text}”" if quoted else "")


def _side_by_side(verdict: Verdict, tested: Tested, pair: Pair) -> SideBySide:
    texts = _texts(verdict, pair) or ("", "")
    pieces = marking.differences(texts)
    labels, places = pair.labels or ("", ""), _places(verdict, pair)
    row, other = (
        Row(place=places[i], label=labels[i], text=texts[i], pieces=pieces[i]) for i in (0, 1)
    )
    changes = marking.changes(other.text, row.text)
    return SideBySide(
        row=row,
        verb=_verb(tested, pair),
        other=other,
        changes=tuple((_seen(before), _seen(after)) for before, after in changes),
        alike="word for word the same" if _texts(verdict, pair) and not changes else "",
    )


def _places(verdict: Verdict, pair: Pair) -> tuple[str, str]:
    """Where the row stands, and the other one; lines are known of the candidate alone."""
    row = phrases.place(pair.row, phrases.line_of(verdict, pair.row))
    if pair.other_in == "base":
        return row, f"base {phrases.place(pair.other, None)}"
    return row, phrases.place(pair.other, phrases.line_of(verdict, pair.other))


def _verb(tested: Tested, pair: Pair) -> str:
    return "contradicts" if pair.labels or tested.check == "label-conflict" else "repeats"


def _texts(verdict: Verdict, pair: Pair) -> tuple[str, str] | None:
    """Of the row, and of the other one."""
    others = verdict.base_examples if pair.other_in == "base" else verdict.examples
    row, other = verdict.examples.get(str(pair.row)), others.get(str(pair.other))
    return None if row is None or other is None else (row, other)


def _seen(stretch: str) -> str:
    """A stretch without the spaces around it, or these as signs where there is nothing else."""
    return stretch.strip() or spelled(stretch)
