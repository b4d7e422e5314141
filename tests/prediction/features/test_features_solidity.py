"""How well the old data is learnt: by hand, from probabilities that are made up."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import logit

from auditor.prediction.features.solidity import size_of, solidity

OLD = ("bills", "bills", "bills", "bills", "orders", "orders", "orders", "orders")
# Of the rows of a category in turn: probabilities of bills, orders and the update's refunds.
JOINT = {
    "bills": ([0.6, 0.2, 0.2], [0.6, 0.2, 0.2], [0.3, 0.1, 0.6], [0.09, 0.81, 0.1]),
    "orders": ([0.1, 0.4, 0.5],) * 4,
}
OWN = {"bills": (0.75 + 0.75 + 0.75 + 0.1) / 4, "orders": 0.8}  # of bills and orders alone


@pytest.fixture(scope="module")
def given(world, direction, scenario):
    """Eight old rows and two of refunds, with these probabilities from any probe."""
    pairs = [(f"{name} {i}", name) for i, name in enumerate(OLD)]
    update = [(f"refunds {i}", "refunds") for i in range(2)]
    for text, name in (*pairs, *update):
        world.place(text, direction(name) + 0.1 * direction(text))
    found = scenario(pairs, update)
    joint, templated = np.full((10, 3), 1 / 3), np.zeros(8, dtype=bool)
    for c, name in enumerate(("bills", "orders")):
        joint[np.flatnonzero(found.codes == c)] = JOINT[name]
    templated[np.flatnonzero(found.codes == 0)[0]] = True
    return dataclasses.replace(
        found,
        joint=np.stack([joint] * 3),
        accuracy=np.array([0.75, 1.0]),
        templated=templated,
    )


@pytest.fixture(scope="module")
def found(given):
    return {name: v[:, 0].mean(axis=0) for name, v in solidity(given).items()}


def test_sizes_are_logs_of_numbers(found):
    """Eight rows are taught three times, 32 at a step: less than one step, which counts as one."""
    assert np.exp(found["steps"]).tolist() == pytest.approx([1.0, 1.0])
    assert np.exp(found["rows"]).tolist() == pytest.approx([8.0, 8.0])
    assert np.exp(found["categories"]).tolist() == pytest.approx([2.0, 2.0])
    assert np.exp(found["update_rows"]).tolist() == pytest.approx([2.0, 2.0])
    assert np.exp(found["new"]).tolist() == pytest.approx([1.0, 1.0])


def test_sure_is_the_log_odds_of_the_mean_probability_of_the_right_label(found):
    """Of the old categories alone: what the update's class takes is not doubt about the label."""
    bills, orders = logit([OWN["bills"], OWN["orders"]])
    np.testing.assert_allclose(found["sure"], (bills + orders) / 2, atol=1e-3)


def test_accuracy_is_told_in_clipped_log_odds(found):
    np.testing.assert_allclose(found["accuracy"], logit([0.75, 0.98]))


def test_templates_are_told_as_they_are_and_with_the_accuracy(found):
    np.testing.assert_allclose(found["templated"], [0.25, 0.0])
    np.testing.assert_allclose(found["templated_accuracy"], [0.25 * logit(0.75), 0.0])


def test_more_passes_are_more_steps_and_no_more_rows(given):
    longer = solidity(dataclasses.replace(given, old_epochs=12.0))
    assert np.exp(longer["steps"][0, 0]).tolist() == pytest.approx([3.0, 3.0])
    assert np.exp(longer["rows"][0, 0]).tolist() == pytest.approx([8.0, 8.0])


def test_both_halves_are_the_same_and_so_are_all_updates_but_for_what_is_of_them(simulated):
    found = solidity(simulated)
    for name, (first, second) in found.items():
        np.testing.assert_array_equal(first, second)
        if name not in ("steps", "rows", "update_rows", "new", "categories"):
            assert (first == first[0]).all()


def test_a_simulated_update_takes_its_own_categories_away_from_what_is_taught(simulated):
    """Five topics of 24 rows, three times, 32 at a step; of one update or two topics."""
    found = solidity(simulated)
    for u, update in enumerate(simulated.updates):
        left = 5 - len(update)
        assert np.exp(found["categories"][0, u]).tolist() == pytest.approx([left] * 5)
        assert np.exp(found["steps"][0, u]).tolist() == pytest.approx([3 * 24 * left / 32] * 5)
        assert np.exp(found["new"][0, u]).tolist() == pytest.approx([len(update)] * 5)


def test_sizes_are_told_in_words(simulated):
    single = {name: v.mean(axis=0)[:5] for name, v in solidity(simulated).items()}
    assert size_of(single) == pytest.approx(
        {"rows": 96, "categories": 4, "rows of the update": 24, "new categories": 1}
    )
