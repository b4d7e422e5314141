"""auditor: what a labelled dataset will teach, and what the next fine-tune will take away.

pipeline.py     the whole pipeline on one screen; opening.py what the settings name, opened
dataset/        1  files -> Dataset
embedding/      2  texts -> vectors -> copies, templates, subtypes
prediction/     3  probes and updates -> Forecast
checks/         4  Evidence -> Findings
digest.py       evidence and findings -> Audit, in the file's own row numbers
no_text.py      an audit, a verdict or a comparison -> the same without the data's text
reporting/      5  Audit, Verdict, Comparison -> HTML, JSON, work lists and what CI reads
gate/           two sets, or one and its limits -> Verdict: may this be merged?
policy.py       what warns and what fails; ruling.py the same as a revision has it
compare/        two sets -> Comparison; sides/ measures them, for the gate too
baseline/       the findings that are known, and the rows that there were
revisions/      a file as it is in git, or in DVC's cache, whatever is checked out
cli.py          the command line; commands/ has a file for each command
records.py      what flows between stages; results.py, outcomes.py and comparison.py what users
                keep
limits.py       a check's limits and the reasons for them
spelling.py     labels that are one, written in several ways
interfaces.py   what plugs in; settings.py what a user decides; errors.py what can go wrong
statistics.py   intervals, and p-values of many tests; files.py how files are written

>>> import auditor
>>> found = auditor.audit("tickets.csv", update="refunds.csv")  # doctest: +SKIP
>>> auditor.save_html(found, "report.html")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.comparing.compare import compare
    from auditor.gating.gate import gate
    from auditor.gating.policy import Policy
    from auditor.pipeline import audit, backtest
    from auditor.records.audit import Audit
    from auditor.records.comparison import Comparison
    from auditor.records.findings import Finding
    from auditor.records.verdict import Verdict
    from auditor.reporting import load, save, save_html
    from auditor.settings import Settings

__all__ = [
    "Audit",
    "Comparison",
    "Finding",
    "Policy",
    "Settings",
    "Verdict",
    "audit",
    "backtest",
    "compare",
    "gate",
    "load",
    "save",
    "save_html",
]

_HOMES = {
    "audit": "auditor.pipeline",
    "gate": "auditor.gate",
    "compare": "auditor.compare",
    "backtest": "auditor.pipeline",
    "load": "auditor.reporting",
    "save": "auditor.reporting",
    "save_html": "auditor.reporting",
    "Audit": "auditor.records.audit",
    "Finding": "auditor.records.audit",
    "Verdict": "auditor.records.verdict",
    "Comparison": "auditor.records.comparison",
    "Settings": "auditor.settings",
    "Policy": "auditor.gating.policy",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when first used: `auditor --help` must not wait for torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'auditor' has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
