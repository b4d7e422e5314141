"""The setting `seed` reaches everything that is drawn at random, and nothing else seeds it."""

from __future__ import annotations

import sys
from itertools import chain

import numpy as np
import pandas as pd
import pytest
import torch

import auditor
from auditor.comparing import diversity
from auditor.comparing.compare import compare
from auditor.gating.gate import gate
from auditor.prediction import label_noise
from auditor.structure import repetition
from auditor.structure.map import MIN_POINTS, project

SEED = 48_611


@pytest.fixture
def seeds(monkeypatch) -> dict[str, set[int]]:
    """The seed of every generator that a module of ours makes, by the module."""
    seen: dict[str, set[int]] = {}

    def note(given):
        module = sys._getframe(2).f_globals["__name__"]
        if module.startswith("auditor."):
            seen.setdefault(module, set()).update(np.ravel(given or [-1]).tolist())

    def watched(*given, make=np.random.default_rng):
        note(given)
        return make(*given)

    class Watched(torch.Generator):
        def manual_seed(self, seed):
            note([seed])
            return super().manual_seed(seed)

    monkeypatch.setattr(np.random, "default_rng", watched)
    monkeypatch.setattr(torch, "Generator", Watched)
    return seen


@pytest.fixture(scope="module")
def rows(tickets) -> pd.DataFrame:
    """The tickets six times in other words, of several people and sources."""
    ends = ("", " Order {}.", " I wrote on day {}.", " My number is {}.", " Call {}.", " Since {}.")
    return pd.DataFrame(
        [
            {**row, "text": row["text"] + end.format(100 * k + i), "annotator": f"p{i % 3}"}
            for k, end in enumerate(ends)
            for i, row in enumerate(tickets)
        ]
    )


def audited(rows, quick):
    reference = pd.DataFrame({"text": rows["text"][::3] + " at once"})
    auditor.audit(rows, reference=reference, seed=SEED, **{**quick, "probe": "head"})


def gated(rows, quick):
    gate(rows, base=rows[:200], settings=auditor.Settings(seed=SEED, **quick))


def compared(rows, quick):
    compare(rows[:150], rows[100:], seed=SEED, **quick)


@pytest.mark.parametrize("done", [audited, gated, compared])
def test_every_generator_is_made_of_the_seed(seeds, rows, quick, done):
    """Or of one of the numbers after it, where several probes start apart."""
    done(rows, quick)
    assert set(chain(*seeds.values())) - set(range(SEED, SEED + 9)) == set(), seeds
    assert len(seeds) >= 2, seeds


# --- another seed draws otherwise ----------------------------------------------------------------


def test_another_seed_deals_labels_out_in_another_way():
    codes, units = np.arange(60) % 3, np.arange(60)
    one, same, other = (
        next(label_noise._permuted_labels(codes, units, seed)) for seed in (0, 0, 1)
    )
    assert (one == same).all()
    assert (one != other).any()


def test_another_seed_draws_other_rows_to_see_what_recurs():
    random = np.random.default_rng(0)
    rows = [tuple(f"w{i}" for i in random.integers(0, 9, 8)) for _ in range(300)]
    one, same, other = (repetition._sample_shares(rows, seed) for seed in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).any()


def test_another_seed_takes_other_samples_to_measure_diversity():
    random = np.random.default_rng(0)
    tokens = [[f"w{i}" for i in random.integers(0, 60, 9)] for _ in range(200)]
    vectors, base = random.normal(size=(200, 8)).astype(np.float32), np.arange(200) < 80
    one, same, other = (
        diversity.diversity(tokens, vectors, (base, ~base), seed) for seed in (0, 0, 1)
    )
    assert one == same
    assert one != other


@pytest.mark.slow
def test_another_seed_draws_another_map():
    vectors = np.random.default_rng(0).normal(size=(MIN_POINTS + 20, 16)).astype(np.float32)
    assert (project(vectors, 0) != project(vectors, 1)).any()
