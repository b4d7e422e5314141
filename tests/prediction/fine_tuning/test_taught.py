"""Updates that branch from one taught model: each from the same start, and alone."""

from __future__ import annotations

import dataclasses
import importlib.util

import numpy as np
import pytest
import torch
from torch import nn

from auditor.errors import UsageError
from auditor.prediction.fine_tuning.evaluation import OldRows, Run, UpdateRows
from auditor.prediction.fine_tuning.fine_tune import fine_tune
from auditor.prediction.fine_tuning.taught import Taught, teach
from auditor.prediction.fine_tuning.trained_weights import choose_weights, layers_of, weights_of
from auditor.prediction.fine_tuning.training import Classifier
from auditor.prediction.mitigations.elastic_weights import ElasticWeights
from auditor.records.forecast import Recipe

TOPICS = {
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
    "account": "login password profile email name phone",
}
REFUNDS = "refund charge payment bank return money"  # near to billing
LOST_POST = "missing parcel lorry stolen courier address"  # near to delivery
QUICK = Recipe(learning_rate=3e-2, head_learning_rate=3e-2, steps=8)
needs_peft = pytest.mark.skipif(not importlib.util.find_spec("peft"), reason="needs peft")


def texts(words: str, count: int, seed: int = 0) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words.split(), 4)) for _ in range(count)]


def update(words: str, codes: list[int]) -> UpdateRows:
    return UpdateRows(
        texts=texts(words, 20, 9),
        codes=np.resize(codes, 20),
        held_out=np.zeros(20, dtype=bool),
    )


@pytest.fixture(scope="module")
def old() -> OldRows:
    rows = [(t, c) for c, words in enumerate(TOPICS.values()) for t in texts(words, 40, c)]
    return OldRows(
        texts=[t for t, _ in rows],
        codes=np.array([c for _, c in rows]),
        held_out=(np.arange(len(rows)) % 4 == 0)[None],
    )


@pytest.fixture(scope="module", autouse=True)
def quick():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auditor.prediction.fine_tuning.taught.RATE", 3e-2)
        patch.setattr("auditor.prediction.fine_tuning.taught.HEAD_RATE", 3e-2)
        yield


@pytest.fixture(scope="module")
def taught(target, old, quick) -> Taught:
    """With three updates: one new category, two others, and more rows for an old one."""
    updates = [update(REFUNDS, [3]), update(LOST_POST, [3, 4]), update(TOPICS["account"], [2])]
    [made] = teach(target, old, updates, seeds=[0])
    return made


def same(a: Run, b: Run) -> bool:
    names = [f.name for f in dataclasses.fields(Run)]
    return all(np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True) for n in names)


def test_an_update_leaves_the_taught_model_as_it_was(taught):
    first = taught.update(QUICK)
    taught.update(QUICK, which=1)
    taught.pace(QUICK, 3.0)
    assert same(taught.update(QUICK), first)


@pytest.mark.parametrize(("which", "nearest"), [(0, "billing"), (1, "delivery")])
def test_each_update_takes_what_it_resembles(taught, which, nearest):
    run = taught.update(QUICK, which=which)
    assert run.drop.argmax() == list(TOPICS).index(nearest)
    assert run.learnt[-1] > 0.5


def test_an_update_sees_the_old_columns_and_its_own(taught):
    heads = [len(taught.branch(QUICK, which).model.head.weight) for which in range(3)]
    assert heads == [4, 5, 3]
    own = taught.model.head.weight[[0, 1, 2, 4, 5]]
    assert torch.equal(taught.branch(QUICK, 1).model.head.weight, own)


def test_the_information_of_an_update_is_that_of_the_columns_it_sees(taught):
    whole = taught.information
    for which, own in enumerate([[0, 1, 2, 3], [0, 1, 2, 4, 5], [0, 1, 2]]):
        branch = taught.branch(QUICK, which)
        for name, weights in branch.model.named_parameters():
            assert branch.information[name].shape == weights.shape
        for name in ("head.weight", "head.bias"):
            assert torch.equal(branch.information[name], whole[name][own])
        list(ElasticWeights(strength=1.0).train(branch))


def test_alone_an_update_is_what_it_is_beside_others_that_come_after_it(target, old):
    """Where they bring no new columns: those would be drawn with the head."""
    first, more = update(REFUNDS, [3]), update(TOPICS["account"], [2])
    [beside] = teach(target, old, [first, more], seeds=[0])
    [alone] = fine_tune(target, old, first, seeds=[0], recipe=QUICK).runs
    assert same(beside.update(QUICK), alone)


