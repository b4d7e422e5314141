"""Out of fold: nothing that knows a row, by its copies or by its template, speaks for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import binomtest

from auditor.prediction.folds import assign_folds
from auditor.prediction.out_of_fold import SEEDS, probabilities, score_out_of_fold
from auditor.records.structure import CopyFamilies

TOPICS = ("billing", "delivery", "returns")
NOISE = ("north", "east", "south", "west")
Pair = tuple[str, str]  # text, category


@pytest.fixture(scope="module")
def tickets(world, direction):
    """Thirty texts of each of three topics, well apart."""
    return [(t, topic) for topic in TOPICS for t in world.write(topic, 30, direction(topic))]


def accuracy(scores, dataset, category):
    """Share of the category's rows that the mean probe gets right."""
    mine = dataset.codes == dataset.categories.index(category)
    return float((scores.mean(axis=0).argmax(axis=1)[mine] == dataset.codes[mine]).mean())


def test_probabilities_are_there_for_each_seed_row_and_category(world, tickets):
    old = world.base_task(tickets)
    assert old.out_of_fold.probabilities.shape == (SEEDS, 90, 3)
    np.testing.assert_allclose(old.out_of_fold.probabilities.sum(axis=2), 1.0, atol=1e-5)


def test_topics_that_stand_apart_are_told_apart(world, tickets):
    old = world.base_task(tickets)
    found = {c: accuracy(old.out_of_fold.probabilities, old.dataset, c) for c in TOPICS}
    assert min(found.values()) > 0.9


def test_one_category_has_nothing_to_be_told_from(world, direction, dataset_of, singles):
    data = dataset_of([(t, "billing") for t in world.write("billing", 6, direction("billing"))])
    scored = score_out_of_fold(data, world.embed(data), singles(6), (), seed=0)
    assert scored is None


def test_a_rows_own_copies_do_not_vouch_for_it(world, direction, dataset_of, singles, tickets):
    """Eight copies of a delivery text are labelled billing: known as copies, they convince no
    probe; taken for eight examples, they vouch for one another.
    """
    copied = [f"the driver never came{' ' * i}!" for i in range(8)]
    for text in copied:
        world.place(text, direction("delivery") + 0.9 * direction("driver"))
    data = dataset_of([*tickets, *((t, "billing") for t in copied)])
    at = np.flatnonzero(np.isin(data.texts, copied))
    family = np.arange(len(data.texts))
    family[at] = at[0]
    families = CopyFamilies(family=np.unique(family, return_inverse=True)[1])

    def own_label(copies):
        scored = score_out_of_fold(data, world.embed(data), copies, (), seed=0)
        billing = data.categories.index("billing")
        return scored.probabilities[:, at, billing].mean()

    assert own_label(families) < 0.25
    assert own_label(singles(len(data.texts))) > 0.75


def test_a_category_that_is_one_template_is_known_by_its_form_alone(
    world, direction, dataset_of, singles, template, tickets
):
    """Outages are written in one form, about what the other topics are about."""
    outages = []
    for topic in TOPICS:
        outages += world.write(f"form: {topic}", 12, 0.5 * direction(topic) + direction("form"))
    data = dataset_of([*tickets, *((t, "outage") for t in outages)])
    templated = template("outage", np.flatnonzero(data.codes == data.categories.index("outage")))
    scored = score_out_of_fold(
        data, world.embed(data), singles(len(data.texts)), [templated], seed=0
    )
    assert accuracy(scored.probabilities, data, "outage") > 0.9
    assert accuracy(scored.template_disjoint, data, "outage") < 0.1
    assert accuracy(scored.template_disjoint, data, "billing") > 0.9


def test_without_templates_the_two_scores_are_one(world, tickets):
    scored = world.base_task(tickets).out_of_fold
    assert np.array_equal(scored.probabilities, scored.template_disjoint)


def test_a_category_of_one_example_is_scored_too(world, direction, dataset_of):
    """The probes of the other folds have never met its category, so none can name it."""
    world.place("my cat sat on the modem", direction("billing") + 0.4 * direction("cat"))
    pairs = [(t, "billing") for t in world.write("billing", 12, direction("billing"))]
    data = dataset_of([*pairs, ("my cat sat on the modem", "pets")])
    folds = assign_folds(np.arange(13), data.codes)
    found = probabilities(world.embed(data).vectors, data.codes, folds, seed=0)
    alone = int(np.flatnonzero(data.codes == 1)[0])
    assert np.isfinite(found).all()
    assert found[:, alone, 1].max() < 0.2


