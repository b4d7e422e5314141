"""Roll-outs: small models are taught the old rows, then an update, and read on rows left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from auditor.prediction import rollout
from auditor.prediction.rollout import roll_out
from auditor.records.forecast import Recipe

TOPICS = ("billing", "delivery", "orders", "returns", "warranty", "refunds")
OLD, ROWS, FOLDS = 5, 30, 5
QUICK = Recipe(steps=20)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Five old topics of thirty rows, and an update."""

    vectors: np.ndarray
    codes: np.ndarray
    folds: np.ndarray
    taught: tuple[np.ndarray, ...]
    rows: tuple[np.ndarray, ...]

    def rolled(self, *, models=1, recipe=QUICK, seed=0):
        return roll_out(
            self.vectors,
            self.codes,
            self.folds,
            self.taught,
            self.rows,
            OLD,
            models=models,
            recipe=recipe,
            seed=seed,
        )


def desk(direction, centre):
    """`centre`: what the rows of refunds lie around."""
    centres = [*map(direction, TOPICS[:OLD]), centre]
    codes = np.repeat(np.arange(OLD + 1), ROWS)
    vectors = [
        centres[c] + 0.5 * direction(f"{TOPICS[c]}, message {i}") for i, c in enumerate(codes)
    ]
    vectors = np.stack(vectors)
    return Desk(
        vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        codes=codes,
        folds=np.arange(len(codes)) % FOLDS,
        taught=(np.flatnonzero(codes < OLD),),
        rows=(np.flatnonzero(codes == OLD),),
    )


@pytest.fixture(scope="module")
def refunds(direction):
    return desk(direction, direction("refunds"))


def test_each_update_category_and_checkpoint_has_an_accuracy_and_a_probability(refunds):
    found = refunds.rolled()
    assert found.accuracy.shape == found.soft.shape == (1, OLD, 1 + len(QUICK.checkpoints))
    assert ((found.accuracy >= 0) & (found.accuracy <= 1)).all()
    assert ((found.soft > 0) & (found.soft < 1)).all()


def test_old_topics_are_known_before_the_update_and_less_after_it(refunds):
    found = refunds.rolled(models=5, recipe=Recipe())
    assert found.accuracy[..., 0].mean() > 0.9
    assert found.soft[..., -1].mean() < 0.85 * found.soft[..., 0].mean()


@pytest.mark.parametrize("twin", range(OLD))
def test_an_update_that_is_a_copy_of_an_old_topic_takes_that_one_first(direction, twin):
    found = desk(direction, direction(TOPICS[twin])).rolled(models=5)
    lost = found.soft[0, :, 0] - found.soft[0, :, 1:].mean(axis=1)
    assert lost.argmax() == twin
    assert lost[twin] > 1.5 * np.delete(lost, twin).max()


def test_what_is_taught_longer_is_kept_longer(refunds):
    """The same old rows; margins grow with the steps of teaching."""
    kept = []
    for epochs in (3, 12):
        soft = refunds.rolled(models=5, recipe=replace(QUICK, old_epochs=epochs)).soft[0]
        kept.append((soft[:, -1] / soft[:, 0]).mean())
    assert 1 - kept[1] < (1 - kept[0]) / 2


def test_a_model_knows_the_classes_that_it_is_taught_and_no_others(refunds):
    """Of two topics alone, all that the probabilities leave is the update's: no third one's."""
    found = replace(refunds, taught=(np.flatnonzero(refunds.codes < 2),)).rolled(models=5)
    assert np.isfinite(found.accuracy[0, :2]).all()
    assert np.isnan(found.accuracy[0, 2:]).all()
    known = torch.tensor([[True, True, False, False, False, True]])
    adapter = rollout._start(known, refunds.vectors.shape[1], torch.Generator().manual_seed(0))
    said = torch.softmax(adapter.logits(torch.from_numpy(refunds.vectors)[None]), dim=2)
    assert not said[0, :, [2, 3, 4]].any()


