"""One test of a verdict in words: what it is about, what it measured, how its figures are written.

What comes out holds text of the data as it is. Each renderer disarms it in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.records.verdict import Status, Tested, Verdict
from auditor.reporting.codes import words_of_code

# In reading order.
STATUSES: Mapping[Status, str] = {
    "fail": "failed",
    "inconclusive": "inconclusive",
    "warn": "warned",
    "informational": "for information",
    "pass": "passed",
}
# What a format that has no room for all says; the file need not have been asked for.
HAS_ALL = "gate.json (--format json) has all"
_COMPARED_WITH = {
    "absolute": "against a limit",
    "rise": "against the base",
    "new": "against the baseline file",
}
_LOSS_CHECKS = ("coverage-loss", "category-loss", "shrinkage")  # of what the base has
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of one test as they are printed; empty where there is none."""

    base: str
    candidate: str  # of the added rows, where it says so
    effect: str
    interval: str
    limit: str
    smallest: str


def about(tested: Tested) -> str:
    """Which question it is: the check, the category, and what else it is about."""
    return f"{tested.check}{_where(tested)}"


def title(tested: Tested) -> str:
    """The same in words, as a heading."""
    return f"{words_of_code(tested.check).title}{_where(tested)}"


def compared_with(tested: Tested) -> str:
    return _COMPARED_WITH[tested.kind]


def identity(tested: Tested) -> str:
    """One for each test: a check may be put to the same rows against a limit and the base."""
    return f"{tested.fingerprint}:{tested.kind}"


def figures(tested: Tested) -> Figures:
    fine = _digits(tested.high - tested.low) if is_estimated(tested) else 1
    rise, is_loss = is_rise(tested), tested.check in _LOSS_CHECKS
    effect, high = _fixed(tested.effect, fine), _fixed(tested.high, fine)
    sign = "+" if rise and float(effect.replace(_MINUS, "-")) > 0 else ""
    limit, smallest = tested.margin, tested.smallest_detectable if is_estimated(tested) else None
    added = " added" if is_of_added(tested) else ""
    return Figures(
        base="" if tested.base is None else _side(tested, tested.base, tested.base_of),
        candidate=_left(tested) or _side(tested, tested.candidate, tested.candidate_of) + added,
        effect=sign + _unit(effect, rise) + " lost" * is_loss,
        interval=f"{_fixed(tested.low, fine)} to {high if rise else _unit(high, rise)}"
        if is_estimated(tested)
        else "",
        limit="" if limit is None else _unit(f"{limit * 100:.3g}", rise),
        smallest="" if smallest is None else _unit(_rounded(smallest), rise),
    )


def compared_shares(tested: Tested) -> str:
    """What is held against what, as `1.2% of 3,000 in the base, 30% of 220 added rows`."""
    shown = figures(tested)
    base = f"{shown.base} in the base, " if shown.base else ""
    of = "" if _left(tested) else " rows" if is_of_added(tested) else " in the candidate"
    return f"{base}{shown.candidate}{of}"


def evidence(tested: Tested) -> str:
    """The numbers of one test as a sentence without a full stop."""
    shown = figures(tested)
    change = [shown.effect] if shown.interval or shown.limit else []
    change += [f"interval {shown.interval}"] if shown.interval else []
    limit = f"; limit {shown.limit}" if shown.limit else ""
    return f"{compared_shares(tested)}{': ' * bool(change)}{', '.join(change)}{limit}"


def heading(tests: Iterable[Tested]) -> str:
    """Of the column with what is held against the base: what the shares of `tests` are of."""
    of_added = {is_of_added(t) for t in tests}
    if of_added == {True}:
        return "Added rows"
    return "Added rows, or candidate" if True in of_added else "Candidate"


def is_of_added(tested: Tested) -> bool:
    """Whether its share is one of the added rows; else it is of all the candidate's."""
    return is_rise(tested) and tested.check != "forecast"


def is_rise(tested: Tested) -> bool:
    """Whether the effect is told in points; a loss is a share of the rows that should be there."""
    return tested.kind == "rise" and tested.check not in _LOSS_CHECKS


def is_estimated(tested: Tested) -> bool:
    """Whether it has an interval: what a baseline file does not know is counted, not estimated,
    and so is what the candidate lacks."""
    return tested.kind != "new" and tested.low < tested.high


def two_digit_percent(fraction: float) -> str:
    return f"{_rounded(fraction)}%"


def chance(tested: Tested) -> str:
    if not is_estimated(tested):
        return ""
    return "< 0.001" if tested.p < 0.001 else f"{tested.p:.2g}"


def place(row: int, line: int | None) -> str:
    """Where a row stands in its file."""
    return f"row {row}" if line is None else f"row {row}, line {line}"


def line_of(verdict: Verdict, row: int) -> int | None:
    return verdict.lines.get(str(row))


def first_place(verdict: Verdict, tested: Tested) -> int:
    """The line to point at: that of the first row with one, or the file's first."""
    rows = (*(pair.row for pair in tested.pairs), *tested.rows)
    return next(filter(None, (line_of(verdict, row) for row in rows)), 1)


def cut(text: str, limit: int) -> str:
    """`text`, or its beginning and how much is left out."""
    over = len(text) - limit
    return text if over <= 0 else f"{text[:limit]} … ({over:,} characters more)"


def _where(tested: Tested) -> str:
    place = "" if tested.category is None else f" in {tested.category}"
    return place + (f" ({tested.subject})" if tested.subject else "")


def _left(tested: Tested) -> str:
    """How many are left of what the base has; empty where that is not what was asked."""
    if tested.check not in _LOSS_CHECKS or tested.base_of is None:
        return ""
    return f"{round(tested.candidate * tested.base_of):,} left"


def _side(tested: Tested, fraction: float, of: int | None) -> str:
    """A share and what it is of; or an expected drop, and on how many rows it was scored; or how
    many there are of what may be lost."""
    if of is None:
        return two_digit_percent(fraction)
    if tested.check in _LOSS_CHECKS:
        return f"{of:,}"
    if tested.check == "forecast":
        return f"{two_digit_percent(fraction)} ({of:,} scored)"
    return f"{two_digit_percent(fraction)} of {of:,}"


def _unit(number: str, rise: bool) -> str:
    """A rise is told in points, a share in percent."""
    if not rise:
        return f"{number}%"
    return f"{number} point{'' if number in ('1', f'{_MINUS}1') else 's'}"


def _digits(width: float) -> int:
    """Decimals of a percentage that are not lost in an interval so wide."""
    return 0 if width >= 0.1 else 1 if width >= 0.01 else 2


def _fixed(fraction: float, digits: int) -> str:
    number = round(fraction * 100, digits) or 0.0  # no minus before a zero
    return f"{number:.{digits}f}".replace("-", _MINUS)


def _rounded(fraction: float) -> str:
    """A percentage to two digits."""
    return f"{float(f'{fraction * 100:.2g}'):g}".replace("-", _MINUS)