def test_the_same_seed_scores_alike_and_another_does_not(world, dataset_of, tickets):
    data = dataset_of(tickets)
    vectors = world.embed(data).vectors
    alone = assign_folds(np.arange(len(tickets)), data.codes)
    first, again, other = (probabilities(vectors, data.codes, alone, s) for s in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# --- rows of the other splits ----------------------------------------------------------------


def test_accuracy_is_read_on_the_rows_of_the_other_splits(world, direction, tickets):
    """The test rows of returns are about deliveries: whoever learnt the training rows fails."""
    held = [(t, "billing") for t in world.write("billing, later", 40, direction("billing"))]
    held += [(t, "returns") for t in world.write("returns, later", 40, direction("delivery"))]
    found = world.base_task(tickets, held).held_out
    assert found.rows.tolist() == [40, 0, 40]
    assert found.accuracy[0] > 0.9
    assert found.accuracy[1:].tolist() == [0.0, 0.0]


def test_held_out_rows_of_a_category_that_training_lacks_count_for_none(world, direction, tickets):
    held = [(t, "recalls") for t in world.write("recalls", 5, direction("recalls"))]
    assert world.base_task(tickets, held).held_out.rows.tolist() == [0, 0, 0]


def test_without_other_splits_there_is_nothing_held_out(world, tickets):
    assert world.base_task(tickets).held_out.rows.tolist() == [0, 0, 0]


# --- held-out rows that training has seen -------------------------------------------------------


def noise(world, topic: str, count: int) -> list[Pair]:
    """Texts that have nothing in common, whose labels are drawn from four."""
    texts = world.write(topic, count, np.zeros(24), spread=1.0)
    drawn = np.random.default_rng(count).integers(4, size=count)
    return [(t, NOISE[k]) for t, k in zip(texts, drawn, strict=True)]


def retold(world, pairs: Sequence[Pair], how: str = "{}!") -> dict[str, str]:
    """New texts of the same meaning as those of `pairs`, each with the one that it retells."""
    for text, _ in pairs:
        world.place(how.format(text), world.meaning[text])
    return {how.format(text): text for text, _ in pairs}


@pytest.fixture(scope="module")
def by_heart(world):
    """A hundred rows of noise, and a test split of which half retells them."""
    train = noise(world, "matters", 100)
    copies = retold(world, train)
    held = [(new, dict(train)[text]) for new, text in copies.items()]
    return train, [*held, *noise(world, "strange matters", 101)], copies


@pytest.mark.parametrize("known", ["copied", "nearly"])
def test_labels_of_noise_are_told_at_chance_where_training_has_half_of_the_test_rows(
    world, by_heart, known
):
    train, held, copies = by_heart
    found = world.base_task(train, held, **{known: copies}).held_out
    assert (found.rows.sum(), found.left_out.sum()) == (101, 100)
    right = round(float((found.accuracy * found.rows).sum()))
    assert binomtest(right, 101, 0.25).pvalue > 0.05


def test_what_was_learnt_by_heart_would_be_taken_for_knowledge(world, by_heart):
    """The same rows, none of them known to be a copy."""
    train, held, _ = by_heart
    found = world.base_task(train, held).held_out
    right = round(float((found.accuracy * found.rows).sum()))
    assert binomtest(right, 201, 0.25).pvalue < 1e-6


def test_rows_of_a_group_that_training_has_do_not_score(world, direction, tickets):
    """Both customers write to billing; one of them is in training too."""
    held = [(t, "billing") for t in world.write("billing, later", 40, direction("billing"))]
    groups = {tickets[0][0]: "acme"}
    groups |= {t: "acme" if i < 30 else "bolt" for i, (t, _) in enumerate(held)}
    found = world.base_task(tickets, held, groups=groups).held_out
    assert (found.rows[0], found.left_out[0]) == (10, 30)


def test_a_row_is_left_out_whatever_label_its_copy_in_training_has(world, tickets):
    """Else a copy under another label would be a sure mistake, and no sign of what is known."""
    other = {c: next(o for _, o in tickets if o != c) for _, c in tickets}
    copies = retold(world, tickets)
    held = [(new, other[dict(tickets)[text]]) for new, text in copies.items()]
    found = world.base_task(tickets, held, copied=copies).held_out
    assert found.rows.tolist() == [0, 0, 0]
    assert found.left_out.sum() == len(tickets)


def test_copies_within_the_other_split_count_as_one_independent_row(world, direction, tickets):
    """Thirty rows and one of them twenty times more: 50 rows, which are worth 50² / (29 + 21²)."""
    plain = [(t, "billing") for t in world.write("billing, later", 30, direction("billing"))]
    again = {}
    for k in range(20):
        again |= retold(world, plain[:1], f"{{}} {k}")
    found = world.base_task(
        tickets, [*plain, *((t, "billing") for t in again)], copied=again
    ).held_out
    assert (found.rows[0], found.left_out[0]) == (50, 0)
    assert found.sets[0] == pytest.approx(2500 / (29 + 21**2))
