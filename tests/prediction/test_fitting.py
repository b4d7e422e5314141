"""Fitting: planted weights are found again in simulated updates."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest
from scipy.special import expit

from auditor.prediction.estimate import Coefficients, normal_scores
from auditor.prediction.fitting import USED, Measured, fit, fit_rung

STEPS = (2, 5, 9)
PLANTED = {
    "similarity": np.array([1.2, 0.0, 0.5]),
    "head": np.array([0.3, 1.0, 0.6]),
}


def simulate(name, dataset, rung, *, categories=40, noise=0.3, level=-1.5):
    """An update whose losses follow the planted weights of `rung`."""
    seed = sum(map(ord, name + dataset))
    random = np.random.default_rng(seed)
    features = {
        r: {f: np.repeat(random.normal(size=(1, 1, categories)), 2, axis=0) for f in names}
        for r, names in USED.items()
    }
    scores = np.stack(
        [normal_scores(features[rung][f].mean(axis=0))[0] for f in USED[rung]], axis=1
    )
    loss = expit(level + scores @ PLANTED[rung] + noise * random.normal(size=categories))
    before = np.full(categories, 0.9)
    after = before[:, None] * (1 - loss[:, None] * np.ones(len(STEPS)))
    return Measured(
        name=name,
        dataset=dataset,
        features=features,
        accuracy_before=before,
        accuracy=np.concatenate([before[:, None], after], axis=1),
        steps=STEPS,
        ceiling=0.95,
    )


def many(rung, **changes):
    return [
        simulate(name, dataset, rung, **changes)
        for dataset in ("help desk", "travel", "home")
        for name in (f"{dataset} refunds", f"{dataset} alarms")
    ]


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize("rung", USED)
def test_the_direction_of_planted_weights_is_recovered(rung):
    weights, _ = fit_rung(rung, many(rung))
    assert cosine(weights, PLANTED[rung]) > 0.95


def test_the_level_makes_the_mean_loss_that_which_was_measured():
    updates = many("head", noise=0.0)
    weights, level = fit_rung("head", updates)
    expected = [
        expit(
            level
            + sum(
                w * normal_scores(u.features["head"][f].mean(axis=0))[0]
                for f, w in zip(USED["head"], weights, strict=True)
            )
        ).mean()
        for u in updates
    ]
    assert np.mean(expected) == pytest.approx(np.mean([u.loss.mean() for u in updates]), abs=1e-6)


def test_a_dataset_with_many_updates_weighs_no_more_than_one_with_few():
    """Nine updates in which the features mean nothing do not drown two datasets where they do."""
    telling = [simulate("refunds", d, "similarity") for d in ("help desk", "travel")]
    mute = [simulate(f"update {i}", "home", "head") for i in range(9)]
    once, _ = fit_rung("similarity", [*telling, mute[0]])
    often, _ = fit_rung("similarity", [*telling, *mute])
    assert np.linalg.norm(often) > 0.8 * np.linalg.norm(once)


def test_skill_is_high_where_features_tell_and_low_where_they_do_not():
    rungs = fit(many("head"), STEPS, "simulated updates").rungs
    assert min(rungs["head"].skill.values()) > 0.8
    assert np.mean(list(rungs["similarity"].skill.values())) < 0.4


def test_noisier_updates_have_wider_intervals():
    def width(noise):
        low, high = fit(many("head", noise=noise), STEPS, "simulated").rungs["head"].residual
        return high - low

    assert width(1.0) > 2 * width(0.2)


def test_the_curve_of_updates_that_lose_evenly_is_flat():
    found = fit(many("head"), STEPS, "simulated").curve
    np.testing.assert_allclose(found.slope, 1.0, atol=0.02)
    np.testing.assert_allclose(found.intercept, 0.0, atol=0.02)


def test_updates_read_at_other_checkpoints_do_not_shape_the_curve():
    updates = many("head")
    odd = simulate("pets", "zoo", "head")
    fall = odd.accuracy[:, :1] * np.linspace(1.0, 0.2, 6) * odd.accuracy[:, 1:2]
    odd = dataclasses.replace(odd, steps=(), accuracy=fall)
    assert fit([*updates, odd], STEPS, "simulated").curve == fit(updates, STEPS, "simulated").curve


def test_what_was_fitted_is_written_and_read_back_whole():
    found = fit(many("head"), STEPS, "simulated updates of three help desks")
    again = msgspec.json.decode(msgspec.json.encode(found), type=Coefficients)
    assert again == found
    assert again.provenance == "simulated updates of three help desks"
