"""Five topics and an update near one of them, for the features of either."""

from __future__ import annotations

import pytest

from auditor.prediction.features import compute_features
from auditor.prediction.scenarios import scenario_of

TOPICS = ("account", "billing", "delivery", "returns", "warranty")
NEAR = "returns"  # the topic that the update is close to


@pytest.fixture(scope="session")
def topics():
    return TOPICS


@pytest.fixture(scope="session")
def near():
    return NEAR


@pytest.fixture(scope="module")
def tickets(world, direction):
    return [(t, topic) for topic in TOPICS for t in world.write(topic, 24, direction(topic))]


@pytest.fixture(scope="module")
def refunds(world, direction):
    """An update between returns and something new."""
    centre = direction(NEAR) + 0.8 * direction("refunds")
    return [(t, "refunds") for t in world.write("refunds", 24, centre)]


@pytest.fixture(scope="module")
def scenario(world, dataset_of):
    """The scenario of old rows and an update, both (text, category); None: of simulated ones."""

    def scenario(pairs, update):
        incoming = dataset_of(update) if update else None
        given = (incoming, world.embed(incoming)) if incoming else None
        return scenario_of(world.base_task(pairs), given, seed=0)

    return scenario


@pytest.fixture(scope="module")
def features(scenario, tickets, refunds):
    """(2, 1, K) tables by name, of the most accurate probe, which has those of the cheaper one."""
    return compute_features(scenario(tickets, refunds), "head")


@pytest.fixture(scope="module")
def simulated(scenario, tickets):
    """The scenario of simulated updates, of one topic and of two."""
    found = scenario(tickets, None)
    assert {len(u) for u in found.updates} == {1, 2}
    return found