def taught_on(monkeypatch, work):
    """The rows (models, batch) of all steps, and those that are read."""
    batches, read, step, evaluate = [], [], rollout._step, rollout._evaluate

    def stepping(adapter, inputs, classes, batch, optimiser):
        batches.append(batch.numpy())
        step(adapter, inputs, classes, batch, optimiser)

    def evaluating(adapter, inputs, codes, tested, old_count):
        read.append(tested)
        return evaluate(adapter, inputs, codes, tested, old_count)

    monkeypatch.setattr(rollout, "_step", stepping)
    monkeypatch.setattr(rollout, "_evaluate", evaluating)
    work()
    return np.concatenate(batches, axis=1), read


def test_rows_that_are_read_are_not_trained_on_and_each_old_row_is_read_by_one_model(
    refunds, monkeypatch
):
    trained, read = taught_on(monkeypatch, lambda: refunds.rolled(models=FOLDS))
    for rows, tested in zip(trained, read[0], strict=True):
        assert not set(rows.tolist()) & set(tested.tolist())
    assert sorted(np.concatenate(read[0])) == refunds.taught[0].tolist()


def test_rows_come_once_before_one_comes_again(refunds, monkeypatch):
    trained, _ = taught_on(monkeypatch, refunds.rolled)
    teaching = trained[0][refunds.codes[trained[0]] < OLD]
    counts = np.bincount(teaching)
    assert set(counts[counts > 0].tolist()) <= {counts.max() - 1, counts.max()}


def test_one_seed_gives_the_same_bytes_and_another_one_others(refunds):
    once, again, other = (refunds.rolled(seed=seed).soft.tobytes() for seed in (3, 3, 4))
    assert once == again != other


def test_a_stack_of_models_is_each_of_them_alone(refunds):
    """Two models of other classes, in one program and each by itself, on the same batches."""
    inputs, classes = torch.tensor(refunds.vectors), torch.tensor(refunds.codes)
    known = torch.tensor([[True] * 6, [True, True, True, False, False, True]])
    batches = torch.randint(0, 3 * ROWS, (20, 2, 32), generator=torch.Generator().manual_seed(1))

    def trained(models):
        whole = rollout._start(known, refunds.vectors.shape[1], torch.Generator().manual_seed(0))
        parts = (getattr(whole, name)[models].detach() for name in rollout._Adapter.__slots__)
        adapter = rollout._Adapter(
            *(p.requires_grad_() if p.is_floating_point() else p for p in parts)
        )
        optimiser = rollout._optimiser(adapter, rollout.RATE, rollout.HEAD_RATE)
        for batch in batches:
            rollout._step(adapter, inputs, classes, batch[models], optimiser)
        return rollout._evaluate(
            adapter, inputs, refunds.codes, [refunds.taught[0]] * len(models), OLD
        )

    both = trained([0, 1])
    alone = np.concatenate([trained([0]), trained([1])])
    np.testing.assert_allclose(both, alone, atol=1e-4)


def test_two_updates_are_rolled_out_side_by_side(refunds):
    """One that brings refunds, and one that brings back warranty, which was not taught before."""
    codes = refunds.codes
    two = replace(
        refunds,
        taught=(np.flatnonzero(codes < OLD), np.flatnonzero(codes < OLD - 1)),
        rows=(np.flatnonzero(codes == OLD), np.flatnonzero(codes == OLD - 1)),
    )
    found = two.rolled()
    assert np.isfinite(found.accuracy[0]).all()
    assert np.isnan(found.accuracy[1, OLD - 1]).all()
    assert np.isfinite(found.accuracy[1, : OLD - 1]).all()


def test_old_rows_that_are_all_in_one_fold_are_taught_and_nothing_is_read(refunds):
    """One template: whoever leaves it out has nothing to learn."""
    found = replace(refunds, folds=np.zeros(len(refunds.codes), dtype=np.int64)).rolled()
    assert np.isnan(found.accuracy).all()
    five = replace(refunds, folds=np.zeros(len(refunds.codes), dtype=np.int64)).rolled(models=5)
    assert np.isnan(five.accuracy).all()


def test_teaching_has_an_end(direction, monkeypatch):
    """However many rows there are, steps of teaching are no more than a limit."""
    monkeypatch.setattr(rollout, "MAX_STEPS", 4)
    steps, step = [], rollout._step
    monkeypatch.setattr(rollout, "_step", lambda *a: steps.append(a) or step(*a))
    desk(direction, direction("refunds")).rolled(recipe=Recipe(steps=2))
    assert len(steps) == 4 + 2
