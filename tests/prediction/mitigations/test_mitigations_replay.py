"""replay: some old rows in every batch of the update, each category as often as the others."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.prediction.mitigations.replay import Replay

TAUGHT = np.repeat([0, 1, 2], [50, 5, 20])  # categories of old rows, one of them small
UPDATE = [np.arange(start, start + 16) for start in (0, 16, 32)] * 20  # sixty steps


def replayed(seed: int = 0, **settings: float):
    return list(Replay(**settings).batches(UPDATE, TAUGHT, np.random.default_rng(seed)))


def test_the_updates_own_batches_stay_as_they_are():
    np.testing.assert_array_equal([new for new, _ in replayed()], UPDATE)


@pytest.mark.parametrize(("share", "beside"), [(0.2, 4), (0.5, 16), (0.05, 1), (0.01, 1)])
def test_a_share_of_each_batch_is_old_and_one_row_at_least(share, beside):
    assert {len(old) for _, old in replayed(share=share)} == {beside}


def test_every_category_is_met_as_often_however_small():
    met = np.bincount(TAUGHT[np.concatenate([old for _, old in replayed()])])
    assert met.tolist() == [80, 80, 80]


def test_a_row_comes_again_when_all_of_its_category_were_seen():
    rows = np.concatenate([old for _, old in replayed()])
    small, large = (rows[TAUGHT[rows] == code] for code in (1, 0))
    assert sorted(small[:5]) == sorted(small[5:10]) == [50, 51, 52, 53, 54]
    assert len(set(large[:50])) == 50


def test_the_seed_decides_which_rows():
    one, same, other = ([o.tolist() for _, o in replayed(s)] for s in (0, 0, 1))
    assert one == same != other
