"""Errors that are planted say how likely a label is wrong, and how many are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from auditor.prediction.label_probes import MAX_SCORE
from auditor.prediction.planted_errors import (
    GRID,
    MAX_PROBABILITY,
    MAX_TURNS,
    PLANTED,
    RATES,
    Planted,
    Share,
    estimate,
    plant,
)

Random = np.random.Generator

# --- scores of which it is known whose label is wrong -------------------------------------------

SIZES = (200, 1000, 3000)
SHARES = (0.0, 0.01, 0.05, 0.2)


def normals(random: Random, n: int, kind: str) -> np.ndarray:
    mean = {"right": -4.0, "nearest": 2.5, "any": 4.5}[kind]
    return random.normal(mean, 2.5, n)


def betas(random: Random, n: int, kind: str) -> np.ndarray:
    """Skewed, and so near to one another that few errors are beyond doubt."""
    a, b = {"right": (2.0, 6.0), "nearest": (4.0, 3.0), "any": (6.0, 2.5)}[kind]
    return 23.0 * random.beta(a, b, n) - 11.5


def hard(random: Random, n: int, kind: str) -> np.ndarray:
    """A tenth of the rows whose label is right read as much like another category."""
    mean, spread = {"right": (-6.0, 2.0), "nearest": (3.0, 2.5), "any": (6.0, 2.0)}[kind]
    scores = random.normal(mean, spread, n)
    if kind == "right":
        return np.where(random.random(n) < 0.1, random.normal(0.0, 2.0, n), scores)
    return scores


class Known(NamedTuple):
    score: np.ndarray  # (n,)
    wrong: np.ndarray  # (n,) bool
    planted: Planted


def simulate(
    draw: Callable[..., np.ndarray], n: int, share: float, nearest: float, seed: int
) -> Known:
    """n rows of which `share` are wrong, of those `nearest` to the likeliest other category.

    Errors are planted as `plant` does; one that falls on such a wrong row may put it right.
    """
    random = np.random.default_rng(seed)
    wrong, to_nearest = random.random(n) < share, random.random(n) < nearest
    astray = np.where(to_nearest, draw(random, n, "nearest"), draw(random, n, "any"))
    score = np.where(wrong, astray, draw(random, n, "right"))
    parts = []
    for _ in range(min(max(PLANTED // int(2 * n * sum(RATES)), 1), MAX_TURNS)):
        for rate in RATES:
            for kind in ("nearest", "any"):
                rows = random.permutation(n)[: max(round(rate * n), 1)]
                found = draw(random, len(rows), kind)
                right_again = wrong[rows] & to_nearest[rows] & (kind == "nearest")
                found = np.where(right_again, draw(random, len(rows), "right"), found)
                parts.append((found, rows, np.full(len(rows), float(kind == "nearest"))))
    found, rows, kinds = (np.concatenate(p) for p in zip(*parts, strict=True))
    bound = (-MAX_SCORE, MAX_SCORE)
    return Known(score.clip(*bound), wrong, Planted(found.clip(*bound), rows, kinds))


class Run(NamedTuple):
    draw: str
    n: int
    share: float
    true: float  # share of the labels that are wrong
    wrong: np.ndarray  # (n,) bool
    probability: np.ndarray  # (n,)
    found: Share


@pytest.fixture(
    scope="module", params=[2, pytest.param(10, marks=pytest.mark.slow)], ids="{} seeds".format
)
def runs(request) -> list[Run]:
    """36 settings, each with as many seeds, and errors of three mixtures."""
    out = []
    for draw in (normals, betas, hard):
        for n in SIZES:
            for share in SHARES:
                for seed in range(request.param):
                    nearest = (0.25, 0.75, 0.5)[(seed + len(out) // request.param) % 3]
                    score, wrong, planted = simulate(draw, n, share, nearest, seed)
                    found = estimate(score, np.ones(n), planted)
                    told = found.at(score)
                    out.append(Run(draw.__name__, n, share, wrong.mean(), wrong, told, found))
    return out


def reliability(runs: list[Run]) -> float:
    """Mean distance of what is said and what is so, over the tenths of probability."""
    said, wrong = (
        np.concatenate([getattr(r, of) for r in runs]) for of in ("probability", "wrong")
    )
    tenth = np.minimum((said * 10).astype(int), 9)
    cells = [tenth == k for k in range(10) if (tenth == k).any()]
    assert len(cells) == 10
    return float(np.mean([abs(said[c].mean() - wrong[c].mean()) for c in cells]))


def test_the_interval_holds_the_share_of_wrong_labels(runs):
    """It says 95 of 100 and holds 358 of 360 (10 seeds): it is the widest of three mixtures."""
    held = [r.found.low <= r.true <= r.found.high for r in runs]
    assert np.mean(held) >= 0.95


def test_the_estimate_lies_within_its_interval(runs):
    assert all(r.found.low <= r.found.share <= r.found.high for r in runs)


@pytest.mark.parametrize(("share", "n", "width"), [(0.2, 3000, 0.2), (0.01, 3000, 0.04)])
def test_the_interval_is_narrow_enough_to_be_of_use(runs, share, n, width):
    widths = [r.found.high - r.found.low for r in runs if (r.share, r.n) == (share, n)]
    assert np.mean(widths) < width


def test_wrong_labels_are_noticed_where_a_twentieth_are_wrong_of_a_thousand_or_more(runs):
    assert all(r.found.low > 0 for r in runs if r.n >= 1000 and r.share == 0.05)


@pytest.mark.parametrize("draw", ["normals", "betas", "hard"])
def test_what_is_said_to_be_wrong_with_a_probability_is_so_in_that_share(runs, draw):
    assert reliability([r for r in runs if r.draw == draw and r.n >= 1000]) <= 0.07


def test_all_runs_together_are_as_calibrated(runs):
    assert reliability(runs) <= 0.05


def test_of_the_rows_that_are_sure_at_least_four_in_five_are_wrong(runs):
    for n in SIZES:
        sure = np.concatenate([r.wrong[r.probability >= 0.8] for r in runs if r.n == n])
        assert sure.mean() >= 0.8


def test_of_two_hundred_rows_no_more_is_promised_than_holds(runs):
    """So few rows leave the share open: errors are told too low, if anything."""
    few = [r for r in runs if r.n == 200]
    promised = sum(r.probability[r.probability >= 0.1].sum() for r in few)
    held = sum(r.wrong[r.probability >= 0.1].sum() for r in few)
    assert 0.6 * held < promised < 1.1 * held


def test_where_nothing_is_wrong_the_estimate_is_at_its_floor(runs):
    clean = [r for r in runs if r.share == 0]
    assert all(r.found.low == 0 for r in clean)
    assert all(r.found.share < 5 / r.n + 0.005 for r in clean)


def test_where_nothing_is_wrong_hardly_a_row_is_sure(runs):
    """Of 90 sets two have one: a right label, far out in the tail of a normal."""
    clean = [r for r in runs if r.share == 0]
    assert sum((r.probability >= 0.8).sum() for r in clean) <= 0.1 * len(clean)


def test_the_curve_rises_with_the_score(runs):
    for run in runs:
        assert (np.diff(run.found.wrong) >= -1e-12).all()
        assert (np.diff(run.found.ratio) >= 0).all()


# --- what an estimate rests on -------------------------------------------------------------------


@pytest.fixture(scope="module")
def known() -> Known:
    return simulate(normals, 600, 0.08, 0.5, 7)


@pytest.fixture(scope="module")
def plain(known) -> Share:
    return estimate(known.score, np.ones(600), known.planted)


def test_rows_that_are_not_assessed_count_for_nothing_and_are_not_wrong(known, plain):
    more = np.r_[known.score, np.full(300, -np.inf)]
    found = estimate(more, np.ones(900), known.planted)
    assert (found.share, found.low, found.high) == (plain.share, plain.low, plain.high)
    assert (found.at(more)[600:] == 0).all()


def test_copies_that_share_their_weight_count_as_one_row(known, plain):
    """Each of the first hundred rows stands three times, with a third of the weight."""
    again = np.repeat(np.arange(100), 2)
    score = np.r_[known.score, known.score[again]]
    weight = np.r_[np.full(100, 1 / 3), np.ones(500), np.full(200, 1 / 3)]
    of_copies = np.flatnonzero(known.planted.row < 100)
    planted = Planted(
        np.r_[known.planted.score, np.repeat(known.planted.score[of_copies], 2)],
        np.r_[known.planted.row, again_of(known.planted.row[of_copies])],
        np.r_[known.planted.nearest, np.repeat(known.planted.nearest[of_copies], 2)],
    )
    found = estimate(score, weight, planted)
    assert found.share == pytest.approx(plain.share, abs=1e-3)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=1e-3)


def again_of(rows: np.ndarray) -> np.ndarray:
    """The positions of the two copies of each of the first hundred rows."""
    return (600 + 2 * rows[:, None] + np.arange(2)).ravel()


def test_the_order_of_the_rows_changes_nothing(known, plain):
    order = np.random.default_rng(1).permutation(600)
    place = np.argsort(order)
    planted = known.planted
    moved = Planted(planted.score, place[planted.row], planted.nearest)
    found = estimate(known.score[order], np.ones(600), moved)
    assert found.share == pytest.approx(plain.share, abs=1e-6)
    np.testing.assert_allclose(
        found.at(known.score[order]), plain.at(known.score)[order], atol=2e-4
    )


def test_no_label_is_surer_to_be_wrong_than_planted_errors_can_show(known, plain):
    assert plain.at(known.score).max() <= MAX_PROBABILITY


def test_the_more_are_wrong_the_lower_is_the_score_that_makes_one_so(plain):
    scores = [plain.from_score(share) for share in (0.001, 0.01, 0.1, 0.5)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]
    rather = plain.ratio[np.searchsorted(GRID, scores[-1])]
    assert rather == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n", [100, 500])
def test_where_errors_look_like_all_rows_no_label_looks_wrong_and_any_share_may_be(n, seed):
    """Labels of noise: what is planted scores no higher than what stands there."""
    random = np.random.default_rng(seed)
    score, found = random.normal(0.0, 3.0, n), random.normal(0.0, 3.0, 1000)
    planted = Planted(found, np.arange(1000) % n, np.tile([0.0, 1.0], 500))
    told = estimate(score, np.ones(n), planted)
    assert (told.at(score) < 0.1).all()
    assert told.low <= told.share <= told.high == 1.0


# --- planting ------------------------------------------------------------------------------------

FAMILIES = 400
KINDS = 5


class Bed(NamedTuple):
    """Rows to plant errors in: every tenth family has three, and one in four is not assessed."""

    family: np.ndarray
    codes: np.ndarray
    rival: np.ndarray
    score: np.ndarray


@pytest.fixture(scope="module")
def bed() -> Bed:
    random = np.random.default_rng(3)
    family = np.r_[np.arange(FAMILIES), np.repeat(np.arange(0, FAMILIES, 10), 2)]
    of_family = random.integers(KINDS, size=FAMILIES)
    rival = (of_family + random.integers(1, KINDS, size=FAMILIES)) % KINDS
    score = np.where(np.arange(FAMILIES) % 4 == 1, -np.inf, -1.0)
    return Bed(family, of_family[family], rival[family], score[family])


def planted_in(bed: Bed, seed: int = 0) -> tuple[Planted, list[np.ndarray]]:
    """With the labels of each trial; a row's score is then its position."""
    tried: list[np.ndarray] = []

    def trial(labels: np.ndarray) -> np.ndarray:
        tried.append(labels.copy())
        return np.arange(len(labels), dtype=float)

    return plant(trial, bed.score, bed.rival, bed.codes, bed.family, seed), tried


