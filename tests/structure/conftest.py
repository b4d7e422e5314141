"""Datasets of texts without a file, their copies and templates, and a list of real messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from auditor.records.dataset import Dataset, Example
from auditor.records.structure import CopyFamilies, Neighbours, Template
from auditor.structure.copies import find_copies
from auditor.structure.templates import find_templates

# Thirty messages about deliveries, each in its own words.
VARIED = (
    "My parcel still has not arrived and the tracking page is blank.",
    "Where is the box I ordered for my sister's wedding?",
    "Tracking has said 'label created' for six days now.",
    "The driver left it in the rain; the carton is soaked through.",
    "Can you deliver to a locker instead of my front door?",
    "Do you ship to the Canary Islands, and who pays the duty?",
    "it was supposed to be here on friday",
    "I got someone else's shoes. Mine are probably with them.",
    "Could the courier ring the bell next time? I was at home all day!",
    "Half of the glasses are broken.",
    "The neighbour signed for it but has never seen it",
    "Please leave it with the concierge, I work nights.",
    "How much is express delivery to Norway?",
    "Two of the three chairs came, the third is missing.",
    "We moved last month. The order went to the old flat.",
    "Is there any way to have it here before the 14th?",
    "Why does the map show my van going in circles?",
    "The bike arrived without its pedals and the manual.",
    "nobody at the depot answers the phone",
    "Someone opened the packet before I did.",
    "I'd rather collect it myself from your warehouse in Leeds.",
    "What happens if no one is in?",
    "Your app says delivered. My porch says otherwise.",
    "Wrong street, right number, third time this year.",
    "The plant was frozen solid when I unwrapped it.",
    "Can I add a gift note after the order has left?",
    "Customs want an invoice that I do not have.",
    "You sent the lamp in a box fit for a fridge.",
    "My PO box is too small for the tin, send it to work instead.",
    "Do the Saturday slots cost extra?",
)

MakeDataset = Callable[..., Dataset]
Families = Callable[..., list[int]]


@pytest.fixture(scope="session")
def varied() -> list[str]:
    return list(VARIED)


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
