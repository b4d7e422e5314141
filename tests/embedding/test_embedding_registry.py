"""What a name opens: an embedder's own, a model to fine-tune, or every name that is left."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import auditor
from auditor import embedding
from auditor.embedding import EMBEDDERS, open_embedder, opener_of, target
from auditor.embedding.hashing import HASHING, HashingEmbedder
from auditor.embedding.target import TARGETS, can_be_trained, open_target
from auditor.embedding.transformer import TRANSFORMERS
from auditor.errors import UsageError
from auditor.resources import target_of
from auditor.settings import Settings


@dataclass(frozen=True)
class Toy:
    """An embedder that somebody adds: words alone, under a name of its own."""

    listed: str = "toy (for the test)"

    def takes(self, name: str) -> bool:
        return name == "toy"

    def open(self, name: str, *, offline: bool) -> HashingEmbedder:
        return HashingEmbedder(name=name, revision="toy")


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(embedding, "EMBEDDERS", (Toy(), *EMBEDDERS))


@pytest.fixture
def toy_target(monkeypatch):
    monkeypatch.setattr(target, "TARGETS", (Toy(), *TARGETS))


def test_the_last_embedder_takes_every_name_that_is_left():
    assert opener_of("hashing") is HASHING
    assert opener_of("some/hub-id") is opener_of("folders/mine") is EMBEDDERS[-1] is TRANSFORMERS


@pytest.mark.usefixtures("toy")
def test_an_embedder_that_is_added_is_opened_by_its_name(tickets, quick):
    import pandas as pd

    assert open_embedder("toy").revision == "toy"
    found = auditor.audit(pd.DataFrame(tickets), **{**quick, "embedder": "toy"})
    assert (found.embedder.name, found.embedder.revision) == ("toy", "toy")


@pytest.mark.usefixtures("toy")
def test_an_embedder_without_a_target_cannot_be_fine_tuned_whatever_its_name():
    """And nothing is asked of a hub to find that out."""
    assert not can_be_trained("toy")
    assert can_be_trained("some/hub-id")
    with pytest.raises(UsageError, match="--embedder toy: it has no weights to fine-tune"):
        open_target("toy", offline=False)


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("name", ["toy", "hashing"])
def test_a_budget_does_not_buy_a_fine_tune_of_what_has_no_weights(name):
    assert target_of(Settings(embedder=name, budget=60.0), given=True) is None


@pytest.mark.usefixtures("toy", "toy_target")
def test_a_target_that_is_added_is_what_its_name_opens():
    assert can_be_trained("toy")
    assert open_target("toy", offline=True).revision == "toy"
    assert target_of(Settings(embedder="toy", budget=60.0), given=True).name == "toy"
    named = Settings(embedder="hashing", target_model="toy", probe="full")
    assert target_of(named, given=True).name == "toy"