def test_labels_are_changed_a_few_families_at_a_time(bed):
    _, tried = planted_in(bed)
    assessed = len(np.unique(bed.family[np.isfinite(bed.score)]))
    assert assessed == 300
    counts = [len(np.unique(bed.family[labels != bed.codes])) for labels in tried]
    assert len(counts) == 4 * MAX_TURNS
    assert counts[0::4] == [6] * MAX_TURNS  # 2 % to the likeliest other one
    assert counts[2::4] == [30] * MAX_TURNS  # 10 %
    assert all(c <= 6 for c in counts[1::4])  # to any category, a few of them to their own
    assert all(15 <= c <= 30 for c in counts[3::4])


def test_a_family_is_labelled_anew_as_one(bed):
    _, tried = planted_in(bed)
    for labels in tried:
        for of in range(0, FAMILIES, 10):
            assert len({*labels[bed.family == of].tolist()}) == 1


def test_rows_that_are_not_assessed_keep_their_labels(bed):
    _, tried = planted_in(bed)
    aside = np.isneginf(bed.score)
    assert aside.any()
    assert all(np.array_equal(labels[aside], bed.codes[aside]) for labels in tried)


def test_what_is_planted_is_never_the_label_that_stands_there(bed):
    found, tried = planted_in(bed)
    changed = np.concatenate([np.flatnonzero(labels != bed.codes) for labels in tried])
    assert np.array_equal(found.row, changed)
    assert np.array_equal(found.score, changed)


