"""A real fine-tune, on a model of word vectors: what is trained, what is read, and what it says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from auditor.prediction.fine_tuning.evaluation import OldRows, Run, UpdateRows, first_learnt
from auditor.prediction.fine_tuning.fine_tune import fine_tune
from auditor.prediction.fine_tuning.fisher import fisher_information, rows_for_fisher
from auditor.prediction.fine_tuning.trained_weights import layer_of
from auditor.prediction.fine_tuning.training import (
    Classifier,
    Phase,
    cross_entropy,
    draw_batches,
    tokenise,
    train_classifier,
)
from auditor.prediction.fine_tuning.weight_shift import trace
from auditor.prediction.folds import hold_out
from auditor.records.forecast import Recipe

TOPICS = {
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
    "account": "login password profile email name phone",
}
REFUNDS = "refund charge payment bank return money"  # near to billing
QUICK = Recipe(learning_rate=3e-2, head_learning_rate=3e-2, steps=8)


def texts(words: str, count: int, seed: int = 0) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words.split(), 4)) for _ in range(count)]


def old(**changes) -> OldRows:
    """Three categories of forty rows, ten of each held out."""
    rows = [(t, c) for c, words in enumerate(TOPICS.values()) for t in texts(words, 40, c)]
    made = OldRows(
        texts=[t for t, _ in rows],
        codes=np.array([c for _, c in rows]),
        held_out=(np.arange(len(rows)) % 4 == 0)[None],
    )
    return dataclasses.replace(made, **changes)


def update(words: str = REFUNDS, code: int = 3, **changes) -> UpdateRows:
    """Twenty rows of one category."""
    made = UpdateRows(
        texts=texts(words, 20, 9),
        codes=np.full(20, code),
        held_out=np.zeros(20, dtype=bool),
    )
    return dataclasses.replace(made, **changes)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Rates at which word vectors learn in a dozen steps."""
    monkeypatch.setattr("auditor.prediction.fine_tuning.taught.RATE", 3e-2)
    monkeypatch.setattr("auditor.prediction.fine_tuning.taught.HEAD_RATE", 3e-2)


@pytest.fixture
def measured(target):
    return fine_tune(target, old(), update(), seeds=[0, 1], recipe=QUICK)


def same(a: Run, b: Run) -> bool:
    names = [f.name for f in dataclasses.fields(Run)]
    return all(np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True) for n in names)


def test_a_run_is_read_before_the_update_and_at_each_checkpoint(measured):
    assert measured.steps == (0, 1, 2, 3, 4, 6, 8)
    for run in measured.runs:
        assert run.accuracy.shape == run.masked.shape == run.refitted.shape == (7, 3)
        assert run.margin.shape == run.soft.shape == (7, 3)
        assert run.learnt.shape == run.auroc.shape == (7,)
        assert run.moved.shape == run.moved_important.shape == (7, len(measured.layers))
        assert run.rows.tolist() == [10, 10, 10]


def test_the_old_categories_are_known_before_the_update(measured):
    assert all(run.accuracy[0].min() >= 0.8 for run in measured.runs)


def test_the_update_is_learnt(measured):
    for run in measured.runs:
        assert run.learnt[0] < 0.3
        assert run.learnt[-1] > 0.9
        assert run.auroc[-1] > 0.9


def test_what_resembles_the_update_is_forgotten_first(measured):
    for run in measured.runs:
        assert run.drop.argmax() == list(TOPICS).index("billing")


def test_a_drop_is_accuracy_before_less_the_mean_of_the_checkpoints(measured):
    run = measured.runs[0]
    np.testing.assert_allclose(run.drop, run.accuracy[0] - run.accuracy[1:].mean(axis=0))


def test_without_the_updates_columns_accuracy_is_no_lower(measured):
    """Masked, a row that was right stays right: its competitors are fewer."""
    for run in measured.runs:
        assert (run.masked >= run.accuracy).all()


def test_a_head_is_fitted_anew_before_and_last(measured):
    for run in measured.runs:
        fitted = np.flatnonzero(np.isfinite(run.refitted).all(axis=1))
        assert fitted.tolist() == [0, len(measured.steps) - 1]


