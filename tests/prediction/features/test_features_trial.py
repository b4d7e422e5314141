"""What a fine-tune on the given update took, as features: by hand, from the shares lost."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import logit

from auditor.prediction.features.trial import trial

AVERAGE = np.array([[0.2, 0.4, 0.1, np.nan, 0.3], [0.3, 0.5, 0.2, np.nan, 0.2]])  # (runs, K)
AT_END = np.array([[0.5, 0.9, 0.3, np.nan, 0.6], [0.6, 0.8, 0.4, np.nan, 0.5]])


@pytest.fixture(scope="module")
def found(scenario, tickets, refunds):
    given = scenario(tickets, refunds)
    return trial(dataclasses.replace(given, lost=np.stack([AVERAGE, AT_END])))


@pytest.mark.parametrize(("name", "lost"), [("lost", AVERAGE), ("lost_end", AT_END)])
def test_the_log_odds_of_what_either_run_lost_are_told_apart_from_their_mean(found, name, lost):
    odds = logit(lost[:, [0, 1, 2, 4]])
    mean = odds.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(found[name][:, 0, [0, 1, 2, 4]], odds - mean)
    np.testing.assert_allclose(found[f"{name}_on_average"][:, 0], np.tile(mean, 5))


def test_a_category_that_was_not_read_counts_as_the_mean(found):
    np.testing.assert_allclose(found["lost"][:, 0, 3], 0.0, atol=1e-12)


def test_where_nothing_was_read_nothing_is_known(scenario, tickets, refunds):
    given = dataclasses.replace(scenario(tickets, refunds), lost=np.full((2, 1, 5), np.nan))
    assert not any(table.any() for table in trial(given).values())


def test_an_update_that_was_not_measured_has_no_such_features(scenario, tickets, refunds):
    with pytest.raises(ValueError, match="needs an update that was measured"):
        trial(scenario(tickets, refunds))
