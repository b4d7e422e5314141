"""Planted effects of damage, found again in pairs of sets that differ in nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from auditor.prediction.fit_solid import fit_solid
from auditor.prediction.measured import Measured

DATASETS = ("questions", "orders", "letters")
KINDS = 10
# sure, less; share of templates, more; log rows at equal steps, none
SURE, TEMPLATED = 0.3, 0.8


def measured(dataset, update, *, sure, templated=0.0, rows=400, level=0.0, alike=True, noise=0.0):
    random = np.random.default_rng([len(dataset), len(update), int(100 * sure), rows])
    odds = level - SURE * sure + TEMPLATED * templated + noise * random.normal()
    kept = 1 - expit(odds)
    values = {
        "sure": sure,
        "templated": templated,
        "rows": np.log(rows),
        "categories": np.log(KINDS),
    }
    return Measured(
        name=f"{dataset} {update}",
        dataset=dataset,
        features={name: np.full((2, 1, KINDS), v) for name, v in values.items()},
        sets=np.full(KINDS, 40.0),
        runs=np.broadcast_to(np.array([1.0, kept, kept]), (2, KINDS, 3)),
        steps=(2, 5),
        ceiling=0.9,
        damaged=bool(templated) or sure < 2,
        alike=(dataset, update, "69 steps") if alike else (),
    )


def pairs(noise=0.0):
    """Of each dataset two updates, which are lost by as much as they like."""
    for d, dataset in enumerate(DATASETS):
        for u, update in enumerate(("refunds", "visas")):
            level = d - 0.7 * u
            for rows in (200, 400, 800):
                yield measured(
                    dataset, update, sure=3.0 + 0.2 * d, rows=rows, level=level, noise=noise
                )
            yield measured(dataset, update, sure=0.8, level=level, noise=noise)
            yield measured(dataset, update, sure=3.5, templated=0.7, level=level, noise=noise)


def test_planted_effects_are_found_whatever_else_the_updates_do():
    found = fit_solid([*pairs()])
    assert found.sure == pytest.approx(SURE, abs=0.01)
    assert found.templated == pytest.approx(TEMPLATED, abs=0.03)
    assert np.abs(found.covariance).max() < 1e-3


def test_noise_is_in_the_covariance():
    clean, noisy = fit_solid([*pairs()]), fit_solid([*pairs(noise=0.2)])
    assert noisy.covariance[0][0] > clean.covariance[0][0]
    assert noisy.covariance[0][1] == noisy.covariance[1][0]


def test_the_reference_is_of_sets_without_damage_and_as_wide_as_datasets_differ():
    found = fit_solid([*pairs()])
    assert found.expected(KINDS, 400) == pytest.approx(3.2, abs=0.05)
    assert 0.1 < found.spread < 0.4
    assert found.degrees_of_freedom == len(DATASETS) - 1


def test_without_pairs_nothing_is_fitted():
    assert fit_solid([dataclasses.replace(u, alike=()) for u in pairs()]) is None
    assert fit_solid([u for u in pairs() if not u.damaged]) is None
