"""The fidelity full: the update is really made on a sample, kept, and joined with the features."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.prediction.estimate import shipped
from auditor.prediction.features import compute_features
from auditor.prediction.fine_tuning import trial
from auditor.prediction.fine_tuning.effort import Effort, rows_of, teaching_steps
from auditor.prediction.fine_tuning.fine_tune import fine_tune
from auditor.prediction.fine_tuning.taught import Taught
from auditor.prediction.fine_tuning.trial import measure_update
from auditor.prediction.forecast import forecast_forgetting
from auditor.prediction.own_recipe import with_own_recipe
from auditor.prediction.scenarios import scenario_of
from auditor.records.forecast import Recipe
from auditor.records.structure import CopyFamilies

pytestmark = pytest.mark.usefixtures("quick_rates")

TOPICS = {
    "account": "login password profile email name phone",
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
    "garden": "lawn hedge seed tulip spade compost",
}
REFUNDS = "refund charge payment bank return money"  # near to billing
EFFORT = Effort(rows=30, runs=2, rates=(0.3, 1.0, 3.0))
OLD, NEW = 4 * 36, 30  # rows
SINGLES = CopyFamilies(family=np.arange(OLD + NEW))  # no row is a copy of another


def written(world, direction, topic: str, words: str, count: int) -> list[tuple[str, str]]:
    """Texts of a topic's words, placed at the mean of the words, as the tiny target sees them."""
    random, texts = np.random.default_rng(len(topic)), []
    for i in range(count):
        chosen = random.choice(words.split(), 5)
        texts.append(f"{' '.join(chosen)} {topic}{i}")
        world.place(texts[-1], sum(direction(w) for w in chosen))
    return [(t, topic) for t in texts]


@pytest.fixture(scope="module")
def old(world, direction):
    pairs = [p for t, words in TOPICS.items() for p in written(world, direction, t, words, 36)]
    return world.base_task(pairs)


