"""A verdict of the gate becomes what people, pull requests and other programs read.

    html.py       gate.html: one page without script
    json.py       gate.json, its schema, and the way back
    markdown.py   gate.md: a comment for a pull request, and the step summary
    sarif.py      gate.sarif, for code scanning
    junit.py      gate.junit.xml: one test case a test
    github.py     gate.github.txt: annotations of GitHub Actions, and how they are published
    gitlab.py     gl-code-quality-report.json
    drop.py       drop.csv: the rows to leave out, where that would mend what fails
    summary.py    the few lines that the command line prints

What they say of the whole is decided in `answer.py`, of a test in `phrases.py`, of two rows side by
side in `pairs.py`; `quoting.py` makes text of the data harmless in Markdown.
A renderer is one file and one line in `GATE_RENDERERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auditor.interfaces import VerdictRenderer
from auditor.records.verdict import Verdict
from auditor.reporting.gate.drop import DropRenderer, forget
from auditor.reporting.gate.github import GithubRenderer, publish
from auditor.reporting.gate.gitlab import GitlabRenderer
from auditor.reporting.gate.html import HtmlRenderer
from auditor.reporting.gate.json import JsonRenderer, load_verdict, verdict_schema
from auditor.reporting.gate.junit import JunitRenderer
from auditor.reporting.gate.markdown import MarkdownRenderer
from auditor.reporting.gate.sarif import SarifRenderer
from auditor.reporting.gate.summary import summarise_verdict
from auditor.reporting.saving import chosen, write_all

__all__ = [
    "BY_DEFAULT",
    "GATE_RENDERERS",
    "load_verdict",
    "publish",
    "save_verdict",
    "summarise_verdict",
    "verdict_schema",
]

GATE_RENDERERS: tuple[VerdictRenderer, ...] = (
    HtmlRenderer(),
    JsonRenderer(),
    MarkdownRenderer(),
    DropRenderer(),
    SarifRenderer(),
    JunitRenderer(),
    GithubRenderer(),
    GitlabRenderer(),
)
BY_DEFAULT = ("html", "json", "markdown", "drop")


def save_verdict(
    verdict: Verdict, folder: str | Path, formats: Sequence[str] = BY_DEFAULT
) -> list[Path]:
    """Writes the verdict in each of `formats` into `folder`; returns the files' paths.

    All formats are rendered before the first is written, so what fails leaves an earlier verdict
    as it was; its drop.csv, which not every verdict has, does not stay beside the new one. Raises
    UsageError for an unknown format, MachineError where writing fails.
    """
    rendered = [(r.filename, r.render(verdict)) for r in chosen(formats, GATE_RENDERERS)]
    forget(Path(folder))
    return write_all(folder, ((name, text) for name, text in rendered if text is not None))
