"""replay: some old rows among those of the update, each category as often as the others."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.prediction.mitigations.replay import Replay, aimed_shares
from tests.prediction.mitigations.conftest import QUICK

LONG = 400  # steps, of twenty rows in passes of sixteen and four


@pytest.fixture
def replayed(taught, seen):
    """The old rows that a run was trained on, by their place among these; and all batches."""

    def replayed(expected=None, steps=LONG, seed=None, **settings):
        recipe = type(QUICK)(learning_rate=0.0, head_learning_rate=0.0, steps=steps)
        branch = taught.branch(recipe, expected=expected)
        if seed is not None:
            branch.random = np.random.default_rng(seed)
        batches = seen(branch, Replay(**settings))
        rows = np.concatenate(batches)
        return rows[rows >= branch.arriving] - branch.arriving, batches, branch

    return replayed


def test_the_updates_own_batches_stay_as_they_are(replayed):
    _, batches, branch = replayed(steps=20, share=0.2)
    own = [rows[rows < branch.arriving].tolist() for rows in batches]
    assert own == [rows.tolist() for rows in branch.batches()]


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.5])
def test_so_many_of_all_rows_are_old_even_where_that_is_less_than_one_a_step(replayed, share):
    old, batches, _ = replayed(share=share)
    assert len(old) / sum(map(len, batches)) == pytest.approx(share, abs=0.001)


def test_every_category_is_met_as_often(replayed):
    old, _, branch = replayed(share=0.2)
    met = np.bincount(branch.old_codes[old])
    assert met.max() - met.min() <= 1


def test_a_row_comes_again_when_all_of_its_category_were_seen(replayed):
    old, _, branch = replayed(share=0.2)
    own = old[branch.old_codes[old] == 0]
    assert sorted(own[:30]) == sorted(own[30:60]) == np.flatnonzero(branch.old_codes == 0).tolist()


def test_the_seed_decides_which_rows(replayed):
    one, same, other = (replayed(share=0.2, steps=20, seed=s)[0].tolist() for s in (0, 0, 1))
    assert one == same != other


# --- aimed --------------------------------------------------------------------------------------


def test_aimed_the_categories_come_as_often_as_they_are_expected_to_lose(replayed):
    old, _, branch = replayed(share=0.2, aimed=True, expected=np.array([0.6, 0.2, 0.0]))
    met = np.bincount(branch.old_codes[old], minlength=3) / len(old)
    np.testing.assert_allclose(
        met, [0.25 / 3 + 0.75 * share for share in (0.75, 0.25, 0)], atol=0.1
    )


@pytest.mark.parametrize("expected", [None, np.zeros(3), np.array([-0.1, 0.0, -0.2])])
def test_without_an_expected_loss_all_come_alike(expected):
    codes, shares = aimed_shares(np.array([0, 0, 2, 1]), expected)
    assert codes.tolist() == [0, 1, 2]
    np.testing.assert_allclose(shares, 1 / 3)


def test_a_category_without_a_taught_row_has_no_share():
    codes, shares = aimed_shares(np.array([0, 2]), np.array([0.1, 0.8, 0.1]))
    assert codes.tolist() == [0, 2]
    np.testing.assert_allclose(shares, 0.5)