def test_the_probability_of_the_right_category_falls_with_the_accuracy(measured):
    for run in measured.runs:
        assert ((run.soft >= 0) & (run.soft <= 1)).all()
        gone = run.accuracy == 0  # no row is right: another category is likelier
        assert (run.soft[gone] < 0.5).all()
        assert run.soft[0].min() > run.soft[-1].min()


def test_before_the_update_nothing_has_been_learnt_whatever_the_odds():
    assert first_learnt([0.99, 0.6, 0.97, 0.97], [0.6, 0.7, 0.8, 0.8]) == 2


def test_an_update_of_which_no_row_is_recognised_is_not_learnt_whatever_the_odds():
    assert first_learnt([0.99] * 5, [0.0, 0.0, 0.1, 0.9, 0.9]) == 3


def test_an_update_that_old_rows_are_taken_for_is_not_learnt():
    assert first_learnt([0.6] * 4, [0.0, 0.5, 1.0, 1.0]) is None


def test_nothing_has_moved_before_the_update_and_ever_more_after_it(measured):
    for run in measured.runs:
        for moved in (run.moved, run.moved_important):
            assert (moved[0] == 0).all()
            assert (np.diff(moved, axis=0) > 0).all()


def test_a_seed_gives_the_same_numbers_and_another_seed_others(target, measured):
    again = fine_tune(target, old(), update(), seeds=[0], recipe=QUICK)
    assert same(again.runs[0], measured.runs[0])
    assert not same(measured.runs[0], measured.runs[1])


def test_a_fine_tune_leaves_the_callers_random_numbers_alone(target):
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    fine_tune(target, old(), update(), seeds=[3], recipe=QUICK)
    assert torch.equal(torch.rand(1), expected)


def test_held_out_rows_are_not_trained_on(target):
    """Held-out rows whose labels are all wrong are not learnt."""
    plain = old()
    wrong = np.where(plain.held_out[0], (plain.codes + 1) % 3, plain.codes)
    run = fine_tune(target, old(codes=wrong), update(), seeds=[0], recipe=QUICK).runs[0]
    assert run.accuracy[0].max() < 0.3


def test_held_out_rows_of_the_update_are_not_trained_on(target):
    found = fine_tune(
        target,
        old(),
        update(codes=np.r_[np.full(15, 3), np.full(5, 0)], held_out=np.arange(20) >= 15),
        seeds=[0],
        recipe=QUICK,
    )
    assert found.runs[0].learnt[-1] < 0.3  # they were called billing, the others refunds


def test_seeds_take_the_splits_in_turn(target):
    splits = np.stack([np.arange(120) % 4 == 0, np.arange(120) % 3 == 0])
    found = fine_tune(target, old(held_out=splits), update(), seeds=[0, 1, 2], recipe=QUICK)
    assert [int(run.rows.sum()) for run in found.runs] == [30, 40, 30]


def test_a_category_without_a_row_to_read_is_not_a_number(target):
    made = old()
    held = made.held_out & (made.codes != 1)
    run = fine_tune(target, old(held_out=held), update(), seeds=[0], recipe=QUICK).runs[0]
    assert np.isnan(run.drop).tolist() == [False, True, False]


def test_old_rows_can_be_read_by_subtype_while_the_head_is_taught_categories(target, measured):
    halves = np.arange(120) % 8 // 4  # held-out rows are in either half, in turn
    grouped = old(groups=2 * old().codes + halves)
    run = fine_tune(target, grouped, update(), seeds=[0], recipe=QUICK).runs[0]
    plain = measured.runs[0]
    assert run.rows.tolist() == [5] * 6
    for name in ("accuracy", "masked", "refitted", "margin"):
        pairs = getattr(run, name).reshape(len(measured.steps), 3, 2).mean(axis=2)
        np.testing.assert_allclose(pairs, getattr(plain, name))


def test_a_group_of_a_category_that_the_update_trains_is_not_read_masked(target):
    grouped = old(groups=2 - old().codes)
    run = fine_tune(
        target, grouped, update(TOPICS["account"], code=2), seeds=[0], recipe=QUICK
    ).runs[0]
    assert np.isnan(run.masked).tolist() == [[True, False, False]] * (1 + len(QUICK.checkpoints))


