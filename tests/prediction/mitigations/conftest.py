"""A model that was taught three topics, and an update that is near to one of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.evaluation import OldRows, UpdateRows
from auditor.prediction.fine_tuning.taught import Taught, teach
from auditor.records.forecast import Recipe

TOPICS = {
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
    "account": "login password profile email name phone",
}
REFUNDS = "refund charge payment bank return money"  # near to billing
QUICK = Recipe(learning_rate=3e-2, head_learning_rate=3e-2, steps=8)


def written(words: str, count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words.split(), 4)) for _ in range(count)]


@pytest.fixture(scope="session")
def material() -> tuple[OldRows, UpdateRows]:
    """Three categories of forty rows, ten of each held out, and an update of twenty."""
    rows = [(t, c) for c, w in enumerate(TOPICS.values()) for t in written(w, 40, c)]
    old = OldRows(
        texts=[t for t, _ in rows],
        codes=np.array([c for _, c in rows]),
        held_out=(np.arange(len(rows)) % 4 == 0)[None],
    )
    update = UpdateRows(
        texts=written(REFUNDS, 20, 9), codes=np.full(20, 3), held_out=np.zeros(20, dtype=bool)
    )
    return old, update


@pytest.fixture(scope="module")
def quick():
    """Rates at which word vectors learn in a dozen steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auditor.prediction.fine_tuning.taught.RATE", 3e-2)
        patch.setattr("auditor.prediction.fine_tuning.taught.HEAD_RATE", 3e-2)
        yield


@pytest.fixture(scope="module")
def taught(target, material, quick) -> Taught:
    old, update = material
    [model] = teach(target, old, [update], seeds=[0], steps=12, dropout=False)
    return model


@pytest.fixture
def branch(taught) -> Branch:
    """An update that has not begun."""
    return taught.branch(QUICK)


@pytest.fixture
def seen() -> Callable[[Branch, object], list[np.ndarray]]:
    """The rows of each step that a mitigation has a branch train on."""

    def seen(branch: Branch, mitigation: object) -> list[np.ndarray]:
        found: list[np.ndarray] = []
        train = branch.train

        def listening(**given):
            batches = list(given.pop("batches", None) or branch.batches())
            found.extend(batches)
            return train(batches=batches, **given)

        branch.train = listening
        list(mitigation.train(branch))
        return found

    return seen
