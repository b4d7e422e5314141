"""`gate.md`: a comment for a pull request.

It is made of blocks, the most important first. What does not fit is counted, never just cut off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.outcomes import SetSummary, Tested, Verdict
from auditor.reporting.gate import phrases
from auditor.reporting.gate.quoting import cell, code, prose
from auditor.reporting.wording import count, listing

COMMENT = 65_536  # characters of a comment on GitHub
_NOTE = 600  # characters kept for what is said of the hidden
_LISTED = 50  # lines of a block
_TOLD = 5  # tests with examples
_EXAMPLES = 3  # of a test, on each side
_EXAMPLE = 240  # characters
_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Lines that stand together; what of them is hidden is counted by `name`."""

    name: str
    before: str = ""
    lines: Sequence[str]
    after: str = ""


class MarkdownRenderer:
    """The verdict as a comment: why, what failed, examples, what to do, and the rest folded."""

    name = "markdown"
    filename = "gate.md"

    def render(self, verdict: Verdict) -> str:
        return comment(verdict)


def comment(verdict: Verdict, most: int = COMMENT) -> str:
    """The comment in at most `most` characters, of which it needs a few thousand."""
    return _fitted(_blocks(verdict), most)


def _blocks(verdict: Verdict) -> Iterator[_Block]:
    unsure = (*verdict.of("inconclusive"), *verdict.of("warn"))
    passed = (*verdict.of("pass"), *verdict.of("informational"))
    yield _Block(name="lines", lines=[*_opening(verdict)])
    yield _table("What fails", "failing tests", verdict.of("fail"), _FAILING)
    yield _section("How to go on", "pieces of advice", [*_advice(verdict)])
    yield from _examples(verdict)
    yield _folded(_table("", "warning or inconclusive tests", unsure, _OTHERS))
    yield _folded(_table("", "passing tests", passed, _OTHERS))
    seen = phrases.sensitivity(verdict)
    yield _section("", "lines", [f"{prose(seen)}\n"] if seen else [])
    skipped = [f"- {prose(s.code)}: {prose(s.reason)}\n" for s in verdict.skipped]
    yield _folded(_section("", "checks that were not done", skipped))


def _opening(verdict: Verdict) -> Iterator[str]:
    """The answer and its reason; the numbers behind it; the two sets; the tests in numbers."""
    yield f"### {phrases.ANSWERS[verdict.outcome]}: {prose(phrases.reason(verdict))}\n"
    if found := phrases.first(verdict):
        yield f"\n{prose(phrases.about(found))}: {prose(phrases.evidence(found))}.\n"
    sides = f"{_set(verdict.candidate)}"
    if verdict.base is not None:
        sides += f" against {_set(verdict.base)}: {phrases.difference(verdict)}"
    told = [f"{sides}.", f"{phrases.tally(verdict)}.", phrases.false_alarms(verdict)]
    yield "\n" + " ".join([*told, phrases.baseline(verdict)]).rstrip() + "\n"


def _set(of: SetSummary) -> str:
    return f"{code(of.name, _NAME)} ({phrases.size(of)})"


_FAILING = ("Check", "Category", "Base", "Candidate", "Change (interval)", "Margin")
_OTHERS = ("Status", *_FAILING, "Would be seen")


def _table(title: str, name: str, tests: Sequence[Tested], columns: Sequence[str]) -> _Block:
    """One line a test."""
    head = f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n"
    lines = [f"| {' | '.join(_cells(t, columns))} |\n" for t in tests]
    return _section(title, name, lines, head)


def _section(title: str, name: str, lines: Sequence[str], head: str = "") -> _Block:
    heading = f"\n#### {prose(title)}\n" if title else ""
    return _Block(name=name, before=f"{heading}\n{head}", lines=lines)


def _folded(block: _Block) -> _Block:
    """The same behind a line that opens it."""
    title = f"<summary>{block.name.capitalize()} ({len(block.lines):,})</summary>"
    before = f"\n<details>{title}\n{block.before}"
    return replace(block, before=before, after="\n</details>\n")


def _cells(tested: Tested, columns: Sequence[str]) -> list[str]:
    told = phrases.figures(tested)
    subject = f": {prose(tested.subject, _NAME)}" if tested.subject else ""
    known = {
        "Status": tested.status,
        "Check": f"{prose(tested.check, _NAME)}{subject}",
        "Category": "whole set" if tested.category is None else prose(tested.category, _NAME),
        "Base": told.base or "–",
        "Candidate": told.candidate,
        "Change (interval)": f"{told.effect} ({told.interval})",
        "Margin": told.margin or "none",
        "Would be seen": f"from {told.smallest}" if told.smallest else "–",
    }
    return [cell(known[column]) for column in columns]


def _advice(verdict: Verdict) -> Iterator[str]:
    for tested, told in phrases.advice(verdict):
        why = f"{phrases.about(tested)}: {tested.summary}."
        yield f"- {prose(why)} {prose(told)}\n"


def _examples(verdict: Verdict) -> Iterator[_Block]:
    """Texts of the first tests that fail or are in doubt, the base's beside the candidate's."""
    texts = [(t, [*_texts(verdict, t)]) for t in phrases.pressing(verdict)]
    known = [(t, lines) for t, lines in texts if lines]
    for tested, lines in known[:_TOLD]:
        yield _section(f"Examples of {phrases.about(tested)}", "examples", lines)
    if (more := len(known) - _TOLD) > 0:
        tests = count(more, "more test has", "more tests have")
        yield _section("", "lines", [f"{tests} examples in gate.json.\n"])


def _texts(verdict: Verdict, tested: Tested) -> Iterator[str]:
    """The first rows on each side whose text is known."""
    for row in _known(tested.rows, verdict.examples):
        line = phrases.line_of(verdict, row)
        place = f"row {row}" if line is None else f"row {row}, line {line}"
        yield f"- {place}: {code(verdict.examples[str(row)], _EXAMPLE)}\n"
    for row in _known(tested.base_rows, verdict.base_examples):
        yield f"- base, row {row}: {code(verdict.base_examples[str(row)], _EXAMPLE)}\n"
    of = len(tested.rows) + len(tested.base_rows)
    shown = _known(tested.rows, verdict.examples) + _known(tested.base_rows, verdict.base_examples)
    if 0 < len(shown) < of:
        yield f"- showing {len(shown)} of {of:,} rows\n"


def _known(rows: Sequence[int], texts: Mapping[str, str]) -> list[int]:
    return [row for row in rows if str(row) in texts][:_EXAMPLES]


def _fitted(blocks: Iterable[_Block], most: int) -> str:
    """The blocks as far as there is room, and what is left out."""
    said, hidden, room = "", Counter[str](), most - _NOTE
    for block in blocks:
        left = room - len(said) - len(block.before) - len(block.after)
        shown = [*_as_far_as(block.lines[:_LISTED], left)]
        if shown:
            said += block.before + "".join(shown) + block.after
        hidden[block.name] += len(block.lines) - len(shown)
    if told := [f"{number:,} {name}" for name, number in hidden.items() if number]:
        said += f"\nNot shown here: {listing(told, len(told))}. gate.json has all.\n"
    return said


def _as_far_as(lines: Iterable[str], room: int) -> Iterator[str]:
    """The first of the lines that fit together."""
    for line in lines:
        room -= len(line)
        if room < 0:
            return
        yield line
