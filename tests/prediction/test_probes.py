"""The batched program is the plain one: each model as if it had been trained alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from auditor.prediction.probes import DECAY, HIDDEN_RATE, LINEAR_RATE, SCALE, train_probes

MODELS, ROWS, DIM, KINDS, STEPS, BATCH, SEED = 5, 60, 12, 4, 40, 16, 7


@pytest.fixture
def lesson():
    """Unit vectors of four classes; models that differ in their rows and in their classes."""
    random = torch.Generator().manual_seed(3)
    classes = torch.arange(ROWS) % KINDS
    vectors = torch.randn(KINDS, DIM, generator=random)[classes]
    vectors = functional.normalize(vectors + 0.7 * torch.randn(ROWS, DIM, generator=random))
    known = torch.ones(MODELS, KINDS, dtype=torch.bool)
    known[3, 0] = known[4, 2] = False
    allowed = (torch.rand(MODELS, ROWS, generator=random) < 0.7) & known[:, classes]
    return vectors, classes, allowed, known


def taught(lesson, hidden, *, steps=STEPS, seed=SEED):
    vectors, classes, allowed, known = lesson
    return train_probes(
        vectors,
        classes,
        allowed,
        known=known,
        hidden=hidden,
        steps=steps,
        batch=BATCH,
        seed=seed,
    )


def answers(probes, vectors):
    """(rows, models, classes) probabilities."""
    out = torch.zeros(len(vectors), *probes.known.shape)
    probes.map(vectors, lambda p, rows: out[rows].copy_(p))
    return out


def one_at_a_time(lesson, hidden):
    """The same training as a plain loop over models: (rows, models, classes) probabilities."""
    vectors, classes, allowed, known = lesson
    random = torch.Generator().manual_seed(SEED)
    shapes = [(DIM, MODELS, hidden), (MODELS, hidden, KINDS)] if hidden else [(DIM, MODELS, KINDS)]
    starts = [torch.randn(shape, generator=random) for shape in shapes]
    batches = [torch.randint(ROWS, (BATCH,), generator=random) for _ in range(STEPS)]
    out = torch.zeros(ROWS, MODELS, KINDS)
    for m in range(MODELS):
        first = starts[0][:, m] / DIM**0.5
        weights = [first, starts[1][m] / hidden**0.5] if hidden else [first]
        weights = [w.clone().requires_grad_() for w in weights]
        biases = [torch.zeros(w.shape[1], requires_grad=True) for w in weights]

        def logits(x, weights=weights, biases=biases, m=m):
            x = functional.linear(x * SCALE, weights[0].T, biases[0])
            if hidden:
                x = functional.linear(functional.relu(x), weights[1].T, biases[1])
            return x.masked_fill(~known[m], -torch.inf)

        rate = HIDDEN_RATE if hidden else LINEAR_RATE
        optimiser = torch.optim.AdamW([*weights, *biases], rate, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, STEPS)
        for batch in batches:
            mine = batch[allowed[m, batch]]
            optimiser.zero_grad()
            if len(mine):
                loss = functional.cross_entropy(logits(vectors[mine]), classes[mine])
                torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
        with torch.inference_mode():
            out[:, m] = functional.softmax(logits(vectors), dim=1)
    return out


@pytest.mark.parametrize("hidden", [0, 8])
def test_the_batched_program_agrees_with_training_one_model_at_a_time(lesson, hidden):
    together = answers(taught(lesson, hidden), lesson[0])
    torch.testing.assert_close(together, one_at_a_time(lesson, hidden), atol=1e-4, rtol=0)


@pytest.mark.parametrize("hidden", [0, 8])
def test_classes_that_a_model_does_not_know_get_no_mass(lesson, hidden):
    found = answers(taught(lesson, hidden), lesson[0])
    assert found[:, 3, 0].max() == 0.0
    assert found[:, 4, 2].max() == 0.0
    torch.testing.assert_close(found.sum(dim=2), torch.ones(ROWS, MODELS))


@pytest.mark.parametrize("hidden", [0, 8])
def test_rows_that_do_not_count_for_a_model_have_no_influence_on_it(lesson, hidden):
    vectors, classes, allowed, known = lesson
    asked = vectors.clone()
    before = answers(taught(lesson, hidden), asked)[:, 0]
    noise, other = vectors.clone(), classes.clone()
    noise[~allowed[0]] = functional.normalize(torch.ones(DIM), dim=0)
    other[~allowed[0]] = 1
    after = answers(taught((noise, other, allowed, known), hidden), asked)[:, 0]
    torch.testing.assert_close(after, before, atol=1e-5, rtol=0)


@pytest.mark.parametrize("hidden", [0, 8])
def test_training_learns_the_classes(lesson, hidden):
    vectors, classes, _, known = lesson
    everything = (vectors, classes, known[:, classes], torch.ones_like(known))
    found = answers(taught(everything, hidden, steps=200), vectors).argmax(dim=2)
    assert (found[:, 0] == classes).float().mean() > 0.9


def test_the_same_seed_gives_the_same_probes_and_another_seed_others(lesson):
    first, again, other = (answers(taught(lesson, 8, seed=s), lesson[0]) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=1e-3)


def test_answers_come_for_every_row_once_however_many_there_are(lesson):
    probes = taught(lesson, 0, steps=1)
    seen = []
    probes.map(torch.zeros(5000, DIM), lambda p, rows: seen.extend(range(rows.start, rows.stop)))
    assert np.array_equal(seen, np.arange(5000))
