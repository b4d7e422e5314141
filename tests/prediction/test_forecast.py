"""The forecast: right where the answer is known, silent where nothing can be known."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from scipy.stats import spearmanr

from auditor.prediction import scenarios
from auditor.prediction.estimate import shipped
from auditor.prediction.features import PROBES

ROWS = 36  # of each category: enough to score it on
NAMES = ("account", "billing", "delivery", "orders", "pricing", "repairs", "returns", "warranty")
REFUNDS_AT = 1.3  # on the ring


@pytest.fixture(scope="module")
def on_ring(direction):
    """The centre of a topic at `angle`: neighbours on a ring, each with something of its own."""

    def on_ring(angle, own):
        ring = np.cos(angle) * direction("ring x") + np.sin(angle) * direction("ring y")
        return ring + 0.7 * direction(own)

    return on_ring


@pytest.fixture(scope="module")
def tickets(world, on_ring):
    """Eight categories around a ring, so that near and far are known."""
    return [(t, c) for k, c in enumerate(NAMES) for t in world.write(c, ROWS, centre(on_ring, k))]


@pytest.fixture(scope="module")
def refunds(world, on_ring):
    return labelled(world.write("refunds", ROWS, on_ring(REFUNDS_AT, "refunds")))


def centre(on_ring, k):
    return on_ring(2 * np.pi * k / len(NAMES), NAMES[k])


def labelled(texts):
    return [(t, "refunds") for t in texts]


def skill(forecast):
    """Rank correlation between expected drop and nearness on the ring; 0 where all drops are one,
    as they are where the forecast abstains.
    """
    apart = {c: 2 * np.pi * k / len(NAMES) - REFUNDS_AT for k, c in enumerate(NAMES)}
    drops = {f.category: f.expected_drop for f in forecast.categories}
    if len(set(drops.values())) == 1:
        return 0.0
    return spearmanr([np.cos(apart[c]) for c in NAMES], [drops[c] for c in NAMES])[0]


def by_name(forecast):
    return {f.category: f for f in forecast.categories}


# --- right where the answer is known ---------------------------------------------------------


@pytest.mark.parametrize("fidelity", PROBES)
@pytest.mark.parametrize("twin", ["delivery", "returns"])
def test_a_copy_of_an_old_category_under_a_new_name_names_its_twin_first(
    world, tickets, fidelity, twin
):
    copy = [(t, "brand new") for t, c in tickets if c == twin]
    assert world.forecast(tickets, copy, fidelity).categories[0].category == twin


@pytest.mark.parametrize("fidelity", PROBES)
def test_the_nearer_a_category_is_to_the_update_the_more_it_loses(
    world, tickets, refunds, fidelity
):
    assert skill(world.forecast(tickets, refunds, fidelity)) > 0.8


@pytest.mark.parametrize(("fidelity", "times"), [("similarity", 8), ("head", 8)])
def test_with_the_updates_labels_shuffled_the_skill_is_gone(
    world, on_ring, tickets, fidelity, times
):
    """Shuffled among new messages of all kinds, "refunds" is a bit of everything."""
    pool = [t for k, c in enumerate(NAMES) for t in world.write(c, ROWS, centre(on_ring, k))]
    skills = []
    for seed in range(times):
        random.Random(seed).shuffle(pool)
        skills.append(skill(world.forecast(tickets, labelled(pool[:ROWS]), fidelity)))
    assert abs(np.mean(skills)) < 0.5


def test_with_the_updates_texts_swapped_for_any_others_the_skill_is_gone(world, direction, tickets):
    skills = []
    for i in range(4):
        elsewhere = world.write("refunds", ROWS, direction(f"somewhere {i}"))
        skills.append(skill(world.forecast(tickets, labelled(elsewhere))))
    assert abs(np.mean(skills)) < 0.5


# --- silent where nothing can be known -------------------------------------------------------


@pytest.mark.parametrize("fidelity", PROBES)
def test_an_update_that_is_in_the_data_already_tells_nothing_but_still_has_numbers(
    world, tickets, fidelity
):
    again = [(t, c) for t, c in tickets if c == "billing"]
    forecast = world.forecast(tickets, again, fidelity)
    assert {f.reason for f in forecast.categories} == {"100% of the update is in the data already"}
    assert not any(f.identifiable for f in forecast.categories)
    assert all(f.low < f.expected_drop < f.high for f in forecast.categories)


def test_a_category_with_few_rows_is_not_identifiable_but_still_has_numbers(
    world, direction, tickets, refunds
):
    """Its interval is at least as wide as what all measured categories lost."""
    rare = [(t, "recalls") for t in world.write("recalls", 12, 2 * direction("recalls"))]
    found = by_name(world.forecast([*tickets, *rare], refunds))
    recalls, before = found["recalls"], found["recalls"].accuracy_before
    assert not recalls.identifiable
    assert recalls.reason == "only 12 rows to test it on, 30 are needed"
    assert recalls.scored_examples == 12
    assert found["billing"].identifiable
    least, _, most = shipped().prior["average"]
    assert recalls.low <= least * before + 1e-4
    assert recalls.high >= most * before - 1e-4
    assert recalls.low < recalls.expected_drop < recalls.high


def test_a_category_that_the_update_trains_too_is_not_identifiable(world, tickets, refunds):
    replay = [t for t in tickets if t[1] == "orders"][:5]
    found = by_name(world.forecast(tickets, [*refunds, *replay]))
    assert found["orders"].reason == "the update trains this category too"
    assert [c for c, f in found.items() if not f.identifiable] == ["orders"]


def test_an_update_that_brings_no_new_category_is_only_identifiable_by_a_trial(world, tickets):
    more = [(t, tickets[0][1]) for t in world.write("more", 20, world.meaning[tickets[0][0]])]
    found = world.forecast(tickets, more)
    assert not any(c.identifiable for c in found.categories)
    others = [c for c in found.categories if c.category != tickets[0][1]]
    assert all("brings no new category" in c.reason for c in others)
    assert len({c.expected_drop for c in others}) > 1


def test_where_the_halves_of_the_probe_disagree_nothing_is_identifiable(world, on_ring, tickets):
    """An update of two messages from opposite sides of the ring says one thing and its reverse."""
    update = [t for side in (0.0, np.pi) for t in world.write("news", 1, on_ring(side, "news"))]
    forecast = world.forecast(tickets, labelled(update))
    assert forecast.reliability < 0.4
    assert all("two halves of the forecast disagree" in f.reason for f in forecast.categories)


def test_reliability_is_near_one_where_geometry_is_plain(world, tickets, refunds):
    assert world.forecast(tickets, refunds).reliability > 0.8


def test_accuracy_before_is_that_of_held_out_rows_where_there_are_enough(
    world, direction, on_ring, tickets, refunds
):
    """Thirty test rows of billing are unlike its training rows; ten of orders are too few."""
    held = [(t, "billing") for t in world.write("odd bills", 30, 3 * direction("elsewhere"), 0.1)]
    held += [(t, "orders") for t in world.write("odd orders", 10, 3 * direction("elsewhere"), 0.1)]
    found = by_name(world.forecast(tickets, refunds, held_out=held))
    plain = by_name(world.forecast(tickets, refunds))
    assert found["billing"].accuracy_before < 0.5 < plain["billing"].accuracy_before
    assert (found["billing"].scored_examples, found["orders"].scored_examples) == (30, ROWS)
    assert found["orders"].accuracy_before == plain["orders"].accuracy_before


def test_accuracy_before_on_held_out_rows_is_the_one_that_was_measured(
    world, tickets, on_ring, refunds
):
    """Sixty rows of billing; what fine-tuned models do better than probes is not added to them."""
    held = [(t, "billing") for t in world.write("bills", 60, centre(on_ring, 1), 3.0)]
    found = by_name(world.forecast(tickets, refunds, held_out=held))["billing"]
    task = world.base_task(tickets, held)
    assert found.held_out
    assert found.accuracy_before == pytest.approx(float(task.held_out.accuracy[1]), abs=1e-4)
    assert found.accuracy_before < 1.0


def test_where_nothing_can_be_told_of_any_category_nothing_is_told_of_the_whole(world, tickets):
    again = [(t, c) for t, c in tickets if c == "billing"]
    assert world.forecast(tickets, again).whole is None


def test_where_too_few_unseen_rows_are_left_accuracy_is_read_on_training_rows(
    world, direction, tickets, refunds
):
    """Forty test rows of billing, eleven of which training has seen."""
    held = [(t, "billing") for t in world.write("late bills", 40, 3 * direction("elsewhere"), 0.1)]
    seen = {t: tickets[0][0] for t, _ in held[:11]}
    found = by_name(world.forecast(tickets, refunds, held_out=held, copied=seen))["billing"]
    plain = by_name(world.forecast(tickets, refunds))["billing"]
    assert (found.held_out, found.left_out, found.scored_examples) == (False, 11, ROWS)
    assert found.accuracy_before == plain.accuracy_before


def test_one_message_many_times_does_not_stand_for_a_category(world, direction, tickets, refunds):
    held = [(t, "billing") for t in world.write("one bill", 40, 3 * direction("elsewhere"), 0.1)]
    same = {t: held[0][0] for t, _ in held}
    assert not by_name(world.forecast(tickets, refunds, held_out=held, copied=same))[
        "billing"
    ].held_out
    assert by_name(world.forecast(tickets, refunds, held_out=held))["billing"].held_out


def test_copies_among_the_held_out_rows_make_the_interval_no_narrower(
    world, direction, tickets, refunds
):
    """Sixty rows of billing, or each of them five times: as many messages, no surer."""
    once = [(t, "billing") for t in world.write("new bills", 60, 3 * direction("elsewhere"), 2.0)]
    again = {f"{t} {k}": t for t, _ in once for k in range(4)}
    for new, text in again.items():
        world.place(new, world.meaning[text])
    often = [*once, *((t, "billing") for t in again)]
    plain = by_name(world.forecast(tickets, refunds, held_out=once))["billing"]
    found = by_name(world.forecast(tickets, refunds, held_out=often, copied=again))["billing"]
    assert (plain.scored_examples, found.scored_examples) == (60, 300)
    assert (found.low, found.high) == (plain.low, plain.high)


# --- numbers that hang together --------------------------------------------------------------


@pytest.fixture(scope="module", params=["given", "simulated"])
def forecast(request, world, tickets, refunds):
    return world.forecast(tickets, refunds if request.param == "given" else None)


def test_the_expected_drop_lies_within_its_interval(forecast):
    assert all(f.low <= f.expected_drop <= f.high for f in forecast.categories)


def test_ranks_run_from_one_in_the_order_of_the_drops(forecast):
    drops = [f.expected_drop for f in forecast.categories]
    assert [f.rank for f in forecast.categories] == list(range(1, len(NAMES) + 1))
    assert drops == sorted(drops, reverse=True)


def test_accuracy_after_is_accuracy_before_less_the_drop(forecast):
    for f in forecast.categories:
        assert f.accuracy_after == pytest.approx(f.accuracy_before - f.expected_drop, abs=2e-4)
        assert 0.0 <= f.accuracy_after <= f.accuracy_before <= 1.0


def test_there_is_a_curve_for_each_category_from_its_accuracy_before(forecast):
    assert forecast.steps == (0, *forecast.recipe.checkpoints)
    assert [c.category for c in forecast.curves] == [f.category for f in forecast.categories]
    for curve, f in zip(forecast.curves, forecast.categories, strict=True):
        assert len(curve.accuracy) == len(curve.low) == len(curve.high) == len(forecast.steps)
        assert curve.accuracy[0] == curve.low[0] == curve.high[0] == f.accuracy_before


def test_curves_lie_within_their_bands(forecast):
    for c in forecast.curves:
        assert all(x <= y <= z for x, y, z in zip(c.low, c.accuracy, c.high, strict=True))


def test_ten_points_are_lost_where_the_curve_says_so(forecast):
    for curve, f in zip(forecast.curves, forecast.categories, strict=True):
        lost = f.accuracy_before - np.array(curve.accuracy)
        if f.steps_to_lose_10_points is None:
            assert lost.max() < 0.1
        else:
            at = np.interp(f.steps_to_lose_10_points, forecast.steps, lost)
            earlier = np.array(forecast.steps) < f.steps_to_lose_10_points
            assert at == pytest.approx(0.1, abs=0.01)
            assert lost[earlier].max() < 0.1 + 1e-4


def test_ten_points_are_sooner_lost_by_who_loses_more_on_average_and_at_the_end(forecast):
    told = [f for f in forecast.categories if f.steps_to_lose_10_points is not None]
    assert len(told) > 2
    for f in told:
        for g in told:
            ends = f.accuracy_before - f.accuracy_at_end, g.accuracy_before - g.accuracy_at_end
            if f.expected_drop > g.expected_drop and ends[0] > ends[1]:
                # They are rounded to tenths, whose sums are not exact.
                assert f.steps_to_lose_10_points <= g.steps_to_lose_10_points + 0.1 + 1e-9


def test_the_curve_ends_where_the_end_is_expected(forecast):
    for curve, f in zip(forecast.curves, forecast.categories, strict=True):
        assert curve.accuracy[-1] == pytest.approx(f.accuracy_at_end, abs=2e-4)
        assert curve.low[-1] == pytest.approx(f.end_low, abs=2e-4)
        assert curve.high[-1] == pytest.approx(f.end_high, abs=2e-4)


def test_the_end_lies_within_its_intervals_and_these_within_each_other(forecast):
    for f in forecast.categories:
        assert 0.0 <= f.end_low90 <= f.end_low <= f.accuracy_at_end <= f.end_high <= f.end_high90
        assert f.end_run_low <= f.end_low
        assert f.end_run_high >= f.end_high
        assert f.when_learnt_low <= f.accuracy_when_learnt <= f.when_learnt_high


def test_the_whole_lies_within_its_interval(forecast):
    whole = forecast.whole
    assert 0.0 <= whole.low < whole.lost < whole.high <= 1.0
    assert 0.0 <= whole.end_low < whole.lost_at_end < whole.end_high <= 1.0
    assert 0.0 < whole.steps_until_learnt <= forecast.steps[-1]


def test_the_whole_is_the_mean_share_over_the_categories(forecast):
    lost = [f.expected_drop / f.accuracy_before for f in forecast.categories]
    at_end = [1 - f.accuracy_at_end / f.accuracy_before for f in forecast.categories]
    assert forecast.whole.lost == pytest.approx(np.mean(lost), abs=0.001)
    assert forecast.whole.lost_at_end == pytest.approx(np.mean(at_end), abs=0.001)


def test_accuracy_after_is_the_mean_of_the_curve_over_the_checkpoints(forecast):
    means = [float(np.mean(c.accuracy[1:])) for c in forecast.curves]
    assert means == pytest.approx([f.accuracy_after for f in forecast.categories], abs=0.01)


def test_a_given_update_is_named_and_has_no_matrix_and_no_worst_one(world, tickets, refunds):
    forecast = world.forecast(tickets, refunds)
    assert dataclasses.asdict(forecast.update) == {"kind": "given", "categories": ("refunds",)}
    assert forecast.matrix is None
    assert {(f.worst_update, f.worst_drop) for f in forecast.categories} == {(None, None)}


@pytest.fixture(scope="module", params=PROBES)
def simulated(request, world, tickets):
    return world.forecast(tickets, None, request.param)


def test_each_category_is_a_simulated_update_and_so_are_pairs_and_batches(simulated):
    updates = simulated.matrix.updates
    assert simulated.update.kind == "simulated"
    assert simulated.update.categories == simulated.matrix.categories == updates[: len(NAMES)]
    assert updates[: len(NAMES)] == NAMES
    assert [len(u.split(" + ")) for u in updates[len(NAMES) :]] == [2] * 4 + [4] * 2


def test_an_update_says_nothing_of_a_category_that_is_in_it_and_something_of_all_others(simulated):
    matrix = simulated.matrix
    for name, row in zip(matrix.categories, matrix.drops, strict=True):
        inside = [name in update.split(" + ") for update in matrix.updates]
        assert [cell is None for cell in row] == inside


def test_an_expected_drop_is_the_mean_over_the_updates_of_one_category(simulated):
    for name, row in zip(simulated.matrix.categories, simulated.matrix.drops, strict=True):
        mean = np.mean([cell for cell in row[: len(NAMES)] if cell is not None])
        assert by_name(simulated)[name].expected_drop == pytest.approx(mean, abs=2e-4)


def test_the_worst_update_of_a_category_is_that_of_the_largest_drop_in_its_row(simulated):
    for name, row in zip(simulated.matrix.categories, simulated.matrix.drops, strict=True):
        most = max(cell for cell in row if cell is not None)
        found = by_name(simulated)[name]
        assert found.worst_drop == most
        assert found.worst_update == simulated.matrix.updates[row.index(most)]
        assert found.reason.startswith(f"worst if {found.worst_update} is added: ")


def test_a_category_is_most_endangered_by_a_neighbour_on_the_ring(simulated):
    """Alone, or together with others."""
    for k, name in enumerate(NAMES):
        beside = {NAMES[k - 1], NAMES[(k + 1) % len(NAMES)]}
        assert beside.intersection(by_name(simulated)[name].worst_update.split(" + "))


# --- what changes nothing --------------------------------------------------------------------


@pytest.mark.parametrize("fidelity", PROBES)
def test_rows_in_another_order_change_nothing(world, tickets, refunds, fidelity):
    mixed, mixed_update = tickets.copy(), refunds.copy()
    random.Random(1).shuffle(mixed)
    random.Random(2).shuffle(mixed_update)
    for update, mixed_up in ((refunds, mixed_update), (None, None)):
        again = world.forecast(mixed, mixed_up, fidelity)
        assert again == world.forecast(tickets, update, fidelity)


@pytest.mark.parametrize("kinds", [3, 4, 5])
def test_of_a_small_set_no_update_leaves_fewer_than_three_categories_but_single_ones(
    world, on_ring, kinds
):
    names = NAMES[:kinds]
    few = [(t, c) for k, c in enumerate(names) for t in world.write(c, 30, centre(on_ring, k))]
    forecast = world.forecast(few, None, "head")
    updates = [u.split(" + ") for u in forecast.matrix.updates]
    assert forecast.update.categories == names
    assert [len(u) for u in updates] == [1] * kinds + [2] * {3: 0, 4: 0, 5: 2}[kinds]
    assert all(f.worst_drop >= f.expected_drop - 1e-4 for f in forecast.categories)


def test_what_was_never_known_is_not_expected_to_be_forgotten(world, direction):
    """Two categories of one meaning: what is not known before has next to nothing to lose."""
    pairs = [(t, c) for c in ("billing", "returns") for t in world.write(c, 30, direction(c))]
    lost = world.write("lost", 30, direction("billing"), 0.6)
    pairs += [(t, f"oddity {i}") for i, t in enumerate(lost)]
    found = by_name(world.forecast(pairs, None))
    assert found["oddity 3"].accuracy_before < 0.1
    assert found["oddity 3"].expected_drop < 0.02
    assert found["oddity 3"].steps_to_lose_10_points is None


def test_of_two_categories_with_as_many_right_rows_the_surer_one_is_expected_to_be_right_more_often(
    world, tickets
):
    """Probabilities of the right answer decide where counts of right rows are the same.

    That takes categories of which some have more wrong rows than others; two have as many.
    """
    sure = world.base_task(tickets)
    codes, said = sure.dataset.codes, sure.out_of_fold.template_disjoint.copy()
    for code in range(said.shape[2]):
        wrong = np.flatnonzero(codes == code)[: max(code, 1)]
        said[:, wrong] = np.roll(said[:, wrong], 1, axis=2)
    doubting = said.copy()
    doubting[:, codes == 0] = 0.9 * said[:, codes == 0] + 0.1 / said.shape[2]
    plain, doubted = (
        dataclasses.replace(
            sure, out_of_fold=dataclasses.replace(sure.out_of_fold, template_disjoint=table)
        )
        for table in (said, doubting)
    )
    right = [table.mean(axis=0).argmax(axis=1) == codes for table in (said, doubting)]
    np.testing.assert_array_equal(*right)
    assert right[0][codes == 0].sum() == right[0][codes == 1].sum()
    lead, behind = (old.accuracy[1] - old.accuracy[0] for old in (plain, doubted))
    assert behind > lead + 0.005


# --- what it costs ----------------------------------------------------------------------------


def test_the_accuracy_of_the_old_categories_is_read_once(world, tickets, refunds, monkeypatch):
    """Not once for each of them: probabilities are of all rows, categories and seeds."""
    read, accuracy = [], scenarios._as_accuracy
    monkeypatch.setattr(scenarios, "_as_accuracy", lambda *a: read.append(a) or accuracy(*a))
    assert len(world.forecast(tickets[1:], refunds).categories) == len(NAMES)
    assert len(read) == 1


@pytest.mark.parametrize("fidelity", PROBES)
def test_two_categories_leave_a_simulated_update_nothing_that_could_be_taken_for_another(
    world, tickets, fidelity
):
    two = [(t, c) for t, c in tickets if c in ("billing", "returns")]
    forecast = world.forecast(two, None, fidelity)
    assert not any(f.identifiable for f in forecast.categories)
    assert all(f.reason.startswith("with two categories") for f in forecast.categories)
    assert [(f.rank, f.worst_update) for f in forecast.categories] == [(1, None), (2, None)]
    assert forecast.matrix is None
    three = [(t, c) for t, c in tickets if c in ("billing", "returns", "orders")]
    assert all(f.identifiable for f in world.forecast(three, None, fidelity).categories)


@pytest.mark.parametrize("fidelity", PROBES)
def test_two_categories_and_an_update_are_forecast(world, tickets, refunds, fidelity):
    two = [(t, c) for t, c in tickets if c in ("billing", "returns")]
    assert all(f.identifiable for f in world.forecast(two, refunds, fidelity).categories)


@pytest.mark.parametrize("fidelity", PROBES)
def test_of_what_was_never_learnt_a_loss_of_nothing_is_no_good_news(
    world, on_ring, tickets, refunds, fidelity
):
    """One label stands on a few texts of every kind; the other categories are as they were."""
    texts = [t for k, c in enumerate(NAMES) for t in world.write(c, 5, centre(on_ring, k))]
    stray = [(t, "other") for t in texts]
    found = by_name(world.forecast([*tickets, *stray], refunds, fidelity))
    assert not found["other"].identifiable
    assert not found["other"].learnt
    told = "cannot be estimated: nothing was learnt before the update ("
    assert found["other"].reason.startswith(told)
    assert all(found[name].identifiable and found[name].learnt for name in NAMES)
