"""What a notebook shows of a result: a few lines of static HTML, without style sheet or script, and
the whole report where it is asked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from auditor.folders import as_path
from auditor.interfaces import Result
from auditor.jupyter import display, in_notebook
from auditor.records.audit import Audit
from auditor.records.comparison import Comparison
from auditor.records.verdict import Verdict
from auditor.reporting import forgetting, headline, label_errors
from auditor.reporting.codes import reading_order, words_of_code
from auditor.reporting.comparison import answer as comparison_answer
from auditor.reporting.formats import formats_of
from auditor.reporting.gate import answer as gate_answer
from auditor.reporting.gate import phrases
from auditor.reporting.inert import one_line
from auditor.reporting.saving import save_html, summarise

_LONGEST = 480  # characters of one sentence or name, so that the whole stays below 10 kB
_CODES = 14
_NO_NAME = re.compile(r"[/\\\x00-\x1f]")  # what is in no name of a folder
_TESTS = 8
_HEIGHT = 800  # pixels of the report below a cell: about a screen of a laptop


def notebook(result: Result) -> str:
    """The answer, and the few lines that it rests on."""
    return "\n".join(["<div>", *_LINES[type(result)](result), "</div>"])


def show(result: Result, path: str | Path | None) -> None:
    """The report in the notebook, and at `path` if that is given; elsewhere it is written, and the
    few lines of the command line are printed. Raises MachineError where writing fails."""
    if in_notebook():
        written = [] if path is None else [save_html(result, path)]
        display(framed(result), summarise(result, written))
        return
    [page] = formats_of(result).chosen(["html"])
    written = [save_html(result, path or Path("reports") / _folder(result) / page.filename)]
    sys.stdout.write(summarise(result, written))


def framed(result: Result) -> str:
    """The report as a frame of a page that it can do nothing to: it has no origin of its own, so
    its scripts reach neither the notebook nor what a browser keeps for it."""
    [page] = formats_of(result).chosen(["html"])
    return (
        f'<iframe srcdoc="{escape(page.render(result) or "")}" title="Report" '
        'sandbox="allow-scripts allow-downloads allow-modals allow-popups" '
        'allow="clipboard-write" loading="lazy" '
        f'style="width: 100%; height: {_HEIGHT}px; border: 1px solid #8886"></iframe>'
    )


def _folder(result: Result) -> Path:
    """The name of its folder as the command line has it; a name of the data leads nowhere else."""
    if isinstance(result, Audit):
        name = result.dataset.name
    elif isinstance(result, Verdict):
        name = result.candidate.name
    else:
        name = f"{result.base.name}-{result.candidate.name}"
    return as_path(_NO_NAME.sub("-", name).lstrip(".") or "report")


def _audit(audit: Audit) -> Iterable[str]:
    """The verdict, the categories that are forgotten first, and how many findings of each code."""
    judged = headline.headline(audit)
    first = [
        f"{c.category}: {forgetting.before_and_end(c)} by the end of the update "
        f"(80% interval {forgetting.end_interval(c)})"
        for c in judged.first
    ]
    codes = reading_order(f.code for f in audit.findings)
    counts = [
        (name, str(_number(audit, name)), words_of_code(name).title) for name in codes[:_CODES]
    ]
    return [
        f"<p><strong>Audit of {_shown(audit.dataset.name)}.</strong> {_shown(judged.training)}</p>",
        *([f"<p>{_shown(judged.unread)}</p>"] if judged.unread else []),
        f"<p>{_shown(judged.forgetting)}</p>",
        *([f"<p>{_shown(judged.set_loss)}</p>"] if judged.set_loss else []),
        *(f"<p>{_shown(sentence)}</p>" for sentence in label_errors.sentences(audit)),
        *(["<ol>", *(f"<li>{_shown(line)}</li>" for line in first), "</ol>"] if first else []),
        *_table(("code", "findings", "what"), counts),
    ]


def _verdict(verdict: Verdict) -> Iterable[str]:
    """Whether it may be merged, why, and the tests that this rests on."""
    pressing = gate_answer.pressing(verdict)[:_TESTS]
    tests = [
        (phrases.STATUSES[test.status], phrases.figures(test).effect, phrases.about(test))
        for test in pressing
    ]
    name, said = _shown(verdict.candidate.name), _shown(gate_answer.short_line(verdict))
    return [
        f"<p><strong>Gate of {name}.</strong> {said}</p>",
        f"<p>{_shown(gate_answer.reason(verdict))}</p>",
        f"<p>{_shown(gate_answer.tally(verdict))}</p>",
        *_table(("test", "change", "what"), tests),
    ]


def _comparison(comparison: Comparison) -> Iterable[str]:
    """Which set is better, what to do, and why."""
    said = comparison_answer.answer(comparison)
    names = f"{_shown(comparison.base.name)} and {_shown(comparison.candidate.name)}"
    return [
        f"<p><strong>{names}.</strong> {_shown(said.verdict)}</p>",
        f"<p>{_shown(said.advice)}</p>",
        *([f"<p>{_shown(said.detail)}</p>"] if said.detail else []),
        *(f"<p>{_shown(reason)}</p>" for reason in said.reasons),
    ]


_LINES: dict[type, Callable[[Any], Iterable[str]]] = {
    Audit: _audit,
    Verdict: _verdict,
    Comparison: _comparison,
}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    return [
        "<table>",
        f"<thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr></thead>",
        "<tbody>",
        *(f"<tr>{''.join(f'<td>{_shown(cell)}</td>' for cell in row)}</tr>" for row in rows),
        "</tbody>",
        "</table>",
    ]


def _number(audit: Audit, code: str) -> int:
    """Of findings, pairs of categories that overlap only where there is nothing else."""
    found = audit.of(code)
    return len(label_errors.single(found) or found)


def _shown(text: str) -> str:
    return escape(one_line(text, columns=_LONGEST))
