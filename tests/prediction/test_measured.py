"""What was measured of an update: outcomes by hand, and what each update weighs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.prediction.measured import Measured, shares_of

# (seeds, categories, steps) of two runs: accuracy before, at step 4, at step 10.
RUNS = np.array([[[0.8, 0.6, 0.4], [0.5, 0.5, 0.5]], [[0.8, 0.8, 0.4], [0.5, 0.4, 0.3]]])


@pytest.fixture
def refunds():
    return Measured(
        name="refunds",
        dataset="help desk",
        features={"exemplar": np.array([[[0.1, 0.2]], [[0.3, 0.6]]])},
        sets=np.array([20.0, 20.0]),
        runs=RUNS,
        steps=(4, 10),
        ceiling=0.9,
        learnt_at=(1, 2),
    )


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("before", [0.8, 0.5]),
        ("average", [0.25 / 0.8, 0.075 / 0.5]),
        ("end", [0.5, 0.2]),
        ("learnt", [0.3 / 0.8, 0.1 / 0.5]),  # at step 4 of one run, at step 10 of the other
        ("learnt_step", [0.7]),
    ],
)
def test_outcomes_are_means_over_the_runs(refunds, outcome, expected):
    np.testing.assert_allclose(refunds.outcome(outcome), expected)


def test_drops_are_accuracy_before_less_the_mean_at_the_checkpoints(refunds):
    np.testing.assert_allclose(refunds.drops, [[0.3, 0.0], [0.2, 0.15]])
    np.testing.assert_allclose(refunds.drop, [0.25, 0.075])


def test_features_are_means_over_their_halves(refunds):
    np.testing.assert_allclose(refunds.mean_features["exemplar"], [[0.2, 0.4]])


def test_of_an_update_that_a_run_never_learnt_nothing_is_known_of_then(refunds):
    """It is learnt no sooner than at the last step."""
    never = dataclasses.replace(refunds, learnt_at=(1, None))
    assert never.outcome("learnt") is None
    np.testing.assert_allclose(never.outcome("learnt_step"), [0.7])


def test_where_nobody_looked_when_it_was_learnt_nothing_is_known_of_it(refunds):
    unseen = dataclasses.replace(refunds, learnt_at=())
    assert unseen.outcome("learnt") is None
    assert unseen.outcome("learnt_step") is None


def test_a_dataset_weighs_the_root_of_its_updates(refunds):
    many = [refunds] * 9
    one, other = (dataclasses.replace(refunds, dataset=d) for d in ("travel", "home"))
    shares = shares_of([*many, one, other])
    assert shares.sum() == pytest.approx(1.0)
    assert shares[:9].sum() == pytest.approx(3 / 5)
    assert shares[9:].tolist() == pytest.approx([1 / 5, 1 / 5])


def test_updates_that_are_nearly_alike_weigh_as_few(refunds):
    """Four of a quarter each weigh as one."""
    alike = [dataclasses.replace(refunds, weight=0.25)] * 4
    other = dataclasses.replace(refunds, dataset="travel")
    assert shares_of([*alike, other]).tolist() == pytest.approx([1 / 8] * 4 + [1 / 2])
