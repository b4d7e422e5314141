"""Rewordings are told together where they cannot be told one by one."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.comparing.rewordings import find_rewordings
from auditor.pool import paraphrase_level


def cosines(random, n, middle):
    return np.clip(random.normal(middle, 0.12, n), 0, 1).astype(np.float32)


def sources(n, of=400):
    return np.arange(n) % of


@pytest.fixture
def closest(random):
    return cosines(random, 400, 0.45)


def test_rows_like_the_base_are_no_rewordings_and_the_level_stays(closest, random):
    told = find_rewordings(closest, cosines(random, 2000, 0.45), sources(2000))
    assert told.share.low <= 0.05
    assert told.share.value < 0.15
    assert told.level == paraphrase_level(closest)


def test_independent_halves_seldom_lower_the_level():
    lowered = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        base = cosines(random, 300, 0.45)
        told = find_rewordings(base, cosines(random, 300, 0.45), sources(300, 300))
        lowered += told.level < paraphrase_level(base)
    assert lowered <= 20  # one-sided 95 %, and a margin of 5 % besides


def test_free_rewordings_are_counted_though_most_lie_no_nearer_than_base_rows_do(closest, random):
    free = cosines(random, 4000, 0.7)
    level = paraphrase_level(closest)
    assert (free < level).mean() > 0.3
    told = find_rewordings(closest, free, sources(4000))
    assert told.share.value > 0.95
    assert (free < told.level).sum() == 0


def test_of_a_mixture_the_share_is_estimated_and_hardly_a_rewording_lies_below_the_level(
    closest, random
):
    new, free = cosines(random, 2000, 0.45), cosines(random, 2000, 0.75)
    told = find_rewordings(closest, np.concatenate([new, free]), sources(4000))
    assert told.share.low - 0.05 <= 0.5 <= told.share.high + 0.05
    below = (new < told.level).sum(), (free < told.level).sum()
    assert below[0] > 1500
    assert below[1] <= 0.1 * sum(below)


@pytest.mark.parametrize("n", [1, 3])
def test_a_few_rows_are_not_enough_to_tell(closest, n):
    told = find_rewordings(closest, np.full(n, 0.6, dtype=np.float32), sources(n))
    assert told.level == paraphrase_level(closest)


def test_many_rewordings_of_one_row_count_as_one():
    closest = np.linspace(0.2, 0.8, 100, dtype=np.float32)
    many = find_rewordings(closest, np.full(500, 0.6, dtype=np.float32), np.zeros(500, dtype=int))
    assert many.level == paraphrase_level(closest)
    assert many.share.low < 0.5


@pytest.mark.parametrize("closest", [[], [0.4], [0.5] * 30])
def test_a_base_that_cannot_be_held_against_itself_tells_nothing(closest):
    base = np.array(closest, dtype=np.float32)
    told = find_rewordings(base, np.array([0.9, 0.2], dtype=np.float32), np.array([0, 0]))
    assert told.level == paraphrase_level(base)
    assert told.share.value == 0.0