@pytest.fixture(scope="module")
def refunds(world, direction, dataset_of):
    return dataset_of(written(world, direction, "refunds", REFUNDS, 30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fine-tunes")


@pytest.fixture(scope="module")
def measured(old, refunds, target, folder):
    return measure_update(old, refunds, SINGLES, target, EFFORT, folder, seed=0)


def forecast(old, world, refunds, measurement):
    return forecast_forgetting(
        old,
        (refunds, world.embed(refunds)),
        fidelity="full",
        chosen="as requested",
        coefficients=shipped(),
        seed=0,
        measurement=measurement,
    )


def test_it_says_what_was_made_and_on_how_many_rows(measured):
    assert (measured.target, measured.runs) == ("bag of words", 2)
    assert (measured.rows, measured.rows_a_category) == (4 * 30, 30)
    assert measured.steps == (0, *Recipe().checkpoints)


def test_a_sample_is_taught_in_as_many_steps_as_all_rows_would_be(measured):
    """96 rows are left to a run, three batches; all 144 rows are five, which is three times."""
    assert measured.teaching_steps == measured.teaching_steps_of_all == 3 * 5


def test_fewer_rows_of_a_category_are_taught_as_long(old, refunds):
    def steps(rows: int) -> int:
        effort = Effort(rows=rows)
        return teaching_steps(15, rows_of(old, refunds, SINGLES, effort, Recipe())[0], effort)

    assert steps(30) == steps(20) == 15
    assert steps(8) == 4 * 3  # the limit: four times its own three steps


def test_the_limit_is_the_efforts_own(old, refunds):
    effort = Effort(rows=20, longest=1.5)
    sample = rows_of(old, refunds, SINGLES, effort, Recipe())[0]
    assert teaching_steps(15, sample, effort) == 9  # 64 rows in two batches, three times, and half


def test_only_the_first_runs_are_made_at_other_rates(old, refunds, target, monkeypatch):
    made: list[tuple[int, float]] = []
    plain = Taught.pace

    def pace(self, recipe, rate, **which):
        made.append((self.seed, rate))
        return plain(self, recipe, rate, **which)

    monkeypatch.setattr(Taught, "pace", pace)
    effort = Effort(rows=12, runs=3, rates=(0.3, 1.0), paced=2)
    found = measure_update(old, refunds, SINGLES, target, effort, None, seed=5)
    assert made == [(5, 0.3), (6, 0.3)]
    assert (found.runs, found.paced) == (3, 2)


def test_the_update_is_learnt_where_it_is_by_the_mean_of_the_runs(
    old, refunds, target, monkeypatch
):
    """One run falls short of the bar by a little, at every step; the other one does not."""
    odds = {0: [0.5, 0.9, 0.94, *[0.94] * 5], 1: [0.5, 0.9, 0.97, *[0.97] * 5]}

    def pretend(*rows, **options):
        found = fine_tune(*rows, **options)
        runs = [
            dataclasses.replace(run, auroc=np.array(odds[run.seed]), learnt=np.full(8, 0.8))
            for run in found.runs
        ]
        return dataclasses.replace(found, runs=tuple(runs))

    monkeypatch.setattr(trial, "fine_tune", pretend)
    effort = Effort(rows=30, runs=2, rates=(1.0,))
    found = measure_update(old, refunds, SINGLES, target, effort, None, seed=0)
    assert found.competent_step == found.steps[2]
    for category in found.categories:
        lost = np.mean([run[0] - run[2] for run in category.accuracy])
        assert category.drop_at_competence == pytest.approx(lost, abs=1e-4)


def test_each_category_is_read_in_each_run_on_rows_held_out(measured):
    assert [c.category for c in measured.categories] == list(TOPICS)
    for category in measured.categories:
        assert np.shape(category.accuracy) == np.shape(category.recalled) == (2, 8)
        assert category.rows == 2 * 6  # a fifth of thirty, in either run


def test_what_resembles_the_update_loses_most(measured):
    lost = {c.category: np.mean(c.accuracy, axis=0) for c in measured.categories}
    drops = {name: a[0] - a[1:].mean() for name, a in lost.items()}
    assert max(drops, key=drops.get) == "billing"


def test_a_higher_learning_rate_loses_ten_points_no_later(measured):
    billing = measured.categories[list(TOPICS).index("billing")]
    assert [s.rate for s in billing.speeds] == [0.3, 1.0, 3.0]
    steps = [s.steps_to_lose_10_points or np.inf for s in billing.speeds]
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] < np.inf


def test_half_is_lost_no_sooner_than_ten_points(measured):
    for speed in (s for c in measured.categories for s in c.speeds if s.half_life):
        assert speed.steps_to_lose_10_points <= speed.half_life


def test_layers_have_not_moved_before_the_update_and_have_after_it(measured):
    assert len(measured.layers) == len(measured.moved[0]) == len(measured.moved_important[0])
    assert set(measured.moved[0]) == {0.0}
    assert min(measured.moved[-1]) > 0


def test_a_sample_takes_as_many_rows_of_each_category_as_it_may(old, refunds):
    sample, update = rows_of(old, refunds, SINGLES, Effort(rows=12), Recipe())
    assert np.bincount(sample.codes).tolist() == [12] * 4
    assert not update.held_out.all()
    assert update.held_out.any()


def test_an_old_row_that_the_update_repeats_is_taught_and_not_read(old, refunds):
    """Of thirty rows of billing that are sampled the update has a copy of all but three."""
    billing = np.flatnonzero(old.dataset.codes == 1)[:30]
    family = np.arange(OLD + NEW)
    family[OLD : OLD + 27] = billing[:27]
    sample, update = rows_of(old, refunds, CopyFamilies(family=family), EFFORT, Recipe())
    read = [np.bincount(sample.codes[held]).tolist() for held in sample.held_out]
    assert read == [[6, 3, 6, 6]] * 2
    free = {old.dataset.texts[i] for i in billing[27:]}
    assert {t for t, c in zip(sample.texts, sample.codes, strict=True) if c == 1} > free
    held = sample.held_out.any(axis=0) & (sample.codes == 1)
    assert {sample.texts[i] for i in np.flatnonzero(held)} == free
    assert (sample.left_out, update.left_out) == (27, 27)
    assert update.held_out[27:].all()


def test_near_copies_count_as_repeated(old, refunds):
    pairs = np.stack([np.flatnonzero(old.dataset.codes == 1)[:30], OLD + np.arange(30)], axis=1)
    nearly = CopyFamilies(family=np.arange(OLD + NEW), review=pairs)
    sample, update = rows_of(old, refunds, nearly, EFFORT, Recipe())
    assert (sample.left_out, update.left_out) == (30, 30)
    assert not update.held_out.any()


def test_copies_within_the_update_are_on_one_side(old, refunds):
    family = np.concatenate([np.arange(OLD), OLD + np.arange(30) // 3])
    copies = CopyFamilies(family=family)
    held = rows_of(old, refunds, copies, EFFORT, Recipe())[1].held_out
    assert set(held.reshape(10, 3).sum(axis=1)) == {0, 3}
    assert held.sum() == 6


def test_what_was_left_out_is_kept_with_the_measurement(old, refunds, target, tmp_path):
    """One row of the update, and one of billing, are the same."""
    family = np.arange(OLD + NEW)
    family[OLD] = np.flatnonzero(old.dataset.codes == 1)[0]
    quick = Effort(rows=12, runs=1, rates=(1.0,))
    across = CopyFamilies(family=family)
    found = measure_update(old, refunds, across, target, quick, tmp_path, seed=0)
    assert (found.left_out, found.update_left_out, found.update_rows) == (1, 1, 6)


def test_a_category_of_which_no_row_was_read_is_not_identifiable(old, world, refunds, measured):
    """Billing was not read, and then no category was."""
    without = tuple(c for c in measured.categories if c.category != "billing")
    found = forecast(old, world, refunds, dataclasses.replace(measured, categories=without))
    told = {c.category: c for c in found.categories}
    assert [c for c, f in told.items() if not f.identifiable] == ["billing"]
    assert "no row of it was left to test on" in told["billing"].reason
    nothing = forecast(old, world, refunds, dataclasses.replace(measured, categories=()))
    assert not any(c.identifiable for c in nothing.categories)
    assert len({round(c.expected_drop / c.accuracy_before, 3) for c in nothing.categories}) == 1


def test_what_was_measured_is_not_measured_again(
    old, refunds, target, folder, measured, monkeypatch
):
    monkeypatch.setattr(trial, "fine_tune", None)
    assert measure_update(old, refunds, SINGLES, target, EFFORT, folder, seed=0) == measured


@pytest.mark.parametrize("changes", [{"seed": 1}, {"effort": Effort(rows=12)}])
def test_another_seed_or_effort_is_another_measurement(
    changes, old, refunds, target, folder, measured, monkeypatch
):
    monkeypatch.setattr(trial, "fine_tune", None)
    wanted = {"seed": 0, "effort": EFFORT, **changes}
    with pytest.raises(TypeError, match="NoneType"):
        measure_update(old, refunds, SINGLES, target, wanted["effort"], folder, seed=wanted["seed"])


def test_a_damaged_file_is_measured_again(old, refunds, target, tmp_path):
    quick = Effort(rows=12, runs=1, rates=(1.0,))
    first = measure_update(old, refunds, SINGLES, target, quick, tmp_path, seed=0)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert measure_update(old, refunds, SINGLES, target, quick, tmp_path, seed=0) == first


@pytest.mark.parametrize("place", [None, "occupied"])
def test_what_cannot_be_kept_is_measured_all_the_same(
    old, refunds, target, measured, tmp_path, monkeypatch, caplog, place
):
    """It took minutes; a folder that cannot be written is a line."""
    (tmp_path / "occupied").write_text("a file where the folder should be")
    monkeypatch.setattr(trial, "fine_tune", lambda *_, **__: None)
    monkeypatch.setattr(trial, "summarise_runs", lambda *_: measured)
    folder = place and tmp_path / place / "fine-tunes"
    assert measure_update(old, refunds, SINGLES, target, EFFORT, folder, seed=0) == measured
    said = [line for line in caplog.messages if "the trial is not kept" in line]
    assert len(said) == (place is not None)


def test_no_flip_of_a_bit_is_taken_for_what_was_measured(
    old, refunds, target, folder, measured, tmp_path, monkeypatch, caplog
):
    """Each is noticed, told in one line, and would be measured again."""
    monkeypatch.setattr(trial, "fine_tune", None)
    (path,) = folder.iterdir()
    content, random = path.read_bytes(), np.random.default_rng(0)
    for bit in random.choice(8 * len(content), 400, replace=False).tolist():
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        (tmp_path / path.name).write_bytes(damaged)
        with pytest.raises(TypeError, match="NoneType"):
            measure_update(old, refunds, SINGLES, target, EFFORT, tmp_path, seed=0)
    assert len(caplog.messages) == 400


def test_what_was_measured_of_another_update_is_not_taken_for_it(
    old, refunds, target, folder, measured, tmp_path, monkeypatch
):
    quick = Effort(rows=12, runs=1, rates=(1.0,))
    measure_update(old, refunds, SINGLES, target, quick, tmp_path, seed=0)
    (own,), (foreign,) = tmp_path.iterdir(), folder.iterdir()
    own.write_bytes(foreign.read_bytes())
    monkeypatch.setattr(trial, "fine_tune", None)
    with pytest.raises(TypeError, match="NoneType"):
        measure_update(old, refunds, SINGLES, target, quick, tmp_path, seed=0)


def test_the_file_holds_no_text(old, folder, measured):
    (path,) = folder.iterdir()
    content = path.read_text(encoding="utf-8")
    assert not any(text in content for text in old.dataset.texts)


# --- the forecast that rests on it --------------------------------------------------------------


def test_the_features_are_log_odds_of_the_loss_about_their_mean(old, world, refunds, measured):
    scenario = scenario_of(old, (refunds, world.embed(refunds)), 0, measured)
    found = compute_features(scenario, "full")
    assert found["lost"].shape == found["lost_on_average"].shape == (2, 1, 4)
    np.testing.assert_allclose(found["lost"].mean(axis=2), 0.0, atol=1e-12)
    assert np.ptp(found["lost_on_average"], axis=2).max() == 0.0
    assert found["lost"].mean(axis=0)[0].argmax() == list(TOPICS).index("billing")


def test_a_category_of_which_nothing_could_be_read_counts_as_the_mean(
    old, world, refunds, measured
):
    unread = dataclasses.replace(measured, categories=measured.categories[1:])
    found = compute_features(scenario_of(old, (refunds, world.embed(refunds)), 0, unread), "full")
    np.testing.assert_allclose(found["lost"][:, 0, 0], 0.0, atol=1e-12)


def test_without_a_measurement_the_fidelity_has_nothing_to_say(old, world, refunds):
    with pytest.raises(ValueError, match="needs an update that was measured"):
        compute_features(scenario_of(old, (refunds, world.embed(refunds)), 0), "full")


def test_the_forecast_names_the_fidelity_and_holds_the_measurement(old, world, refunds, measured):
    found = forecast(old, world, refunds, measured)
    assert (found.probe, found.chosen) == ("full", "as requested")
    assert found.measurement == measured
    assert found.skill == shipped().fidelities["full"].mean_skill
    assert found.categories[0].category == "billing"


def test_the_more_was_lost_in_the_trial_the_more_is_expected(old, world, refunds, measured):
    """On held-out rows by their probability, and on rows that were trained on by their accuracy."""

    def expected(**read):
        """The mean drop where of these only the given share is kept."""

        def less(category, name, share):
            runs = [(a[0], *(share * x for x in a[1:])) for a in getattr(category, name)]
            return dataclasses.replace(category, **{name: tuple(runs)})

        categories = measured.categories
        for name, share in read.items():
            categories = [less(c, name, share) for c in categories]
        found = forecast(
            old, world, refunds, dataclasses.replace(measured, categories=tuple(categories))
        )
        return np.mean([c.expected_drop for c in found.categories])

    assert expected(soft=0.5) > expected()
    assert expected(recalled=0.5) > expected()
    assert expected(soft=0.5, recalled=0.5) > max(expected(soft=0.5), expected(recalled=0.5))


def test_one_run_cannot_say_how_reliable_it_is(old, world, refunds, measured):
    one = dataclasses.replace(
        measured,
        runs=1,
        categories=tuple(
            dataclasses.replace(c, soft=c.soft[:1], recalled=c.recalled[:1])
            for c in measured.categories
        ),
    )
    assert forecast(old, world, refunds, measured).reliability is not None
    assert forecast(old, world, refunds, one).reliability is None


# --- the user's own recipe ----------------------------------------------------------------------


def test_the_users_own_recipe_is_measured_and_forecast_in_its_steps(
    old, world, refunds, target, tmp_path
):
    own = Recipe(steps=8, learning_rate=3e-2)
    measured = measure_update(old, refunds, SINGLES, target, EFFORT, tmp_path, seed=0, recipe=own)
    assert measured.steps == (0, *own.checkpoints)
    found = with_own_recipe(forecast(old, world, refunds, measured), own)
    assert found.recipe == found.stated_recipe == own
    assert found.steps == measured.steps
    assert {len(curve.accuracy) for curve in found.curves} == {len(measured.steps)}


def test_another_recipe_is_not_found_where_the_default_one_was_measured(
    old, refunds, target, measured, folder
):
    other = measure_update(
        old, refunds, SINGLES, target, EFFORT, folder, seed=0, recipe=Recipe(steps=8)
    )
    assert other.steps != measured.steps


def test_each_category_has_its_probabilities_beside_its_accuracies(measured):
    for category in measured.categories:
        assert np.shape(category.soft) == np.shape(category.accuracy)
    billing = measured.categories[list(TOPICS).index("billing")]
    assert np.mean(billing.soft, axis=0)[0] > np.mean(billing.soft, axis=0)[-1]
