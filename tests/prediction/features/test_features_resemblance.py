"""How near an update lies to each category: every feature says what its name says, in halves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from auditor.prediction.features.resemblance import resemblance


@pytest.mark.parametrize("name", ["centroid", "exemplar", "sharpened", "share"])
def test_every_feature_points_at_the_category_the_update_is_near_to(features, topics, near, name):
    halves = features[name][:, 0].argmax(axis=1)
    assert [topics[c] for c in halves] == [near, near]


@pytest.mark.parametrize("name", ["centroid", "exemplar", "sharpened"])
def test_the_two_halves_of_a_feature_differ_but_agree(features, name):
    first, second = features[name][:, 0]
    assert not np.array_equal(first, second)
    assert spearmanr(first, second)[0] > 0.5


def test_shares_of_neighbours_add_up_to_all_of_them(features):
    np.testing.assert_allclose(features["share"].sum(axis=2), 1.0)


def test_cosines_are_cosines(world, direction, scenario):
    """Two rows a category, one text as the update: the features can be told by hand."""
    pairs = [(t, c) for c in ("billing", "returns") for t in world.write(c, 2, direction(c))]
    world.place("my money back, please", direction("refunds"))
    found = resemblance(scenario(pairs, [("my money back, please", "refunds")]))
    for c, name in enumerate(("billing", "returns")):
        rows = np.stack([world.meaning[t] for t, category in pairs if category == name])
        centre = rows.mean(axis=0) / np.linalg.norm(rows.mean(axis=0))
        exemplar = (rows @ direction("refunds")).mean()
        assert found["centroid"][0, 0, c] == pytest.approx(centre @ direction("refunds"), abs=1e-5)
        assert found["exemplar"][0, 0, c] == pytest.approx(exemplar, abs=1e-5)


def test_a_simulated_update_is_no_neighbour_of_its_own(simulated):
    share = resemblance(simulated)["share"].mean(axis=0)
    own = [row[u] for u, row in zip(simulated.updates, share, strict=True)]
    assert not np.concatenate(own).any()
    np.testing.assert_allclose(share.sum(axis=1), 1.0)


def test_an_update_of_two_is_read_on_as_many_rows_as_one_and_on_rows_of_both(simulated):
    for update, rows in zip(simulated.updates, simulated.rows, strict=True):
        assert np.bincount(simulated.codes[rows])[update].tolist() == [24 // len(update)] * len(
            update
        )


def test_an_update_of_two_lies_as_near_to_a_category_as_the_nearer_of_them(simulated, topics):
    found = resemblance(simulated)["centroid"].mean(axis=0)
    alone = {int(u[0]): row for u, row in zip(simulated.updates, found, strict=True) if len(u) == 1}
    for update, row in zip(simulated.updates, found, strict=True):
        if len(update) == 2:
            others = np.setdiff1d(np.arange(len(topics)), update)
            nearer = np.maximum(*(alone[int(c)] for c in update))
            np.testing.assert_allclose(row[others], nearer[others], atol=0.1)


def test_sharpened_does_not_look_along_what_varies_within_categories(
    world, direction, scenario, topics, near
):
    """Every category is stretched along one direction, and the update lies far out along it: only
    what is left of its texts tells what it is near to.
    """
    stretch, random = direction("length"), np.random.default_rng(2)

    def write(topic, count, shift):
        texts = [f"{topic}, stretched {i}" for i in range(count)]
        for text, long in zip(texts, 2.0 * random.normal(size=count) + shift, strict=True):
            world.place(text, direction(topic) + long * stretch + 0.3 * direction(text))
        return texts

    pairs = [(t, topic) for topic in topics for t in write(topic, 40, 1.5 * (topic != near))]
    texts = write("refunds", 24, 3.0)
    for text in texts:
        world.place(text, world.meaning[text] + 0.5 * direction(near))
    found = resemblance(scenario(pairs, [(t, "refunds") for t in texts]))
    assert topics[found["sharpened"].mean(axis=0)[0].argmax()] == near
    assert topics[found["centroid"].mean(axis=0)[0].argmax()] != near


def test_wording_is_the_mean_cosine_of_the_words(world, direction, scenario):
    pairs = [("lost parcel", "delivery"), ("where is my parcel?", "delivery"), ("hello", "other")]
    for text, _ in [*pairs, ("where is my money?", "refunds")]:
        world.place(text, direction(text))
    found = resemblance(scenario(pairs, [("where is my money?", "refunds")]))
    np.testing.assert_allclose(found["wording"][:, 0], [[(0 + 4 / 5) / 2, 0.0]] * 2)


def test_texts_without_words_have_no_wording_in_common(world, direction, scenario):
    pairs = [("🙂", "glad"), ("🙃", "glad"), ("😡", "cross"), ("🤬", "cross")]
    for text, _ in [*pairs, ("😢", "sad")]:
        world.place(text, direction(text))
    assert not resemblance(scenario(pairs, [("😢", "sad")]))["wording"].any()
