"""Two small sets of sentences, and pools of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from auditor.dataset import load_dataset
from auditor.pool import Pool, make_pool
from auditor.records.dataset import Dataset
from auditor.settings import Settings

Pairs = Sequence[tuple[str, str]]  # text, label


def dataset(pairs: Pairs) -> Dataset:
    return load_dataset(pd.DataFrame(pairs, columns=["text", "label"]), Settings())


@pytest.fixture
def pooled() -> Callable[[Pairs | None, Pairs], Pool]:
    def make(base: Pairs | None, candidate: Pairs) -> Pool:
        return make_pool(dataset(base) if base else None, dataset(candidate))

    return make


@pytest.fixture
def numbered(pooled) -> Callable[..., Pool]:
    """A pool of rows that say nothing: how many of each category were kept, added and removed."""

    def make(**counts: tuple[int, int, int]) -> Pool:
        base, candidate = [], []
        for category, (kept, added, removed) in counts.items():
            rows = [(f"{category} number {i}", category) for i in range(kept + added + removed)]
            base += rows[:kept] + rows[kept + added :]
            candidate += rows[: kept + added]
        return pooled(base, candidate)

    return make


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)
