"""What a notebook shows of an audit: a few lines of static HTML, without style sheet or script."""

from __future__ import annotations

from html import escape

from auditor.records.audit import Audit
from auditor.reporting import forgetting, headline, label_errors
from auditor.reporting.codes import reading_order, words_of_code
from auditor.reporting.inert import one_line

_LONGEST = 480  # characters of one sentence or name, so that the whole stays below 10 kB
_CODES = 14


def notebook(audit: Audit) -> str:
    """The verdict, the categories that go first, and how many findings of each code."""
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
    return "\n".join(
        [
            "<div>",
            f"<p><strong>Audit of {_shown(audit.dataset.name)}.</strong> "
            f"{_shown(judged.training)}</p>",
            *([f"<p>{_shown(judged.unread)}</p>"] if judged.unread else []),
            f"<p>{_shown(judged.forgetting)}</p>",
            *([f"<p>{_shown(judged.set_loss)}</p>"] if judged.set_loss else []),
            *(f"<p>{_shown(sentence)}</p>" for sentence in label_errors.sentences(audit)),
            *(["<ol>", *(f"<li>{_shown(line)}</li>" for line in first), "</ol>"] if first else []),
            "<table>",
            "<thead><tr><th>code</th><th>findings</th><th>what</th></tr></thead>",
            "<tbody>",
            *(f"<tr>{''.join(f'<td>{_shown(cell)}</td>' for cell in row)}</tr>" for row in counts),
            "</tbody>",
            "</table>",
            "</div>",
        ]
    )


def _number(audit: Audit, code: str) -> int:
    """Of findings, pairs of categories that overlap only where there is nothing else."""
    found = audit.of(code)
    return len(label_errors.single(found) or found)


def _shown(text: str) -> str:
    return escape(one_line(text, columns=_LONGEST))
