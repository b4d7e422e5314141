"""What mitigations kept, estimated from a few runs on a few rows."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.prediction.fine_tuning.evaluation import MitigatedRun
from auditor.prediction.fine_tuning.mitigated import estimate_drops, summarise_mitigated
from auditor.prediction.mitigations.gentler import LowerRate

NAMES = ("billing", "delivery", "account")


def simulated(seed: int, lost: np.ndarray, rows: np.ndarray, seeds: int = 4) -> np.ndarray:
    """Drops (seeds, K) of categories whose rows each flip with the chance `lost`, all known
    before; of a seed the chances vary a little."""
    random = np.random.default_rng(seed)
    chances = np.clip(lost + 0.3 * lost * random.normal(size=(seeds, len(lost))), 0, 1)
    return random.binomial(rows, chances) / rows


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.4])
def test_intervals_hold_what_is_lost_in_truth_about_as_often_as_they_say(spread):
    """Simulated: a thousand mitigations of nine categories of 3 to 15 rows, four seeds each."""
    held = []
    for seed in range(400):
        random = np.random.default_rng([seed, 1])
        lost = np.clip(0.15 + spread * random.normal(size=9), 0.0, 1.0)
        rows = random.integers(3, 16, 9)
        _, low, high = estimate_drops(simulated(seed, lost, rows), rows)
        held.append(((low <= lost) & (lost <= high)).mean())
    assert 0.72 <= np.mean(held) <= 0.95


def test_one_row_that_flips_of_few_is_drawn_to_what_all_categories_lose():
    drops = np.zeros((4, 6))
    drops[0, 4] = drops[3, 4] = 1 / 3
    estimate, _, high = estimate_drops(drops, np.array([8, 8, 5, 8, 3, 8]))
    assert drops.mean(axis=0)[4] > 0.16
    assert estimate[4] < 0.03
    assert high[4] < 0.05


def test_what_is_lost_in_earnest_stays():
    drops = np.tile([0.0, 0.0, 0.9], (4, 1)) + 0.02 * np.arange(4)[:, None]
    estimate, low, _ = estimate_drops(drops, np.array([10, 10, 10]))
    assert estimate[2] > 0.85
    assert low[2] > 0.5


def test_of_one_run_nothing_is_said_of_chance():
    estimate, low, high = estimate_drops(np.array([[0.2, 0.0]]), np.array([5, 5]))
    assert estimate.tolist() == [0.2, 0.0]
    assert np.isnan([*low, *high]).all()


# --- the verdict ------------------------------------------------------------------------------


def run(seed: int, kept: list[float], learnt: float = 1.0, auroc: float = 0.99) -> MitigatedRun:
    start, end = [0.9, 0.9, 0.9], kept
    return MitigatedRun(
        mitigation=LowerRate(factor=0.3),
        seed=seed,
        rows=np.array([20, 20, 20]),
        steps=(0, 20, 40),
        accuracy=np.array([start, [0.9, 0.8, 0.9], end]),
        learnt=np.array([0.0, 0.4, learnt]),
        auroc=np.array([0.6, 0.97, auroc]),
        trained=640,
        old_rows=0,
    )


def summary(*runs: MitigatedRun, untrained: tuple[int, ...] = (0, 1, 2)):
    class Plain:
        accuracy = np.array([[0.9, 0.9, 0.9], [0.2, 0.1, 0.9]])

    [found] = summarise_mitigated(runs, [Plain()], untrained, (0, 1, 2), NAMES)
    return found


def test_saved_is_what_surely_loses_less_than_five_points_by_an_update_that_was_learnt():
    found = summary(run(0, [0.9, 0.9, 0.9]), run(1, [0.9, 0.9, 0.9]))
    assert found.verdict == "saved"
    assert {c.verdict for c in found.categories} == {"saved"}
    assert (found.competent_step, found.drop) == (40.0, 0.0)
    assert [c.plain_drop for c in found.categories] == [0.7, 0.8, 0.0]


def test_what_keeps_all_since_the_update_is_not_learnt_saves_nothing():
    kept = [0.9, 0.9, 0.9]
    found = summary(run(0, kept, learnt=0.3), run(1, kept, learnt=0.3))
    assert found.verdict == "fails to learn"
    assert found.drop_when_learnt is None
    assert {c.verdict for c in found.categories} == {"fails to learn"}


def test_an_update_that_is_recognised_is_learnt_though_some_old_rows_resemble_it():
    """When it was first learnt is asked by the odds too: that is then not known."""
    found = summary(*(run(s, [0.9, 0.9, 0.9], auroc=0.9) for s in (0, 1)))
    assert (found.verdict, found.competent_step) == ("saved", None)


def test_one_category_that_is_lost_is_enough_for_not_saved_and_the_others_are_told_apart():
    found = summary(run(0, [0.9, 0.9, 0.1]), run(1, [0.9, 0.9, 0.1]), run(2, [0.9, 0.9, 0.1]))
    assert found.verdict == "not saved"
    assert [c.verdict for c in found.categories][2] == "not saved"


def test_categories_that_the_update_trains_itself_do_not_count():
    found = summary(*(run(s, [0.9, 0.9, 0.1]) for s in range(3)), untrained=(0, 1))
    assert found.drop == 0.0
    assert found.categories[2].verdict == "not saved"


def test_of_one_run_nothing_is_called_saved():
    found = summary(run(0, [0.9, 0.9, 0.9]))
    assert (found.low, found.high, found.verdict) == (None, None, "not saved")
