"""What probes on the embeddings say of the update and the old rows."""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr

from auditor.prediction.features.probing import probing


def test_both_halves_point_at_the_category_the_update_is_near_to(features, topics, near):
    first, second = features["contested"][:, 0]
    assert [topics[first.argmax()], topics[second.argmax()]] == [near, near]
    assert not np.array_equal(first, second)
    assert spearmanr(first, second)[0] > 0.5


def test_unsure_is_highest_where_two_categories_are_one(
    world, direction, scenario, tickets, refunds, topics
):
    pairs = [*tickets, *((t, "on bills") for t in world.write("bills", 24, direction("billing")))]
    highest = probing(scenario(pairs, refunds))["unsure"].mean(axis=0)[0].argsort()[-2:]
    names = sorted({*topics, "on bills"})
    assert {names[c] for c in highest} == {"billing", "on bills"}
