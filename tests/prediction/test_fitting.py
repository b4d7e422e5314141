"""Fitting: planted weights, levels and spreads are found again in simulated updates."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Mapping

import msgspec
import numpy as np
import pytest
from scipy.special import expit, logit

from auditor.prediction.estimate import (
    OF_SETS,
    OUTCOMES,
    Coefficients,
    Expected,
    Spread,
    angle,
    curve,
    expect,
    normal_scores,
)
from auditor.prediction.fit_weights import (
    PLAIN,
    RANKED,
    SHRINKAGE,
    fit_curve,
    fit_outcome,
    fit_spread,
)
from auditor.prediction.fitting import LeftOut, fit, leave_out
from auditor.prediction.measured import Measured, shares_of

STEPS = (2, 5, 9)
SEEDS = 3
BEFORE = 0.9
PLANTED = 0.3  # weight of each feature that ranks
TELLING = {"similarity": "steps", "head": "rolled_end", "full": "lost_end_on_average"}
FIDELITIES = tuple(PLAIN)
EASY = "simulated updates"


def features_of(fidelity, kinds, random, far=None):
    """Of all outcomes; `far`: of the set's one telling feature, which else is around 0."""
    cheaper = FIDELITIES[: FIDELITIES.index(fidelity) + 1]
    names = {"update_rows", "categories", "rows"}
    for each in cheaper:
        names = names.union(RANKED[each], *PLAIN[each].values())
    found = {}
    for name in sorted(names):
        if name in RANKED[fidelity] or name.startswith("own") or name in ("lost", "lost_end"):
            row = random.normal(size=kinds)
            found[name] = row - row.mean()
        else:
            found[name] = np.full(kinds, random.normal())
    if far is not None:
        found[TELLING[fidelity]] = np.full(kinds, far)
    found["accuracy"] = np.full(kinds, logit(BEFORE))
    found["templated"] = found["templated_accuracy"] = np.zeros(kinds)
    return {name: np.tile(row, (2, 1, 1)) for name, row in found.items()}


def planted(features: Mapping[str, np.ndarray], fidelity, level, slope):
    """(K,) log odds of what is lost."""
    ranks = sum(normal_scores(features[f].mean(axis=0))[0] for f in RANKED[fidelity])
    return level + PLANTED * ranks + slope * features[TELLING[fidelity]].mean(axis=0)[0]


def simulate(
    name,
    dataset,
    fidelity,
    *,
    categories=40,
    noise=0.3,
    level=-1.0,
    slope=0.5,
    shift=0.0,
    run=0.0,
    few=0.0,
    sets=1e9,
    most=1.0,
    far=None,
    learnt_at=(1, 1, 2),
):
    """An update whose losses, the same at every step, follow the features of `fidelity`.

    `shift`, of all of its losses, `noise`, of each, `few`, of one of one row, and `run`, of each
    seed's, are on the scale of angles.
    """
    random = np.random.default_rng(zlib.crc32(f"{name} of {dataset}".encode()))
    features = features_of(fidelity, categories, random, far)
    own = np.hypot(noise, few / sets**0.5)
    off = shift * random.normal() + own * random.normal(size=categories)
    angles = angle(most * expit(planted(features, fidelity, level, slope))) + off
    angles = angles + run * random.normal(size=(SEEDS, categories))
    loss = np.sin(np.clip(angles, 0.0, np.pi / 2)) ** 2
    before = np.full((SEEDS, categories, 1), BEFORE)
    return Measured(
        name=name,
        dataset=dataset,
        features=features,
        sets=np.full(categories, sets),
        runs=np.concatenate([before, before * (1 - loss[:, :, None] * np.ones(3))], axis=2),
        steps=STEPS,
        ceiling=0.95,
        learnt_at=learnt_at,
    )


def many(fidelity, count=6, **changes):
    """As many updates, each of two of a dataset."""
    return [
        simulate(f"update {i}", f"dataset {i // 2}", fidelity, **{"noise": 0.1, **changes})
        for i in range(count)
    ]


# --- weights ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fidelity", FIDELITIES)
def test_planted_weights_are_recovered(fidelity):
    found = fit_outcome(fidelity, "end", many(fidelity, 300, noise=0.02, slope=0.8))
    assert list(found.ranked.values()) == pytest.approx([PLANTED] * len(found.ranked), abs=0.03)
    telling = found.plain[TELLING[fidelity]]
    assert telling.weight / telling.scale == pytest.approx(0.8, abs=0.06)
    others = [w.weight for f, w in found.plain.items() if f != TELLING[fidelity]]
    np.testing.assert_allclose(others, 0.0, atol=0.08)