def test_more_rows_for_an_old_category_need_no_new_column(target):
    run = fine_tune(target, old(), update(TOPICS["account"], code=2), seeds=[0], recipe=QUICK).runs[
        0
    ]
    assert run.drop[2] <= 0.1
    assert np.isnan(run.masked[:, 2]).all()  # its only column is the update's
    assert np.isfinite(run.masked[:, :2]).all()


def test_an_update_of_every_category_has_no_odds_to_rank_by(target):
    run = fine_tune(target, old(), update(codes=np.arange(20) % 3), seeds=[0], recipe=QUICK).runs[0]
    assert np.isnan(run.auroc).all()
    assert first_learnt(run.auroc, run.learnt) is None


def test_progress_counts_every_row_to_the_end(target):
    heard = []
    fine_tune(
        target,
        old(),
        update(),
        seeds=[0, 1],
        recipe=QUICK,
        progress=lambda *said: heard.append(said),
    )
    total = 2 * (3 * 90 + 4 * 20)  # three passes over ninety rows, and four over the update's
    assert heard[0] == ("fine-tune", 0, total)
    assert heard[-1] == ("fine-tune", total, total)
    assert len(heard) == 1 + 2 * (3 * 3 + 8)  # after each step


# --- the loop ---------------------------------------------------------------------------------


def test_the_rate_rises_then_falls_to_nothing():
    phase = Phase(rate=1, head_rate=1, batch=1, steps=20, warm_up=0.1, decays=True)
    factors = [phase.factor(step) for step in range(21)]
    assert factors[:3] == [0.5, 1.0, 1.0]
    assert (np.diff(factors[2:]) < 0).all()
    assert factors[20] == 0.0


def test_without_decay_the_rate_stays():
    phase = Phase(rate=1, head_rate=1, batch=1, steps=20)
    assert {phase.factor(step) for step in range(20)} == {1.0}


def one_step(target, parted: bool, monkeypatch) -> torch.Tensor:
    if not parted:
        monkeypatch.setattr(
            "auditor.prediction.fine_tuning.training._parts", lambda rows, _: [rows]
        )
    torch.manual_seed(0)
    words = [*texts(TOPICS["billing"], 8), *(t + " and then some more" for t in texts(REFUNDS, 24))]
    tokens = tokenise(target, words)
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    codes = np.r_[np.zeros(8, np.int64), np.ones(24, np.int64)]
    phase = Phase(rate=1e-3, head_rate=1e-3, batch=32, steps=1)
    batches = draw_batches(len(codes), phase, np.random.default_rng(0))
    list(train_classifier(model, tokens.texts, cross_entropy(codes, "cpu"), phase, batches))
    return torch.cat([w.grad.flatten() for w in model.parameters()])


def test_a_batch_in_parts_has_the_gradient_of_the_whole(target, monkeypatch):
    parted = one_step(target, True, monkeypatch)
    whole = one_step(target, False, monkeypatch)
    torch.testing.assert_close(parted, whole, atol=1e-6, rtol=1e-4)


def test_reading_does_not_depend_on_the_texts_beside(target):
    words = [*texts(REFUNDS, 5), "refund " * 40]
    tokens = tokenise(target, words)
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    alone = torch.cat([model.encode([t]) for t in tokens.texts])
    torch.testing.assert_close(model.encode(tokens.texts), alone)


# --- the weights ------------------------------------------------------------------------------


def test_information_is_the_mean_of_squares_not_the_square_of_the_mean(target):
    """Two examples whose gradients cancel tell of the weights all the same."""
    torch.manual_seed(0)
    tokens = tokenise(target, ["refund money", "refund money"])
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    with torch.no_grad():
        model.head.weight[1] = -model.head.weight[0]
        model.head.bias.zero_()
        model.head.weight *= 1e-4  # odds of one half: the two labels pull equally, and apart
    information = fisher_information(model, tokens.texts)["encoder.layers.0.weight"]
    assert information.max() > 0
    model.zero_grad()
    logits = model.logits(tokens.texts)
    torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1])).backward()
    batch = model.encoder.layers[0].weight.grad ** 2
    assert information.sum() > 100 * batch.sum()


