"""What the gate's benchmarks share: a labelled file as text and label, settings, and a table."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from auditor.dataset import load_dataset
from auditor.gating.assess import assess
from auditor.gating.inputs import prepare
from auditor.gating.policy import Policy
from auditor.records.verdict import Tested, Verdict
from auditor.settings import Settings

LABELS = ("category", "topic", "label")

Rows = pd.DataFrame


def labelled(path: Path, most: int, seed: int = 0) -> Rows:
    """The columns text and label of a CSV file: of its training split, and `most` rows drawn."""
    data = pd.read_csv(path, dtype=str, keep_default_na=False)
    if "split" in data:
        data = data[data.split == "train"]
    label = next(name for name in LABELS if name in data)
    data = data[["text", label]].rename(columns={label: "label"})
    if len(data) > most:
        data = data.iloc[np.sort(np.random.default_rng(seed).choice(len(data), most, False))]
    return data.reset_index(drop=True)


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser with what each of the benchmarks takes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--embedder", default=Settings().embedder)
    parser.add_argument("--cache-dir")
    return parser


def settings(asked: argparse.Namespace, **more: object) -> Settings:
    given = {"embedder": asked.embedder, "cache_dir": asked.cache_dir, **more}
    return Settings(text="text", label="label", offline=True, threads=1, **given)


def judged(candidate: Rows, base: Rows | None, settings: Settings) -> Verdict:
    """The verdict of `auditor.gate.gate`, without the runs that say what it is without rows."""
    own = load_dataset(candidate, settings)
    inputs = prepare(
        own,
        None if base is None else load_dataset(base, settings),
        baseline=None,
        incoming=None,
        policy=Policy(),
        settings=settings,
        progress=lambda *_: None,
    )
    return assess(own, inputs)


def first_reason(verdict: Verdict) -> Tested | None:
    """What stands first among that which speaks against a merge."""
    against = (t for t in verdict.tested if t.status in ("fail", "inconclusive"))
    return next(against, None)


def heading(*columns: str) -> None:
    line(columns)
    line(["---"] * len(columns))


def line(cells: Iterable[object] | Sequence[str]) -> None:
    """One line of a Markdown table, printed at once: a run may be long."""
    told = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    print(f"| {' | '.join(told)} |", flush=True)