@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("outcome", ["average", "end"])
def test_the_level_makes_the_mean_that_is_expected_the_one_that_was_measured(fidelity, outcome):
    updates = many(fidelity, noise=0.2)
    weights = fit_outcome(fidelity, outcome, updates)
    said = [expect(u.mean_features, weights).mean.mean() for u in updates]
    measured = [u.outcome(outcome).mean() for u in updates]
    each = shares_of(updates)
    assert each @ said == pytest.approx(each @ measured, abs=1e-6)


def test_no_category_is_expected_to_lose_more_on_average_than_is_ever_lost():
    """At the end all can be lost; of the mean over the checkpoints .88."""
    updates = many("head", 20, noise=0.02, most=0.88, level=1.5)
    average, end = (fit_outcome("head", o, updates) for o in ("average", "end"))
    assert (average.most, end.most) == (0.88, 1.0)
    assert list(average.ranked.values()) == pytest.approx([PLANTED] * len(RANKED["head"]), abs=0.06)
    extreme = {f: 50 * np.abs(v) for f, v in updates[0].mean_features.items()}
    assert expect(extreme, average).mean.max() <= 0.88


def test_without_evidence_what_measures_the_outcome_in_small_counts_as_it_is():
    """One update says nothing of how updates differ."""
    found = fit_outcome("full", "end", [simulate("refunds", "help desk", "full")]).plain
    per_unit = {f: w.weight / w.scale for f, w in found.items()}
    assert per_unit["lost_end_on_average"] == pytest.approx(1.0)
    assert per_unit["rolled_end"] == pytest.approx(0.5)
    small = fit_outcome("similarity", "end", [simulate("refunds", "help desk", "similarity")]).plain
    assert [small[f].weight for f in ("steps", "new")] == pytest.approx([0.0, 0.0])


def test_evidence_takes_a_weight_from_what_it_is_shrunk_to_to_what_was_planted():
    weights = []
    for count in (2, 20, 300):
        found = fit_outcome("head", "end", many("head", count, noise=0.02, slope=1.2))
        weights.append(found.plain["rolled_end"].weight / found.plain["rolled_end"].scale)
    assert 0.5 < weights[0] < weights[1] < weights[2] == pytest.approx(1.2, abs=0.1)


def test_a_dataset_with_many_updates_does_not_drown_others():
    """Nine updates in which the features mean nothing, and two datasets where they do."""
    telling = [simulate("refunds", d, "similarity", noise=0.1) for d in ("help desk", "travel")]
    mute = []
    for i in range(9):
        odd = simulate(f"update {i}", "home", "similarity")
        other = features_of("similarity", 40, np.random.default_rng(i))
        mute.append(dataclasses.replace(odd, features=other))
    once = fit_outcome("similarity", "end", [*telling, mute[0]]).ranked["exemplar"]
    often = fit_outcome("similarity", "end", [*telling, *mute]).ranked["exemplar"]
    assert often > 0.35 * once > 0  # as nine datasets, a quarter of it


# --- accuracy before ----------------------------------------------------------------------------


def before_of(updates, accuracy, templated):
    """Updates of which probes say `accuracy` of each category, `templated` a share of its rows."""
    tables = {"accuracy": logit(accuracy), "templated": np.full_like(accuracy, templated)}
    tables["templated_accuracy"] = tables["accuracy"] * templated
    return [
        dataclasses.replace(
            u, features={**u.features, **{f: np.tile(v, (2, 1, 1)) for f, v in tables.items()}}
        )
        for u in updates
    ]


def test_accuracy_before_is_that_of_the_probes_where_fine_tuned_models_agree():
    updates = before_of(many("head"), np.full(40, BEFORE), 0.0)
    said = expect(updates[0].mean_features, fit_outcome("head", "before", updates))
    np.testing.assert_allclose(said.mean, BEFORE, atol=0.001)


