"""Fitting: planted weights are found again in simulated updates."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest
from scipy.special import expit

from auditor.prediction.estimate import Coefficients, angle, normal_scores, odds
from auditor.prediction.fit_weights import USED, Measured, fit_fidelity, fit_spread
from auditor.prediction.fitting import fit, leave_out

STEPS = (2, 5, 9)
SEEDS = 3
PLANTED = 0.3  # weight of each feature
EASY = "simulated updates"


def simulate(name, dataset, fidelity, *, categories=40, noise=0.3, level=-1.5, shift=0.0, run=0.0):
    """An update whose losses follow the features of `fidelity`; `shift`, of all of its losses,
    `noise`, of each, and `run`, of each seed's, are on the scale of angles."""
    random = np.random.default_rng(sum(map(ord, name + dataset)))
    features = {
        r: {f: np.repeat(random.normal(size=(1, 1, categories)), 2, axis=0) for f in names}
        for r, names in USED.items()
    }
    if fidelity == "full":  # a trial reads the losses of the others, all of them a little too low
        features[fidelity]["lost_on_average"][:] = level - 0.4
    means = {f: v.mean(axis=0) for f, v in features[fidelity].items()}
    planted = dict.fromkeys(USED[fidelity], PLANTED) | {"lost_on_average": 1.0}
    scores = odds(means, {f: planted[f] for f in USED[fidelity]})[0]
    level = 0.4 if fidelity == "full" else level
    off = shift * random.normal() + noise * random.normal(size=categories)
    angles = angle(expit(level + scores)) + off
    angles = angles + run * random.normal(size=(SEEDS, categories))
    loss = np.sin(np.clip(angles, 0.0, np.pi / 2)) ** 2
    before = np.full((SEEDS, categories, 1), 0.9)
    after = before * (1 - loss[:, :, None] * np.ones(len(STEPS)))
    return Measured(
        name=name,
        dataset=dataset,
        features=features,
        accuracy_before=before[0, :, 0],
        sets=np.full(categories, 1e9),
        runs=np.concatenate([before, after], axis=2),
        steps=STEPS,
        ceiling=0.95,
    )


def many(fidelity, **changes):
    return [
        simulate(name, dataset, fidelity, **{"noise": 0.1, **changes})
        for dataset in ("help desk", "travel", "home")
        for name in (f"{dataset} refunds", f"{dataset} alarms")
    ]


@pytest.mark.parametrize("fidelity", USED)
def test_the_planted_weight_and_level_are_recovered(fidelity):
    weights, level = fit_fidelity(fidelity, many(fidelity, noise=0.02))
    assert weights.pop("lost_on_average", 1.0) == 1.0
    assert list(weights.values()) == pytest.approx([PLANTED] * len(weights), abs=0.03)
    assert level == pytest.approx(0.4 if fidelity == "full" else -1.5, abs=0.1)


def test_the_level_makes_the_mean_loss_that_which_was_measured():
    updates = many("head", noise=0.0)
    weights, level = fit_fidelity("head", updates)
    features = [{f: v.mean(axis=0) for f, v in u.features["head"].items()} for u in updates]
    expected = [expit(level + odds(f, weights)).mean() for f in features]
    assert np.mean(expected) == pytest.approx(
        np.mean([u.forgotten.mean() for u in updates]), abs=1e-6
    )


def test_a_dataset_with_many_updates_weighs_no_more_than_one_with_few():
    """Nine updates in which the features mean nothing do not drown two datasets where they do."""
    telling = [simulate("refunds", d, "similarity") for d in ("help desk", "travel")]
    mute = [simulate(f"update {i}", "home", "head") for i in range(9)]
    once, _ = fit_fidelity("similarity", [*telling, mute[0]])
    often, _ = fit_fidelity("similarity", [*telling, *mute])
    assert often["exemplar"] > 0.5 * once["exemplar"] > 0  # drowned, a quarter of it


def test_skill_is_high_where_features_tell_and_low_where_they_do_not():
    fidelities = fit(many("head"), STEPS, "simulated updates").fidelities
    assert np.mean(list(fidelities["head"].skill.values())) > 0.8
    assert np.mean(list(fidelities["similarity"].skill.values())) < 0.4


