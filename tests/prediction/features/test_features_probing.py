"""What probes on the embeddings say of the update and the old rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from auditor.prediction.features.probing import probing


@pytest.mark.parametrize("name", ["mistaken", "contested"])
def test_both_halves_point_at_the_category_the_update_is_near_to(features, topics, near, name):
    first, second = features[name][:, 0]
    assert [topics[first.argmax()], topics[second.argmax()]] == [near, near]
    assert not np.array_equal(first, second)
    assert spearmanr(first, second)[0] > 0.5


def test_mistaken_is_what_probes_of_the_old_data_make_of_the_updates_text(features):
    """They know none of the update's classes, so all of their mass goes to old categories."""
    np.testing.assert_allclose(features["mistaken"].sum(axis=2), 1.0, atol=1e-5)


def test_a_probe_has_never_seen_a_simulated_update(simulated):
    mistaken = probing(simulated)["mistaken"].mean(axis=0)
    own = [row[u] for u, row in zip(simulated.updates, mistaken, strict=True)]
    assert not np.concatenate(own).any()
    np.testing.assert_allclose(mistaken.sum(axis=1), 1.0, atol=1e-5)


def test_unsure_is_highest_where_two_categories_are_one(
    world, direction, scenario, tickets, refunds, topics
):
    pairs = [*tickets, *((t, "on bills") for t in world.write("bills", 24, direction("billing")))]
    highest = probing(scenario(pairs, refunds))["unsure"].mean(axis=0)[0].argsort()[-2:]
    names = sorted({*topics, "on bills"})
    assert {names[c] for c in highest} == {"billing", "on bills"}