def test_what_fine_tuned_models_do_better_than_the_probes_is_learnt_from_many_updates():
    """The probes say .7, and it is .9: of as many updates as it is shrunk by half of the way."""
    said = []
    for count in (round(SHRINKAGE), round(20 * SHRINKAGE)):
        updates = before_of(many("head", count), np.full(40, 0.7), 0.0)
        weights = fit_outcome("head", "before", updates)
        said.append(expect(updates[0].mean_features, weights).mean[0, 0])
    assert said[0] == pytest.approx(expit((logit(0.7) + logit(BEFORE)) / 2), abs=0.01)
    assert said[1] == pytest.approx(BEFORE, abs=0.01)


def test_what_templates_hide_is_told_apart_from_the_rest():
    """A fold that holds out all of a template finds half of it; without templates it is right."""
    plain = before_of(many("head", 60), np.full(40, BEFORE), 0.0)
    hidden = before_of(many("head", 60), np.full(40, 0.5), 1.0)
    weights = fit_outcome("head", "before", [*plain, *hidden])
    said = [expect(u.mean_features, weights).mean.mean() for u in (plain[0], hidden[0])]
    assert said[0] == pytest.approx(BEFORE, abs=0.03)
    assert 0.75 < said[1] < BEFORE


# --- spread -------------------------------------------------------------------------------------


def as_planted(updates, fidelity="head", level=-1.0, slope=0.5):
    """What was measured of the end, and what was planted."""
    none = Spread(update=0.0, category=0.0, few=0.0, run=0.0, degrees_of_freedom=1.0)
    for u in updates:
        mean = expit(planted(u.features, fidelity, level, slope))[None]
        expected = Expected(mean=mean, spread=none, distance=np.zeros(1))
        yield u, u.outcome("end"), expected


def test_what_all_categories_of_an_update_share_is_told_from_what_is_their_own():
    updates = [
        simulate(f"{i}", f"dataset {i}", "head", shift=0.15, noise=0.1, run=0.06, level=-0.5)
        for i in range(80)
    ]
    found = fit_spread("end", list(as_planted(updates, level=-0.5)))
    assert found.update == pytest.approx(0.15, abs=0.04)
    assert found.category == pytest.approx(np.hypot(0.1, 0.06 / SEEDS**0.5), abs=0.03)
    assert found.run == pytest.approx(0.06 * (1 - 1 / SEEDS) ** 0.5, abs=0.015)


def test_what_few_rows_add_is_told_from_what_any_number_has():
    updates = [
        simulate(f"{i}", f"{i}", "head", noise=0.08, few=0.5, sets=sets, level=-0.2)
        for i, sets in enumerate([4.0, 100.0] * 40)
    ]
    found = fit_spread("end", list(as_planted(updates, level=-0.2)))
    assert found.category == pytest.approx(0.08, abs=0.03)
    assert found.few == pytest.approx(0.5, abs=0.1)


def test_what_far_updates_deviate_is_not_laid_on_near_ones():
    """Updates at distance 3 deviate twice as much."""
    updates = [
        simulate(f"{i}", f"{i}", "head", noise=0.02, shift=0.1 * (2 if i % 2 else 1), level=-0.2)
        for i in range(120)
    ]
    told = [
        (u, y, dataclasses.replace(e, distance=np.array([3.0 * (i % 2)])))
        for i, (u, y, e) in enumerate(as_planted(updates, level=-0.2))
    ]
    assert fit_spread("end", told).update == pytest.approx(0.1, abs=0.02)


def test_noisier_updates_have_wider_intervals():
    calm, noisy = (
        fit(many("head", noise=x), STEPS, EASY).fidelities["head"].outcomes["end"].spread.category
        for x in (0.05, 0.2)
    )
    assert noisy > 2 * calm


def test_few_updates_that_differ_leave_few_degrees_of_freedom():
    differ, agree = (fit_spread("end", list(as_planted(many("head", shift=x)))) for x in (0.5, 0.0))
    assert differ.degrees_of_freedom < 15
    assert agree.degrees_of_freedom > 60


def test_what_is_exactly_as_expected_has_no_width():
    """Its degrees of freedom are still a number."""
    told = list(as_planted(many("head", noise=0.0)))
    found, (_, y, expected) = fit_spread("end", told), told[0]
    low, high = dataclasses.replace(expected, spread=found).interval(np.full(40, 1e9))
    np.testing.assert_allclose(low[0], y, atol=1e-3)
    np.testing.assert_allclose(high[0], y, atol=1e-3)


# --- datasets that were left out ----------------------------------------------------------------


