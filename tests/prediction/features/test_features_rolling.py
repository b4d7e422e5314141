"""What small models lose to the update, as features; of many simulated updates, of some."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import logit

from auditor.prediction import features
from auditor.prediction.features import compute_features
from auditor.prediction.features.rolling import ROLLED, rolling
from auditor.prediction.rollout import RollOut
from auditor.prediction.scenarios import scenario_of

KEPT = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.2])  # of an accuracy of one, by step


@pytest.fixture
def asked_for(monkeypatch):
    """What is asked of roll-outs; each category k of each update keeps KEPT to the power k + 1."""
    asked = []

    def pretend(vectors, codes, folds, taught, rows, old_count, **options):
        asked.append((codes, taught, rows, options))
        table = np.stack([KEPT ** (k + 1) for k in range(old_count)])
        tables = np.repeat(table[None], len(taught), axis=0)
        return RollOut(accuracy=tables, soft=tables)

    monkeypatch.setattr(features.rolling, "roll_out", pretend)
    return asked


def test_the_level_is_the_log_odds_of_the_mean_share_lost(scenario, tickets, refunds, asked_for):
    found = rolling(scenario(tickets, refunds))
    powers = np.stack([KEPT ** (k + 1) for k in range(5)])
    average, end = 1 - powers[:, 1:].mean(), 1 - powers[:, -1].mean()
    np.testing.assert_allclose(found["rolled"], logit(average))
    np.testing.assert_allclose(found["rolled_end"], logit(end))


def test_a_categorys_own_is_how_its_log_odds_at_the_end_differ_from_the_mean(
    scenario, tickets, refunds, asked_for
):
    own = rolling(scenario(tickets, refunds))["own_rolled"][0, 0]
    odds = logit(np.clip(1 - 0.2 ** np.arange(1.0, 6.0), 0.03, 0.97))
    np.testing.assert_allclose(own, odds - odds.mean())


def test_a_given_update_is_rolled_out_by_a_model_a_fold(scenario, tickets, refunds, asked_for):
    rolling(scenario(tickets, refunds))
    [(_, taught, rows, options)] = asked_for
    assert options["models"] == 5
    assert (len(taught), len(taught[0]), len(rows[0])) == (1, 5 * 24, 24)


def test_a_simulated_update_never_teaches_its_own_category_before(simulated, asked_for):
    rolling(simulated)
    [(codes, taught, rows, options)] = asked_for
    assert options["models"] == 1
    assert len(taught) == len(rows) == 5  # the updates of one category
    for old, new in zip(taught, rows, strict=True):
        assert len(set(codes[new])) == 1
        assert len(old) == 4 * 24
        assert not set(codes[old]) & set(codes[new])


def test_an_update_of_two_that_is_not_rolled_out_gets_the_mean_of_those_that_are(
    simulated, monkeypatch
):
    levels = np.array([0.2, 0.3, 0.4, 0.5, 0.6])

    def pretend(*_, **__):
        tables = np.ones((5, 5, 8))
        tables[:, :, 1:] = 1 - levels[:, None, None]
        return RollOut(accuracy=tables, soft=tables)

    monkeypatch.setattr(features.rolling, "roll_out", pretend)
    rolled = rolling(simulated)["rolled"][0]
    np.testing.assert_allclose(rolled[:5], np.tile(logit(levels)[:, None], 5))
    np.testing.assert_allclose(rolled[5:], logit(levels).mean())


@pytest.mark.parametrize(("kinds", "rolled"), [(4, 4), (12, 12), (60, 12), (200, 12)])
def test_roll_outs_of_simulated_updates_are_at_most_twelve(
    scenario, tickets, asked_for, kinds, rolled
):
    """However many updates are simulated; those rolled out lie all over them."""
    base = scenario(tickets, None)
    codes = np.arange(2 * kinds) % kinds
    many = dataclasses.replace(
        base,
        codes=codes,
        in_base=np.ones(2 * kinds, dtype=bool),
        old_count=kinds,
        updates=tuple(np.array([c]) for c in range(kinds)),
        rows=tuple(np.flatnonzero(codes == c) for c in range(kinds)),
    )
    assert ROLLED == 12
    assert rolling(many)["rolled"].shape == (2, kinds, kinds)
    [(_, _, rows, options)] = asked_for
    assert len(rows) * options["models"] == rolled
    assert {int(rows[0][0]), int(rows[-1][0])} == {0, kinds - 1}


def test_where_nothing_was_known_nothing_can_be_lost_and_no_number_is_missing(
    scenario, tickets, refunds, monkeypatch
):
    """No row of the first category was left to read, and of the others none was right."""

    def pretend(*_, **__):
        tables = np.zeros((1, 5, 8))
        tables[:, 0] = np.nan
        return RollOut(accuracy=tables, soft=tables)

    monkeypatch.setattr(features.rolling, "roll_out", pretend)
    found = rolling(scenario(tickets, refunds))
    assert all(np.isfinite(table).all() for table in found.values())
    assert not found["own_rolled"].any()


def test_a_given_update_of_old_categories_finds_all_old_rows_taught(world, direction, dataset_of):
    """More rows of what is taught already: nothing is left out before, as a simulated update is."""
    pairs = [(t, c) for c in ("billing", "returns") for t in world.write(c, 12, direction(c))]
    more = [(t, c) for c in ("billing", "returns") for t in world.write(c, 4, direction(c))]
    incoming = dataset_of(more)
    scenario = scenario_of(world.base_task(pairs), (incoming, world.embed(incoming)), seed=0)
    assert scenario.taught(scenario.updates[0]).tolist() == list(range(24))
    assert all(np.isfinite(table).all() for table in compute_features(scenario, "head").values())
