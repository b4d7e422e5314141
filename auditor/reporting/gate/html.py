"""`gate.html`: one file without script, in the report's style.

Its first screen answers three questions: may I merge this, why, and what do I do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.records.verdict import Tested, Verdict
from auditor.reporting import marking
from auditor.reporting.gate import answer, pairs, phrases
from auditor.reporting.gate.pairs import SideBySide
from auditor.reporting.marking import Piece
from auditor.reporting.pages import page
from auditor.reporting.wording import named_rows

_LISTED = 300  # tests in the table
_CARDS = 30  # tests that are shown with their texts
_EXAMPLES = 6  # of a test, of each set
_BAR = 240  # width of a bar, its edges of four included
_TONES = {"pass": "fine", "fail": "error", "inconclusive": "warning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectBar:
    """An effect with its interval between no effect and the margin, on an axis of its own."""

    zero: float
    margin: float | None
    start: float
    width: float
    mark: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """One test as the table shows it."""

    tested: Tested
    anchor: str  # of its examples; empty where it has none
    figures: phrases.Figures
    compared_shares: str
    chance: str
    bar: EffectBar | None  # None: nothing is estimated


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    place: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedRows:
    """Rows of one of the two sets, some with their text, or paired with the row they repeat."""

    title: str
    rows: str
    of: int
    texts: tuple[Text, ...]
    pairs: tuple[SideBySide, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCard:
    """One test with the rows that it rests on."""

    anchor: str
    tested: Tested
    about: str
    evidence: str
    quoted: tuple[QuotedRows, ...]


class VerdictHtml:
    """The verdict for people. The same verdict gives the same bytes: no clock, no random ids."""

    name = "html"
    filename = "gate.html"

    def render(self, verdict: Verdict) -> str:
        return page("gate.html.j2", ["report.css", "gate.css"], _view(verdict))


def _view(verdict: Verdict) -> dict[str, Any]:
    """Everything the page shows, by the names the template uses."""
    found = answer.first(verdict)
    cards = _cards(verdict)
    order = (*answer.pressing(verdict), *verdict.of("informational"), *verdict.of("pass"))
    anchors = {id(card.tested): card.anchor for card in cards}
    return {
        "verdict": verdict,
        "answer": answer.ANSWERS[verdict.outcome],
        "reason": answer.reason(verdict),
        "notes": answer.notes(verdict),
        "outcome_without": answer.outcome_without_rows(verdict),
        "rejected": [*answer.rejected(verdict)],
        "tone": _TONES[verdict.outcome],
        "found": _row(found, anchors) if found else None,
        "title": phrases.title(found) if found else "",
        "tally": [(s, len(verdict.of(s))) for s in phrases.STATUSES if verdict.of(s)],
        "statuses": phrases.STATUSES,
        "advice": [(phrases.title(t), advice) for t, advice in answer.advice_lines(verdict)],
        "sensitivity": answer.sensitivity(verdict),
        "false_alarms": answer.false_alarms(verdict),
        "lines": [_row(t, anchors) for t in order[:_LISTED]],
        "heading": phrases.heading(order[:_LISTED]),
        "cards": cards,
        "without_card": len(answer.pressing(verdict)) - len(cards),
        "no_text": bool(verdict.settings.get("no_text")),
        "scripts": [],
    }


def _row(tested: Tested, anchors: Mapping[int, str]) -> TestRow:
    return TestRow(
        tested=tested,
        anchor=anchors.get(id(tested), ""),
        figures=phrases.figures(tested),
        compared_shares=phrases.compared_shares(tested),
        chance=phrases.chance(tested),
        bar=_bar(tested) if phrases.is_estimated(tested) else None,
    )


def _bar(tested: Tested) -> EffectBar:
    """Every bar has a scale of its own: what counts is where the margin lies in it."""
    ends = [0.0, tested.low, tested.high, tested.effect, tested.margin or 0.0]
    low, wide = min(ends), max(ends) - min(ends) or 1.0

    def x(value: float) -> float:
        return round(4 + (value - low) / wide * (_BAR - 8), 1)

    return EffectBar(
        zero=x(0.0),
        margin=None if tested.margin is None else x(tested.margin),
        start=x(tested.low),
        width=round(x(tested.high) - x(tested.low), 1),
        mark=x(tested.effect),
    )


def _cards(verdict: Verdict) -> list[TestCard]:
    """The tests to look at that rest on rows, worst first."""
    with_rows = [t for t in answer.pressing(verdict) if t.rows or t.base_rows or t.pairs]
    return [_card(verdict, t, f"test-{n}") for n, t in enumerate(with_rows[:_CARDS], 1)]


def _card(verdict: Verdict, tested: Tested, anchor: str) -> TestCard:
    shown = pairs.shown_pairs(verdict, tested, _EXAMPLES)
    quoted = (
        _quoted("In the candidate", tested.rows, verdict.examples, verdict.lines, shown),
        _quoted("In the base", tested.base_rows, verdict.base_examples, {}),
    )
    return TestCard(
        anchor=anchor,
        tested=tested,
        about=phrases.about(tested),
        evidence=phrases.evidence(tested),
        quoted=tuple(of_set for of_set in quoted if of_set.of or of_set.pairs),
    )


def _quoted(
    title: str,
    rows: Sequence[int],
    texts: Mapping[str, str],
    lines: Mapping[str, int],
    side_by_side: Sequence[SideBySide] = (),
) -> QuotedRows:
    """Where there are pairs, they are the examples."""
    shown = [] if side_by_side else [r for r in rows if str(r) in texts][:_EXAMPLES]
    return QuotedRows(
        title=title,
        rows=named_rows(rows),
        of=len(rows),
        texts=tuple(
            Text(place=phrases.place(r, lines.get(str(r))), pieces=marking.unmarked(texts[str(r)]))
            for r in shown
        ),
        pairs=tuple(side_by_side),
    )