@pytest.mark.parametrize("share", [0.8, 0.9])
def test_intervals_fitted_on_other_datasets_cover_at_their_nominal_rate(share):
    """Five datasets of two updates each, again and again, each left out in turn."""
    found = {"drops": [], "ends": [], "one run": [], "end of one run": []}
    for i in range(8):
        updates = [
            simulate(f"{i} {j}", f"dataset {j // 2}", "head", shift=0.1, noise=0.12, run=0.1)
            for j in range(10)
        ]
        for x in leave_out("head", updates):
            found["drops"].append(x.coverage(share))
            found["ends"].append(x.end_coverage(share))
            found["one run"].append(x.coverage(share, one_run=True))
            found["end of one run"].append(x.end_coverage(share, one_run=True))
    for name, inside in found.items():
        assert np.mean(inside) == pytest.approx(share, abs=0.06), name


def test_they_cover_where_categories_have_few_rows_too():
    """Two updates of a dataset have few rows or many; each is covered."""
    few, lots = [], []
    for i in range(8):
        updates = [
            simulate(f"{i} {j}", f"{j // 2}", "head", noise=0.05, few=0.5, sets=(5.0, 200.0)[j % 2])
            for j in range(10)
        ]
        for x in leave_out("head", updates):
            (few if x.update.sets[0] < 10 else lots).append(x.end_coverage(0.8))
    assert np.mean(few) == pytest.approx(0.8, abs=0.06)
    assert np.mean(lots) == pytest.approx(0.8, abs=0.08)


def test_an_update_far_from_those_that_were_fitted_is_covered_by_a_wider_interval():
    """How much the telling feature weighs differs from what it is shrunk to, and eight updates do
    not say it: three scales off, that error is the larger part. Without leverage it is missed."""
    widths, inside, narrow = [], [], []
    random = np.random.default_rng(0)
    for i in range(40):
        slope = 0.5 + 0.3 * random.normal()
        updates = [
            simulate(f"{i} {j}", f"{j}", "head", noise=0.05, shift=0.12, slope=slope, level=-0.5)
            for j in range(8)
        ]
        weights = fit_outcome("head", "end", updates)
        spread = Spread(update=0.12, category=0.05, few=0.0, run=0.0, degrees_of_freedom=1e6)
        weights = dataclasses.replace(weights, spread=spread)
        near, far = (
            simulate(f"{i} x", "x", "head", noise=0.05, shift=0.12, slope=slope, level=-0.5, far=at)
            for at in (0.0, 3.0)
        )
        ends = [expect(u.mean_features, weights).common_interval(u.sets) for u in (near, far)]
        widths.append([float(np.diff(angle(np.array(e)), axis=0)[0, 0]) for e in ends])
        lost = far.outcome("end").mean()
        without = dataclasses.replace(expect(far.mean_features, weights), distance=np.zeros(1))
        plain_low, plain_high = without.common_interval(far.sets)
        inside.append(ends[1][0][0] <= lost <= ends[1][1][0])
        narrow.append(plain_low[0] <= lost <= plain_high[0])
    assert np.mean(widths, axis=0)[1] > 1.2 * np.mean(widths, axis=0)[0]
    assert np.mean(inside) > 0.7
    assert np.mean(inside) > np.mean(narrow)


def test_skill_is_high_where_features_tell_and_low_where_they_do_not():
    updates = many("head")
    random = np.random.default_rng(1)
    mute = [dataclasses.replace(u, features=features_of("head", 40, random)) for u in updates]
    told, untold = (fit(u, STEPS, EASY).fidelities["head"].mean_skill for u in (updates, mute))
    assert told > 0.8
    assert untold < 0.4


def test_an_interval_as_wide_for_all_is_the_worse_one():
    left_out = leave_out("head", many("head", level=-2.0))
    for score in (LeftOut.winkler, LeftOut.end_winkler):
        ours = np.mean([score(x, 0.8) for x in left_out])
        assert ours < np.mean([score(x, 0.8, constant=True) for x in left_out])


def test_the_error_of_the_level_is_what_is_expected_less_what_was_measured():
    [first, *_] = leave_out("head", many("head", shift=0.3))
    for outcome in ("average", "end"):
        said = first.expected[outcome].mean.mean()
        measured = first.update.outcome(outcome).mean()
        assert first.level_error(outcome) == pytest.approx(said - measured)


def test_what_is_expected_of_a_drop_is_accuracy_before_times_the_share_lost():
    [first, *_] = leave_out("head", many("head"))
    np.testing.assert_allclose(first.drop, first.before * first.lost)
    np.testing.assert_allclose(first.at_end, first.before * (1 - first.expected["end"].mean[0]))


