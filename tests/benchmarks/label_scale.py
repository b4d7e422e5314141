"""What label errors cost a row, at ever more rows and ever more categories.

    python tests/benchmarks/label_scale.py DATA/clinc150.csv
        [--rows 1000,2000,4000,8000,16000] [--label category,subtype] [--small 500,1000]

Rows are drawn from all splits of the file, and read by the stand-in embedder. Prints a line for
each number of rows and each column of labels, and one for each number of categories of `--small`:
these are parts of 2 to 10 rows of one subtype. Seconds are of one processor core (run it with
OMP_NUM_THREADS=1), milliseconds and kilobytes are a row's; the peak is what Python and numpy held
at most. The stages are those of `analysis.analyse`; `nearest` compares each row with each.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from labelled_sets import heading, line

from auditor.analysis import NEIGHBOURS
from auditor.dataset.assembly import assemble
from auditor.embedding.hashing import HashingEmbedder
from auditor.prediction.folds import keep_near_together
from auditor.prediction.label_errors import find_label_errors
from auditor.prediction.label_probes import LabelProbes
from auditor.records.dataset import Dataset
from auditor.settings import Settings
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest

Made = TypeVar("Made")
SMALLEST, LARGEST = 2, 10  # rows of a small category
COLUMNS = (
    *("rows", "categories", "label errors, s", "ms a row", "peak, MB", "kB a row"),
    *("the probes, s", "one labelling, s", "nearest, s", "copies, s"),
)


def sized(data: pd.DataFrame, label: str, rows: int) -> Dataset:
    """So many rows of the file, under one of its columns."""
    drawn = data.iloc[np.random.default_rng(0).permutation(len(data))[:rows]]
    return dataset(drawn.text, drawn[label])


def parted(data: pd.DataFrame, kinds: int) -> Dataset:
    """So many categories of a few rows, each a part of one subtype."""
    random = np.random.default_rng(0)
    data = data.iloc[random.permutation(len(data))]
    parts = []
    for _, own in data.groupby("subtype"):
        cuts = np.cumsum(random.integers(SMALLEST, LARGEST + 1, len(own) // SMALLEST))
        parts += np.split(own.text.to_numpy(), cuts[cuts < len(own) - 1])
    chosen = [parts[i] for i in random.permutation(len(parts))[:kinds]]
    return dataset(np.concatenate(chosen), np.repeat(np.arange(kinds), list(map(len, chosen))))


def dataset(texts: np.ndarray, labels: np.ndarray) -> Dataset:
    pairs = zip(texts, labels, strict=True)
    fields = [(None, {"text": text, "label": str(label)}) for text, label in pairs]
    return assemble("scaled", fields, {"text": "text", "label": "label"}, Settings())


def seconds(work: Callable[[], Made]) -> tuple[Made, float]:
    started = time.process_time()
    made = work()
    return made, time.process_time() - started


def peak(work: Callable[[], object]) -> float:
    """The megabytes of arrays and objects that it held at most."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def measured(data: Dataset) -> list[str]:
    n, vectors = len(data.examples), HashingEmbedder().embed(data.texts)
    near, near_takes = seconds(lambda: nearest(vectors.vectors, NEIGHBOURS))
    copies, copies_take = seconds(lambda: find_copies(data.texts, near))
    together = keep_near_together(data, copies)
    of = (vectors.vectors, data.texts, near, together)
    probes, made = seconds(lambda: LabelProbes.of(*of))
    _, once = seconds(lambda: probes.suspect(data.codes))

    def whole() -> None:
        find_label_errors(data, data.texts, vectors, near, together, copies, {}, 0)

    _, takes = seconds(whole)
    most = peak(whole)
    told = (takes, 1e3 * takes / n, most, 1024 * most / n, made, once, near_takes, copies_take)
    return [f"{n:,}", str(len(data.categories)), *(f"{x:.2f}" for x in told)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", default="1000,2000,4000,8000,16000")
    parser.add_argument("--label", default="category,subtype")
    parser.add_argument("--small", default="500,1000")
    asked = parser.parse_args()
    data = pd.read_csv(asked.data, dtype=str, keep_default_na=False)
    heading(*COLUMNS)
    for label in asked.label.split(","):
        for rows in asked.rows.split(","):
            line(measured(sized(data, label, int(rows))))
    for kinds in filter(None, asked.small.split(",")):
        line(measured(parted(data, int(kinds))))


if __name__ == "__main__":
    main()
