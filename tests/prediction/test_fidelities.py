"""The fidelities: each feature says what its name says, in both of its halves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from auditor.prediction.fidelities import FIDELITIES
from auditor.prediction.scenarios import scenario_of

TOPICS = ("account", "billing", "delivery", "returns", "warranty")
NEAR = "returns"  # the topic that the update is close to


@pytest.fixture(scope="module")
def tickets(world, direction):
    return [(t, topic) for topic in TOPICS for t in world.write(topic, 24, direction(topic))]


@pytest.fixture(scope="module")
def refunds(world, direction):
    """An update between returns and something new."""
    centre = direction(NEAR) + 0.8 * direction("refunds")
    return [(t, "refunds") for t in world.write("refunds", 24, centre)]


@pytest.fixture(scope="module")
def features(world, dataset_of, tickets, refunds):
    """(2, 1, K) tables by name, of the most accurate probe, which has those of the cheaper one."""
    incoming = dataset_of(refunds)
    scenario = scenario_of(world.base_task(tickets), (incoming, world.embed(incoming)), seed=0)
    return FIDELITIES["head"](scenario)


@pytest.mark.parametrize(
    "name", ["centroid", "exemplar", "sharpened", "share", "mistaken", "contested"]
)
def test_every_feature_points_at_the_category_the_update_is_near_to(features, name):
    halves = features[name][:, 0].argmax(axis=1)
    assert [TOPICS[c] for c in halves] == [NEAR, NEAR]


@pytest.mark.parametrize("name", ["centroid", "exemplar", "sharpened", "mistaken", "contested"])
def test_the_two_halves_of_a_feature_differ_but_agree(features, name):
    first, second = features[name][:, 0]
    assert not np.array_equal(first, second)
    assert spearmanr(first, second)[0] > 0.5


def test_shares_of_neighbours_add_up_to_all_of_them(features):
    np.testing.assert_allclose(features["share"].sum(axis=2), 1.0)


def test_mistaken_is_what_probes_of_the_old_data_make_of_the_updates_text(features):
    """They know none of the update's classes, so all of their mass goes to old categories."""
    np.testing.assert_allclose(features["mistaken"].sum(axis=2), 1.0, atol=1e-5)


def test_cosines_are_cosines(world, direction, dataset_of):
    """Two rows a category, one text as the update: the features can be told by hand."""
    pairs = [(t, c) for c in ("billing", "returns") for t in world.write(c, 2, direction(c))]
    world.place("my money back, please", direction("refunds"))
    incoming = dataset_of([("my money back, please", "refunds")])
    old = world.base_task(pairs)
    found = FIDELITIES["similarity"](scenario_of(old, (incoming, world.embed(incoming)), seed=0))
    for c, name in enumerate(("billing", "returns")):
        rows = np.stack([world.meaning[t] for t, category in pairs if category == name])
        centre = rows.mean(axis=0) / np.linalg.norm(rows.mean(axis=0))
        exemplar = (rows @ direction("refunds")).mean()
        assert found["centroid"][0, 0, c] == pytest.approx(centre @ direction("refunds"), abs=1e-5)
        assert found["exemplar"][0, 0, c] == pytest.approx(exemplar, abs=1e-5)


@pytest.fixture(scope="module")
def simulated(world, tickets):
    """The scenario of simulated updates, of one topic and of two."""
    scenario = scenario_of(world.base_task(tickets), None, seed=0)
    assert {len(u) for u in scenario.updates} == {1, 2}
    return scenario


def of_itself(scenario, table):
    """What a table (updates, K) says of the categories that are in the update."""
    return np.concatenate([row[u] for u, row in zip(scenario.updates, table, strict=True)])


def test_a_simulated_update_is_no_neighbour_of_its_own(simulated):
    share = FIDELITIES["similarity"](simulated)["share"].mean(axis=0)
    assert not of_itself(simulated, share).any()
    np.testing.assert_allclose(share.sum(axis=1), 1.0)


def test_a_probe_has_never_seen_a_simulated_update(simulated):
    mistaken = FIDELITIES["head"](simulated)["mistaken"].mean(axis=0)
    assert not of_itself(simulated, mistaken).any()
    np.testing.assert_allclose(mistaken.sum(axis=1), 1.0, atol=1e-5)