def test_one_half_goes_to_the_likeliest_other_category_and_one_to_any_that_is_assessed(bed):
    """Categories of which no row is assessed receive no error."""
    rare = np.where(bed.codes == 4, -np.inf, bed.score)
    found, tried = planted_in(bed._replace(score=rare))
    given = np.concatenate([labels[labels != bed.codes] for labels in tried])
    nearest = found.nearest == 1
    assert np.array_equal(given[nearest], bed.rival[found.row[nearest]])
    assert {*given[~nearest].tolist()} == {0, 1, 2, 3}
    assert (given[~nearest] != bed.rival[found.row[~nearest]]).any()
    assert 0.4 < nearest.mean() < 0.65


def test_rows_that_a_trial_does_not_score_are_left_out(bed):
    def trial(labels: np.ndarray) -> np.ndarray:
        return np.where(labels == 0, -np.inf, 1.0)

    found = plant(trial, bed.score, bed.rival, bed.codes, bed.family, 0)
    assert len(found.row)
    assert np.isfinite(found.score).all()
    assert len(found.score) == len(found.row) == len(found.nearest)


def test_the_seed_governs_what_is_planted(bed):
    (one, _), (again, _), (other, _) = (planted_in(bed, seed) for seed in (0, 0, 1))
    assert all(
        np.array_equal(a, b)
        for a, b in zip(
            (one.score, one.row, one.nearest), (again.score, again.row, again.nearest), strict=True
        )
    )
    assert not np.array_equal(one.row, other.row)


@pytest.mark.parametrize(("families", "most"), [(50, 8 * 12), (3000, 720), (20_000, 4800)])
def test_about_a_thousand_are_planted_where_families_are_enough(families, most):
    """In whole turns: of few families at most eight, of many at least one."""
    family = np.arange(families)
    codes = family % KINDS
    bed = Bed(family, codes, (codes + 1) % KINDS, np.zeros(families))
    found, tried = planted_in(bed)
    assert len(tried) % 4 == 0
    assert 0.8 * most <= len(found.row) <= most
