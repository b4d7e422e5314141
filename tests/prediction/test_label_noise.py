"""Labels that texts do not tell, and the share of wrong ones, where both are known."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.prediction import label_noise
from auditor.prediction.label_noise import estimate_label_noise
from auditor.records.structure import CopyFamilies

TOPICS = ("billing", "delivery", "returns", "account")


def flipped(pairs, share, seed=0, topics=TOPICS, out_of=TOPICS):
    """A share of all labels, of rows of the categories `out_of`, set to another of `topics`."""
    random = np.random.default_rng(seed)
    rows = [i for i, (_, topic) in enumerate(pairs) if topic in out_of]
    chosen = set(random.permutation(rows)[: round(share * len(pairs))].tolist())
    return [
        (text, str(random.choice([t for t in topics if t != topic])) if i in chosen else topic)
        for i, (text, topic) in enumerate(pairs)
    ]


@pytest.fixture(scope="module")
def estimate(world, dataset_of):
    """The estimate for rows (text, label); `copies`: text -> copy family, by default its own."""

    def estimate(pairs, copies=None, groups=None):
        data = dataset_of(pairs, groups)
        named = [(copies or {}).get(t, t) for t in data.texts]
        family = np.unique(named, return_inverse=True)[1]
        return estimate_label_noise(data, world.embed(data), CopyFamilies(family=family), seed=0)

    return estimate


@pytest.fixture(scope="module")
def write(world, direction):
    """`count` messages about each topic; the wider they are spread, the less they tell it."""

    def write(count, spread=1.5, topics=TOPICS, name=""):
        return [
            (text, topic)
            for topic in topics
            for text in world.write(f"{name} message", count, direction(topic), spread)
        ]

    return write


@pytest.fixture(scope="module")
def tickets(write):
    return write(100)


def coins(pairs, seed, labels=("yes", "no")):
    random = np.random.default_rng(seed)
    return [(text, str(random.choice(labels))) for text, _ in pairs]


# --- are the labels told at all? --------------------------------------------------------------


def test_labels_that_fit_their_texts_are_told(tickets, estimate):
    found = estimate(tickets)
    assert found.p == 0.01
    assert found.accuracy > 0.8
    assert found.chance == pytest.approx(0.25, abs=0.03)
    assert min(c.skill for c in found.categories) > 0.8
    assert [c.category for c in found.categories] == sorted(TOPICS)
    assert {c.units for c in found.categories} == {100}


def test_labels_dealt_out_anew_are_told_by_chance(tickets, estimate):
    order = np.random.default_rng(3).permutation(len(tickets))
    found = estimate([(t, tickets[i][1]) for (t, _), i in zip(tickets, order, strict=True)])
    assert found.p > 0.05
    assert found.skill_high < 0.15
    assert max(c.skill for c in found.categories) < 0.25


def test_labels_of_a_coin_are_seldom_told(tickets, estimate):
    """At the level .05: more than three of twelve sets have a chance of .002."""
    found = [estimate(coins(tickets[i % 4 :: 4], seed=i)) for i in range(12)]
    assert sum(f.p <= 0.05 for f in found) <= 3
    assert np.mean([f.accuracy - f.chance for f in found]) == pytest.approx(0.0, abs=0.04)


def test_a_category_of_rows_from_everywhere_is_not_told_from_the_others(tickets, estimate):
    mixed = [(t, "other" if i % 5 == 0 else topic) for i, (t, topic) in enumerate(tickets)]
    skill = {c.category: c for c in estimate(mixed).categories}
    assert skill["other"].p > 0.05
    assert skill["other"].skill_high < 0.4
    assert max(c.p for c in skill.values() if c.category != "other") < 1e-6


@pytest.mark.parametrize(("labels", "units"), [("ab", 1), ("abcde", 1), ("abcde", 3)])
def test_upper_ends_of_categories_are_below_nothing_no_more_often_than_stated(
    write, estimate, labels, units
):
    """Labels dealt out to writers of one message or of three, in sets at the smallest size.

    At most one set in twenty; of forty, more than six have a chance of .003.
    """
    below, told = 0, []
    for i in range(40):
        texts = [t for t, _ in write(50 * units, topics=("billing",), name=f"dealt {units} {i}")]
        writer = {t: f"w{n // units}" for n, t in enumerate(texts)}
        label = np.random.default_rng(i).choice(list(labels), 50)
        pairs = [(t, str(label[n // units])) for n, t in enumerate(texts)]
        found = estimate(pairs, groups=writer if units > 1 else None).categories
        below += any(c.skill_high < 0 for c in found)
        told += [c.p <= 0.05 for c in found]
    assert below <= 6
    assert np.mean(told) <= 0.15


def test_copies_do_not_tell_each_others_labels(world, direction, write, estimate):
    """Thirty texts five times, a coin a text: known as copies they tell nothing."""
    texts, copies = [], {}
    for text, label in coins(write(30, topics=("billing",), name="copied"), 5):
        for n in range(5):
            copy = text + " " * n + "!"
            world.place(copy, world.meaning[text])
            copies[copy] = text
            texts.append((copy, label))
    assert estimate(texts, copies).p > 0.05
    assert estimate(texts, copies).units == 30
    assert estimate(texts).accuracy > 0.95


def test_a_customers_texts_do_not_tell_each_others_labels(world, direction, estimate):
    """Each of forty customers writes alike and has one label, by a coin."""
    random = np.random.default_rng(0)
    pairs, customer = [], {}
    for n in range(40):
        label = str(random.choice(["yes", "no"]))
        for text in world.write(f"customer {n}", 6, direction(f"customer {n}"), 0.5):
            customer[text] = f"c{n}"
            pairs.append((text, label))
    told_apart = estimate(pairs, groups=customer)
    assert told_apart.units == 40
    assert told_apart.p > 0.05
    assert estimate(pairs).p == 0.01


def test_what_only_the_words_tell_is_told(world, direction, estimate):
    """All texts lie in one place, and mean nothing to the embedder."""
    pairs = []
    for i in range(120):
        label = "invoice" if i % 2 else "parcel"
        text = f"where is the {label} from {i}"
        world.place(text, direction("somewhere") + 0.5 * direction(f"noise {i}"))
        pairs.append((text, label))
    assert estimate(pairs).accuracy > 0.9


# --- what share is wrong? ---------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.1, 0.2, 0.3])
def test_the_interval_holds_the_share_of_labels_that_were_flipped(share, tickets, estimate):
    found = estimate(flipped(tickets, share))
    assert found.low <= share <= found.high


def test_the_estimate_rises_with_the_noise(tickets, estimate):
    found = [estimate(flipped(tickets, s)) for s in (0.0, 0.1, 0.2, 0.3, 0.5)]
    assert [f.share for f in found] == sorted(f.share for f in found)
    assert found[0].low < 0.01
    assert found[0].high < 0.1
    assert found[2].low > 0.05
    assert min(f.high for f in found[2:]) > 0.2


def test_categories_that_overlap_are_not_taken_for_wrong_labels(write, estimate):
    for seed in range(3):
        found = estimate(write(120, spread=3.0, name=f"vague {seed}"))
        assert found.accuracy < 0.75
        assert found.low < 0.05


def test_wrong_labels_of_one_category_show(tickets, estimate):
    """Two in five billing rows are labelled as returns: a tenth of all."""
    pairs = flipped(tickets, 0.1, topics=("billing", "returns"), out_of=("billing",))
    assert sum(a != b for a, b in zip(pairs, tickets, strict=True)) == 40
    found = estimate(pairs)
    assert found.high >= 0.1


def test_suspects_are_rows_that_were_flipped(tickets, estimate, dataset_of):
    pairs = flipped(tickets, 0.1)
    wrong = {t for (t, new), (_, old) in zip(pairs, tickets, strict=True) if new != old}
    data = dataset_of(pairs)
    suspects = {data.texts[i] for i in estimate(pairs).suspects}
    assert len(suspects) > 10
    assert len(suspects & wrong) > 0.9 * len(suspects)


# --- what takes part --------------------------------------------------------------------------


def test_held_out_scores_are_those_of_a_model_that_was_fitted_without_the_unit(tickets, world):
    texts = [t for t, _ in tickets[::20]]
    vectors = world.vectors(texts).vectors
    codes = np.arange(len(texts)) % 3
    units = np.array([0, 0, 0, 1, 1, *range(2, len(texts) - 3)])
    scores = label_noise._Probe.of(vectors, texts, units).held_out(codes)
    words = label_noise.words_of(texts)
    kernel = vectors @ vectors.T + 1.0 + label_noise.WORDS * (words @ words.T).toarray()
    share = np.bincount(codes) / len(codes)
    labels = (np.eye(3)[codes] - share) / np.sqrt(share * (1 - share))
    for unit in np.unique(units):
        out, kept = np.flatnonzero(units == unit), np.flatnonzero(units != unit)
        inner = kernel[np.ix_(kept, kept)] + label_noise.RIDGE * np.eye(len(kept))
        fitted = kernel[np.ix_(out, kept)] @ np.linalg.solve(inner, labels[kept])
        np.testing.assert_allclose(scores[out], fitted, atol=1e-4)


def test_texts_under_several_labels_take_no_part(tickets, estimate, dataset_of):
    both = [*tickets, *((text, "complaint") for text, _ in tickets[:30])]
    data = dataset_of(both)
    doubled = {text for text, _ in tickets[:30]}
    found = estimate(both)
    assert {data.texts[i] for i in found.rows} == {t for t, _ in tickets} - doubled


def test_the_order_of_rows_makes_no_difference(tickets, estimate):
    pairs = flipped(tickets, 0.1)
    mixed = [pairs[i] for i in np.random.default_rng(0).permutation(len(pairs))]
    one, other = estimate(pairs), estimate(mixed)
    assert (one.share, one.low, one.high, one.p) == (other.share, other.low, other.high, other.p)
    assert np.array_equal(one.rows, other.rows)
    assert np.array_equal(one.suspects, other.suspects)


def test_of_a_large_set_as_many_rows_take_part_as_there_is_time_for(tickets, estimate, monkeypatch):
    monkeypatch.setattr(label_noise, "MAX_ROWS", 150)
    assert estimate(tickets).rows.tolist() == list(range(150))


def test_a_single_row_of_a_category_takes_no_part(tickets, world, direction, estimate, dataset_of):
    world.place("a cat", direction("cat"))
    pairs = [*tickets, ("a cat", "pets")]
    found = estimate(pairs)
    assert len(found.rows) == 400
    assert dataset_of(pairs).texts.index("a cat") not in found.rows


def test_too_few_examples_tell_nothing(write, estimate):
    found = estimate(write(4, name="few"))
    assert found.reason == "16 different examples, 50 are needed"
    assert (found.low, found.high) == (0.0, 1.0)


def test_texts_that_all_stand_under_several_labels_tell_nothing(write, estimate):
    once = write(15, name="doubled")
    found = estimate([*once, *((text, "complaint") for text, _ in once)])
    assert (len(found.rows), found.reason) == (0, "0 different examples, 50 are needed")


def test_categories_of_one_example_each_are_nothing_to_be_told_from(world, direction, estimate):
    pairs = [(t, "billing") for t in world.write("a bill", 55, direction("billing"))]
    pairs += [(t, f"rare {i}") for i, t in enumerate(world.write("rare", 9, direction("rare")))]
    assert estimate(pairs).reason == "no two categories have 2 examples"


def test_one_category_has_nothing_to_be_told_from(write, estimate):
    assert estimate(write(30, topics=("billing",), name="alone")) is None
