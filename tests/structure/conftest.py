"""Datasets of texts without a file, their copies and templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from auditor.records.dataset import Dataset, Example
from auditor.records.structure import CopyFamilies, Neighbours, Template
from auditor.structure.copies import find_copies
from auditor.structure.templates import find_templates

MakeDataset = Callable[..., Dataset]
Families = Callable[..., list[int]]


@pytest.fixture(scope="session")
def make_dataset() -> MakeDataset:
    """A dataset of texts, all of one category unless said otherwise; row = position."""

    def make(texts: Sequence[str], categories: Sequence[str] | None = None) -> Dataset:
        pairs = zip(texts, categories or ["delivery"] * len(texts), strict=True)
        examples = tuple(Example(row=i, text=t, category=c) for i, (t, c) in enumerate(pairs))
        return Dataset(
            name="tickets",
            examples=examples,
            rows_read=len(examples),
            roles={"text": "text", "label": "label"},
        )

    return make


@pytest.fixture(scope="session")
def find() -> Callable[..., CopyFamilies]:
    """The copies among texts, where everyone is everyone's near neighbour."""

    def find(texts: Sequence[str], cosine: float = 0.99) -> CopyFamilies:
        n = len(texts)
        index = np.array([[j for j in range(n) if j != i] for i in range(n)], dtype=np.int64)
        index = index.reshape(n, n - 1)
        near = Neighbours(index=index, cosine=np.full(index.shape, cosine, dtype=np.float32))
        return find_copies(texts, near)

    return find


@pytest.fixture(scope="session")
def families(find: Callable[..., CopyFamilies]) -> Families:
    """The copy family of each text, where everyone is everyone's near neighbour."""
    return lambda texts, cosine=0.99: find(texts, cosine).family.tolist()


@pytest.fixture
def templates_of() -> Callable[..., tuple[Template, ...]]:
    """The templates of a dataset; `family` numbers the copies, each row alone by default."""

    def templates_of(dataset: Dataset, family: Sequence[int] | None = None) -> tuple[Template, ...]:
        numbers = np.arange(len(dataset.examples)) if family is None else np.array(family)
        return find_templates(dataset, CopyFamilies(family=numbers))

    return templates_of
