"""Writes one peer's report of a file, as its documentation shows first.

    python report_adapters.py PEER DATA_CSV OUT

`report_peers.py` calls this in the peer's own environment, where `auditor` is not installed.
DATA_CSV has the columns text and category. OUT is an HTML file, or JSON where the peer has no page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd


def ydata_profiling(frame: pd.DataFrame, out: Path) -> None:
    from ydata_profiling import ProfileReport

    ProfileReport(frame, progress_bar=False).to_file(out)


def evidently(frame: pd.DataFrame, out: Path) -> None:
    """The summary of a dataset; the kinds of columns are inferred."""
    from evidently import Dataset, Report
    from evidently.presets import DataSummaryPreset

    Report([DataSummaryPreset()]).run(Dataset.from_pandas(frame), None).save_html(str(out))


def label_lens(frame: pd.DataFrame, out: Path) -> None:
    """`generate_report` gives a dict; the package has nothing that renders it."""
    import label_lens

    rows = label_lens.prepare_dataframe(frame, text_col="text", label_col="category")
    report: dict[str, Any] = label_lens.generate_report(
        label_lens.analyze_distribution(rows),
        label_lens.find_exact_duplicates(rows),
        label_lens.find_near_duplicates(rows),
        label_lens.score_label_noise(rows),
    )
    out.write_text(json.dumps(report, default=str), encoding="utf-8")


ADAPTERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "ydata-profiling": ydata_profiling,
    "evidently": evidently,
    "label-lens": label_lens,
}


def main(peer: str, data: str, out: str) -> None:
    ADAPTERS[peer](pd.read_csv(data, dtype=str, keep_default_na=False), Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