def test_noisier_updates_have_wider_intervals():
    spreads = [
        fit(many("head", noise=x), STEPS, EASY).fidelities["head"].spread for x in (0.05, 0.2)
    ]
    assert spreads[1].category > 2 * spreads[0].category


def test_what_all_categories_of_an_update_share_is_told_from_what_is_their_own():
    """Twenty updates with a level of their own each; expected is what was planted."""
    updates = [
        simulate(f"update {i}", f"dataset {i}", "head", shift=0.2, noise=0.1, run=0.06, level=-0.5)
        for i in range(60)
    ]
    planted = [
        expit(
            -0.5
            + PLANTED
            * sum(normal_scores(u.features["head"][f].mean(axis=0))[0] for f in USED["head"])
        )
        for u in updates
    ]
    found = fit_spread(list(zip(updates, planted, strict=True)))
    assert found.update == pytest.approx(0.2, abs=0.05)
    assert found.category == pytest.approx(np.hypot(0.1, 0.06 / SEEDS**0.5), abs=0.03)
    assert found.run == pytest.approx(0.06 * (1 - 1 / SEEDS) ** 0.5, abs=0.015)


def test_few_updates_that_differ_leave_few_degrees_of_freedom():
    differ, agree = (fit(many("head", shift=x), STEPS, EASY).fidelities["head"] for x in (0.5, 0.0))
    assert differ.spread.degrees_of_freedom < 15
    assert agree.spread.degrees_of_freedom > 60


@pytest.mark.parametrize("share", [0.8, 0.9])
def test_intervals_fitted_on_other_datasets_cover_at_their_nominal_rate(share):
    """Three datasets of two updates each, again and again, each left out in turn."""
    inside, runs = [], []
    for i in range(12):
        updates = [
            simulate(f"{i} {j}", f"dataset {j // 2}", "head", shift=0.1, noise=0.12, run=0.1)
            for j in range(6)
        ]
        left_out = leave_out("head", updates)
        inside += [x.coverage(share) for x in left_out]
        runs += [x.coverage(share, one_run=True) for x in left_out]
    assert np.mean(inside) == pytest.approx(share, abs=0.05)
    assert np.mean(runs) == pytest.approx(share, abs=0.05)


def test_an_interval_as_wide_for_all_is_the_worse_one():
    left_out = leave_out("head", many("head", level=-2.0))
    ours = np.mean([x.winkler(0.8) for x in left_out])
    assert ours < np.mean([x.winkler(0.8, constant=True) for x in left_out])


def test_an_odd_update_is_scored_but_not_fitted_to():
    updates = many("head")
    odd = dataclasses.replace(simulate("storm", "sea", "head", level=2.0), scored_only=True)
    plain, both = (fit(u, STEPS, EASY).fidelities["head"] for u in (updates, [*updates, odd]))
    assert "storm" in both.skill
    assert (both.weights, both.level, both.spread) == (plain.weights, plain.level, plain.spread)


def test_one_dataset_alone_is_fitted_update_by_update():
    updates = [simulate(f"update {i}", "home", "head", noise=0.1) for i in range(3)]
    assert min(fit(updates, STEPS, EASY).fidelities["head"].skill.values()) > 0.7


def test_the_curve_of_updates_that_lose_evenly_is_flat():
    found = fit(many("head"), STEPS, "simulated").curve
    np.testing.assert_allclose(found.slope, 1.0, atol=0.02)
    np.testing.assert_allclose(found.intercept, 0.0, atol=0.02)


def test_updates_read_at_other_checkpoints_do_not_shape_the_curve():
    updates = many("head")
    odd = simulate("pets", "zoo", "head")
    fall = odd.accuracy[:, :1] * np.linspace(1.0, 0.2, 6) * odd.accuracy[:, 1:2]
    odd = dataclasses.replace(odd, steps=(), runs=fall[None])
    assert fit([*updates, odd], STEPS, "simulated").curve == fit(updates, STEPS, "simulated").curve


def test_what_was_fitted_is_written_and_read_back_whole():
    found = fit(many("head"), STEPS, "simulated updates of three help desks")
    again = msgspec.json.decode(msgspec.json.encode(found), type=Coefficients)
    assert again == found
    assert again.provenance == "simulated updates of three help desks"
