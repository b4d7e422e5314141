"""What the level `head` costs, beside embedding the same rows.

    BENCHMARK_DATA=FOLDER pytest tests/benchmarks --benchmark-enable -s

FOLDER holds `hwu64.csv` (text, category, subtype, split). Its 64 categories of up to 40 rows are
forecast under all simulated updates. Seconds are of one processor core.
"""

from __future__ import annotations

import csv
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import torch

from auditor.analysis import NEIGHBOURS
from auditor.dataset import load_dataset
from auditor.prediction.estimate import shipped
from auditor.prediction.folds import keep_near_together
from auditor.prediction.forecast import forecast_forgetting
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.scenarios import BaseTask
from auditor.resources import open_encoder
from auditor.settings import Settings
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest

ROWS = 40  # of a category
MOST = 2.0  # times what embedding costs

pytestmark = [pytest.mark.model, pytest.mark.slow]


@dataclass(frozen=True)
class Subject:
    old: BaseTask
    embedding: float  # seconds
    out_of_fold: float


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def read(path: Path) -> pd.DataFrame:
    seen: Counter[str] = Counter()
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            label = f"{row['category']}_{row['subtype']}"
            seen[label] += row["split"] == "train"
            if row["split"] == "train" and seen[label] <= ROWS:
                rows.append((row["text"], label))
    return pd.DataFrame(rows, columns=["text", "label"])


@pytest.fixture(scope="module")
def subject(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    if not pytestconfig.getoption("benchmark_enable"):
        pytest.skip("a benchmark: run with --benchmark-enable")
    path = Path(os.environ.get("BENCHMARK_DATA", "")) / "hwu64.csv"
    if not path.is_file():
        pytest.skip("BENCHMARK_DATA names no folder that holds hwu64.csv")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield prepare(path, Settings(cache_dir=str(tmp_path_factory.mktemp("cache")), offline=True))
    torch.set_num_threads(threads)


def prepare(path: Path, settings: Settings) -> Subject:
    dataset, encoder = load_dataset(read(path), settings), open_encoder(settings)
    texts = dataset.texts
    encoder.embedder.embed(texts[:64])  # loads the model
    embedding = min(seconds(lambda: encoder.embedder.embed(texts)) for _ in range(3))
    vectors = encoder.embed(texts)
    copies = find_copies(texts, nearest(vectors.vectors, NEIGHBOURS))
    started = time.process_time()
    scored = score_out_of_fold(dataset, vectors, copies, (), settings.seed)
    out_of_fold = time.process_time() - started
    assert scored is not None
    held_out = score_held_out(dataset, vectors, encoder.embed([]), None, settings.seed)
    fold_units = keep_near_together(dataset, copies)
    old = BaseTask(
        dataset=dataset,
        embeddings=vectors,
        fold_units=fold_units,
        disjoint=fold_units,
        out_of_fold=scored,
        held_out=held_out,
    )
    return Subject(old, embedding, out_of_fold)


@pytest.mark.benchmark(timer=time.process_time)
def test_head_costs_at_most_twice_as_much_as_embedding(benchmark, subject, capsys):
    def forecast():
        return forecast_forgetting(
            subject.old, None, fidelity="head", chosen="measured", coefficients=shipped(), seed=0
        )

    found = benchmark.pedantic(forecast, rounds=3)
    took = benchmark.stats.stats.min
    ratio = took / subject.embedding
    with capsys.disabled():
        print(
            f"\n{len(subject.old.dataset.examples)} rows of {len(found.categories)} categories, "
            f"{len(found.matrix.updates)} updates: embedding {subject.embedding:.2f} s, "
            f"head {took:.2f} s, {ratio:.2f} times as much"
            f"\nout-of-fold probes, which checks of labels need too: {subject.out_of_fold:.2f} s"
        )
    assert ratio <= MOST
