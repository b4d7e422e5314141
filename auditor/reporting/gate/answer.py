"""A verdict as a whole in words: the first line, what qualifies it, and what to do.

What comes out holds text of the data as it is. Each renderer disarms it in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.label_spelling import spelled
from auditor.records.verdict import Outcome, SetSummary, Status, Tested, Verdict
from auditor.reporting.gate import phrases
from auditor.reporting.unread import notice
from auditor.reporting.wording import count, listing

ANSWERS: Mapping[Outcome, str] = {
    "pass": "May be merged",
    "fail": "Do not merge",
    "inconclusive": "Not enough data to decide",
}
_NAMED = 3  # changes of a policy, and renamed categories, before the others are counted


def first_line(verdict: Verdict) -> str:
    """The answer, its reason, and what a reader must know beside it, as sentences."""
    return f"{ANSWERS[verdict.outcome]}: {explained(verdict)}"


def short_line(verdict: Verdict) -> str:
    """The same without the reason, the outcome's name before it."""
    word = ANSWERS[verdict.outcome]
    said = f"{verdict.outcome.upper()}: {word[0].lower()}{word[1:]}"
    return ". ".join([said, " ".join(sentences)]) if (sentences := notes(verdict)) else said


def explained(verdict: Verdict) -> str:
    """The reason, and what a reader must know beside it, as sentences."""
    return " ".join([f"{reason(verdict)}.", *notes(verdict)])


def first(verdict: Verdict) -> Tested | None:
    """The test that explains the outcome most; None where nothing stands against merging."""
    if verdict.outcome == "pass":
        return None
    return next(iter(verdict.of(verdict.outcome)), None)


def reason(verdict: Verdict) -> str:
    """Why the outcome is what it is, without a full stop."""
    if found := first(verdict):
        others = len(verdict.of(found.status)) - 1
        also = f"; {others:,} more {phrases.STATUSES[found.status]}" if others else ""
        return f"{found.summary}{also}"
    if verdict.outcome != "pass":
        skipped = verdict.skipped[:1]
        return f"{skipped[0].code} was not done, {skipped[0].reason}" if skipped else "no test ran"
    number = len(verdict.tested)
    return (
        f"none of {count(number, 'test', 'tests')} failed"
        if number
        else "there was nothing to test"
    )


def notes(verdict: Verdict) -> list[str]:
    """What belongs to the answer whatever it is, as sentences."""
    unread = notice(verdict.unread, verdict.embedder.name)
    about = (unread, _base(verdict), _policy(verdict), _accepted(verdict), _renamed(verdict))
    return [*filter(None, about)]


def _base(verdict: Verdict) -> str:
    return f"{spelled(verdict.base_remark)}." if verdict.base_remark else ""


def _policy(verdict: Verdict) -> str:
    if not (changes := verdict.policy_changes):
        return ""
    more = len(changes) - _NAMED
    named = [*changes[:_NAMED], *([f"{more:,} more"] if more > 0 else [])]
    return f"The branch changes the policy: {'; '.join(named)}; the base's policy was used."


def _accepted(verdict: Verdict) -> str:
    if (left := verdict.accepted_errors) is None:
        return ""
    errors = count(left.errors, "audit error remains", "audit errors remain")
    return f"{errors} ({listing(left.codes, 5)}): {left.reason}."


def _renamed(verdict: Verdict) -> str:
    if not verdict.renamed:
        return ""
    named = [f"“{spelled(a)}” → “{spelled(b)}”" for a, b in verdict.renamed.items()]
    return f"Categories were renamed: {listing(named, _NAMED)}."


def outcome_without_rows(verdict: Verdict) -> str:
    """What the verdict is without the rows of drop.csv, as a sentence; empty where there are none.

    drop.csv is what `drop.py` writes of these rows.
    """
    if not verdict.drop:
        return ""
    rows = count(len(verdict.drop), "row", "rows")
    if (outcome := verdict.outcome_without_dropped) is None:
        return f"drop.csv lists {rows} to leave out."
    still = "still " if outcome == verdict.outcome else ""
    return f"Without the {rows} of drop.csv the verdict is {still}{outcome.upper()}."


def rejected(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """The first rows that could not be read: where each stands, and why."""
    for of, where in ((verdict.candidate, ""), (verdict.base, "base, ")):
        for reject in of.first_rejected if of else ():
            yield f"{where}{phrases.place(reject.row, reject.line)}", reject.reason


def tally(verdict: Verdict) -> str:
    """How many tests ended how."""
    ends = ((word, len(verdict.of(status))) for status, word in phrases.STATUSES.items())
    said = [f"{number:,} {word}" for word, number in ends if number]
    return f"{count(len(verdict.tested), 'test', 'tests')}: {listing(said, 5) or 'none'}"


def size(of: SetSummary) -> str:
    rejected = f", {of.rejected:,} rejected" if of.rejected else ""
    kinds = count(of.categories, "category", "categories")
    return f"{count(of.rows, 'row', 'rows')}{rejected}, {kinds}"


def difference(verdict: Verdict) -> str:
    """What the candidate changes of the base."""
    return f"{verdict.added:,} added, {verdict.removed:,} removed, {verdict.kept:,} kept"


def false_alarms(verdict: Verdict) -> str:
    """How often the gate fails by chance, as a sentence; empty where nothing is estimated."""
    if not any(map(phrases.is_estimated, verdict.tested)):
        return ""
    runs = phrases.two_digit_percent(verdict.false_alarms)
    return f"If nothing had changed, at most {runs} of runs would fail."


def sensitivity(verdict: Verdict) -> str:
    """The least rises that the tests would have caught, as a sentence; empty where none says."""
    if not (extremes := detectable_range(verdict)):
        return ""
    extremes = tuple(dict.fromkeys(extremes))
    sentences = (f"{phrases.figures(t).smallest} ({phrases.about(t)})" for t in extremes)
    return f"Smallest detectable change (80% power): {' to '.join(sentences)}."


def detectable_range(verdict: Verdict) -> tuple[Tested, ...]:
    """The keenest and the bluntest test of a rise; nothing where none says what it would see."""
    known = [t for t in verdict.tested if t.smallest_detectable is not None and phrases.is_rise(t)]
    known.sort(key=lambda t: t.smallest_detectable or 0.0)
    return (known[0], known[-1]) if known else ()


def baseline_sentence(verdict: Verdict) -> str:
    """How the findings stand to the baseline file, as a sentence; empty without one."""
    known = verdict.baseline
    if known is None:
        return ""
    grown = f" of which {known.grown:,} have grown," if known.grown else ""
    return (
        f"Against the baseline file: {count(known.new, 'new finding', 'new findings')}, "
        f"{known.untouched:,} on rows that were already there, "
        f"{known.known:,} known,{grown} {known.fixed:,} fixed, {known.expired:,} expired."
    )


def advice_lines(verdict: Verdict) -> Iterator[tuple[Tested, str]]:
    """What to do, each thing once, what fails first."""
    said = set()
    for tested in pressing(verdict):
        if tested.advice and tested.advice not in said:
            said.add(tested.advice)
            yield tested, tested.advice


def pressing(verdict: Verdict) -> tuple[Tested, ...]:
    """What a reader has to look at: all that fails, is inconclusive or warns, in that order."""
    looked: tuple[Status, ...] = ("fail", "inconclusive", "warn")
    return tuple(t for status in looked for t in verdict.of(status))