def test_an_update_of_two_is_read_on_as_many_rows_as_one_and_on_rows_of_both(simulated):
    for update, rows in zip(simulated.updates, simulated.rows, strict=True):
        assert np.bincount(simulated.codes[rows])[update].tolist() == [24 // len(update)] * len(
            update
        )


def test_an_update_of_two_lies_as_near_to_a_category_as_the_nearer_of_them(simulated):
    found = FIDELITIES["similarity"](simulated)["centroid"].mean(axis=0)
    alone = {int(u[0]): row for u, row in zip(simulated.updates, found, strict=True) if len(u) == 1}
    for update, row in zip(simulated.updates, found, strict=True):
        if len(update) == 2:
            others = np.setdiff1d(np.arange(len(TOPICS)), update)
            nearer = np.maximum(*(alone[int(c)] for c in update))
            np.testing.assert_allclose(row[others], nearer[others], atol=0.1)


def test_sharpened_does_not_look_along_what_varies_within_categories(world, direction, dataset_of):
    """Every category is stretched along one direction, and the update lies far out along it: only
    what is left of its texts tells what it is near to.
    """
    stretch, random = direction("length"), np.random.default_rng(2)

    def write(topic, count, shift):
        texts = [f"{topic}, stretched {i}" for i in range(count)]
        for text, long in zip(texts, 2.0 * random.normal(size=count) + shift, strict=True):
            world.place(text, direction(topic) + long * stretch + 0.3 * direction(text))
        return texts

    pairs = [(t, topic) for topic in TOPICS for t in write(topic, 40, 1.5 * (topic != NEAR))]
    texts = write("refunds", 24, 3.0)
    for text in texts:
        world.place(text, world.meaning[text] + 0.5 * direction(NEAR))
    incoming = dataset_of([(t, "refunds") for t in texts])
    found = FIDELITIES["similarity"](
        scenario_of(world.base_task(pairs), (incoming, world.embed(incoming)), 0)
    )
    assert TOPICS[found["sharpened"].mean(axis=0)[0].argmax()] == NEAR
    assert TOPICS[found["centroid"].mean(axis=0)[0].argmax()] != NEAR


def test_wording_is_the_mean_cosine_of_the_words(world, direction, dataset_of):
    pairs = [("lost parcel", "delivery"), ("where is my parcel?", "delivery"), ("hello", "other")]
    for text, _ in [*pairs, ("where is my money?", "refunds")]:
        world.place(text, direction(text))
    incoming = dataset_of([("where is my money?", "refunds")])
    found = FIDELITIES["similarity"](
        scenario_of(world.base_task(pairs), (incoming, world.embed(incoming)), 0)
    )
    np.testing.assert_allclose(found["wording"][:, 0], [[(0 + 4 / 5) / 2, 0.0]] * 2)


def test_texts_without_words_have_no_wording_in_common(world, direction, dataset_of):
    pairs = [("🙂", "glad"), ("🙃", "glad"), ("😡", "cross"), ("🤬", "cross")]
    for text, _ in [*pairs, ("😢", "sad")]:
        world.place(text, direction(text))
    incoming = dataset_of([("😢", "sad")])
    found = FIDELITIES["similarity"](
        scenario_of(world.base_task(pairs), (incoming, world.embed(incoming)), 0)
    )
    assert not found["wording"].any()


def test_unsure_is_highest_where_two_categories_are_one(world, direction, dataset_of, refunds):
    pairs = [(t, topic) for topic in TOPICS for t in world.write(topic, 24, direction(topic))]
    pairs += [(t, "billing too") for t in world.write("more bills", 24, direction("billing"))]
    incoming = dataset_of(refunds)
    old = world.base_task(pairs)
    found = FIDELITIES["head"](scenario_of(old, (incoming, world.embed(incoming)), seed=0))
    highest = found["unsure"].mean(axis=0)[0].argsort()[-2:]
    assert {old.dataset.categories[c] for c in highest} == {"billing", "billing too"}