def test_an_odd_update_is_scored_but_not_fitted_to():
    updates = many("head")
    odd = dataclasses.replace(simulate("storm", "sea", "head", level=2.0), fitted=False)
    plain, both = (fit(u, STEPS, EASY) for u in (updates, [*updates, odd]))
    assert "storm" in both.fidelities["head"].skill
    assert both.fidelities["head"].outcomes == plain.fidelities["head"].outcomes
    assert (both.prior, both.fitted, both.curve) == (plain.prior, plain.fitted, plain.curve)


def test_updates_of_one_dataset_alone_are_fitted_update_by_update():
    updates = [simulate(f"update {i}", "home", "head", noise=0.1) for i in range(3)]
    assert min(fit(updates, STEPS, EASY).fidelities["head"].skill.values()) > 0.7


def test_a_fidelity_is_fitted_on_the_updates_that_have_its_features():
    """Of five, two were tried in small before; a fidelity that no update has is not there."""
    tried = many("full", 2)
    quick = [simulate(f"quick {i}", f"other {i}", "head") for i in range(3)]
    updates = [*tried, *quick]
    found = fit(updates, STEPS, EASY).fidelities
    assert set(found["full"].skill) == {u.name for u in tried}
    assert set(found["head"].skill) == set(found["similarity"].skill) == {u.name for u in updates}
    assert "full" not in fit(updates[2:], STEPS, EASY).fidelities


@pytest.mark.parametrize("learnt", [0, 1])
def test_updates_that_were_never_learnt_leave_no_outcome_out(learnt):
    """What is lost by then is what is lost at the end; of one update alone it cannot be scored."""
    updates = many("head", 4, learnt_at=(None, None, 2))
    updates = [*updates, *many("head", 5)[4 : 4 + learnt]]
    outcomes = fit(updates, STEPS, EASY).fidelities["head"].outcomes
    assert set(outcomes) == {*OUTCOMES, *OF_SETS}
    if not learnt:
        assert outcomes["learnt"] == outcomes["end"]


# --- curve --------------------------------------------------------------------------------------


def test_the_curve_of_updates_that_lose_evenly_is_flat():
    """The same share at each step: the one that is lost on average and at the end."""
    shape = fit_curve(many("head"), STEPS)
    np.testing.assert_allclose(np.array(shape.average) + shape.end, 1.0, atol=0.06)
    for share in (0.1, 0.3, 0.6):
        np.testing.assert_allclose(curve(share, share, 1.0, shape)[1:], share, atol=0.02)


def test_the_curve_of_updates_that_lose_late_rises_late():
    """Nothing at step 2, half of the end at step 5."""
    late = [
        dataclasses.replace(
            u, runs=u.runs[:, :, :1] - (u.runs[:, :, :1] - u.runs[:, :, 1:2]) * [0, 0.02, 0.5, 1.0]
        )
        for u in many("head", level=0.0)
    ]
    end = 0.5
    found = curve(end * 1.52 / 3, end, 1.0, fit_curve(late, STEPS))
    np.testing.assert_allclose(found, [0.0, end * 0.02, end * 0.5, end], atol=0.05)


def test_updates_read_at_other_checkpoints_do_not_shape_the_curve():
    updates = many("head")
    odd = dataclasses.replace(simulate("pets", "zoo", "head"), steps=(1, 2, 30))
    assert fit([*updates, odd], STEPS, EASY).curve == fit(updates, STEPS, EASY).curve


def test_sizes_of_the_measured_sets_are_told():
    updates = [
        dataclasses.replace(
            u,
            features={
                **u.features,
                "rows": np.full((2, 1, 40), np.log(rows)),
                "categories": np.full((2, 1, 40), np.log(40)),
            },
        )
        for u, rows in zip(many("head", 3), (64, 3808, 900), strict=True)
    ]
    found = fit(updates, STEPS, EASY).fitted
    assert found["rows"] == (64, 3808)
    assert found["categories"] == (40, 40)


def test_what_was_fitted_is_written_and_read_back_whole():
    found = fit(many("head"), STEPS, "simulated updates of three help desks")
    again = msgspec.json.decode(msgspec.json.encode(found), type=Coefficients)
    assert again == found
    assert again.provenance == "simulated updates of three help desks"
