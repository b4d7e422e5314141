"""auditor: what a labelled dataset will teach, and what the next fine-tune will take away.

pipeline.py     the whole pipeline on one screen
analysis.py     the one builder of evidence
forecasting.py  evidence and an update -> forecast
inputs.py       files -> all that an audit reads, before anything that computes is loaded
summary.py      evidence and findings -> Audit, in the file's own row numbers
no_text.py      a result -> the same without the data's text

dataset/        1  files -> Dataset; revisions/ as they are in git, or in DVC's cache
embedding/      2  texts -> vectors
structure/         vectors and texts -> copies, templates, subtypes
prediction/     3  probes and updates -> Forecast; fine_tuning/ real ones
checks/         4  Evidence -> Findings
reporting/      5  results -> HTML, JSON, work lists
gating/         two sets, or one and its limits -> Verdict: may this be merged?
comparing/      two sets -> Comparison: does the added data help?
pool.py         two sets in one, for both

cli.py          the command line; commands/ has a file for each command
records/        what flows between the stages, and what users keep
interfaces.py   what plugs in; settings.py what a user decides; resources.py what that names
settings_files.py    where settings are looked for; options.py the same as keyword parameters
progress.py   who hears how far the work is: bars in a notebook; jupyter.py whether it is one
errors.py       what can go wrong
statistics.py   intervals, and p-values of many tests
atomic.py       how files are written; folders.py where; threads.py how many compute; clock.py today
work_tree.py    the git work tree that a file is in
label_spelling.py    labels that are one, written in several ways

Where data is asked for, it is a path (a file, a Hugging Face dataset folder, "-") or a table in
memory: a DataFrame of pandas or polars, an Arrow table, a Hugging Face Dataset or DatasetDict, a
list of dicts, a dict of columns; `dataset/memory/` has them all.

>>> import auditor
>>> tickets, refunds = "sample_datasets/support_tickets.csv", "sample_datasets/refund_requests.csv"
>>> found = auditor.audit(tickets, update=refunds)
>>> found
<Audit of 'support_tickets': 763 rows; ... 'billing' is forgotten first>
>>> copies = found.of("near-duplicate")[0]
>>> copies
<Finding near-duplicate: note, 2 rows of 'returns'; ...>
>>> found.rows(copies)["row"].tolist()
[451, 592]
>>> found.save_html("report.html").name
'report.html'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.comparing.compare import compare
    from auditor.gating.gate import gate, load_policy
    from auditor.gating.policy import Policy
    from auditor.options import Options
    from auditor.pipeline import audit, backtest, claims
    from auditor.records.audit import Audit
    from auditor.records.claims import Claims
    from auditor.records.comparison import Comparison
    from auditor.records.findings import Finding
    from auditor.records.verdict import Verdict
    from auditor.reporting import load, save, save_html
    from auditor.settings import Settings, load_settings

__all__ = [
    "Audit",
    "Claims",
    "Comparison",
    "Finding",
    "Options",
    "Policy",
    "Settings",
    "Verdict",
    "audit",
    "backtest",
    "claims",
    "compare",
    "gate",
    "load",
    "load_policy",
    "load_settings",
    "save",
    "save_html",
]

_HOMES = {
    "audit": "auditor.pipeline",
    "gate": "auditor.gating.gate",
    "compare": "auditor.comparing.compare",
    "backtest": "auditor.pipeline",
    "claims": "auditor.pipeline",
    "load": "auditor.reporting",
    "load_settings": "auditor.settings",
    "load_policy": "auditor.gating.gate",
    "save": "auditor.reporting",
    "save_html": "auditor.reporting",
    "Audit": "auditor.records.audit",
    "Finding": "auditor.records.findings",
    "Verdict": "auditor.records.verdict",
    "Claims": "auditor.records.claims",
    "Comparison": "auditor.records.comparison",
    "Settings": "auditor.settings",
    "Policy": "auditor.gating.policy",
    "Options": "auditor.options",
}


if not TYPE_CHECKING:  # to whom any name would be one that this gives

    def __getattr__(name: str) -> Any:
        """Public names are imported when first used: `auditor --help` must not wait for torch."""
        if name not in _HOMES:
            from difflib import get_close_matches

            near = get_close_matches(name, __all__, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"module 'auditor' has no attribute {name!r}{hint}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found


def __dir__() -> list[str]:
    """What is public, whatever else was imported to find it."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
