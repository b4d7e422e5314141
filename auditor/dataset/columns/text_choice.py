"""Which column is the text: names and content decide together.

A column that is called like the text must not hold what is none (numbers, JSON, two values); a
column that is called otherwise must read like text. Of several, the surest name wins, then the one
that is clearly the longest; else the user is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.dataset.columns import names
from auditor.dataset.columns.profile import Column
from auditor.dataset.values import flags
from auditor.records.dataset import Decision

AHEAD = 2.0  # times the mean length of the next candidate
SHORT = 4.0  # mean words, below which a column beside a longer one is a name, a place, a heading
SHOWN = 2  # values of a column that was told by what it holds
LONGEST_SHOWN = 80  # characters of each
_PLAIN_TEXT = "few values"  # of what is no text, what may be some all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The columns of a role, or those that might be; `decision` where there was one to make.

    several: the candidates are a label each, of which a row may have more than one.
    """

    columns: tuple[str, ...] = ()
    candidates: tuple[Column, ...] = ()  # the likeliest first, where it is open
    decision: Decision | None = None
    several: bool = False
    blank: str = ""  # the column that is called so, and is blank


def choose_text(columns: Mapping[str, Column]) -> Choice:
    """The column of text, or the two that are one text together, among `columns` that are free."""
    candidates = _candidates(columns.values())
    if not candidates:
        return _last_resort(columns)
    pair = names.pair_of([name for name, c in columns.items() if c in candidates])
    if pair and all(
        c.name in pair or names.as_text(c.name) < names.ALIKE or c.no_text for c in candidates
    ):
        what = f"the text is {_listed(pair)} together, as one text"
        decision = Decision(what=what, otherwise=flags("--text", pair[:1]))
        return Choice(columns=pair, decision=decision)
    best = _best(candidates)
    if len(best) != 1:
        return Choice(candidates=tuple(best))
    return Choice(columns=(best[0].name,), decision=_said(best[0], candidates, columns))


def _candidates(columns: Iterable[Column]) -> list[Column]:
    """Those that may be the text: called so and nothing else, or reading like it."""
    named = [c for c in columns if names.as_text(c.name) >= names.WEAK and not c.no_text]
    others = [c for c in columns if names.UNKNOWN <= names.as_text(c.name) < names.WEAK and c.texty]
    found = [c for c in (*named, *others) if c.filled or c.unusable]
    return sorted(found, key=lambda c: (-names.as_text(c.name), -c.length, c.name))


def _best(candidates: Sequence[Column]) -> list[Column]:
    """The one that is the text beyond doubt, or all that might be."""
    full = [c for c in candidates if not c.mostly_missing] or list(candidates)
    if not full:
        return []
    top = names.as_text(full[0].name)
    if top >= names.ALIKE:
        best = [c for c in full if names.as_text(c.name) == top]
        if len(best) > 1:
            best = [c for c in best if c.texty] or best
        doubted = len(best) == 1 and top < names.EXACT and not best[0].texty and not best[0].spoken
        rivals = [c for c in full if c.texty and c.words >= SHORT] if doubted else []
        return [*best, *rivals] if doubted else best
    own = [c for c in full if names.as_text(c.name) != names.DERIVED] or full
    own = [c for c in own if c.complete] or own
    ranked = sorted(own, key=lambda c: (-c.length, c.name))
    rest = [c for c in ranked[1:] if c.texty]
    behind = all(AHEAD * c.length <= ranked[0].length and c.words < SHORT for c in rest)
    return ranked[:1] if behind and ranked[0].texty else [ranked[0], *ranked[1:]]


def _last_resort(columns: Mapping[str, Column]) -> Choice:
    """A column that is called like the text, where nothing else could be it; said, if it is odd."""
    named = [c for c in columns.values() if names.as_text(c.name) >= names.ALIKE]
    plain = [c for c in named if c.no_text != "JSON"]
    if len(plain) != 1:
        return Choice(candidates=tuple(c for c in columns.values() if c.texty))
    found = plain[0]
    if not found.no_text or found.no_text == _PLAIN_TEXT:
        return Choice(columns=(found.name,))
    what = f"the text is column {found.name!r}, which holds {found.no_text}"
    return Choice(
        columns=(found.name,),
        decision=Decision(what=what, values=_examples(found), otherwise="--text COL"),
    )


def _said(
    found: Column, candidates: Sequence[Column], columns: Mapping[str, Column]
) -> Decision | None:
    """What is to be said of the choice: how it was made, and what else reads like text."""
    strength = names.as_text(found.name)
    passed = [c for c in columns.values() if c.no_text and names.as_text(c.name) >= names.ALIKE]
    passed = [c for c in passed if names.as_text(c.name) >= strength]
    others = {c.name for c in candidates if c is not found and _is_part(c) and not found.spoken}
    if strength >= names.WEAK and not others and not passed:
        return None
    clauses = [f"{c.name!r} holds {c.no_text}" for c in passed]
    if others:
        clauses.append(f"{_listed([c for c in columns if c in others])} may be part of the text")
    clauses.append(f"the text is column {found.name!r}")
    both = [c for c in columns if c == found.name or c in others]
    return Decision(
        what="; ".join(clauses),
        values=_examples(found) if strength < names.WEAK or passed else (),
        otherwise=flags("--text", both) if others else "--text COL",
    )


def _examples(column: Column) -> tuple[str, ...]:
    return tuple(value[:LONGEST_SHOWN] for value in column.values[:SHOWN])


def _is_part(column: Column) -> bool:
    """Whether a column beside the text holds text of its own, and no other form of it."""
    strength = names.as_text(column.name)
    said = column.words >= SHORT or strength >= names.WEAK
    return column.texty and column.complete and said and strength != names.DERIVED


def _listed(columns: Sequence[str]) -> str:
    return " and ".join(repr(name) for name in columns)