def test_information_is_expected_over_the_models_own_labels(target):
    """By hand, of the head's bias: p (1 - p), whatever the labels of the data."""
    torch.manual_seed(0)
    tokens = tokenise(target, texts(REFUNDS, 6))
    model = Classifier(target, tokens.vocabulary, 3, "cpu")
    chances = model.logits(tokens.texts).softmax(dim=1)
    wanted = (chances * (1 - chances)).mean(dim=0)
    found = fisher_information(model, tokens.texts)["head.bias"]
    torch.testing.assert_close(found, wanted.detach(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "sharpness", [1.0, 200.0]
)  # and where the model is nearly sure of each row
def test_information_on_many_labels_is_unbiased_however_sure_the_model_is(target, sharpness):
    """By hand, of the head: p (1 - p) times the squares of the vector, mean over rows."""
    torch.manual_seed(0)
    tokens = tokenise(target, texts(REFUNDS, 200))
    model = Classifier(target, tokens.vocabulary, 12, "cpu")
    model.head.weight.data *= sharpness
    chances = model.logits(tokens.texts).softmax(dim=1)
    if sharpness > 1:
        assert chances.max(dim=1).values.median() > 0.99
    squares = model.encode(tokens.texts) ** 2
    wanted = (chances * (1 - chances)).detach().T @ squares / len(squares)
    found = fisher_information(model, tokens.texts)["head.weight"]
    assert found.sum().item() == pytest.approx(wanted.sum().item(), rel=0.1)
    assert np.corrcoef(found.numpy().ravel(), wanted.numpy().ravel())[0, 1] > 0.95


def test_information_is_the_same_at_every_call(target):
    tokens = tokenise(target, texts(REFUNDS, 6))
    model = Classifier(target, tokens.vocabulary, 12, "cpu")
    once, again = (fisher_information(model, tokens.texts)["head.weight"] for _ in range(2))
    assert torch.equal(once, again)


def test_rows_that_information_is_read_from_are_of_every_category_alike():
    codes = np.repeat([0, 1, 2], [40, 3, 12])
    assert np.bincount(codes[rows_for_fisher(codes)]).tolist() == [5, 3, 5]
    many = np.repeat(np.arange(200), 4)
    assert np.bincount(many[rows_for_fisher(many)]).tolist() == [1] * 200


def test_movement_is_the_length_of_the_change_over_that_of_the_start(target):
    tokens = tokenise(target, texts(REFUNDS, 6))
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    tracing = trace(model, fisher_information(model, tokens.texts))
    assert tracing.layers == ("embeddings", "layer 0")
    with torch.no_grad():
        model.encoder.layers[0].weight *= 1.5
        model.encoder.layers[0].bias *= 1.5
    moved = tracing.moved(model)
    np.testing.assert_allclose(moved, [[0.0, 0.5], [0.0, 0.5]], atol=1e-6)


@pytest.mark.parametrize(
    ("parameter", "layer"),
    [
        ("model.encoder.layer.3.output.dense.weight", "layer 3"),
        ("words.weight", "embeddings"),
        ("model.embeddings.LayerNorm.bias", "embeddings"),
    ],
)
def test_a_weights_layer_is_told_from_its_name(parameter, layer):
    assert layer_of(parameter) == layer


# --- what is held out -------------------------------------------------------------------------


def test_a_fifth_of_each_category_is_held_out_and_every_split_is_another():
    codes = np.repeat([0, 1, 2], [40, 25, 100])
    splits = hold_out(np.arange(165), codes, 3)
    counts = np.array([np.bincount(codes[s]) for s in splits])
    assert counts.tolist() == [[8, 5, 20]] * 3
    assert (splits.sum(axis=0) <= 1).all()


def test_what_belongs_together_is_held_out_together():
    together = np.arange(90) // 3
    splits = hold_out(together, np.repeat([0, 1], 45), 5)
    for split in splits:
        whole = [len(set(split[together == unit])) == 1 for unit in range(30)]
        assert all(whole)


def test_a_small_category_is_read_on_three_rows_where_half_of_it_stays():
    codes = np.repeat([0, 1, 2], [6, 4, 50])
    split = hold_out(np.arange(60), codes, 1)[0]
    assert np.bincount(codes[split]).tolist() == [3, 2, 10]


def test_a_category_of_one_template_stays_in_training():
    together = np.r_[np.zeros(20, np.int64), np.arange(1, 31)]
    split = hold_out(together, np.repeat([0, 1], [20, 30]), 2)
    assert not split[:, :20].any()
    assert (split[:, 20:].sum(axis=1) == 6).all()
