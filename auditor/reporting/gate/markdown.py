"""`gate.md`: a comment for a pull request.

It is made of blocks, the most important first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.records.verdict import SetSummary, Tested, Verdict
from auditor.reporting.gate import answer, pairs, phrases
from auditor.reporting.gate.blocks import Block, fitted, folded, section
from auditor.reporting.gate.pairs import PairedText, SideBySide
from auditor.reporting.gate.quoting import cell, code_span, prose
from auditor.reporting.undone import skips
from auditor.reporting.wording import count

COMMENT = 65_536  # characters of a comment on GitHub
_MAX_TESTS = 5  # tests with examples
_EXAMPLES = 3  # of a test, of each set
_EXAMPLE = 240  # characters
_NAME = 120
_FIRST_LINE = 600  # characters, of each thing that it says besides the reason
_CHANGES = 5  # of a pair
_CHANGED = 60  # characters, of one of them


class MarkdownRenderer:
    """The verdict as a comment: why, what failed, examples, what to do, and the rest folded."""

    name = "markdown"
    filename = "gate.md"

    def render(self, verdict: Verdict) -> str:
        return comment(verdict)


def comment(verdict: Verdict, limit: int = COMMENT) -> str:
    """The comment in at most `limit` characters, of which it needs a few thousand."""
    return fitted(_blocks(verdict), limit)


def _blocks(verdict: Verdict) -> Iterator[Block]:
    unsure = (*verdict.of("inconclusive"), *verdict.of("warn"))
    passed = (*verdict.of("pass"), *verdict.of("informational"))
    yield Block(name="lines", lines=[*_opening(verdict)])
    yield _table("Failed", "failed tests", verdict.of("fail"), _FAILED)
    yield section("What to do", "pieces of advice", [*_advice(verdict)])
    yield from _examples(verdict)
    yield section("Rows that could not be read", "rejected rows", [*_rejected(verdict)])
    yield folded(_table("", "inconclusive tests and warnings", unsure, _OTHERS))
    yield folded(_table("", "passed tests", passed, _OTHERS))
    seen = answer.sensitivity(verdict)
    yield section("", "lines", [f"{prose(seen)}\n"] if seen else [])
    skipped = [f"- {prose(s.code)}: {prose(s.reason)}\n" for s in skips(verdict.skipped)]
    yield folded(section("", "checks that were not done", skipped))


def _opening(verdict: Verdict) -> Iterator[str]:
    """The answer and its reason; the numbers behind it; the two sets; the tests in numbers."""
    notes = " ".join(prose(note, _FIRST_LINE) for note in answer.notes(verdict))
    why = prose(answer.reason(verdict)) + (f". {notes}" if notes else "")
    yield f"### {answer.ANSWERS[verdict.outcome]}: {why}\n"
    if found := answer.first(verdict):
        yield f"\n{prose(phrases.about(found))}: {prose(phrases.evidence(found))}.\n"
    if sentence := answer.outcome_without_rows(verdict):
        yield f"\n{sentence}\n"
    sets = f"{_set(verdict.candidate)}"
    if verdict.base is not None:
        sets += f" against {_set(verdict.base)}: {answer.difference(verdict)}"
    sentences = [answer.false_alarms(verdict), answer.baseline_sentence(verdict)]
    sentences = [f"{sets}.", f"{answer.tally(verdict)}.", *filter(None, sentences)]
    yield "\n" + " ".join(sentences) + "\n"


def _set(of: SetSummary) -> str:
    return f"{code_span(of.name, _NAME)} ({answer.size(of)})"


_FAILED = ("Check", "Category", "Base", "Candidate", "Change (interval)", "Limit")
_OTHERS = ("Result", *_FAILED, "Smallest detectable change (80% power)")


def _table(title: str, name: str, tests: Sequence[Tested], columns: Sequence[str]) -> Block:
    """One line a test."""
    heads = [phrases.heading(tests) if column == "Candidate" else column for column in columns]
    head = f"| {' | '.join(heads)} |\n|{' --- |' * len(columns)}\n"
    lines = [f"| {' | '.join(_cells(t, columns))} |\n" for t in tests]
    return section(title, name, lines, head)


def _cells(tested: Tested, columns: Sequence[str]) -> list[str]:
    figures = phrases.figures(tested)
    subject = f": {prose(tested.subject, _NAME)}" if tested.subject else ""
    known = {
        "Result": phrases.STATUSES[tested.status],
        "Check": f"{prose(tested.check, _NAME)}{subject}",
        "Category": "whole set" if tested.category is None else prose(tested.category, _NAME),
        "Base": figures.base or "–",
        "Candidate": figures.candidate,
        "Change (interval)": f"{figures.effect} ({figures.interval})"
        if figures.interval
        else figures.effect,
        "Limit": figures.limit or "none",
        "Smallest detectable change (80% power)": figures.smallest or "–",
    }
    return [cell(known[column]) for column in columns]


def _advice(verdict: Verdict) -> Iterator[str]:
    for tested, advice in answer.advice_lines(verdict):
        why = f"{phrases.about(tested)}: {tested.summary}."
        yield f"- {prose(why)} {prose(advice)}\n"


def _examples(verdict: Verdict) -> Iterator[Block]:
    """Texts of the first test of each check that fails; where none does, of those in doubt."""
    tests = verdict.of("fail") or answer.pressing(verdict)
    known = [(t, lines) for t in tests if (lines := [*_texts(verdict, t)])]
    of_check: dict[str, Block] = {}
    for tested, lines in known:
        title = f"Examples of {phrases.about(tested)}"
        of_check.setdefault(tested.check, section(title, "examples", lines))
    yield from [*of_check.values()][:_MAX_TESTS]
    if (more := len(known) - min(len(of_check), _MAX_TESTS)) > 0:
        also = count(more, "more test has", "more tests have")
        yield section("", "lines", [f"{also} examples; {phrases.HAS_ALL}.\n"])


def _texts(verdict: Verdict, tested: Tested) -> Iterator[str]:
    """The first pairs, or the first rows whose text is known, and those of the base."""
    shown = [_pair(pair) for pair in pairs.shown_pairs(verdict, tested, _EXAMPLES)]
    if not shown:
        for row in _known(tested.rows, verdict.examples):
            place = phrases.place(row, phrases.line_of(verdict, row))
            shown.append(f"- {place}: {code_span(verdict.examples[str(row)], _EXAMPLE)}\n")
    shown += [
        f"- base row {row}: {code_span(verdict.base_examples[str(row)], _EXAMPLE)}\n"
        for row in _known(tested.base_rows, verdict.base_examples)
    ]
    yield from shown
    of = len(tested.rows) + len(tested.base_rows)
    if 0 < len(shown) < of:
        yield f"- showing {len(shown)} of {of:,} listed rows\n"


def _pair(pair: SideBySide) -> str:
    """A row, under it the one that it repeats or contradicts, and what differs."""
    lines = [f"- {_row(pair.row)}", f"  - {pair.verb} {_row(pair.other)}"]
    if changes := [_change(*change) for change in pair.changes[:_CHANGES]]:
        more = len(pair.changes) - _CHANGES
        lines.append(f"  - differs: {'; '.join(changes)}{f' and {more:,} more' * (more > 0)}")
    elif pair.alike:
        lines.append(f"  - {pair.alike}")
    return "".join(f"{line}\n" for line in lines)


def _row(row: PairedText) -> str:
    label = f", labelled {prose(row.label, _NAME)}" if row.label else ""
    return f"{row.place}{label}" + (f": {code_span(row.text, _EXAMPLE)}" if row.text else "")


def _change(before: str, after: str) -> str:
    if before and after:
        return f"{code_span(before, _CHANGED)} → {code_span(after, _CHANGED)}"
    return (
        f"{code_span(after, _CHANGED)} added"
        if after
        else f"{code_span(before, _CHANGED)} left out"
    )


def _rejected(verdict: Verdict) -> Iterator[str]:
    return (f"- {where}: {prose(why)}\n" for where, why in answer.rejected(verdict))


def _known(rows: Sequence[int], texts: Mapping[str, str]) -> list[int]:
    return [row for row in rows if str(row) in texts][:_EXAMPLES]
