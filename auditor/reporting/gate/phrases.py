"""A verdict in words: the answer, what a test measured, and how its figures are written.

What comes out holds text of the data as it is. Each renderer disarms it in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.outcomes import Outcome, SetSummary, Status, Tested, Verdict
from auditor.reporting.wording import count, listing

ANSWERS: Mapping[Outcome, str] = {
    "pass": "May be merged",
    "fail": "Do not merge",
    "inconclusive": "Too little to tell",
}
# In reading order; one, many.
STATUSES: Mapping[Status, tuple[str, str]] = {
    "fail": ("fails", "fail"),
    "inconclusive": ("is inconclusive", "are inconclusive"),
    "warn": ("warns", "warn"),
    "informational": ("only informs", "only inform"),
    "pass": ("passes", "pass"),
}
_AGAINST = {
    "absolute": "against a limit",
    "rise": "against the base",
    "new": "against the baseline file",
}
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of one test as they are printed; empty where there is none."""

    base: str
    candidate: str
    effect: str
    interval: str
    margin: str
    smallest: str


def first(verdict: Verdict) -> Tested | None:
    """The test that explains the outcome most; None where nothing stands against merging."""
    if verdict.outcome == "pass":
        return None
    status: Status = "fail" if verdict.outcome == "fail" else "inconclusive"
    return next(iter(verdict.of(status)), None)


def reason(verdict: Verdict) -> str:
    """Why the outcome is what it is, without a full stop."""
    if found := first(verdict):
        others = len(verdict.of(found.status)) - 1
        one, many = STATUSES[found.status]
        also = f"; {others:,} more {one if others == 1 else many}" if others else ""
        return f"{found.summary}{also}"
    if verdict.outcome != "pass":
        skipped = verdict.skipped[:1]
        return f"{skipped[0].code} was not done, {skipped[0].reason}" if skipped else "no test ran"
    number = len(verdict.tested)
    return f"none of {count(number, 'test', 'tests')} fails" if number else "nothing was to test"


def tally(verdict: Verdict) -> str:
    """How many tests ended how."""
    ends = ((status, len(verdict.of(status))) for status in STATUSES)
    said = [f"{number:,} {STATUSES[s][number != 1]}" for s, number in ends if number]
    return f"{count(len(verdict.tested), 'test', 'tests')}: {listing(said, 5) or 'none'}"


def about(tested: Tested) -> str:
    """Which question it is: the check, the category, and what else it is about."""
    place = "" if tested.category is None else f" in {tested.category}"
    return f"{tested.check}{place}" + (f" ({tested.subject})" if tested.subject else "")


def against(tested: Tested) -> str:
    return _AGAINST[tested.kind]


def identity(tested: Tested) -> str:
    """One for each test: a check may be put to the same rows against a limit and the base."""
    return f"{tested.fingerprint}:{tested.kind}"


def figures(tested: Tested) -> Figures:
    fine = _digits(tested.high - tested.low)
    rise = tested.kind == "rise"
    effect, high = _fixed(tested.effect, fine), _fixed(tested.high, fine)
    sign = "+" if rise and float(effect.replace(_MINUS, "-")) > 0 else ""
    margin, smallest = tested.margin, tested.smallest
    return Figures(
        base="" if tested.base is None else _side(tested, tested.base, tested.base_of),
        candidate=_side(tested, tested.candidate, tested.candidate_of),
        effect=sign + _unit(effect, rise),
        interval=f"{_fixed(tested.low, fine)} to {high if rise else _unit(high, rise)}",
        margin="" if margin is None else _unit(f"{margin * 100:.6g}", rise),
        smallest="" if smallest is None else _unit(_rounded(smallest), rise),
    )


def evidence(tested: Tested) -> str:
    """The numbers of one test as a sentence without a full stop."""
    told = figures(tested)
    sides = [f"{told.base} in the base"] if told.base else []
    sides.append(f"{told.candidate} in the candidate")
    word = "margin" if tested.kind == "rise" else "limit"
    limit = f"; {word} {told.margin}" if told.margin else ""
    return f"{', '.join(sides)}: {told.effect}, interval {told.interval}{limit}"


def share(fraction: float) -> str:
    return f"{_rounded(fraction)}%"


def chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def size(of: SetSummary) -> str:
    rejected = f", {of.rejected:,} rejected" if of.rejected else ""
    kinds = count(of.categories, "category", "categories")
    return f"{count(of.rows, 'row', 'rows')}{rejected}, {kinds}"


def difference(verdict: Verdict) -> str:
    """What the candidate changes of the base."""
    return f"{verdict.added:,} added, {verdict.removed:,} removed, {verdict.kept:,} kept"


def false_alarms(verdict: Verdict) -> str:
    """How often the gate cries wolf, as a sentence."""
    return f"Where nothing has changed, something fails at most {share(verdict.false_alarms)} of \
the time."


def sensitivity(verdict: Verdict) -> str:
    """The least rises that the tests would have caught, as a sentence; empty where none says."""
    if not (ends := keenness(verdict)):
        return ""
    told = " to ".join(dict.fromkeys(f"{figures(t).smallest} ({about(t)})" for t in ends))
    return f"The smallest rise that would have been caught eight times in ten: {told}."


def keenness(verdict: Verdict) -> tuple[Tested, ...]:
    """The keenest and the bluntest test of a rise; nothing where none says what it would see."""
    known = [t for t in verdict.tested if t.smallest is not None and t.kind == "rise"]
    known.sort(key=lambda t: t.smallest or 0.0)
    return (known[0], known[-1]) if known else ()


def baseline(verdict: Verdict) -> str:
    """How the findings stand to the baseline file, as a sentence; empty without one."""
    known = verdict.baseline
    if known is None:
        return ""
    return (
        f"Against the baseline file: {count(known.new, 'new finding', 'new findings')}, "
        f"{known.known:,} known, {known.fixed:,} fixed, {known.expired:,} expired."
    )


def advice(verdict: Verdict) -> Iterator[tuple[Tested, str]]:
    """What to do, each thing once, what fails first."""
    said = set()
    for tested in pressing(verdict):
        if tested.advice and tested.advice not in said:
            said.add(tested.advice)
            yield tested, tested.advice


def pressing(verdict: Verdict) -> tuple[Tested, ...]:
    """What a reader has to look at: all that fails, is inconclusive or warns, in that order."""
    return (*verdict.of("fail"), *verdict.of("inconclusive"), *verdict.of("warn"))


def line_of(verdict: Verdict, row: int) -> int | None:
    return verdict.lines.get(str(row))


def cut(text: str, most: int) -> str:
    """`text`, or its beginning and how much is left out."""
    over = len(text) - most
    return text if over <= 0 else f"{text[:most]} … ({over:,} characters more)"


def _side(tested: Tested, fraction: float, of: int | None) -> str:
    """A share and what it is of; or an expected drop, and on how many rows it was scored."""
    if of is None:
        return share(fraction)
    if tested.check == "forecast":
        return f"{share(fraction)} ({of:,} scored)"
    return f"{share(fraction)} of {of:,}"


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