class Dropped(nn.Module):
    """An encoder, half of whose output is dropped while it is trained."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.dropout = encoder, nn.Dropout(0.5)

    def forward(self, places, mask):
        return self.dropout(self.encoder(places, mask))


def test_dropout_is_the_models_own_and_can_be_left_out(target, old):
    class Dropping(type(target)):
        def fresh(self, vocabulary):
            return Dropped(super().fresh(vocabulary))

    new = update(REFUNDS, [3])
    with_it, without = (
        fine_tune(Dropping(), old, new, seeds=[0], recipe=QUICK, dropout=dropout).runs[0]
        for dropout in (True, False)
    )
    [plain] = fine_tune(target, old, new, seeds=[0], recipe=QUICK).runs
    assert same(without, plain)
    assert not same(with_it, plain)


def test_old_rows_are_taught_in_the_steps_that_are_given(target, old):
    rows: list[int] = []
    seen = update(REFUNDS, [3])
    [made] = teach(target, old, [seen], seeds=[0], steps=14, advance=rows.append)
    assert len(rows) == 14
    assert sum(rows) == 4 * 90 + 2 * 32  # four passes over ninety rows, and two batches
    [by_default] = teach(target, old, [seen], seeds=[0])
    assert not torch.equal(made.model.head.weight, by_default.model.head.weight)


# --- another rate -------------------------------------------------------------------------------


def test_a_pace_is_the_accuracy_of_an_update_at_that_rate(taught):
    slower = dataclasses.replace(QUICK, learning_rate=3e-3, head_learning_rate=3e-3)
    pace = taught.pace(QUICK, 0.1)
    np.testing.assert_array_equal(pace.accuracy, taught.update(slower).accuracy)


def test_a_pace_stops_where_all_have_lost_half_and_counts_its_rows_all_the_same(target, old):
    [made] = teach(target, old, [update(REFUNDS, [3])], seeds=[0])
    trained: list[int] = []
    made.course = dataclasses.replace(made.course, advance=trained.append)
    long = dataclasses.replace(QUICK, steps=400)
    pace = made.pace(long, 10.0)
    assert sum(trained) == 400 / 2 * 20  # passes over twenty rows, of sixteen and four
    assert len(trained) < 400
    assert (pace.accuracy[-1] <= pace.accuracy[0] / 2).all()


# --- the weights of a recipe --------------------------------------------------------------------


def moved(taught: Taught, recipe: Recipe) -> list[str]:
    """The weights of the encoder that the recipe trains, LoRA's by what they act on."""
    branch = taught.branch(recipe).model
    before = {name: w.detach().clone() for name, w in weights_of(branch.encoder)}
    choose_weights(branch.encoder, recipe)
    for weights in branch.encoder.parameters():
        if weights.requires_grad:
            weights.data += 0.1
    return [name for name, w in weights_of(branch.encoder) if not torch.equal(w, before[name])]


def test_all_weights_are_trained_by_default(taught):
    assert moved(taught, QUICK) == ["words.weight", "layers.0.weight", "layers.0.bias"]


def test_with_all_layers_frozen_the_head_alone_is_trained(taught):
    recipe = dataclasses.replace(QUICK, frozen_layers=1)
    assert moved(taught, recipe) == []
    run = taught.update(recipe)
    assert (run.moved == 0).all()
    assert run.learnt[-1] > 0.5  # by the head


def test_more_frozen_layers_than_there_are_is_an_error_that_says_how_many(taught):
    with pytest.raises(UsageError, match=r"--frozen-layers 2: the model has 1 layer; give 1"):
        taught.update(dataclasses.replace(QUICK, frozen_layers=2))


@needs_peft
def test_lora_trains_matrices_beside_the_weights_and_leaves_the_embeddings(taught):
    recipe = dataclasses.replace(QUICK, lora_rank=2)
    assert moved(taught, recipe) == ["layers.0.weight"]
    run = taught.update(recipe)
    assert run.learnt[-1] > 0.5
    assert run.moved[-1].tolist()[taught.layers.index("embeddings")] == 0
    assert run.moved[-1].tolist()[taught.layers.index("layer 0")] > 0
    assert (run.moved[0] == 0).all()


@needs_peft
def test_lora_above_frozen_layers_leaves_these(taught):
    assert moved(taught, dataclasses.replace(QUICK, lora_rank=2, frozen_layers=1)) == []


def test_layers_are_counted_without_the_embeddings(target):
    model = Classifier(target, np.arange(3), 2, "cpu")
    assert layers_of(model.encoder) == ("layer 0",)
