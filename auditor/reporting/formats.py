"""What each kind of result is written as: the one registry of formats.

A format is a file with its renderer, and one line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from auditor.errors import UsageError
from auditor.interfaces import Renderer
from auditor.records.audit import Audit
from auditor.records.comparison import Comparison
from auditor.records.verdict import Verdict
from auditor.reporting import contracts, summary
from auditor.reporting.comparison.html import ComparisonHtml
from auditor.reporting.comparison.summary import summarise_comparison
from auditor.reporting.gate.drop import DropRenderer, forget
from auditor.reporting.gate.github import GithubRenderer
from auditor.reporting.gate.gitlab import GitlabRenderer
from auditor.reporting.gate.html import VerdictHtml
from auditor.reporting.gate.junit import JunitRenderer
from auditor.reporting.gate.markdown import MarkdownRenderer
from auditor.reporting.gate.sarif import SarifRenderer
from auditor.reporting.gate.summary import summarise_verdict
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.labelling import ArgillaRenderer, LabelStudioRenderer
from auditor.reporting.tables import CollectRenderer, RelabelRenderer

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats(Generic[Kind]):
    """The formats of one kind of result."""

    by_default: tuple[Renderer[Kind], ...]
    on_request: tuple[Renderer[Kind], ...] = ()
    # The page where no script may run; None: it never has one.
    static: Renderer[Kind] | None = None
    # Takes away what an earlier run left and this result may have nothing to replace it by.
    clear: Callable[[Path], None] = lambda _: None
    summarise: Callable[[Kind, Sequence[str | Path]], str]  # for the terminal, with files' paths

    @property
    def all(self) -> tuple[Renderer[Kind], ...]:
        return (*self.by_default, *self.on_request)

    def chosen(self, names: Sequence[str] | None, *, static: bool = False) -> list[Renderer[Kind]]:
        """The renderers of these formats, each once; by default those that need no request.

        Raises UsageError for an unknown format.
        """
        known = {renderer.name: renderer for renderer in self.all}
        if static and self.static is not None:
            known[self.static.name] = self.static
        wanted = [r.name for r in self.by_default] if names is None else names
        for name in wanted:
            if name not in known:
                raise UsageError(f"unknown format {name!r}; known: {', '.join(known)}")
        return [known[name] for name in dict.fromkeys(wanted)]


_AUDIT: Formats[Audit] = Formats(
    by_default=(HtmlRenderer(), contracts.AUDIT, RelabelRenderer(), CollectRenderer()),
    on_request=(LabelStudioRenderer(), ArgillaRenderer()),
    static=HtmlRenderer(static=True),
    summarise=summary.summarise_audit,
)
_VERDICT: Formats[Verdict] = Formats(
    by_default=(VerdictHtml(), contracts.VERDICT, MarkdownRenderer(), DropRenderer()),
    on_request=(SarifRenderer(), JunitRenderer(), GithubRenderer(), GitlabRenderer()),
    clear=forget,
    summarise=summarise_verdict,
)
_COMPARISON: Formats[Comparison] = Formats(
    by_default=(ComparisonHtml(), contracts.COMPARISON),
    summarise=summarise_comparison,
)
FORMATS: Mapping[type, Formats[Any]] = {Audit: _AUDIT, Verdict: _VERDICT, Comparison: _COMPARISON}


def formats_of(result: Kind) -> Formats[Kind]:
    """The formats of a result. Raises UsageError for what has none."""
    if type(result) not in FORMATS:
        kinds = ", ".join(kind.__name__ for kind in FORMATS)
        raise UsageError(f"nothing is written of a {type(result).__name__}; known: {kinds}")
    return FORMATS[type(result)]


def names(noun: str | None = None) -> tuple[str, ...]:
    """The formats of an "audit", a "verdict" or a "comparison"; of all of them, each once."""
    known = (of.all for kind, of in FORMATS.items() if noun in (None, kind.__name__.lower()))
    return tuple(dict.fromkeys(renderer.name for renderers in known for renderer in renderers))
