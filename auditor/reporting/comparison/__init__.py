"""A comparison becomes `compare.html` for people, `compare.json` for programs, and a few lines.

lead.py     the first two sentences: what was found, and what to do
answer.py   these, the forecast, and why, in words
numbers.py  how differences and shares are written
drawing.py  the figures of the page as plain geometry
html.py     compare.html; the page itself is `comparison*.j2` in `../page/`
json.py     compare.json, its schema, and the way back
summary.py  the few lines that the command line prints
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auditor.records.comparison import Comparison
from auditor.reporting.comparison.html import ComparisonHtml
from auditor.reporting.comparison.json import ComparisonJson, comparison_schema, load_comparison
from auditor.reporting.comparison.summary import summarise_comparison
from auditor.reporting.saving import chosen, write_all

__all__ = ["comparison_schema", "load_comparison", "save_comparison", "summarise_comparison"]

FORMATS = ("html", "json")


def save_comparison(
    comparison: Comparison,
    folder: str | Path,
    formats: Sequence[str] = FORMATS,
    *,
    static: bool = False,
) -> list[Path]:
    """Writes the comparison in each of `formats` into `folder`; returns the files' paths.

    The page holds no script, `static` or not. Raises UsageError for an unknown format,
    MachineError where writing fails.
    """
    del static
    known: tuple[ComparisonHtml | ComparisonJson, ...] = (ComparisonHtml(), ComparisonJson())
    renderers = chosen(formats, known)
    return write_all(folder, ((r.filename, r.render(comparison)) for r in renderers))
